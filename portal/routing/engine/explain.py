"""Why this pair and not another: what an officer reads on a pair's card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from portal.routing.engine.problem import Flags, Problem, Solution

Floats = NDArray[np.float64]
TOGETHER = 400  # reviewers up to which chains of exchanges are followed to their end


@dataclass(frozen=True)
class Reason:
    """rank of the reviewer's affinity among the `free` who are not barred from the application; price: what one more
    review by this reviewer would add elsewhere; instead: the best alternative, None without one; cost: what it would
    cost in total affinity, everybody else exchanging as is best (of more than 400 reviewers, or under rules of kind
    and institution: at the least that much)."""

    affinity: float
    rank: int
    free: int
    price: float
    instead: int | None
    cost: float


def explain(problem: Problem, solution: Solution) -> list[Reason]:
    """One reason for each of the solution's pairs, in their order."""
    chosen = np.zeros(problem.shape, dtype=bool)
    chosen[solution.pairs[:, 0], solution.pairs[:, 1]] = True
    shift = _shifts(problem, chosen) if problem.shape[1] <= TOGETHER else None
    return [_reason(problem, solution, chosen, shift, p, r) for p, r in solution.pairs.tolist()]


def _reason(problem: Problem, solution: Solution, chosen: Flags, shift: Floats | None, p: int, r: int) -> Reason:
    affinity = np.where(problem.barred[p], -np.inf, problem.affinity[p].astype(np.float64))
    mine = float(problem.affinity[p, r])
    if shift is None:
        loss = (mine - float(solution.prices[r])) - (affinity - solution.prices)
    else:  # the other comes and passes one of theirs on, and so forth, until all is even again with one less for r
        loss = mine - affinity + shift[:-1, r]
    loss[chosen[p]] = np.inf
    other = int(loss.argmin())
    found = bool(np.isfinite(loss[other]))
    return Reason(
        affinity=mine, rank=int((affinity > mine).sum()) + 1, free=int((~problem.barred[p]).sum()),
        price=float(solution.prices[r]), instead=other if found else None,
        cost=max(0.0, float(loss[other])) if found else 0.0,
    )  # fmt: skip


def _shifts(problem: Problem, chosen: Flags) -> Floats:
    """[R + 1, R + 1] least loss of moving one review from a reviewer to another, over any chain of exchanges; the last
    place is that of the room that is left: who has room passes on to it, who has reviews can be relieved by it."""
    reviewers = problem.shape[1]
    load, shift = chosen.sum(axis=0), np.full((reviewers + 1, reviewers + 1), np.inf)
    room = problem.capacity if problem.share is None else np.maximum(np.minimum(problem.share, problem.capacity), load)
    for r in range(reviewers):
        held: NDArray[Any] = np.flatnonzero(chosen[:, r])
        gain = np.where(problem.barred[held] | chosen[held], -np.inf, problem.affinity[held].astype(np.float64))
        if len(held):
            shift[r, :-1] = (problem.affinity[held, r].astype(np.float64)[:, None] - gain).min(axis=0)
    shift[:-1, -1] = np.where(load < room, 0.0, np.inf)
    shift[-1, :-1] = np.where(load > 0, 0.0, np.inf)
    np.fill_diagonal(shift, 0.0)
    for middle in range(reviewers + 1):
        np.minimum(shift, shift[:, middle, None] + shift[middle], out=shift)
    return shift

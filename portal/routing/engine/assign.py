"""Assign reviewers: every rule kept, every seat filled that can be, then the greatest total affinity, proven; then a
floor under the weakest application. Same input and seed, same result.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from portal.routing.engine import floor as floors
from portal.routing.engine import mixed
from portal.routing.engine.flow import Best, best
from portal.routing.engine.problem import Flags, Ints, Problem, Progress, Solution, Unfilled
from portal.routing.engine.seats import Seats, seats_of

Floor = Literal["auto"] | float | None


def _quiet(stage: str, round_: int, gap: float) -> None:
    """Nobody watches."""


def solve(
    problem: Problem, floor: Floor = None, progress: Progress | None = None, known: Ints | None = None
) -> Solution:
    """`floor`: "auto" (the highest that costs at most one percent of the total), a summed affinity, or None; `known`:
    `arcs` of an earlier solution, for a quick answer after a small change. Raises ValueError for a problem that
    contradicts itself; what cannot be filled is listed with its reason instead."""
    progress, seats = progress or _quiet, seats_of(problem)
    first = best(problem, seats, progress, known)
    found = mixed.Found(first.pairs, first.total, float(first.total), first.arcs, first.gains)
    if mixed.broken(problem, first.pairs):
        small = int(seats.lawful.sum()) <= mixed.PROGRAM
        whole = mixed.program(problem, seats, np.argwhere(seats.lawful), None) if small else None
        found = whole or mixed.forbid(problem, seats, first, progress)
    case = floors.Case(problem, seats, first, found, floors.level_of(problem, seats, found.pairs), progress)
    bound: float | None = None
    if floor == "auto":
        raised, bound = floors.highest_affordable(case)
        found = replace(raised, bound=found.bound)
    elif floor is not None:
        bound = float(floors.highest(problem, seats, case.level))
        raised, _ = floors.raised(case, int(np.ceil(floor * problem.scale - 0.5)))
        found = replace(raised, bound=found.bound)
    return _solution(problem, seats, first, found, case.floor_of(found), bound)


def _solution(
    problem: Problem, seats: Seats, first: Best, found: mixed.Found, lowest: int, floor_bound: float | None
) -> Solution:
    pairs = np.concatenate([seats.locked, found.pairs])
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    total = float(problem.affinity[pairs[:, 0], pairs[:, 1]].astype(np.float64).sum())
    load = np.bincount(pairs[:, 1], minlength=problem.shape[1])
    least = np.zeros_like(load) if problem.load_min is None else problem.load_min
    prices = np.maximum(0, -first.flow.to_reviewer) / problem.scale
    return Solution(
        pairs=pairs, total=total, bound=total + (found.bound - found.total) / problem.scale,
        floor=lowest / problem.scale, floor_bound=None if floor_bound is None else floor_bound / problem.scale,
        unfilled=_unfilled(problem, seats, found.pairs), refused=seats.refused,
        short=[(int(r), int(least[r] - load[r])) for r in np.flatnonzero(load < least)],
        prices=prices, rounds=first.rounds, arcs=first.arcs, scale=problem.scale,
    )  # fmt: skip


def _unfilled(problem: Problem, seats: Seats, pairs: Ints) -> list[Unfilled]:
    got = np.bincount(pairs[:, 0], minlength=len(seats.free))
    found: list[Unfilled] = []
    for p in np.flatnonzero(got < seats.wanted).tolist():
        missing = int(seats.wanted[p] - got[p])
        chosen = pairs[pairs[:, 0] == p, 1]
        for kind, least in enumerate(seats.reserved[p].tolist()):
            here = int((problem.kind[chosen] == kind).sum()) if problem.kind is not None else 0
            short = min(missing, max(0, least - here))
            if short:
                found.append(Unfilled(p, short, f"kind:{kind}"))
                missing -= short
        if missing:
            found.append(Unfilled(p, missing, _why(problem, seats.lawful[p], int(seats.wanted[p]))))
    return found


def _why(problem: Problem, lawful: Flags, wanted: int) -> str:
    """Too few people who are not barred, too few institutions, or enough of both but all full or excluded."""
    if int(lawful.sum()) < wanted:
        return "conflicts"
    if problem.institution is not None:
        of = problem.institution[lawful]
        if len(np.unique(of[of >= 0])) + int((of < 0).sum()) < wanted:
            return "institution"
    return "capacity" if problem.apart is None else "rules"

"""Assign entries to reviewers: lawful first, then balanced, then by affinity.

A transportation problem solved by successive shortest paths. The k-th entry of a reviewer costs `k` times a weight
above any sum of affinities, so loads are as even as the bars allow, and among the even assignments the total affinity
is the greatest. Every path is found over the whole residual graph: an entry that stays unfilled cannot be filled by
any exchange. Ties are broken by noise from the seed, below one millionth, so that a seed gives one answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
NOISE = 1 << 10
FAR = np.int64(1) << 60


@dataclass(frozen=True)
class Problem:
    """Arrays over E entries and R reviewers.

    affinity [E, R] millionths; allowed [E, R] no bar; demand [E]; capacity [R]; kept [E, R] pairs that stand already
    (they count against demand and capacity and are never moved); kinds: code -> (reviewers of the kind [R], least per
    entry).
    """

    affinity: Ints
    allowed: Flags
    demand: Ints
    capacity: Ints
    kept: Flags | None = None
    kinds: dict[str, tuple[Flags, int]] = field(default_factory=dict)
    seed: int = 0


@dataclass(frozen=True)
class Unfilled:
    """`reason`: conflicts (too few who are not barred), capacity (they are full), kind:<code>."""

    entry: int
    missing: int
    reason: str


@dataclass(frozen=True)
class Solution:
    chosen: Flags  # [E, R] new pairs, without those kept
    unfilled: list[Unfilled]
    load: Ints  # [R] with those kept
    affinity: int  # total over the new pairs, millionths


class _Flow:
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        entries, reviewers = problem.affinity.shape
        noise = np.random.default_rng(problem.seed).integers(0, NOISE, size=(entries, reviewers), dtype=np.int64)
        self.cost = -(problem.affinity.astype(np.int64) * NOISE + noise)
        self.kept = problem.kept if problem.kept is not None else np.zeros((entries, reviewers), dtype=bool)
        self.chosen = np.zeros((entries, reviewers), dtype=bool)
        self.fixed = np.zeros((entries, reviewers), dtype=bool)  # chosen for their kind: not moved afterwards
        self.load = self.kept.sum(axis=0).astype(np.int64)
        biggest = int(np.abs(self.cost).max(initial=1))
        self.even = np.int64(biggest * (2 * min(entries, reviewers) + 2) + 1)
        if int(self.even) * (int(self.load.max(initial=0)) + entries + 1) >= int(FAR):
            raise OverflowError("the instance is too large for exact integers")

    def _open(self, among: Flags | None) -> Flags:
        free = self.problem.allowed & ~self.kept & ~self.chosen
        return free if among is None else free & among

    def augment(self, entry: int, among: Flags | None = None) -> bool:
        """Give one more reviewer to `entry`, moving others on where that is needed."""
        free = self._open(among)
        movable = self.chosen & ~self.fixed
        to_reviewer = np.full(len(self.load), FAR, dtype=np.int64)
        from_entry = np.full(len(self.load), -1, dtype=np.int64)
        to_entry = np.full(len(self.cost), FAR, dtype=np.int64)
        from_reviewer = np.full(len(self.cost), -1, dtype=np.int64)
        to_entry[entry], front = 0, np.array([entry])
        while front.size:
            reach = np.where(free[front], to_entry[front, None] + self.cost[front], FAR)
            row = reach.argmin(axis=0)
            best = reach[row, np.arange(reach.shape[1])]
            better = best < to_reviewer
            to_reviewer[better], from_entry[better] = best[better], front[row[better]]
            front = self._pass_on(better, movable, to_reviewer, to_entry, from_reviewer)
        last = np.where(
            (to_reviewer < FAR) & (self.load < self.problem.capacity), to_reviewer + self.even * self.load, FAR
        )
        end = int(last.argmin()) if last.size else -1
        if end < 0 or last[end] >= FAR:
            return False
        self._apply(entry, end, from_entry, from_reviewer)
        return True

    def _pass_on(
        self, improved: Flags, movable: Flags, to_reviewer: Ints, to_entry: Ints, from_reviewer: Ints
    ) -> NDArray[np.int64]:
        """Entries that can be reached more cheaply by taking an improved reviewer from them."""
        columns = np.flatnonzero(improved)
        if not columns.size:
            return np.empty(0, dtype=np.int64)
        back = np.where(movable[:, columns], to_reviewer[columns] - self.cost[:, columns], FAR)
        place = back.argmin(axis=1)
        best = back[np.arange(len(back)), place]
        better = best < to_entry
        to_entry[better], from_reviewer[better] = best[better], columns[place[better]]
        return np.flatnonzero(better)

    def _apply(self, entry: int, end: int, from_entry: Ints, from_reviewer: Ints) -> None:
        reviewer = end
        self.load[end] += 1
        while True:
            taker = int(from_entry[reviewer])
            self.chosen[taker, reviewer] = True
            if taker == entry:
                return
            reviewer = int(from_reviewer[taker])
            self.chosen[taker, reviewer] = False


def _why(problem: Problem, flow: _Flow, entry: int) -> str:
    """Too few people who are not barred, or enough of them but all full."""
    lawful = int((problem.allowed[entry] | flow.kept[entry]).sum())
    return "conflicts" if lawful < int(problem.demand[entry]) else "capacity"


def solve(problem: Problem, progress: Callable[[int, int], None] | None = None) -> Solution:
    """The assignment; what cannot be filled is listed with its reason instead of failing. `progress(done, total)`."""
    entries = len(problem.demand)
    flow = _Flow(problem)
    unfilled: list[Unfilled] = []
    order = np.lexsort((np.arange(entries), problem.allowed.sum(axis=1))) if entries else np.empty(0, dtype=np.int64)
    missing = np.maximum(problem.demand - flow.kept.sum(axis=1), 0).astype(np.int64)
    for code, (mask, least) in sorted(problem.kinds.items()):
        for e in (int(e) for e in order):
            short = least - int((flow.kept[e] & mask).sum() + (flow.chosen[e] & mask).sum())
            for _ in range(max(0, short)):
                if missing[e] <= 0 or not flow.augment(e, among=np.broadcast_to(mask, flow.cost.shape)):
                    unfilled.append(Unfilled(e, 1, f"kind:{code}"))
                    continue
                missing[e] -= 1
        flow.fixed = flow.chosen.copy()
    total, done = int(missing.sum()), 0
    for round_ in range(int(missing.max(initial=0))):  # one each before anybody gets a second
        for e in (int(e) for e in order):
            if missing[e] > round_ and flow.augment(e):
                done += 1
            if progress is not None and done % 100 == 0:
                progress(done, total)
    got = flow.chosen.sum(axis=1) + flow.kept.sum(axis=1)
    for e in range(entries):
        short = int(problem.demand[e] - got[e])
        if short > 0:
            unfilled.append(Unfilled(e, short, _why(problem, flow, e)))
    return Solution(flow.chosen, unfilled, flow.load, int(problem.affinity[flow.chosen].sum()))

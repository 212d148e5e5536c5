"""The best portfolio as a mixed integer program for HiGHS (Q. Huangfu and J. Hall, Math. Prog. Comp. 10 (2018)).

The solver works with floating numbers: each cap becomes SHARE, so that its tolerance is a thousand-millionth of the cap,
and what it chooses is checked in whole units.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array

from portal.awards.engine.caps import Cap, Instance

SHARE: Final = 1000.0
ROUNDS: Final = 10  # of solving again where the solver's tolerance passed a cap
CORE: Final = 300  # candidates left open around the relaxation's line

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Found:
    """What the solver chooses, not yet mended, and a bound in merit that no portfolio can pass."""

    chosen: set[int]
    bound: float


class Program:
    """merit [n] scaled to at most SHARE; `low`, `high` [n] 0 or 1: the locks, and who is too large for a cap alone."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        merit = np.array([float(value) for value in instance.merit])
        self.unit = float(np.abs(merit).max(initial=0.0)) / SHARE or 1.0
        self.merit = merit / self.unit
        self.low, self.high = np.zeros(len(merit)), np.ones(len(merit))
        for cap in instance.caps:
            self.high[[n for n, value in cap.use.items() if value > cap.limit]] = 0.0
        self.high[list(instance.lock_out)] = 0.0
        self.low[list(instance.lock_in)] = 1.0
        self.rows, self.limits = self._rows()

    def _rows(self) -> tuple[csr_array, Floats]:
        row, column, share, caps = [], [], [], 0
        for cap in self.instance.caps:
            use = [(n, value) for n, value in cap.use.items() if value and self.high[n] > 0]
            if use:
                row += [caps] * len(use)
                column += [n for n, _ in use]
                share += [SHARE * (value / cap.limit) for _, value in use]
                caps += 1
        table = csr_array((np.array(share), (np.array(row, int), np.array(column, int))), shape=(caps, len(self.merit)))
        return table, np.full(caps, SHARE)

    def near_the_line(self) -> tuple[Floats, Floats, float] | None:
        """Bounds that leave CORE candidates open, the others as the relaxation has them, and its bound in merit.

        By reduced costs: who is far from worth its place, or far beyond, hardly ever changes sides (E. Balas and
        E. Zemel, "An algorithm for large zero-one knapsack problems", Operations Research 28 (1980)).
        """
        answer = linprog(
            -self.merit, A_ub=self.rows, b_ub=self.limits, bounds=np.stack([self.low, self.high], axis=1),
            method="highs",
        )  # fmt: skip
        if answer.x is None or answer.status != 0:
            return None
        distance = np.abs(answer.lower.marginals + answer.upper.marginals)
        distance[self.low == self.high] = np.inf
        core = np.argsort(distance, kind="stable")[:CORE]
        low = np.round(answer.x)
        high = low.copy()
        low[core], high[core] = self.low[core], self.high[core]
        return low, high, -float(answer.fun) * self.unit

    def solve(self, low: Floats, high: Floats, gap: float, seconds: float) -> Found:
        """To the relative `gap`, within these bounds.

        A set that passes a cap in whole units is cut off by a cover inequality, which no lawful set breaks, and the
        rest is solved again; after ROUNDS the last set is left to be mended.
        """
        found, covers = set(self.instance.lock_in), list[Cover]()
        bound = float(np.maximum(self.merit, 0.0).sum())
        until = time.monotonic() + seconds
        for _ in range(ROUNDS):
            answer = milp(
                -self.merit, integrality=np.ones(len(self.merit)), bounds=Bounds(low, high),
                constraints=self._constraints(covers),
                options={"mip_rel_gap": gap, "time_limit": max(0.1, until - time.monotonic())},
            )  # fmt: skip
            if answer.mip_dual_bound is not None and np.isfinite(answer.mip_dual_bound):
                bound = min(bound, -float(answer.mip_dual_bound))
            if answer.x is None:
                break
            found = {int(n) for n in np.flatnonzero(answer.x > 0.5)}
            passed = [_cover(cap, found) for cap in self.instance.caps if cap.used(found) > cap.limit]
            covers += passed
            if not passed or time.monotonic() > until:
                break
        return Found(found, bound * self.unit)

    def _constraints(self, covers: list[Cover]) -> list[LinearConstraint]:
        made = [LinearConstraint(self.rows, ub=self.limits)] if len(self.limits) else []
        if covers:
            row = np.repeat(np.arange(len(covers)), [len(cover.members) for cover in covers])
            shape = (len(covers), len(self.merit))
            table = csr_array((np.ones(len(row)), (row, np.concatenate([c.members for c in covers]))), shape=shape)
            made.append(LinearConstraint(table, ub=np.array([float(cover.most) for cover in covers])))
        return made


@dataclass(frozen=True)
class Cover:
    """Of the `members`, `most` can be chosen together at the most."""

    members: list[int]
    most: int


def _cover(cap: Cap, chosen: set[int]) -> Cover:
    """A least set of those chosen that already passes the cap, and all who use no less than each of its members."""
    kept = sorted((n for n in chosen if cap.use.get(n)), key=lambda n: (cap.use[n], n))
    excess = cap.used(kept) - cap.limit
    for n in list(kept):
        if cap.use[n] < excess:
            excess -= cap.use[n]
            kept.remove(n)
    largest = cap.use[kept[-1]]
    return Cover(sorted({*kept, *(n for n, value in cap.use.items() if value >= largest)}), len(kept) - 1)

"""What is to be assigned, and what was found: plain arrays over P applications and R reviewers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Array = NDArray[Any]
Progress = Callable[[str, int, float], None]  # what is being done, its round, the relative gap that is left

MILLION = 1_000_000
LARGEST = 8 * MILLION  # affinities are scaled so that none is larger; sums of them stay exact integers


def _none() -> Ints:
    return np.zeros((0, 2), dtype=np.int64)


@dataclass(frozen=True)
class Problem:
    """affinity [P, R] (any number; where barred it is not read); barred [P, R] conflicts and forbidden pairs;
    demand [P] reviews wanted; capacity [R] most reviews.

    Optional: load_min [R] least reviews; share [R] the load above which a reviewer is given more only where nobody
    else can take it; locked [n, 2] pairs that stand; institution [R] (negative: none), at most one reviewer of each on
    an application; kind [R] (negative: none) with kind_min [P, K] least reviewers of each kind; apart [n, 4] pairs
    (p, r), (q, s) that never stand together (two who would review each other). `seed` decides among equals.
    """

    affinity: Array
    barred: Flags
    demand: Ints
    capacity: Ints
    load_min: Ints | None = None
    share: Ints | None = None
    locked: Ints = field(default_factory=_none)
    institution: Ints | None = None
    kind: Ints | None = None
    kind_min: Ints | None = None
    apart: Ints | None = None
    seed: int = 0

    @property
    def shape(self) -> tuple[int, int]:
        return self.barred.shape[0], self.barred.shape[1]

    @cached_property
    def leaf(self) -> Ints:
        """[R] number of the reviewer's institution within the kind; negative: none. An institution whose reviewers
        are of several kinds has several: a flow holds each to one, `mixed` the institution."""
        if self.institution is None:
            return np.full(self.shape[1], -1, dtype=np.int64)
        kind = np.full(self.shape[1], -1, dtype=np.int64) if self.kind is None or self.kind_min is None else self.kind
        _, number = np.unique(np.stack([self.institution, kind]), axis=1, return_inverse=True)
        return np.where(self.institution >= 0, number.ravel(), -1)

    @cached_property
    def _most(self) -> float:
        most = 0.0
        for rows in blocks(*self.shape):
            part = np.where(self.barred[rows], 0, self.affinity[rows])
            if not np.isfinite(part).all():
                raise ValueError("an affinity of a pair that is not barred is not a finite number")
            most = max(most, float(np.abs(part).max(initial=0)))
        return most

    @cached_property
    def scale(self) -> float:
        """Affinity x scale = the integers that are added up: a millionth, unless the affinities are large numbers."""
        if np.issubdtype(self.affinity.dtype, np.integer) and self._most <= LARGEST:
            return 1.0
        scale = float(MILLION)
        while self._most * scale > LARGEST:
            scale /= 10
        return scale

    @property
    def largest(self) -> int:
        """No scaled affinity is further from zero."""
        return int(np.rint(self._most * self.scale)) + 1

    def scaled(self, rows: Any, columns: Any = slice(None)) -> Ints:
        """The integers of some cells; those of barred cells mean nothing."""
        part = np.nan_to_num(self.affinity[rows, columns].astype(np.float64), posinf=0.0, neginf=0.0)
        part *= self.scale
        whole: Ints = np.rint(part, out=part).astype(np.int64)
        return whole


def blocks(rows: int, columns: int, cells: int = 1_000_000) -> list[slice]:
    """The rows in runs of about `cells` cells: memory stays bounded whatever the size."""
    step = max(1, cells // max(1, columns))
    return [slice(first, min(first + step, rows)) for first in range(0, rows, step)]


@dataclass(frozen=True)
class Unfilled:
    """`reason`: conflicts (too few who are not barred), capacity (enough of them, all full), kind:<k> (too few of the
    kind), institution (too few institutions), rules (they exclude one another)."""

    entry: int
    missing: int
    reason: str


@dataclass(frozen=True)
class Refused:
    """A locked pair that cannot stand. `reason`: conflicts, capacity, demand, institution."""

    entry: int
    reviewer: int
    reason: str


@dataclass(frozen=True)
class Solution:
    """pairs [n, 2] in order, locked ones too; total and bound in units of affinity (bound: no lawful assignment that
    fills as much has more, whatever its floor); prices [R]: what one more review by that reviewer would add; floor:
    the summed affinity of the weakest filled application, floor_bound: no assignment has a higher one (None where it
    was not asked for); arcs [m, 2]: the pairs that were looked at, to start from the next time."""

    pairs: Ints
    total: float
    bound: float
    floor: float
    floor_bound: float | None
    unfilled: list[Unfilled]
    refused: list[Refused]
    short: list[tuple[int, int]]  # reviewer, reviews below the least load
    prices: NDArray[np.float64]
    rounds: int
    arcs: Ints
    scale: float

    @property
    def gap(self) -> float:
        """How far the total may be from the best, relative to the bound; 0 is a proof."""
        return max(0.0, self.bound - self.total) / max(abs(self.bound), 1e-12) if self.bound > self.total else 0.0

"""Rules that no flow carries: an institution whose reviewers are of several kinds, pairs that never stand together, a
floor under every application. A mixed-integer program (HiGHS) on a small instance, with its own bound; on a large one
flows from which the least loss is forbidden until nothing is broken, with the bound of the first flow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import coo_array, csr_array, hstack, vstack

from portal.routing.engine.flow import Best, best
from portal.routing.engine.problem import Flags, Ints, Problem, Progress
from portal.routing.engine.seats import Seats

PROGRAM = 30_000  # lawful pairs up to which the whole program is solved
FLOOR_PROGRAM = 4_000  # the same under a floor, which is harder
NODES = 50  # of the search tree: a limit that does not depend on the machine, so that a run repeats itself
GAP = 1e-4


@dataclass(frozen=True)
class Found:
    """pairs [n, 2]; bound: no assignment keeping the rules has a larger total, in scaled units; arcs, gains [m]: what
    may be assigned without breaking what `forbid` has mended."""

    pairs: Ints
    total: int
    bound: float
    arcs: Ints
    gains: Ints


def broken(problem: Problem, pairs: Ints) -> list[Ints]:
    """Groups of pairs [2.., 2] of which only one may stand."""
    found = []
    if problem.institution is not None:
        institution = problem.institution[pairs[:, 1]]
        key = pairs[:, 0] * (int(problem.institution.max(initial=0)) + 1) + institution
        key = np.where(institution >= 0, key, -1 - np.arange(len(pairs)))
        order = np.argsort(key, kind="stable")
        found = [pairs[g] for g in np.split(order, np.flatnonzero(np.diff(key[order])) + 1) if len(g) > 1]
    if problem.apart is not None:
        chosen = {(int(p), int(r)) for p, r in pairs}
        found += [
            np.array([[p, r], [q, s]]) for p, r, q, s in problem.apart.tolist() if (p, r) in chosen and (q, s) in chosen
        ]
    return found


def forbid(problem: Problem, seats: Seats, first: Best, progress: Progress) -> Found:
    """Of every broken group the pair that gains most over its threshold stays, the others are forbidden; again, until
    no group is broken. Every round forbids, so it ends."""
    now, lawful = first, seats.lawful.copy()
    for round_ in count(1):
        groups = broken(problem, now.pairs)
        if not groups:
            return Found(now.pairs, now.total, float(first.total), now.arcs, now.gains)
        value = np.full(problem.shape, 0, dtype=np.int64)
        value[now.arcs[:, 0], now.arcs[:, 1]] = now.gains + now.flow.to_reviewer[now.arcs[:, 1]]
        for group in groups:
            keep = int(value[group[:, 0], group[:, 1]].argmax())
            for n, (p, r) in enumerate(group.tolist()):
                lawful[p, r] &= n == keep
        now = best(problem, replace(seats, lawful=lawful), progress, now.arcs)
        progress("rules", round_, len(groups) / max(1, len(now.pairs)))
    raise AssertionError


class Program:
    """Variables: the pairs, then what stays unfilled [P], [P x K], below the least load [R], above the share [R]."""

    def __init__(self, problem: Problem, seats: Seats, arcs: Ints) -> None:
        self.problem, self.seats, self.arcs = problem, seats, arcs
        self.gain = problem.scaled(arcs[:, 0], arcs[:, 1]) / problem.largest
        self.applications, self.reviewers = problem.shape
        self.kinds = seats.reserved.shape[1]
        self.sizes = [len(arcs), self.applications, self.applications * self.kinds, self.reviewers, self.reviewers]
        self.rows: list[csr_array] = []
        self.low: list[np.ndarray] = []
        self.high: list[np.ndarray] = []

    def part(self, column: int, row: Ints, width: int, values: np.ndarray | float = 1.0) -> csr_array:
        """Rows over one part of the variables: variable i stands in row[i]."""
        size = self.sizes[column]
        kept = np.flatnonzero(row >= 0)
        data = np.broadcast_to(values, row.shape)[kept]
        return csr_array(coo_array((data, (row[kept], np.arange(size)[kept])), shape=(width, size)))

    def add(self, parts: dict[int, csr_array], low: np.ndarray, high: np.ndarray) -> None:
        width = len(low)
        if not width:
            return
        self.rows.append(hstack([parts.get(n, csr_array((width, size))) for n, size in enumerate(self.sizes)], "csr"))
        self.low.append(low)
        self.high.append(high)

    def seats_and_loads(self) -> None:
        p, r = self.arcs[:, 0], self.arcs[:, 1]
        n, s = self.applications, self.seats
        each, person = np.arange(n), np.arange(self.reviewers)
        of_kind = np.repeat(each, self.kinds)
        wanted = s.wanted.astype(float)
        self.add({0: self.part(0, p, n), 1: self.part(1, each, n), 2: self.part(2, of_kind, n)}, wanted, wanted)
        if self.kinds and self.problem.kind is not None:
            kind = self.problem.kind[r]
            row, width = np.where(kind >= 0, p * self.kinds + kind, -1), n * self.kinds
            least = s.reserved.ravel().astype(float)
            self.add({0: self.part(0, row, width), 2: self.part(2, np.arange(width), width)}, least, _far(width))
        zero = np.zeros(self.reviewers)
        loads = self.part(0, r, self.reviewers)
        self.add({0: loads}, zero, s.room.astype(float))
        self.add({0: loads, 3: self.part(3, person, self.reviewers)}, s.least.astype(float), _far(self.reviewers))
        self.add(
            {0: loads, 4: self.part(4, person, self.reviewers, -1.0)}, -_far(self.reviewers), s.share.astype(float)
        )

    def only_one(self) -> None:
        problem = self.problem
        if problem.institution is not None:
            institution = problem.institution[self.arcs[:, 1]]
            key = self.arcs[:, 0] * (int(problem.institution.max(initial=0)) + 1) + institution
            known, row = np.unique(np.where(institution >= 0, key, -1), return_inverse=True)
            first = int(known[0] == -1) if len(known) else 0
            width = len(known) - first
            self.add({0: self.part(0, row.ravel() - first, width)}, np.zeros(width), np.ones(width))
        if problem.apart is not None and len(problem.apart):
            place = {(int(p), int(r)): n for n, (p, r) in enumerate(self.arcs.tolist())}
            both = [(place.get((p, r)), place.get((q, s))) for p, r, q, s in problem.apart.tolist()]
            held = [(a, b) for a, b in both if a is not None and b is not None]
            width = len(held)
            columns, row = np.array(held, dtype=np.int64).reshape(-1), np.repeat(np.arange(width), 2)
            matrix = csr_array(coo_array((np.ones(2 * width), (row, columns)), shape=(width, self.sizes[0])))
            self.add({0: matrix}, np.zeros(width), np.ones(width))

    def floor(self, least: np.ndarray) -> None:
        """least [P]: further affinity that each application must get, as a share of the largest (-inf: none)."""
        held = np.flatnonzero(np.isfinite(least))
        row_of = np.full(self.applications, -1, dtype=np.int64)
        row_of[held] = np.arange(len(held))
        self.add({0: self.part(0, row_of[self.arcs[:, 0]], len(held), self.gain)}, least[held], _far(len(held)))

    def objective(self) -> np.ndarray:
        step = 2.0 * min(self.problem.shape) + 2
        prices = [-self.gain, 4 * step, 4 * step, step, step]
        return np.concatenate([np.full(size, price) for price, size in zip(prices, self.sizes, strict=True)])

    def bounds(self) -> Bounds:
        s = self.seats
        high = [np.ones(self.sizes[0]), s.free, s.reserved.ravel(), s.least, s.room]
        return Bounds(0, np.concatenate([np.asarray(part, dtype=float) for part in high]))

    def solve(self, *, whole: bool = True, gap: float = GAP) -> OptimizeResult:
        constraint = LinearConstraint(vstack(self.rows, "csr"), np.concatenate(self.low), np.concatenate(self.high))
        integral = np.concatenate([np.full(size, int(whole and n == 0)) for n, size in enumerate(self.sizes)])
        return milp(
            self.objective(), integrality=integral, bounds=self.bounds(), constraints=constraint,
            options={"mip_rel_gap": gap, "node_limit": NODES},
        )  # fmt: skip


def _far(width: int) -> np.ndarray:
    return np.full(width, np.inf)


def program(problem: Problem, seats: Seats, arcs: Ints, least: np.ndarray | None) -> Found | None:
    """The best assignment on `arcs` that keeps every rule and, if given, the floor `least` [P]; None: there is none
    (or none was found within the limit of nodes)."""
    made = Program(problem, seats, arcs)
    made.seats_and_loads()
    made.only_one()
    if least is not None:
        made.floor(least)
    result = made.solve()
    if result.x is None:
        return None
    chosen: Flags = result.x[: len(arcs)] > 0.5
    pairs = arcs[chosen]
    gains = problem.scaled(arcs[:, 0], arcs[:, 1])
    total = int(gains[chosen].sum())
    room = max(0.0, float(result.fun) - float(result.mip_dual_bound)) * problem.largest
    return Found(pairs, total, total + (0.0 if room < 0.5 else room), arcs, gains)

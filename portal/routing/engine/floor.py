"""A floor under the weakest application: the summed affinity of its reviewers.

After the optimum the rows below the floor are weighed more and the flow is solved again (Lagrange multipliers), then
single exchanges close what is left; a small instance is solved as a mixed-integer program under the floor. No
assignment can lift an application above the best reviewers it could have, nor the weakest above the linear program.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack, vstack

from portal.routing.engine import mixed, pricing
from portal.routing.engine.flow import Best
from portal.routing.engine.mixed import Found
from portal.routing.engine.network import Network
from portal.routing.engine.problem import Ints, Problem, Progress, blocks
from portal.routing.engine.seats import Seats

PRICE = 0.01  # of the best total is what a floor that nobody named may cost
TRIES = 4  # floors tried between the one that is there and the highest possible
WEIGHINGS = 24


@dataclass(frozen=True)
class Level:
    """What counts for the floor. own [P]: affinity of the locked pairs; held [P]: the rows that are fully assigned."""

    own: Ints
    held: np.ndarray

    def sums(self, problem: Problem, pairs: Ints) -> Ints:
        sums = self.own.copy()
        np.add.at(sums, pairs[:, 0], problem.scaled(pairs[:, 0], pairs[:, 1]))
        return sums

    def lowest(self, problem: Problem, pairs: Ints) -> int:
        sums = self.sums(problem, pairs)[self.held]
        return int(sums.min()) if len(sums) else 0


def level_of(problem: Problem, seats: Seats, pairs: Ints) -> Level:
    got = np.bincount(pairs[:, 0], minlength=len(seats.free))
    own = np.zeros(len(seats.free), dtype=np.int64)
    np.add.at(own, seats.locked[:, 0], problem.scaled(seats.locked[:, 0], seats.locked[:, 1]))
    return Level(own, (got == seats.wanted) & (problem.demand > 0))


def highest(problem: Problem, seats: Seats, level: Level) -> int:
    """No assignment has a higher floor: each application has its own best reviewers."""
    best = level.own.copy()
    wanted = seats.wanted
    most = int(wanted.max(initial=0))
    for rows in blocks(*problem.shape):
        gain = np.where(seats.lawful[rows], problem.scaled(rows), -(1 << 40))
        top = (
            -np.sort(-np.partition(gain, -min(most, gain.shape[1]), axis=1)[:, -most:], axis=1) if most else gain[:, :0]
        )
        counted = np.arange(top.shape[1]) < wanted[rows, None]
        best[rows] += np.where(counted, top, 0).sum(axis=1)
    return int(best[level.held].min()) if level.held.any() else 0


@dataclass(frozen=True)
class Case:
    """The problem, its optimum by flows `first`, and that under every rule: where a floor starts from."""

    problem: Problem
    seats: Seats
    first: Best
    start: Found
    level: Level
    progress: Progress

    def floor_of(self, found: Found) -> int:
        return self.level.lowest(self.problem, found.pairs)


def raised(case: Case, target: int) -> tuple[Found, bool]:
    """The best assignment found whose weakest application has at least `target`, and whether it has."""
    found, reached = _weighed(case, target)
    if int(case.seats.lawful.sum()) > mixed.PROGRAM or (reached and found.total == case.start.total):
        return found, reached
    room = case.first.total - found.total if reached else float("inf")
    arcs = pricing.least_losses(case.problem, case.seats.lawful, case.first.flow, room, mixed.FLOOR_PROGRAM)
    least = np.where(case.level.held, (target - case.level.own) / case.problem.largest, -np.inf)
    whole = mixed.program(case.problem, case.seats, arcs, least)
    if whole is None or (case.level.held > level_of(case.problem, case.seats, whole.pairs).held).any():
        return found, reached
    return (whole, True) if not reached or whole.total > found.total else (found, True)


def _weighed(case: Case, target: int) -> tuple[Found, bool]:
    """Rows below the target weigh more in each further flow, until none is below or the tries are spent."""
    start, level, found, best = case.start, case.level, case.start, case.start
    weight = np.ones(len(level.own))
    for round_ in range(1, WEIGHINGS + 1):
        lack = (target - level.sums(case.problem, found.pairs)) / max(1, target)
        low = level.held & (lack > 0)
        if not low.any():
            return found, True
        weight[low] += 3 * (1 + round_) * np.maximum(lack[low], 0.02)
        gains = np.rint(start.gains * weight[start.arcs[:, 0]]).astype(np.int64)
        network = Network(case.problem, case.seats, start.arcs[:, 0], start.arcs[:, 1], gains)
        chosen = network.cheapest()[: len(gains)] > 0
        found = replace(start, pairs=start.arcs[chosen], total=int(start.gains[chosen].sum()))
        if mixed.broken(case.problem, found.pairs):
            break
        case.progress("floor", round_, float(lack[low].max()))
        if case.floor_of(found) > case.floor_of(best):
            best = found
    return best, case.floor_of(best) >= target


def highest_affordable(case: Case) -> tuple[Found, float]:
    """The highest floor found that costs no more than `PRICE` of the total, and the bound of all floors."""
    start = case.start

    def affordable(one: Found) -> bool:
        return one.total >= start.total - PRICE * abs(start.total)

    bound: float = highest(case.problem, case.seats, case.level)
    low, best = case.floor_of(start), start
    found, reached = raised(case, int(bound)) if low < bound else (start, True)
    if reached and affordable(found):
        return found, bound
    if int(case.seats.lawful.sum()) <= mixed.PROGRAM:
        bound = min(bound, by_linear_program(case.problem, case.seats, case.level, int(bound)))
    high = int(bound + 0.5)
    for _ in range(TRIES):
        if affordable(found) and case.floor_of(found) > case.floor_of(best):
            best = found
        low = max(low, case.floor_of(best))
        target = (low + high + 1) // 2
        found, reached = raised(case, target)
        high = high if reached and affordable(found) else target
    return max(best, found, key=lambda one: (affordable(one), case.floor_of(one))), bound


def by_linear_program(problem: Problem, seats: Seats, level: Level, top: int) -> float:
    """The highest floor of a fractional assignment: a bound for every assignment."""
    arcs = np.argwhere(seats.lawful)
    made = mixed.Program(problem, seats, arcs)
    made.seats_and_loads()
    made.only_one()
    made.floor(np.where(level.held, -level.own / problem.largest, -np.inf))
    rows = [hstack([block, csr_array((block.shape[0], 1))], "csr") for block in made.rows]
    last = rows[-1].tolil()
    last[:, -1] = -1.0
    rows[-1] = last.tocsr()
    made.rows = rows
    bounds = made.bounds()
    low = np.append(np.zeros(sum(made.sizes)), 0.0)
    high = np.append(np.broadcast_to(bounds.ub, (sum(made.sizes),)), top / problem.largest)
    cost = np.append(made.objective(), 0.0)
    cost[: made.sizes[0]] = 0.0
    cost[-1] = -1.0
    return _linear(made, cost, low, high) * problem.largest


def _linear(made: mixed.Program, cost: np.ndarray, low: np.ndarray, high: np.ndarray) -> float:
    matrix, least, most = vstack(made.rows, "csr"), np.concatenate(made.low), np.concatenate(made.high)
    equal = least == most
    above, below = np.isfinite(least) & ~equal, np.isfinite(most) & ~equal
    result = linprog(
        cost, A_eq=matrix[equal], b_eq=least[equal],
        A_ub=vstack([-matrix[above], matrix[below]], "csr"), b_ub=np.concatenate([-least[above], most[below]]),
        bounds=np.stack([low, high], axis=1), method="highs",
    )  # fmt: skip
    if result.x is None:
        raise ArithmeticError("the linear program of the floor has no solution")
    return float(result.x[-1])

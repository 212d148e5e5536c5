"""The best assignment over all lawful pairs, by flows on few of them and prices for the rest; proven when none of the
pairs left out would improve it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import numpy as np

from portal.routing.engine import pricing
from portal.routing.engine.network import Flow, Network
from portal.routing.engine.problem import Flags, Ints, Problem, Progress
from portal.routing.engine.seats import Seats


@dataclass(frozen=True)
class Best:
    """arcs [m, 2] that were looked at, gains [m], chosen [m]; the flow with its prices."""

    arcs: Ints
    gains: Ints
    chosen: Flags
    flow: Flow
    rounds: int

    @property
    def pairs(self) -> Ints:
        return self.arcs[self.chosen]

    @property
    def total(self) -> int:
        return int(self.gains[self.chosen].sum())


def best(problem: Problem, seats: Seats, progress: Progress, known: Ints | None = None) -> Best:
    """The optimum; `known` [m, 2]: pairs to start from, of an earlier solution of nearly the same problem."""
    open_ = seats.lawful & (seats.wanted > 0)[:, None]
    if known is None or open_.size <= pricing.EVERY_CELL:
        arcs = pricing.first_pairs(problem, open_)
    else:
        arcs = known[open_[known[:, 0], known[:, 1]]]
    arcs = shuffled(problem, arcs)
    open_[arcs[:, 0], arcs[:, 1]] = False
    for round_ in count(1):  # every round adds a pair
        network = Network(problem, seats, arcs[:, 0], arcs[:, 1], problem.scaled(arcs[:, 0], arcs[:, 1]))
        flow = network.solve()
        new, better = pricing.missing_pairs(problem, open_, flow) if open_.any() else (arcs[:0], 0)
        progress("assign", round_, better / max(1, len(arcs)))
        if not better:
            return Best(arcs, network.gains, flow.chosen, flow, round_)
        open_[new[:, 0], new[:, 1]] = False
        arcs = shuffled(problem, np.concatenate([arcs, new]))
    raise AssertionError


def shuffled(problem: Problem, arcs: Ints) -> Ints:
    """In order of rows and of reviewers as the seed draws them: among equal assignments the seed decides."""
    drawn = np.random.default_rng(problem.seed).permutation(problem.shape[1])
    return arcs[np.lexsort((drawn[arcs[:, 1]], arcs[:, 0]))]

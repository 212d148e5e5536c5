"""The assignment as a flow of least cost, on some of the pairs; exact in integers.

Seats of an application flow to reviewers and from them to the sink. Reserved seats of a kind start at a node of their
own, an institution is a node that lets one unit pass, the first `load_min` reviews of a reviewer are rewarded, those
above `share` cost; a seat that nobody can take goes to the sink at a price above any sum of gains, so that an instance
without a full assignment still has the best partial one. Solver: OR-tools' cost-scaling push-relabel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.graph.python import min_cost_flow

from portal.routing.engine.problem import Flags, Ints, Problem
from portal.routing.engine.seats import Seats

NEVER = np.int64(1) << 60


@dataclass(frozen=True)
class Flow:
    """Which arcs are chosen, and the dual prices: distances from the sink in the residual network."""

    chosen: Flags  # [m]
    to_reviewer: Ints  # [R] minus the price of one more review
    to_row: Ints  # [P] of the application's node
    to_kind: Ints  # [P, K] of the nodes of its reserved seats
    to_leaf: tuple[Ints, Ints, Ints]  # rows, numbers, distances of the institutions' nodes


def step_of(problem: Problem, gains: Ints) -> int:
    """Above any sum of gains that an exchange can bring: filling a seat costs less than four of them, a least load is
    worth one, a load above the share costs one."""
    return 2 * (min(problem.shape) + 1) * (int(np.abs(gains).max(initial=0)) + 1)


class Network:
    """Nodes: P applications, R reviewers, the sink, P x K kinds, then the institutions' nodes of the arcs."""

    def __init__(self, problem: Problem, seats: Seats, rows: Ints, columns: Ints, gains: Ints) -> None:
        self.problem, self.seats = problem, seats
        self.rows, self.columns, self.gains = rows, columns, gains
        self.applications, self.reviewers = problem.shape
        self.kinds = seats.reserved.shape[1]
        self.step = step_of(problem, gains)
        self.unfilled = 4 * self.step
        self.sink = self.applications + self.reviewers
        self.first_leaf = self.sink + 1 + self.applications * self.kinds
        self._build()

    def _build(self) -> None:
        n, kinds = self.applications, self.kinds
        parents = self._parents(self.rows, self.columns)
        tails: list[Ints] = []
        heads: list[Ints] = []
        caps: list[Ints] = []
        costs: list[Ints] = []

        def add(tail: Ints, head: Ints | int, cap: Ints | int, cost: Ints | int) -> None:
            tails.append(tail)
            for into, what in ((heads, head), (caps, cap), (costs, cost)):
                into.append(np.broadcast_to(np.asarray(what, dtype=np.int64), tail.shape))

        leaves = self._leaves(parents)
        self.leaf_rows, self.leaf_numbers = leaves[2], leaves[3]
        add(leaves[0], n + self.columns, 1, -self.gains)
        add(leaves[1], self.first_leaf + np.arange(len(leaves[1])), 1, 0)
        everyone = np.arange(n)
        add(everyone, self.sink, self.seats.free, self.unfilled)
        for kind in range(kinds):
            node = self.sink + 1 + everyone * kinds + kind
            add(everyone, node, self.seats.free, 0)
            add(node, self.sink, self.seats.reserved[:, kind], self.unfilled)
        person, least = n + np.arange(self.reviewers), np.minimum(self.seats.least, self.seats.room)
        middle = np.clip(self.seats.share - least, 0, self.seats.room - least)
        add(person, self.sink, least, -self.step)
        add(person, self.sink, middle, 0)
        add(person, self.sink, self.seats.room - least - middle, self.step)
        self.tails, self.heads = np.concatenate(tails), np.concatenate(heads)
        self.caps, self.costs_of = np.concatenate(caps), np.concatenate(costs)
        self.nodes = self.first_leaf + len(leaves[1])

    def _parents(self, rows: Ints, columns: Ints) -> Ints:
        """The node that a pair's seat comes from, institutions aside."""
        if not self.kinds or self.problem.kind is None:
            return rows
        kind = self.problem.kind[columns]
        return np.where(kind >= 0, self.sink + 1 + rows * self.kinds + kind, rows)

    def _leaves(self, parents: Ints) -> tuple[Ints, Ints, Ints, Ints]:
        """(tail of each pair's arc, parent of each leaf, application of each leaf, its institution)."""
        nothing = np.zeros(0, dtype=np.int64)
        if self.problem.institution is None:
            return parents, nothing, nothing, nothing
        leaf = self.problem.leaf[self.columns]
        of = np.flatnonzero(leaf >= 0)
        key = self.rows[of] * (int(leaf.max(initial=0)) + 1) + leaf[of]
        _, first, place = np.unique(key, return_index=True, return_inverse=True)
        tails = parents.copy()
        tails[of] = self.first_leaf + place.ravel()
        return tails, parents[of][first], self.rows[of][first], leaf[of][first]

    def solve(self) -> Flow:
        """The flow with its prices."""
        flow = self.cheapest()
        return self._read(flow, self._distances(flow))

    def cheapest(self) -> Ints:
        """Units on every arc, the pairs first. Raises ArithmeticError when the solver refuses (costs too large for
        exact integers)."""
        solver = min_cost_flow.SimpleMinCostFlow()
        arcs = solver.add_arcs_with_capacity_and_unit_cost(self.tails, self.heads, self.caps, self.costs_of)
        supply = np.zeros(self.nodes, dtype=np.int64)
        supply[: self.applications] = self.seats.free
        supply[self.sink + 1 : self.first_leaf] = self.seats.reserved.ravel()
        supply[self.sink] = -int(supply.sum())
        solver.set_nodes_supplies(np.arange(self.nodes), supply)
        status = solver.solve()
        if status != solver.OPTIMAL:
            raise ArithmeticError(f"the flow was not solved: {status.name}")
        flow: Ints = solver.flows(arcs)
        return flow

    def _read(self, flow: Ints, distance: Ints) -> Flow:
        n, sink = self.applications, self.sink
        return Flow(
            chosen=flow[: len(self.rows)] > 0,
            to_reviewer=self._of_reviewers(flow, distance[n:sink]),
            to_row=distance[:n],
            to_kind=distance[sink + 1 : self.first_leaf].reshape(n, self.kinds),
            to_leaf=(self.leaf_rows, self.leaf_numbers, distance[self.first_leaf :]),
        )

    def _of_reviewers(self, flow: Ints, distance: Ints) -> Ints:
        """Who has nothing yet is as far as the reward or cost of a first review says; who has no room, out of reach."""
        load = flow[-3 * self.reviewers :].reshape(3, self.reviewers).sum(axis=0)
        least, middle, _ = self.caps[-3 * self.reviewers :].reshape(3, self.reviewers)
        first = np.where(least > 0, self.step, np.where(middle > 0, 0, -self.step))
        return np.where(self.seats.room <= 0, -NEVER, np.where(load == 0, first, distance))

    def _distances(self, flow: Ints) -> Ints:
        """Shortest distances from the sink over the residual network (Bellman and Ford, all arcs at once): exact
        duals of the flow. Unreached nodes are NEVER away."""
        ahead, back = flow < self.caps, flow > 0
        tails = np.concatenate([self.tails[ahead], self.heads[back]])
        heads = np.concatenate([self.heads[ahead], self.tails[back]])
        costs = np.concatenate([self.costs_of[ahead], -self.costs_of[back]])
        order = np.argsort(heads, kind="stable")
        tails, heads, costs = tails[order], heads[order], costs[order]
        starts = np.flatnonzero(np.r_[True, heads[1:] != heads[:-1]]) if len(heads) else np.zeros(0, dtype=np.int64)
        reached = heads[starts]
        distance = np.full(self.nodes, NEVER, dtype=np.int64)
        distance[self.sink] = 0
        for _ in range(self.nodes + 1):
            through = distance[tails]
            through = np.where(through < NEVER, through + costs, NEVER)
            nearer = np.minimum(distance[reached], np.minimum.reduceat(through, starts))
            if (nearer == distance[reached]).all():
                return distance
            distance[reached] = nearer
        raise ArithmeticError("the flow is not of least cost")  # a cycle that gains: never, by the solver's word

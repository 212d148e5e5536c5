"""Which pairs the flow is given, and which it should have been given: column generation over the full matrix."""

from __future__ import annotations

import numpy as np

from portal.routing.engine.network import Flow
from portal.routing.engine.problem import Array, Flags, Ints, Problem, blocks

EVERY_CELL = 1_000_000  # up to here the flow gets every lawful pair and nothing needs to be priced
NEAREST = 32  # pairs of an application to begin with
ADDED = 32  # pairs of an application that a round adds at most
MARGIN = 0.05  # of the largest affinity: pairs that miss by less are added too, which saves most of the rounds


def first_pairs(problem: Problem, open_: Flags) -> Ints:
    """[m, 2] in order of rows: every open pair of a small instance, the nearest of each row of a large one."""
    applications, reviewers = problem.shape
    if open_.size <= EVERY_CELL:
        return np.argwhere(open_)
    found = [
        _largest(problem.affinity[rows], open_[rows], NEAREST) + np.array([rows.start, 0])
        for rows in blocks(applications, reviewers)
    ]
    return np.concatenate(found)


def missing_pairs(problem: Problem, open_: Flags, flow: Flow) -> tuple[Ints, int]:
    """Of the lawful pairs that the flow does not know: those that would improve it at its prices or nearly would, the
    best of each row [m, 2], and how many would. None that would is the proof that the flow is optimal over all."""
    applications, reviewers = problem.shape
    leaves, margin = _leaf_rows(flow, applications), int(MARGIN * problem.largest)
    found, better = [np.zeros((0, 2), dtype=np.int64)], 0
    for rows in blocks(applications, reviewers):
        gain = problem.scaled(rows)
        gain -= thresholds(problem, flow, rows, leaves)
        near = (gain > -margin) & open_[rows]
        if near.any():
            better += int((gain[near] > 0).sum())
            found.append(_largest(gain, near, ADDED) + np.array([rows.start, 0]))
    return np.concatenate(found), better


def least_losses(problem: Problem, lawful: Flags, flow: Flow, room: float, most: int) -> Ints:
    """[m, 2] the `most` lawful pairs that cost the flow least, of those that cost at most `room`: no other pair stands
    in an assignment whose total is less than `room` below the flow's."""
    applications, reviewers = problem.shape
    leaves = _leaf_rows(flow, applications)
    pairs, losses = [np.zeros((0, 2), dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for rows in blocks(applications, reviewers):
        loss = thresholds(problem, flow, rows, leaves) - problem.scaled(rows)
        kept = (loss <= room) & lawful[rows]
        pairs.append(np.argwhere(kept) + np.array([rows.start, 0]))
        losses.append(loss[kept])
    found, loss = np.concatenate(pairs), np.concatenate(losses)
    return found[np.sort(np.argsort(loss, kind="stable")[:most])]


def thresholds(problem: Problem, flow: Flow, rows: slice, leaves: Ints) -> Ints:
    """[rows, R]: the affinity above which a pair would improve the flow."""
    seat = np.broadcast_to(flow.to_row[rows, None], (rows.stop - rows.start, problem.shape[1]))
    if flow.to_kind.shape[1] and problem.kind is not None:
        of_kind = flow.to_kind[rows][:, np.maximum(problem.kind, 0)]
        seat = np.where(problem.kind >= 0, of_kind, seat)
    if problem.institution is not None:
        seat = _at_leaves(problem.leaf, flow, rows, leaves, seat)
    return seat - flow.to_reviewer


def _leaf_rows(flow: Flow, applications: int) -> Ints:
    """Where each row's leaves begin: they are in order of their rows."""
    return np.searchsorted(flow.to_leaf[0], np.arange(applications + 1))


def _at_leaves(leaf: Ints, flow: Flow, rows: slice, leaves: Ints, seat: Ints) -> Ints:
    """A leaf that exists has a distance of its own; one that does not has its parent's."""
    of_row, of_leaf, distance = (part[leaves[rows.start] : leaves[rows.stop]] for part in flow.to_leaf)
    known = np.full((rows.stop - rows.start, int(leaf.max(initial=0)) + 1), -1, dtype=np.int64)
    known[of_row - rows.start, of_leaf] = np.arange(len(distance))
    place = np.where(leaf >= 0, known[:, np.maximum(leaf, 0)], -1)
    return np.where(place >= 0, distance[place], seat) if len(distance) else seat


def _largest(values: Array, among: Flags, most: int) -> Ints:
    """[m, 2] cells of `among`, in each row the `most` with the largest values."""
    crowded = np.flatnonzero(among.sum(axis=1) > most)
    if len(crowded):
        part = np.where(
            among[crowded], values[crowded], np.iinfo(np.int64).min if values.dtype.kind == "i" else -np.inf
        )
        best = np.argpartition(part, -most, axis=1)[:, -most:]
        kept = np.zeros(part.shape, dtype=bool)
        np.put_along_axis(kept, best, True, axis=1)
        among = among.copy()
        among[crowded] &= kept
    return np.argwhere(among)

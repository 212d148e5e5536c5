"""What an officer should look at: reviewers who always give the same score, scores far from all others, and panels
that share no reviewer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from portal.ranking.engine.calibrate import Calibration
from portal.ranking.engine.scores import Ints, Scores
from portal.ranking.engine.spread import Spread

CONSTANT_FROM: Final = 3  # scores of one reviewer
FAR: Final = 3.0  # standard deviations


@dataclass(frozen=True)
class Outlier:
    """A score (its place among N) `off` standard deviations from what all other scores foretell of it."""

    place: int
    off: float


def constant_scorers(scores: Scores, least: int = CONSTANT_FROM) -> Ints:
    """Reviewers (codes, ascending) with at least `least` scores, all the same."""
    if scores.reviewer is None:
        return np.zeros(0, dtype=np.int64)
    low, high = np.full(scores.R, np.inf), np.full(scores.R, -np.inf)
    np.minimum.at(low, scores.reviewer, scores.score)
    np.maximum.at(high, scores.reviewer, scores.score)
    given = np.bincount(scores.reviewer, minlength=scores.R)
    return np.flatnonzero((given >= least) & (low == high)).astype(np.int64)


def outliers(calibration: Calibration, spread: Spread, far: float = FAR) -> list[Outlier]:
    """Scores beyond `far` standard deviations of their leave-one-out prediction, the farthest first.

    residual / sqrt(noise - variance of the fitted value) is exactly that for a normal model. Where `spread` does not
    know the fitted values' deviations, reviewer and mean are taken as known, which flags fewer.
    """
    system = calibration.equations
    scores, noise = system.scores, system.variances.noise
    fitted = calibration.score[scores.proposal]
    known = noise / system.diagonal[scores.proposal]
    if calibration.severity and scores.reviewer is not None:
        fitted = fitted + calibration.reviewer[scores.reviewer]
        if spread.fitted is not None:
            known = spread.fitted[_cells(scores)] ** 2
    elif not calibration.severity:
        known = spread.score[scores.proposal] ** 2
    left = np.maximum(noise / scores.w - known, 1e-9 * noise)
    off = (scores.score - fitted) / np.sqrt(left)
    places = np.flatnonzero(np.abs(off) > far)
    return [Outlier(int(n), float(off[n])) for n in places[np.argsort(-np.abs(off[places]), kind="stable")]]


def _cells(scores: Scores) -> Ints:
    """The cell of each score [N]: cells stand in order of row and column."""
    assert scores.reviewer is not None
    keys = scores.table.row * scores.R + scores.table.column
    return np.searchsorted(keys, scores.proposal * scores.R + scores.reviewer).astype(np.int64)


def panels(scores: Scores) -> Ints:
    """The panel of each proposal [P], numbered from 0 in the order of their first proposal.

    Proposals of different panels share no reviewer, not even through others: how they rank among each other rests on
    the prior alone. A proposal without scores is a panel of its own. Raises ValueError without reviewers.
    """
    table = scores.table
    size = scores.P + scores.R
    links = csr_array((np.ones(len(table.row)), (table.row, scores.P + table.column)), shape=(size, size))
    _, found = connected_components(links, directed=False)
    _, first, numbers = np.unique(found[: scores.P], return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[numbers].astype(np.int64)

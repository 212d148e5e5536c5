"""How much scores differ by proposal, by reviewer, and by neither, from pair moments.

Pairs of scores of one proposal differ by reviewer and noise, pairs of one reviewer by proposal and noise, all pairs by
all three. The sums of squares about weighted means are those pairs' differences; their expectations are linear in the
variances (C. R. Henderson, "Estimation of variance and covariance components", Biometrics 9 (1953), method 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from portal.ranking.engine.scores import Floats, Ints, Scores, summed

LEAST_SHARE: Final = 1e-4  # of the total: a variance is never nothing, or a rank would be taken for certain


@dataclass(frozen=True)
class Variances:
    """In points squared; `noise` is that of a score of weight 1. `reviewer` 0: no severity. Raises ValueError."""

    proposal: float
    reviewer: float
    noise: float

    def __post_init__(self) -> None:
        if not (self.proposal > 0 and self.noise > 0 and self.reviewer >= 0):
            raise ValueError("variances of proposals and noise are above 0, that of reviewers not below 0")


def _about_means(codes: Ints, value: Floats, weight: Floats, size: int) -> float:
    """Weighted sum of squares about each group's weighted mean."""
    total = summed(codes, weight, size)
    sums = summed(codes, weight * value, size)
    used = total > 0
    return float(weight @ value**2 - (sums[used] ** 2 / total[used]).sum())


def _moments(scores: Scores) -> tuple[Floats, Floats]:
    """Rows: within proposals, within reviewers, total. Columns of the first: proposal, reviewer, noise."""
    y, w = scores.score - scores.center, scores.w
    everything, n = float(w.sum()), len(y)
    by_proposal = scores.proposal_weight
    seen = int((by_proposal > 0).sum())
    within = _about_means(scores.proposal, y, w, scores.P)
    own = float((by_proposal**2).sum())
    if scores.reviewer is None:
        coefficients = np.array([[0.0, 0.0, n - seen], [0.0, 0.0, 0.0], [everything - own / everything, 0.0, n - 1.0]])
        return coefficients, np.array([within, 0.0, float(w @ y**2)])
    table = scores.table
    squares = table.cell_weight**2
    shared = float((squares / by_proposal[table.row]).sum())
    met = float((squares / table.of_reviewer[table.column]).sum())
    theirs = float((table.of_reviewer**2).sum())
    coefficients = np.array([
        [0.0, everything - shared, n - seen],
        [everything - met, 0.0, n - int((table.of_reviewer > 0).sum())],
        [everything - own / everything, everything - theirs / everything, n - 1.0],
    ])  # fmt: skip
    return coefficients, np.array([within, _about_means(scores.reviewer, y, w, scores.R), float(w @ y**2)])


def _solved(coefficients: Floats, moments: Floats, kept: list[int]) -> Floats | None:
    """The variances `kept`, each from the moment of its own number; None where the scores do not determine them."""
    part = coefficients[np.ix_(kept, kept)]
    size = np.abs(part).max(axis=1, keepdims=True)
    if not size.all() or np.linalg.cond(part / size) > 1e9:
        return None
    found = np.zeros(3)
    found[kept] = np.linalg.solve(part, moments[kept])
    return found


def by_moments(scores: Scores) -> Variances:
    """Estimates from pair moments, in one pass over the scores.

    Where one would be below 0, the lowest is set to 0 and the others are estimated anew without it. Reviewers whose
    scores do not tell severity from merit have none. Where even that does not tell (a single score each), half of the
    total is the proposals'. Proposals and noise keep at least a ten-thousandth of the total.
    """
    coefficients, moments = _moments(scores)
    total = float(moments[2] / coefficients[2, 2]) if coefficients[2, 2] > 0 else 0.0
    if total <= 1e-12 * (1.0 + scores.center**2):
        return Variances(LEAST_SHARE, 0.0, LEAST_SHARE)
    found = _solved(coefficients, moments, [0, 1, 2]) if scores.reviewer is not None else None
    if found is None:
        found = _solved(coefficients, moments, [0, 2])
    elif found.min() < 0:
        found = _solved(coefficients, moments, [n for n in range(3) if n != int(found.argmin())])
    if found is None:
        found = np.array([total / 2, 0.0, total / 2])
    least = LEAST_SHARE * total
    return Variances(max(float(found[0]), least), max(float(found[1]), 0.0), max(float(found[2]), least))

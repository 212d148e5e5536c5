"""How sure calibrated scores and severities are: posterior standard deviations, exact where the panel is small.

The variances are taken as known, so that the deviations are a little too small where few scores estimate them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import csr_array, diags_array, hstack
from scipy.special import ndtri

from portal.ranking.engine.calibrate import Calibration
from portal.ranking.engine.draws import deviations
from portal.ranking.engine.equations import Equations
from portal.ranking.engine.scores import Floats

EXACT_REVIEWERS: Final = 1000
EXACT_CELLS: Final = 20_000_000  # proposals x reviewers held at once
PROBES: Final = 100  # deviations drawn above that size


@dataclass(frozen=True)
class Spread:
    """Posterior standard deviations in points: of calibrated scores [P], of reviewers' effects [R], of the mean.

    `fitted` [C]: of mean + proposal + reviewer for each cell of the table, None where it is not known exactly.
    """

    score: Floats
    reviewer: Floats
    mean: float
    fitted: Floats | None
    exact: bool


def interval(center: Floats, deviation: Floats, share: float) -> tuple[Floats, Floats]:
    """The bounds that hold `share` (0.5, 0.9) of a normal posterior, lower and upper."""
    reach = float(ndtri(0.5 + share / 2)) * deviation
    return center - reach, center + reach


def spread(calibration: Calibration, seed: int = 0) -> Spread:
    """Exact up to EXACT_REVIEWERS reviewers; above, the part that depends on other proposals is estimated by draws."""
    system = calibration.equations
    scores = system.scores
    if not system.severity:
        return _alone(system)
    if scores.R <= EXACT_REVIEWERS and scores.P * scores.R <= EXACT_CELLS:
        return _exactly(system)
    return _estimated(system, seed)


def _own(system: Equations) -> Floats:
    """Variance of each proposal's effect once reviewers and mean are known [P]."""
    return np.asarray(system.variances.noise / system.diagonal)


def _alone(system: Equations) -> Spread:
    _, precision = system.of_mean
    of_mean = system.variances.noise / precision
    score = np.sqrt(_own(system) + of_mean * (system.pull / system.diagonal) ** 2)
    none = np.zeros(system.scores.R)
    return Spread(score, none, float(np.sqrt(of_mean)), None, exact=True)


def _exactly(system: Equations) -> Spread:
    """Score = a constant - sum of (weight share x reviewer) + (pull share x mean) + own part."""
    table, noise = system.scores.table, system.variances.noise
    covariance = noise * np.linalg.inv(system.reduced())
    shares = diags_array(-1.0 / system.diagonal) @ table.weight
    map_ = csr_array(hstack([shares, csr_array((system.pull / system.diagonal)[:, None])]))
    through = map_ @ covariance
    own = _own(system)
    of_score = own + map_.multiply(through).sum(axis=1)
    of_reviewer = covariance.diagonal()[:-1]
    row, column = table.row, table.column
    fitted = of_score[row] + of_reviewer[column] + 2 * through[row, column]
    return Spread(
        np.sqrt(of_score), np.sqrt(of_reviewer), float(np.sqrt(covariance[-1, -1])), np.sqrt(fitted), exact=True
    )


def _estimated(system: Equations, seed: int) -> Spread:
    """Conditional variances are exact, those of the conditional means are averaged over PROBES deviations."""
    table, noise = system.scores.table, system.variances.noise
    score, reviewer, mean = np.zeros(system.scores.P), np.zeros(system.scores.R), 0.0
    for drawn in deviations(system, PROBES, np.random.default_rng(seed)):
        known = (system.pull * drawn.mean - table.weight @ drawn.reviewer) / system.diagonal[:, None]
        score += (known**2).sum(axis=1)
        rest = table.by_reviewer @ drawn.proposal + np.outer(table.of_reviewer, drawn.mean)
        reviewer += ((rest / system.reviewer_diagonal[:, None]) ** 2).sum(axis=1)
        mean += float((drawn.mean**2).sum())
    of_score = _own(system) + score / PROBES
    of_reviewer = noise / system.reviewer_diagonal + reviewer / PROBES
    return Spread(np.sqrt(of_score), np.sqrt(of_reviewer), float(np.sqrt(mean / PROBES)), None, exact=False)

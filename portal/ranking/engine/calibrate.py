"""The calibrated score: what a proposal would get from reviewers of average severity, drawn towards the mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from portal.ranking.engine.equations import Effects, Equations
from portal.ranking.engine.scores import Floats, Scores
from portal.ranking.engine.variances import Variances, by_moments


@dataclass(frozen=True)
class Calibration:
    """Posterior means, in points.

    `mean` of all; `proposal` [P] effects; `reviewer` [R] effects, above 0 lenient, below 0 severe, all 0 where severity
    is off; `equations` to draw from.
    """

    mean: float
    proposal: Floats
    reviewer: Floats
    variances: Variances
    equations: Equations

    @property
    def severity(self) -> bool:
        """Whether the scores tell reviewers apart."""
        return self.equations.severity

    @property
    def score(self) -> Floats:
        """Calibrated score of each proposal [P]: mean and proposal effect. Without scores it is the mean."""
        return self.mean + self.proposal


def calibrate(
    scores: Scores, variances: Variances | None = None, estimate: Callable[[Scores], Variances] = by_moments
) -> Calibration:
    """Best linear unbiased predictions of the additive model score = mean + proposal + reviewer + noise.

    `variances` fixes them; otherwise `estimate` finds them (by_moments, by_restricted_likelihood). Raises NotConverged.
    """
    system = Equations(scores, variances if variances is not None else estimate(scores))
    of_proposal, of_reviewer = scores.totals
    found: Effects = system.solve(of_proposal[:, None], of_reviewer[:, None])
    return Calibration(
        scores.center + float(found.mean[0]), found.proposal[:, 0], np.ascontiguousarray(found.reviewer[:, 0]),
        system.variances, system,
    )  # fmt: skip

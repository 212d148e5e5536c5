"""The variances by restricted maximum likelihood (REML), for those who want more than pair moments.

H. D. Patterson and R. Thompson, "Recovery of inter-block information", Biometrika 58 (1971). Henderson's equations give
the determinants: log|V| + log|X'V^-1 X| is the sum of the logs of the noise's, the priors' and the coefficients'.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.linalg import solve_triangular
from scipy.optimize import minimize

from portal.ranking.engine.equations import Equations
from portal.ranking.engine.scores import Floats, Scores
from portal.ranking.engine.variances import Variances, by_moments

MOST_REVIEWERS: Final = 3000  # a dense block of their number is factored some sixty times
FARTHEST: Final = 9.2  # log of the ratio to the noise: a ten-thousandth, or ten thousand times


class _Likelihood:
    """-2 x the restricted log likelihood, up to a constant, in logs of proposal / noise and reviewer / noise."""

    def __init__(self, scores: Scores) -> None:
        self.scores = scores
        self.squares = float(scores.w @ (scores.score - scores.center) ** 2)

    def noise(self, ratios: Floats) -> tuple[float, float]:
        """The best noise variance for these ratios, and the log determinant."""
        bounded = np.clip(ratios, -FARTHEST, FARTHEST)
        reviewer = float(np.exp(bounded[1])) if len(bounded) == 2 else 0.0
        system = Equations(self.scores, Variances(float(np.exp(bounded[0])), reviewer, 1.0))
        of_proposal, of_reviewer = self.scores.totals
        shares = of_proposal / system.diagonal
        right = np.array([of_proposal.sum() - system.weight @ shares])
        logs = float(np.log(system.diagonal).sum()) + self.scores.P * float(bounded[0])
        if system.severity:
            right = np.append(of_reviewer - self.scores.table.by_reviewer @ shares, right)
            logs += self.scores.R * float(bounded[1])
        lower = np.linalg.cholesky(system.reduced())
        explained = float(of_proposal @ shares) + float((solve_triangular(lower, right, lower=True) ** 2).sum())
        return (self.squares - explained) / (len(self.scores.score) - 1), logs + 2 * float(np.log(np.diag(lower)).sum())

    def __call__(self, ratios: Floats) -> float:
        noise, logs = self.noise(ratios)
        return (len(self.scores.score) - 1) * float(np.log(max(noise, 1e-300))) + logs


def by_restricted_likelihood(scores: Scores) -> Variances:
    """REML estimates, exact, started at the pair moments; a reviewer variance at its lower end is 0.

    Raises ValueError above MOST_REVIEWERS reviewers, where pair moments have to do.
    """
    if scores.R > MOST_REVIEWERS:
        raise ValueError(f"restricted likelihood is for at most {MOST_REVIEWERS} reviewers")
    start, target = by_moments(scores), _Likelihood(scores)
    ratios = [np.log(start.proposal / start.noise)]
    if scores.reviewer is not None:
        ratios.append(np.log(max(start.reviewer, start.noise / 100) / start.noise))
    found = minimize(target, np.array(ratios), method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-7})
    best = np.clip(found.x, -FARTHEST, FARTHEST)
    noise, _ = target.noise(best)
    reviewer = float(np.exp(best[1])) * noise if len(best) == 2 and best[1] > 0.05 - FARTHEST else 0.0
    return Variances(float(np.exp(best[0])) * noise, reviewer, noise)

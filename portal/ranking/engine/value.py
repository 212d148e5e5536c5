"""What one more review of an application in the band would be worth."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, owens_t

from portal.ranking.engine.calibrate import Calibration
from portal.ranking.engine.scores import Floats
from portal.ranking.engine.spread import Spread


def worth_of_one_more(calibration: Calibration, spread: Spread, inside: int) -> Floats:
    """By how much one more review lowers the probability that a proposal stands on the wrong side of the line [P].

    The line is the middle t between the calibrated scores at places `inside` and `inside` + 1. With the posterior
    score ~ N(m, V), distance d = |m - t| / sqrt(V), it is wrong now with probability Phi(-d). A review of weight 1 by a
    reviewer not seen before has variance S = reviewer + noise about the score and takes the share r = V / (V + S) of
    the posterior variance away. Afterwards, averaged over what that review may say, the side is wrong with probability
    2 T(d, sqrt((1 - r) / r)), T being Owen's function (D. B. Owen, Ann. Math. Stat. 27 (1956)). The value is

        Phi(-d) - 2 T(d, sqrt((1 - r) / r)),

    the expected value of sample information for a loss of 1 per misplaced proposal: highest at the line, never below 0.
    Raises ValueError where the line leaves nobody on one of its sides.
    """
    score = calibration.score
    if not 0 < inside < len(score):
        raise ValueError("the line needs proposals on both sides")
    above, below = np.sort(score)[::-1][inside - 1 : inside + 1]
    variance = spread.score**2
    new = calibration.variances.reviewer * calibration.severity + calibration.variances.noise
    share = variance / (variance + new)
    distance = np.abs(score - (above + below) / 2) / spread.score
    gain = ndtr(-distance) - 2 * owens_t(distance, np.sqrt((1 - share) / share))
    return np.asarray(np.maximum(gain, 0.0))

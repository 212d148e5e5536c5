"""What scores can say: means, calibration for severe and lenient reviewers, and how sure a rank is.

Pure numerics on plain arrays, no database. scipy is loaded with this package: import it where it is used, never at
the start of the web process.
"""

from __future__ import annotations

from portal.ranking.engine.aggregate import TRIM_FROM, raw_mean, trimmed_mean
from portal.ranking.engine.calibrate import Calibration, calibrate
from portal.ranking.engine.equations import NotConverged
from portal.ranking.engine.flags import Outlier, constant_scorers, outliers, panels
from portal.ranking.engine.likelihood import by_restricted_likelihood
from portal.ranking.engine.rank import INSIDE, MOST_CELLS, NOT_SEPARABLE, OUTSIDE, Ranks, rank
from portal.ranking.engine.scores import Scores
from portal.ranking.engine.spread import Spread, interval, spread
from portal.ranking.engine.value import worth_of_one_more
from portal.ranking.engine.variances import Variances, by_moments

__all__ = [
    "INSIDE", "MOST_CELLS", "NOT_SEPARABLE", "OUTSIDE", "TRIM_FROM", "Calibration", "NotConverged", "Outlier", "Ranks", "Scores",
    "Spread", "Variances", "by_moments", "by_restricted_likelihood", "calibrate", "constant_scorers", "interval",
    "outliers", "panels", "rank", "raw_mean", "spread", "trimmed_mean", "worth_of_one_more",
]  # fmt: skip

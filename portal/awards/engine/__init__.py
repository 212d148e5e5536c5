"""Selection within caps: rank order by its stated rule beside the best portfolio, and why they differ.

Pure numerics, no database. scipy is loaded with this package: import it where it is used, never at the start of the web
process.
"""

from __future__ import annotations

from portal.awards.engine.best import Portfolio, best_portfolio
from portal.awards.engine.caps import SKIP, STOP, Cap, Instance, LocksBreakCaps, scaled
from portal.awards.engine.differences import Difference, differences
from portal.awards.engine.order import Walk, rank_order

__all__ = [
    "SKIP", "STOP", "Cap", "Difference", "Instance", "LocksBreakCaps", "Portfolio", "Walk", "best_portfolio",
    "differences", "rank_order", "scaled",
]  # fmt: skip

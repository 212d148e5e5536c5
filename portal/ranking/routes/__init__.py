"""The ranking's front doors."""

from __future__ import annotations

from portal.ranking.routes import beside, panel, ranking
from portal.ranking.routes.blueprint import bp

__all__ = ["beside", "bp", "panel", "ranking"]

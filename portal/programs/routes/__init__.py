"""Programs and calls made on pages; the eligibility check and public questions."""

from portal.programs.routes import asking, office, settings
from portal.programs.routes.blueprint import bp

__all__ = ["asking", "bp", "office", "settings"]

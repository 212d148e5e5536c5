"""Programs and calls made on pages."""

from portal.programs.routes import office, settings
from portal.programs.routes.blueprint import bp

__all__ = ["bp", "office", "settings"]

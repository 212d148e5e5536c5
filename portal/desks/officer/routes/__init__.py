"""The office's front doors: the day and the calls, a call's applications, letters in bulk."""

from portal.desks.officer.routes import applications, letters, office
from portal.desks.officer.routes.blueprint import bp

__all__ = ["applications", "bp", "letters", "office"]

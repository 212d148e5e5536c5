"""The applicant's pages."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("applications", __name__)

# Each module adds its views to `bp`.
from portal.applications.routes import (  # noqa: E402
    attachments,
    costs,
    means,
    sections,
    start,
)

__all__ = ["attachments", "bp", "costs", "means", "sections", "start"]

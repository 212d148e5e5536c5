"""The applicant's pages."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("applications", __name__)

# Each module adds its views to `bp`.
from portal.applications.routes import (  # noqa: E402
    attachments,
    confirm,
    consortium,
    costs,
    deadlines,
    late,
    means,
    references,
    reopening,
    sections,
    start,
    submit,
)

__all__ = [
    "attachments",
    "bp",
    "confirm",
    "consortium",
    "costs",
    "deadlines",
    "late",
    "means",
    "references",
    "reopening",
    "sections",
    "start",
    "submit",
]

"""The applicant's pages."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("applications", __name__)

# Each module adds its views to `bp`.

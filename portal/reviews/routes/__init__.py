"""The reviewer's page of one application, its files, and the office's view of how far the reviews are."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("reviews", __name__)

# Each module adds its views to `bp`.
from portal.reviews.routes import batch, documents, meeting, office, packet, review, sheet  # noqa: E402

__all__ = ["batch", "bp", "documents", "meeting", "office", "packet", "review", "sheet"]

"""The verbs of reviewing, split by what they are about; callers import from here."""

from __future__ import annotations

from portal.reviews.service.reviewing import (
    close_review,
    marks_of,
    receipt_of,
    record_scores,
    remind,
    remind_due,
    save_review,
    submit_reviews,
)

__all__ = [
    "close_review",
    "marks_of",
    "receipt_of",
    "record_scores",
    "remind",
    "remind_due",
    "save_review",
    "submit_reviews",
]

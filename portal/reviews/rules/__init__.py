"""What a score may be and when a review is complete; when a panel may deliberate and what its votes mean. Pure."""

from __future__ import annotations

from portal.reviews.rules.meetings import (
    ABSTAIN,
    CARRIED,
    LOST,
    NO,
    NOBODY,
    YES,
    choices_of,
    has_quorum,
    outcome_of,
)
from portal.reviews.rules.reviewing import (
    MAX_TEXT,
    MIN_COMMENT,
    MIN_REASON,
    MINUTES_EACH,
    Marks,
    anchor_points,
    check_marks,
    hours_left,
    points_from,
    receipt,
    reminder_due,
    total,
    unfinished,
    window_open,
)

__all__ = [
    "ABSTAIN",
    "CARRIED",
    "LOST",
    "MAX_TEXT",
    "MINUTES_EACH",
    "MIN_COMMENT",
    "MIN_REASON",
    "NO",
    "NOBODY",
    "YES",
    "Marks",
    "anchor_points",
    "check_marks",
    "choices_of",
    "has_quorum",
    "hours_left",
    "outcome_of",
    "points_from",
    "receipt",
    "reminder_due",
    "total",
    "unfinished",
    "window_open",
]

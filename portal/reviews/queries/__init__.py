"""Reviews as their viewers may see them: one's own, counts for the office, marks by pseudonym for ranking."""

from __future__ import annotations

from portal.reviews.queries.marks import LockedMark, locked_marks, opinions
from portal.reviews.queries.mine import (
    DeskRow,
    desk,
    documents_of,
    has_letters,
    letters_for,
    my_assignment,
    my_open_assignment,
    review_of,
)
from portal.reviews.queries.progress import (
    PAGE,
    EntryProgress,
    Progress,
    ReviewerProgress,
    entry_count,
    entry_progress,
    late_people,
    notes_to_officer,
    progress,
    reviewer_progress,
    something_left,
    unrouted_tracks,
)

__all__ = [
    "PAGE",
    "DeskRow",
    "EntryProgress",
    "LockedMark",
    "Progress",
    "ReviewerProgress",
    "desk",
    "documents_of",
    "entry_count",
    "entry_progress",
    "has_letters",
    "late_people",
    "letters_for",
    "locked_marks",
    "my_assignment",
    "my_open_assignment",
    "notes_to_officer",
    "opinions",
    "progress",
    "review_of",
    "reviewer_progress",
    "something_left",
    "unrouted_tracks",
]

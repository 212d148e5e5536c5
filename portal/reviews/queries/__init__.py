"""Reviews as their viewers may see them: one's own, counts for the office, marks by pseudonym for ranking."""

from __future__ import annotations

from portal.reviews.queries.marks import LockedMark, locked_marks, opinions
from portal.reviews.queries.mine import (
    DeskRow,
    batch,
    batch_size,
    desk,
    documents_of,
    my_assignment,
    my_open_assignment,
    my_panel,
    review_of,
)
from portal.reviews.queries.packets import (
    my_packet_panel,
    my_sheet_panel,
    packet_file,
    packet_hashes,
    packet_job,
    packet_of,
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
    stages_under_review,
    unrouted_tracks,
)

__all__ = [
    "PAGE",
    "DeskRow",
    "EntryProgress",
    "LockedMark",
    "Progress",
    "ReviewerProgress",
    "batch",
    "batch_size",
    "desk",
    "documents_of",
    "entry_count",
    "entry_progress",
    "late_people",
    "locked_marks",
    "my_assignment",
    "my_open_assignment",
    "my_packet_panel",
    "my_panel",
    "my_sheet_panel",
    "notes_to_officer",
    "opinions",
    "packet_file",
    "packet_hashes",
    "packet_job",
    "packet_of",
    "progress",
    "review_of",
    "reviewer_progress",
    "something_left",
    "stages_under_review",
    "unrouted_tracks",
]

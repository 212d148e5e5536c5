"""The verbs of reviewing, split by what they are about; callers import from here."""

from __future__ import annotations

from portal.reviews.service.meetings import (
    AgendaItem,
    close_meeting,
    conclude,
    note_presence,
    open_meeting,
    take_up,
    write_minutes,
)
from portal.reviews.service.motions import cast_ballot, close_motion, put_motion
from portal.reviews.service.packets import ask_packet, keep_packet, note_download
from portal.reviews.service.personal import erase_of_applications, export_person, hindrances
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
from portal.reviews.service.revising import revise_review
from portal.reviews.service.sheets import Changed, Reading, save_sheet, score_sheet, sheet_read

__all__ = [
    "AgendaItem",
    "Changed",
    "Reading",
    "ask_packet",
    "cast_ballot",
    "close_meeting",
    "close_motion",
    "close_review",
    "conclude",
    "erase_of_applications",
    "export_person",
    "hindrances",
    "keep_packet",
    "marks_of",
    "note_download",
    "note_presence",
    "open_meeting",
    "put_motion",
    "receipt_of",
    "record_scores",
    "remind",
    "remind_due",
    "revise_review",
    "save_review",
    "save_sheet",
    "score_sheet",
    "sheet_read",
    "submit_reviews",
    "take_up",
    "write_minutes",
]

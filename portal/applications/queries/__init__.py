"""Every SELECT over applications, split by who asks."""

from __future__ import annotations

from portal.applications.queries.drafts import application_for, applications_of, standing_of
from portal.applications.queries.entries import (
    entries_of_application,
    entries_of_stage,
    entry,
    entry_by_public_id,
    entry_of,
)
from portal.applications.queries.submissions import (
    application_by_id,
    content_of,
    latest_submission,
    readable_by_officer,
    submission_by_number,
    submission_by_receipt,
    submissions_of,
    submitter_of,
    whole,
)

__all__ = [
    "application_by_id",
    "application_for",
    "applications_of",
    "content_of",
    "entries_of_application",
    "entries_of_stage",
    "entry",
    "entry_by_public_id",
    "entry_of",
    "latest_submission",
    "readable_by_officer",
    "standing_of",
    "submission_by_number",
    "submission_by_receipt",
    "submissions_of",
    "submitter_of",
    "whole",
]

"""Locked reviews for later features: by pseudonym, never by person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from portal.applications.models import EntryState, StageEntry
from portal.platform.db import db
from portal.reviews.models import Review, ReviewState
from portal.routing.models import Assignment, AssignmentState


@dataclass(frozen=True)
class LockedMark:
    """One locked review as ranking takes it: a pseudonym, never a person.

    `reviewer` is the same number in all marks of one person within a list, from 0, and means nothing outside it.
    """

    entry_id: int
    entry: str
    application_id: int
    pseudonym: str
    points: dict[str, int]
    receipt: str
    reviewer: int


def locked_marks(stage_id: int, track: str = "") -> list[LockedMark]:
    """All locked reviews of a stage's track in a stable order: entry, then pseudonym."""
    reviews = db.session.scalars(
        select(Review)
        .join(Assignment, Review.assignment_id == Assignment.id)
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .where(
            StageEntry.stage_id == stage_id,
            StageEntry.track == track,
            StageEntry.state != EntryState.WITHDRAWN,
            Review.state != ReviewState.DRAFT,
            Assignment.state == AssignmentState.ACCEPTED,
        )
        .options(selectinload(Review.scores), joinedload(Review.assignment).joinedload(Assignment.entry))
        .order_by(StageEntry.id, Assignment.pseudonym)
    ).all()
    numbers: dict[int, int] = {}
    return [
        LockedMark(
            r.assignment.entry_id, r.assignment.entry.public_id, r.assignment.entry.application_id,
            r.assignment.pseudonym, {s.criterion: s.points or 0 for s in r.scores}, r.receipt or "",
            numbers.setdefault(r.assignment.person_id, len(numbers)),
        )
        for r in reviews
    ]  # fmt: skip


def opinions(entry_id: int) -> Sequence[str]:
    """The overall comments of an entry, in an order that tells nothing: by their receipts. For the applicant, never
    beside the list of reviewers (Decree art. 29)."""
    return db.session.scalars(
        select(Review.comment)
        .join(Assignment, Review.assignment_id == Assignment.id)
        .where(
            Assignment.entry_id == entry_id, Review.state != ReviewState.DRAFT,
            Assignment.state == AssignmentState.ACCEPTED,
        )
        .order_by(Review.receipt)
    ).all()  # fmt: skip

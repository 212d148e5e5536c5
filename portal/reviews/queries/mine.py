"""Reviews as their viewers may see them: one's own, or counts for the office. Identities are joined nowhere else.

`reviewer_of` is the one function that joins a pseudonym to a person, and its caller logs the read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import contains_eager, selectinload

from portal.applications.models import Application, EntryState, StageEntry
from portal.conflicts.queries import not_barred
from portal.platform.context import Actor
from portal.platform.db import db
from portal.platform.visibility import clause
from portal.programs.models import Stage
from portal.reviews.models import Review, ReviewState
from portal.routing.models import Assignment, AssignmentState

READABLE = (AssignmentState.ACCEPTED,)


@clause
def assigned_to(actor: Actor) -> ColumnElement[bool]:
    """Assigned, declared free of conflict, and the stage not decided: access ends with the stage."""
    return and_(
        Assignment.person_id.in_(actor.same_as),
        Assignment.state.in_(READABLE),
        Stage.decided_at.is_(None),
    )


def my_assignment(actor: Actor, public_id: str) -> Assignment | None:
    """One assignment of this reviewer whose application they may read, conflicts joined in."""
    return db.session.scalars(
        select(Assignment)
        .join(Assignment.entry)
        .join(StageEntry.stage)
        .join(StageEntry.application)
        .where(
            Assignment.public_id == public_id,
            assigned_to(actor),
            not_barred(actor.same_as, StageEntry.application_id),
            StageEntry.state.in_((EntryState.ENTERED, EntryState.IN_REVIEW)),
        )
        .options(
            contains_eager(Assignment.entry).contains_eager(StageEntry.stage),
            contains_eager(Assignment.entry).contains_eager(StageEntry.application),
            selectinload(Assignment.entry, StageEntry.submission),
        )
    ).one_or_none()


def review_of(assignment_id: int) -> Review | None:
    return db.session.scalars(
        select(Review).where(Review.assignment_id == assignment_id).options(selectinload(Review.scores))
    ).one_or_none()


@dataclass(frozen=True)
class DeskRow:
    """One line of a reviewer's desk."""

    assignment: Assignment
    stage: Stage
    application: Application | None  # None until the declaration is answered
    review: Review | None

    @property
    def done(self) -> bool:
        return self.review is not None and self.review.state is not ReviewState.DRAFT

    @property
    def total(self) -> int | None:
        if self.review is None or not any(s.points is not None for s in self.review.scores):
            return None
        return sum(s.points or 0 for s in self.review.scores)


def desk(actor: Actor) -> list[DeskRow]:
    """Everything assigned to this reviewer in stages that are not decided; barred applications are not there.

    Three queries whatever the number of assignments.
    """
    rows = db.session.execute(
        select(Assignment, Stage, Application, Review)
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .join(Stage, StageEntry.stage_id == Stage.id)
        .join(Application, StageEntry.application_id == Application.id)
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(
            Assignment.person_id.in_(actor.same_as),
            Assignment.state.in_((AssignmentState.PUBLISHED, AssignmentState.ACCEPTED)),
            Stage.decided_at.is_(None),
            not_barred(actor.same_as, Application.id),
        )
        .options(selectinload(Review.scores))
        .order_by(Stage.review_due_at, Stage.id, Assignment.id)
    ).all()
    return [
        DeskRow(a, stage, application if a.state is AssignmentState.ACCEPTED else None, review)
        for a, stage, application, review in rows
    ]


@dataclass(frozen=True)
class Progress:
    """How far a stage's review is: numbers only."""

    assigned: int
    accepted: int
    locked: int
    declined: int


def progress(stage_id: int) -> Progress:
    row = db.session.execute(
        select(
            func.sum(case((Assignment.state.in_((AssignmentState.PUBLISHED, AssignmentState.ACCEPTED)), 1), else_=0)),
            func.sum(case((Assignment.state == AssignmentState.ACCEPTED, 1), else_=0)),
            func.sum(
                case(
                    (
                        and_(Assignment.state == AssignmentState.ACCEPTED, Review.state != ReviewState.DRAFT), 1,
                    ),
                    else_=0,
                )
            ),
            func.sum(case((Assignment.state == AssignmentState.DECLINED, 1), else_=0)),
        )
        .select_from(Assignment)
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(StageEntry.stage_id == stage_id, Assignment.state != AssignmentState.DRAFT)
    ).one()  # fmt: skip
    return Progress(*(int(n or 0) for n in row))


@dataclass(frozen=True)
class EntryProgress:
    entry_public_id: str
    application_public_id: str
    title: str
    assigned: int
    locked: int


def entry_progress(actor: Actor, stage_id: int) -> list[EntryProgress]:
    """Reviews in hand per application, for the office; applications that bar this officer are not there."""
    rows = db.session.execute(
        select(
            StageEntry.public_id,
            Application.public_id,
            Application.title,
            func.count(Assignment.id),
            func.sum(case((Review.state != ReviewState.DRAFT, 1), else_=0)),
        )
        .join(Application, StageEntry.application_id == Application.id)
        .outerjoin(
            Assignment,
            and_(
                Assignment.entry_id == StageEntry.id,
                Assignment.state.in_((AssignmentState.PUBLISHED, AssignmentState.ACCEPTED)),
            ),
        )
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(StageEntry.stage_id == stage_id, not_barred(actor.same_as, Application.id))
        .group_by(StageEntry.id, StageEntry.public_id, Application.public_id, Application.title)
        .order_by(Application.title, StageEntry.id)
    )
    return [EntryProgress(e, a, title, int(n), int(locked or 0)) for e, a, title, n, locked in rows]


@dataclass(frozen=True)
class ReviewerProgress:
    name: str
    kind: str
    assigned: int
    locked: int
    last_saved: datetime | None


def reviewer_progress(stage_id: int) -> list[tuple[int, int, int, datetime | None]]:
    """(person, assigned, locked, last saved) of a stage's reviewers; the caller joins names and logs the read."""
    rows = db.session.execute(
        select(
            Assignment.person_id,
            func.count(Assignment.id),
            func.sum(case((Review.state != ReviewState.DRAFT, 1), else_=0)),
            func.max(Review.saved_at),
        )
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(
            StageEntry.stage_id == stage_id,
            Assignment.state.in_((AssignmentState.PUBLISHED, AssignmentState.ACCEPTED)),
        )
        .group_by(Assignment.person_id)
        .order_by(Assignment.person_id)
    )
    return [(p, int(n), int(locked or 0), saved) for p, n, locked, saved in rows]


@dataclass(frozen=True)
class LockedMark:
    """One locked review as ranking takes it: a pseudonym, never a person."""

    entry_id: int
    entry: str
    application_id: int
    pseudonym: str
    points: dict[str, int]
    receipt: str


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
        .options(selectinload(Review.scores), selectinload(Review.assignment).selectinload(Assignment.entry))
        .order_by(StageEntry.id, Assignment.pseudonym)
    ).all()
    return [
        LockedMark(
            r.assignment.entry_id, r.assignment.entry.public_id, r.assignment.entry.application_id,
            r.assignment.pseudonym, {s.criterion: s.points or 0 for s in r.scores}, r.receipt or "",
        )
        for r in reviews
    ]  # fmt: skip


def opinions(entry_id: int) -> Sequence[str]:
    """The overall comments of an entry, in an order that tells nothing: by their receipts."""
    return db.session.scalars(
        select(Review.comment)
        .join(Assignment, Review.assignment_id == Assignment.id)
        .where(Assignment.entry_id == entry_id, Review.state != ReviewState.DRAFT)
        .order_by(Review.receipt)
    ).all()


def open_drafts(stage_id: int) -> int:
    """Accepted assignments of a stage whose review is not submitted yet."""
    found = progress(stage_id)
    return found.accepted - found.locked


def waiting_declarations(stage_id: int) -> int:
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Assignment)
            .join(StageEntry, Assignment.entry_id == StageEntry.id)
            .where(StageEntry.stage_id == stage_id, Assignment.state == AssignmentState.PUBLISHED)
        )
        or 0
    )

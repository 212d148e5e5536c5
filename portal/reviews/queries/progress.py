"""How far a stage's review is: numbers for the office. Names are joined by `reviewer_progress` alone, and its
caller logs the read. An application that bars the officer counts nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, bindparam, case, func, or_, select, true

from portal.accounts.models import Person
from portal.applications.models import Application, EntryState, StageEntry
from portal.conflicts.queries import not_barred
from portal.platform.context import Actor
from portal.platform.db import db
from portal.programs.models import Stage
from portal.reviews.models import Review, ReviewState
from portal.reviews.queries.mine import IN_STAGE
from portal.routing.models import Assignment, AssignmentState, Panel, Seat
from portal.routing.queries.panels import identities
from portal.routing.rules.panels import LIVE

_sent = case((Review.state != ReviewState.DRAFT, 1), else_=0)
PAGE = 50
COUNTED = (*IN_STAGE, EntryState.ADVANCED, EntryState.NOT_ADVANCED)  # a withdrawn entry waits for nobody


@dataclass(frozen=True)
class Progress:
    """How far a stage's review is: numbers only."""

    assigned: int
    accepted: int
    locked: int
    declined: int

    @property
    def undeclared(self) -> int:
        return self.assigned - self.accepted

    @property
    def open(self) -> int:
        """Accepted and not submitted."""
        return self.accepted - self.locked


def _seen_by(actor: Actor | None) -> ColumnElement[bool]:
    """For the machine (None) everything counts; for an officer what no conflict keeps from them."""
    return true() if actor is None else not_barred(identities(actor), StageEntry.application_id)


def progress(stage_id: int, actor: Actor | None = None) -> Progress:
    accepted = Assignment.state == AssignmentState.ACCEPTED
    row = db.session.execute(
        select(
            func.sum(case((Assignment.state.in_(LIVE), 1), else_=0)),
            func.sum(case((accepted, 1), else_=0)),
            func.sum(case((and_(accepted, Review.state != ReviewState.DRAFT), 1), else_=0)),
            func.sum(case((Assignment.state == AssignmentState.DECLINED, 1), else_=0)),
        )
        .select_from(Assignment)
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(
            StageEntry.stage_id == stage_id, StageEntry.state.in_(COUNTED),
            Assignment.state != AssignmentState.DRAFT, _seen_by(actor),
        )
    ).one()  # fmt: skip
    return Progress(*(int(n or 0) for n in row))


def unrouted_tracks(stage_id: int) -> set[str]:
    """Tracks of the stage with entries under review and no assignment published yet."""
    rows = db.session.execute(
        select(StageEntry.track, func.count(Assignment.id))
        .outerjoin(
            Assignment,
            and_(Assignment.entry_id == StageEntry.id, Assignment.state != AssignmentState.DRAFT),
        )
        .where(StageEntry.stage_id == stage_id, StageEntry.state == EntryState.IN_REVIEW)
        .group_by(StageEntry.track)
    )
    return {track for track, assigned in rows if not assigned}


_sent_one = select(Review.id).where(Review.assignment_id == Assignment.id, Review.state != ReviewState.DRAFT)
_LEFT: Final = (
    select(Assignment.id)
    .join(StageEntry, Assignment.entry_id == StageEntry.id)
    .where(
        StageEntry.stage_id == bindparam("stage"), StageEntry.state.in_(COUNTED), Assignment.state.in_(LIVE),
        or_(Assignment.state != AssignmentState.ACCEPTED, _sent_one.correlate(Assignment).scalar_subquery().is_(None)),
    )
    .limit(1)
)  # fmt: skip


def something_left(stage_id: int) -> bool:
    """A declaration or a review of the stage is still to come; ends at the first that is found."""
    return db.session.scalar(_LEFT, {"stage": stage_id}) is not None


@dataclass(frozen=True)
class EntryProgress:
    entry_public_id: str
    application_public_id: str
    title: str
    assigned: int
    locked: int


def entry_count(actor: Actor, stage_id: int) -> int:
    """How many rows `entry_progress` has in all."""
    seen = StageEntry.stage_id == stage_id, StageEntry.state.in_(COUNTED), _seen_by(actor)
    return db.session.scalar(select(func.count(StageEntry.id)).where(*seen)) or 0


def entry_progress(actor: Actor, stage_id: int, page: int = 1) -> list[EntryProgress]:
    """Reviews in hand per application, a page of them; applications that bar this officer are not there."""
    of_page = (
        select(StageEntry.id)
        .join(Application, StageEntry.application_id == Application.id)
        .where(StageEntry.stage_id == stage_id, StageEntry.state.in_(COUNTED), _seen_by(actor))
        .order_by(Application.title, StageEntry.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    ids = list(db.session.scalars(of_page))
    rows = db.session.execute(
        select(
            StageEntry.public_id, Application.public_id, Application.title, func.count(Assignment.id), func.sum(_sent)
        )
        .join(Application, StageEntry.application_id == Application.id)
        .outerjoin(Assignment, and_(Assignment.entry_id == StageEntry.id, Assignment.state.in_(LIVE)))
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(StageEntry.id.in_(ids))
        .group_by(StageEntry.id, StageEntry.public_id, Application.public_id, Application.title)
        .order_by(Application.title, StageEntry.id)
    )
    return [EntryProgress(e, a, title, int(n), int(locked or 0)) for e, a, title, n, locked in rows]


@dataclass(frozen=True)
class ReviewerProgress:
    person_id: int
    name: str
    kind: str
    assigned: int
    undeclared: int
    locked: int
    last_saved: datetime | None

    @property
    def open(self) -> int:
        return self.assigned - self.locked


def reviewer_progress(actor: Actor, stage_id: int) -> list[ReviewerProgress]:
    """A stage's reviewers by name, most work left first: never a score. The caller logs the read."""
    rows = db.session.execute(
        select(
            Person.id,
            Person.name,
            func.min(Seat.kind),
            func.count(Assignment.id),
            func.sum(case((Assignment.state == AssignmentState.PUBLISHED, 1), else_=0)),
            func.sum(_sent),
            func.max(Review.saved_at),
        )
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .join(Person, Assignment.person_id == Person.id)
        .join(Panel, Assignment.panel_id == Panel.id)
        .outerjoin(Seat, and_(Seat.panel_id == Panel.id, Seat.person_id == Person.id))
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(
            StageEntry.stage_id == stage_id, StageEntry.state.in_(COUNTED), Assignment.state.in_(LIVE), _seen_by(actor)
        )
        .group_by(Person.id, Person.name)
        .order_by(Person.name, Person.id)
    )
    found = [
        ReviewerProgress(id_, name, kind or "", int(n), int(undeclared or 0), int(locked or 0), saved)
        for id_, name, kind, n, undeclared, locked, saved in rows
    ]
    return sorted(found, key=lambda r: -r.open)


def stages_under_review() -> Sequence[Stage]:
    """Stages whose review is open and has a due date, for the machine."""
    return db.session.scalars(
        select(Stage)
        .where(Stage.review_opens_at.is_not(None), Stage.review_closed_at.is_(None), Stage.review_due_at.is_not(None))
        .order_by(Stage.id)
    ).all()


def late_people(stage_id: int) -> list[int]:
    """Ids of those who still have something to do in a stage: a declaration to answer or a review to submit."""
    return list(
        db.session.scalars(
            select(Assignment.person_id)
            .join(StageEntry, Assignment.entry_id == StageEntry.id)
            .outerjoin(Review, Review.assignment_id == Assignment.id)
            .where(
                StageEntry.stage_id == stage_id,
                StageEntry.state.in_(IN_STAGE),
                # "not sure" waits for an officer, not for the reviewer
                or_(
                    Assignment.state == AssignmentState.ACCEPTED,
                    and_(Assignment.state == AssignmentState.PUBLISHED, Assignment.declared_at.is_(None)),
                ),
                _sent == 0,
            )
            .distinct()
            .order_by(Assignment.person_id)
        )
    )


def notes_to_officer(actor: Actor, stage_id: int) -> Sequence[tuple[str, str]]:
    """(title, note) of submitted reviews, without the reviewer; in an order that tells nothing."""
    rows = db.session.execute(
        select(Application.title, Review.note_to_officer)
        .join(Assignment, Review.assignment_id == Assignment.id)
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .join(Application, StageEntry.application_id == Application.id)
        .where(
            StageEntry.stage_id == stage_id, Review.state != ReviewState.DRAFT, Review.note_to_officer != "",
            _seen_by(actor),
        )
        .order_by(Application.title, Review.receipt)
    ).all()  # fmt: skip
    return [(title, note) for title, note in rows]

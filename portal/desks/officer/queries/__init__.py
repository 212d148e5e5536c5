"""The office's lists across features: always within the officer's scope, counted in the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import contains_eager, selectinload

from portal.accounts.models import Role, RoleGrant
from portal.accounts.queries import grant_is_valid, stood_in_for
from portal.accounts.rules import korean_day
from portal.applications.models import (
    Application,
    ApplicationState,
    Reference,
    StageEntry,
)
from portal.applications.queries.references import letters_of
from portal.awards.models import Award, Decision, DecisionState
from portal.conflicts.models import Conflict
from portal.conflicts.queries import not_barred
from portal.notifications.models import Letter, LetterState
from portal.platform.context import Actor
from portal.platform.db import db
from portal.platform.jobs import Job, JobState
from portal.platform.visibility import clause
from portal.programs.models import Call, Program, Stage
from portal.programs.queries import OFFICE_ROLES, call_in_scope, waiting_questions
from portal.reviews.models import Review, ReviewState
from portal.routing.models import Assignment, AssignmentState
from portal.screening.models import Screening, ScreeningState

PAGE = 50


@clause
def content_is_open() -> ColumnElement[bool]:
    """Sealed until close: before it the office counts applications but reads none."""
    return Application.state == ApplicationState.CLOSED


@dataclass(frozen=True)
class Waiting:
    """What waits for somebody: how many, where."""

    screenings: dict[int, int]
    declarations: dict[int, int]
    approvals: dict[int, int]
    late_reviews: dict[int, int]
    unsure_letters: dict[int, int]
    questions: dict[int, int]
    parked: int


@dataclass(frozen=True)
class StandIn:
    """Somebody who is away today and named the viewer for their approvals."""

    name: str
    until: date
    scopes: frozenset[str]

    def covers(self, scopes: Sequence[str]) -> bool:
        return "*" in self.scopes or bool(self.scopes & set(scopes))


def standing_in(actor: Actor, now: datetime) -> list[StandIn]:
    """Two queries, whatever the number of people who are away."""
    found = stood_in_for(actor.same_as, korean_day(now))
    grants = db.session.execute(
        select(RoleGrant.person_id, RoleGrant.scope).where(
            RoleGrant.person_id.in_([a.person_id for a in found]), RoleGrant.role == Role.ADMINISTRATOR,
            grant_is_valid(now),
        )
    ).all()  # fmt: skip
    return [
        StandIn(a.person.name, a.until, frozenset(scope for who, scope in grants if who == a.person_id)) for a in found
    ]


def _by_call(query: Any) -> dict[int, int]:
    """Counts by call of a (call id, count) query."""
    return {row[0]: row[1] for row in db.session.execute(query) if row[0] is not None}


def waiting(call_ids: list[int], now: datetime) -> Waiting:
    """Seven counts, each one query whatever the number of calls."""
    screenings = (
        select(Stage.call_id, func.count())
        .select_from(Screening)
        .join(StageEntry, Screening.entry_id == StageEntry.id)
        .join(Stage, StageEntry.stage_id == Stage.id)
        .where(Stage.call_id.in_(call_ids), Screening.state == ScreeningState.WAITING)
        .group_by(Stage.call_id)
    )
    declarations = (
        select(Application.call_id, func.count())
        .select_from(Conflict)
        .join(Application, Conflict.application_id == Application.id)
        .where(
            Application.call_id.in_(call_ids), Conflict.unsure, Conflict.waived_at.is_(None),
            Conflict.dismissed_at.is_(None),
        )
        .group_by(Application.call_id)
    )  # fmt: skip
    approvals = (
        select(Stage.call_id, func.count())
        .select_from(Decision)
        .join(Stage, Decision.stage_id == Stage.id)
        .where(Stage.call_id.in_(call_ids), Decision.state == DecisionState.PROPOSED)
        .group_by(Stage.call_id)
    )
    late = (
        select(Stage.call_id, func.count())
        .select_from(Assignment)
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .join(Stage, StageEntry.stage_id == Stage.id)
        .outerjoin(Review, and_(Review.assignment_id == Assignment.id, Review.state != ReviewState.DRAFT))
        .where(
            Stage.call_id.in_(call_ids), Stage.review_due_at < now, Stage.review_closed_at.is_(None),
            Assignment.state.in_((AssignmentState.PUBLISHED, AssignmentState.ACCEPTED)), Review.id.is_(None),
        )
        .group_by(Stage.call_id)
    )  # fmt: skip
    letters = (
        select(Letter.call_id, func.count())
        .where(Letter.call_id.in_(call_ids), Letter.state == LetterState.UNSURE)
        .group_by(Letter.call_id)
    )
    parked = db.session.scalar(select(func.count()).select_from(Job).where(Job.state == JobState.PARKED)) or 0
    return Waiting(
        screenings=_by_call(screenings),
        declarations=_by_call(declarations),
        approvals=_by_call(approvals),
        late_reviews=_by_call(late),
        unsure_letters=_by_call(letters),
        questions={call_id: count for call_id, (count, _) in waiting_questions(call_ids).items()},
        parked=parked,
    )


def application_counts(call_ids: list[int]) -> dict[int, dict[str, int]]:
    """Applications by state for each call."""
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    rows = db.session.execute(
        select(Application.call_id, Application.state, func.count())
        .where(Application.call_id.in_(call_ids))
        .group_by(Application.call_id, Application.state)
    )
    for call_id, state, count in rows:
        counts[call_id][state.value] = count
    return counts


def entry_counts(call_ids: list[int]) -> dict[int, dict[str, int]]:
    """Stage entries by state for each stage."""
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    rows = db.session.execute(
        select(StageEntry.stage_id, StageEntry.state, func.count())
        .join(Stage, StageEntry.stage_id == Stage.id)
        .where(Stage.call_id.in_(call_ids))
        .group_by(StageEntry.stage_id, StageEntry.state)
    )
    for stage_id, state, count in rows:
        counts[stage_id][state.value] = count
    return counts


def award_counts(call_ids: list[int]) -> dict[int, int]:
    return _by_call(select(Award.call_id, func.count()).where(Award.call_id.in_(call_ids)).group_by(Award.call_id))


def office_application(actor: Actor, public_id: str) -> Application | None:
    """One closed application in the officer's scope, unless a conflict bars the officer."""
    return db.session.scalars(
        select(Application)
        .join(Call, Application.call_id == Call.id)
        .join(Program, Call.program_id == Program.id)
        .where(
            Application.public_id == public_id,
            call_in_scope(actor, *OFFICE_ROLES, "auditor"),
            content_is_open(),
            not_barred(actor.same_as, Application.id),
        )
        .options(contains_eager(Application.call), selectinload(Application.institutions))
    ).one_or_none()


def office_letter(actor: Actor, public_id: str, reference_id: str) -> Reference | None:
    """A letter that has come for an application which this officer may read."""
    application = office_application(actor, public_id)
    if application is None:
        return None
    return next((row for row in letters_of(application.id) if row.public_id == reference_id), None)


def entries_of(application_id: int) -> Sequence[StageEntry]:
    return db.session.scalars(
        select(StageEntry)
        .where(StageEntry.application_id == application_id)
        .options(selectinload(StageEntry.stage), selectinload(StageEntry.submission))
        .order_by(StageEntry.id)
    ).all()


def jobs(state: str = "", page: int = 1) -> tuple[Sequence[Job], int, dict[str, int]]:
    """Jobs, the ones that need somebody first, then the newest; with counts by state."""
    counts = {s.value: n for s, n in db.session.execute(select(Job.state, func.count()).group_by(Job.state)).all()}
    query = select(Job)
    if state in {s.value for s in JobState}:
        query = query.where(Job.state == JobState(state))
    total = counts.get(state, 0) if state else sum(counts.values())
    urgency = case((Job.state == JobState.PARKED, 0), (Job.state == JobState.RUNNING, 1), else_=2)
    rows = db.session.scalars(query.order_by(urgency, Job.id.desc()).limit(PAGE).offset((page - 1) * PAGE)).all()
    return rows, total, counts


def job(job_id: int) -> Job | None:
    return db.session.scalars(select(Job).where(Job.id == job_id).with_for_update()).one_or_none()

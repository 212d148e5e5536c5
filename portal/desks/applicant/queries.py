"""What the applicant's desk composes: the own applications, and of decisions only what is published."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import contains_eager, defer, joinedload

from portal.accounts.models import Person
from portal.applications.models import StageEntry, Submission
from portal.awards.models import Award, AwardState, Decision, DecisionState, Outcome
from portal.platform.db import db
from portal.platform.visibility import clause
from portal.programs.models import Stage
from portal.routing.models import Panel, Seat, SeatState

SHOWN_AWARDS = tuple(state for state in AwardState if state is not AwardState.RESERVED)


@clause
def decision_is_published() -> ColumnElement[bool]:
    """Proposals, approvals and annulled decisions are nobody's business outside the office."""
    return Decision.state == DecisionState.PUBLISHED


def outcomes_of(application_ids: Sequence[int]) -> Sequence[Outcome]:
    """Published outcomes of these applications with decision, stage and entry, the first stage first."""
    return db.session.scalars(
        select(Outcome)
        .join(Outcome.decision)
        .join(Outcome.entry)
        .join(Stage, Decision.stage_id == Stage.id)
        .where(StageEntry.application_id.in_(application_ids), decision_is_published())
        .options(contains_eager(Outcome.decision).joinedload(Decision.stage), contains_eager(Outcome.entry))
        .order_by(Stage.position, Outcome.id)
    ).all()


def awards_of(application_ids: Sequence[int]) -> Sequence[Award]:
    """Awards whose decision is published; a reserved one is not told."""
    return db.session.scalars(
        select(Award)
        .join(Award.outcome)
        .join(Outcome.decision)
        .where(Award.application_id.in_(application_ids), Award.state.in_(SHOWN_AWARDS), decision_is_published())
        .options(joinedload(Award.outcome))
        .order_by(Award.id)
    ).all()


def panel_names(stage_ids: Sequence[int]) -> dict[int, list[str]]:
    """Stage id -> its panel as a list sorted by name, never beside opinions (Decree 29)."""
    if not stage_ids:
        return {}
    rows = db.session.execute(
        select(Panel.stage_id, Person.name)
        .join(Seat, Seat.panel_id == Panel.id)
        .join(Person, Seat.person_id == Person.id)
        .where(Panel.stage_id.in_(stage_ids), Seat.state == SeatState.ACCEPTED)
        .order_by(Panel.stage_id, Person.name, Person.id)
    )
    names: dict[int, list[str]] = {}
    for stage_id, name in rows:
        names.setdefault(stage_id, []).append(name)
    return names


def last_submissions(application_ids: Sequence[int]) -> dict[int, Submission]:
    """Application id -> its last submission, for a list."""
    last = (
        select(Submission.application_id, func.max(Submission.number).label("number"))
        .where(Submission.application_id.in_(application_ids))
        .group_by(Submission.application_id)
        .subquery()
    )
    rows = db.session.scalars(
        select(Submission)
        .join(last, (Submission.application_id == last.c.application_id) & (Submission.number == last.c.number))
        .order_by(Submission.id)
        .options(defer(Submission.content))
    )
    return {row.application_id: row for row in rows}

"""Awards: the office's, the applicant's own, and what everybody may know of."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from portal.accounts.models import Affiliation
from portal.applications.models import Application, Institution, Member
from portal.awards.models import Award, AwardState, Decision, Outcome
from portal.awards.queries.decisions import decision_is_published
from portal.awards.queries.tables import identities
from portal.conflicts.queries import not_barred
from portal.platform.context import Actor
from portal.platform.db import db
from portal.platform.visibility import clause
from portal.programs.models import Call, Program
from portal.programs.queries import call_in_scope


def awards_of_decision(decision_id: int) -> Sequence[Award]:
    return db.session.scalars(
        select(Award)
        .join(Outcome, Award.outcome_id == Outcome.id)
        .where(Outcome.decision_id == decision_id)
        .options(selectinload(Award.components), contains_eager(Award.outcome))
        .order_by(Outcome.rank, Award.id)
    ).all()


GIVEN_UP = (AwardState.DECLINED, AwardState.EXPIRED, AwardState.CANCELLED, AwardState.ELIMINATED)


def live_count(call_id: int, decision_id: int | None = None) -> int:
    """How many awards of the call, or of one of its decisions, stand: not given up, taken back or eliminated."""
    query = select(func.count(Award.id)).where(Award.call_id == call_id, Award.state.not_in(GIVEN_UP))
    if decision_id is not None:
        query = query.join(Outcome, Award.outcome_id == Outcome.id).where(Outcome.decision_id == decision_id)
    return db.session.scalar(query) or 0


def locked_award(award_id: int) -> Award:
    return db.session.scalars(select(Award).where(Award.id == award_id).with_for_update()).one()


def award_of_outcome(outcome_id: int) -> Award | None:
    return db.session.scalars(select(Award).where(Award.outcome_id == outcome_id)).one_or_none()


def awards_of_call(call_id: int) -> Sequence[Award]:
    return db.session.scalars(
        select(Award)
        .where(Award.call_id == call_id)
        .options(
            selectinload(Award.components),
            joinedload(Award.application).selectinload(Application.institutions),
            joinedload(Award.outcome),
        )
        .order_by(Award.id)
    ).all()


@clause
def award_is_mine(actor: Actor) -> ColumnElement[bool]:
    """The applicant's side: the team, once the decision is published; representatives of an institution too."""
    me = identities(actor)
    member = select(Member.id).where(Member.application_id == Award.application_id, Member.person_id.in_(me))
    represents = (
        select(Institution.id)
        .join(Affiliation, Affiliation.organisation_id == Institution.organisation_id)
        .where(
            Institution.application_id == Award.application_id,
            Affiliation.person_id.in_(me),
            Affiliation.representative,
            Affiliation.until.is_(None),
        )
    )
    return (Award.offered_at.is_not(None)) & or_(Application.owner_id.in_(me), member.exists(), represents.exists())


@clause
def award_in_office(actor: Actor) -> ColumnElement[bool]:
    """The office of the call and auditors, unless a conflict of interest bars them."""
    scope = Award.id.is_not(None) if actor.holds("auditor") else call_in_scope(actor, "officer", "administrator")
    return scope & not_barred(identities(actor), Award.application_id)


def award_for(actor: Actor, public_id: str, **_: str) -> Award | None:
    return db.session.scalars(
        select(Award)
        .join(Application, Award.application_id == Application.id)
        .join(Call, Award.call_id == Call.id)
        .join(Program, Call.program_id == Program.id)
        .where(Award.public_id == public_id, or_(award_is_mine(actor), award_in_office(actor)))
        .options(
            contains_eager(Award.application).selectinload(Application.institutions),
            selectinload(Award.components),
            joinedload(Award.outcome).joinedload(Outcome.decision),
        )
    ).one_or_none()


OPEN_AWARDS = (AwardState.OFFERED, AwardState.ACCEPTED, AwardState.AGREED, AwardState.ACTIVE, AwardState.ENDED)


def published_awards(call_id: int | None = None) -> Sequence[Award]:
    """Awards that everybody may know of: offered by a published decision and not given up."""
    query = (
        select(Award)
        .join(Outcome, Award.outcome_id == Outcome.id)
        .join(Decision, Outcome.decision_id == Decision.id)
        .where(decision_is_published(), Award.state.in_(OPEN_AWARDS))
        .options(selectinload(Award.components), joinedload(Award.application).selectinload(Application.institutions))
    )
    if call_id is not None:
        query = query.where(Award.call_id == call_id)
    return db.session.scalars(query.order_by(Award.offered_at.desc(), Award.id)).all()


def team_of(application_id: int) -> list[tuple[int | None, str]]:
    """(person where known, address) of every member, in the order of the addresses."""
    rows = db.session.execute(
        select(Member.person_id, Member.email_key)
        .where(Member.application_id == application_id)
        .order_by(Member.email_key)
    )
    return [(person, email) for person, email in rows]

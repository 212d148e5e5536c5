"""The applicant's answer to an offer, and what happens without one."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.accounts import service as accounts
from portal.applications.models import InstitutionRole
from portal.audit.service import record
from portal.awards import rules
from portal.awards.errors import AwardStateRefused, NotYoursToAnswer, OfferExpired, ReasonTooShort
from portal.awards.jobs import ACCEPTED, DECLINED, EXPIRE, EXPIRED, OFFER
from portal.awards.models import Award, AwardState
from portal.awards.queries import awards as queries
from portal.awards.queries.decisions import affiliations_of
from portal.awards.queries.tables import identities
from portal.awards.service.issue import move_award, reservation_of
from portal.budgets import service as budgets
from portal.conflicts.rules import today
from portal.platform.context import Actor, Context
from portal.platform.formats import moment
from portal.platform.jobs import enqueue


def may_answer(actor: Actor, award: Award, now: datetime) -> bool:
    """The owner of the application or a present representative of its lead institution."""
    application = award.application
    lead = next((i for i in application.institutions if i.role is InstitutionRole.LEAD), None)
    represents = affiliations_of(identities(actor), now, representative=True)
    return rules.may_answer(actor, application.owner_id, lead.organisation_id if lead else None, represents)


def _open(context: Context, award_id: int) -> Award:
    """The award, locked, if the actor may answer it now."""
    award = queries.locked_award(award_id)
    if not may_answer(context.actor, award, context.now):
        raise NotYoursToAnswer
    until = award.answer_until
    if award.state is AwardState.EXPIRED or (
        award.state is AwardState.OFFERED and not rules.offer_is_open(award.state, until, context.now)
    ):
        raise OfferExpired(until=moment(until, award.application.call.definition.time_zone) if until else "")
    if award.state is not AwardState.OFFERED:
        raise AwardStateRefused(state=rules.AWARD_STATES[award.state])
    award.answered_at, award.answered_by_id = context.now, context.actor.person_id
    return award


def offer_award(context: Context, award: Award, days: int) -> None:
    """The clock starts; without an answer by then the offer lapses."""
    move_award(award, AwardState.OFFERED)
    award.offered_at, award.answer_until = context.now, context.now + timedelta(days=days)
    record(context, "AwardOffered", "award", award.public_id, answer_until=award.answer_until.isoformat())
    enqueue(EXPIRE, {"award_id": award.id}, key=str(award.id), now=context.now, run_at=award.answer_until)
    enqueue(OFFER, {"award_id": award.id}, key=str(award.id), now=context.now)


def accept_award(context: Context, award_id: int) -> Award:
    """In time: the money is committed. Raises OfferExpired, AwardStateRefused, NotYoursToAnswer."""
    award = _open(context, award_id)
    move_award(award, AwardState.ACCEPTED)
    budgets.commit(context, f"accept:{award.public_id}", reservation_of(award).id)
    record(context, "AwardAccepted", "award", award.public_id)
    _join_project(context, award)
    enqueue(ACCEPTED, {"award_id": award.id}, key=str(award.id), now=context.now)
    return award


def _join_project(context: Context, award: Award) -> None:
    """The team works together from now on, which later bars its people from judging each other."""
    team = queries.team_of(award.application_id)
    if len(team) > 1:
        day = today(context.now, award.application.call.definition.time_zone)
        accounts.join_project(context, award.public_id, team, day)


def decline_award(context: Context, award_id: int, reason: str) -> Award:
    """The money is free again."""
    if len(reason.strip()) < rules.REASON_LEAST:
        raise ReasonTooShort("reason", least=rules.REASON_LEAST)
    award = _open(context, award_id)
    move_award(award, AwardState.DECLINED)
    award.decline_reason = reason.strip()
    budgets.release(context, f"decline:{award.public_id}", reservation_of(award).id)
    record(context, "AwardDeclined", "award", award.public_id, reason=reason)
    enqueue(DECLINED, {"award_id": award.id}, key=str(award.id), now=context.now)
    return award


def expire_award(context: Context, award_id: int) -> Award:
    """At the end of its time an unanswered offer lapses; answered or not yet due, nothing happens."""
    award = queries.locked_award(award_id)
    if award.state is not AwardState.OFFERED or rules.offer_is_open(award.state, award.answer_until, context.now):
        return award
    move_award(award, AwardState.EXPIRED)
    budgets.lapse(context, f"expire:{award.public_id}", reservation_of(award).id)
    record(context, "AwardExpired", "award", award.public_id)
    enqueue(EXPIRED, {"award_id": award.id}, key=str(award.id), now=context.now)
    return award

"""The deliberation committee confirms a proposed decision or returns it (Act art. 14(4), Decree art. 28); its secretary,
an officer of the call, writes down what it resolved."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from portal.audit.service import record
from portal.awards import rules
from portal.awards.errors import (
    AlreadySat,
    CommitteeFirst,
    CommitteeInFavour,
    CommitteeMajority,
    CommitteeQuorum,
    Conflicted,
    CountsWrong,
    DecisionStateRefused,
    NoCommittee,
    ReasonTooShort,
    SittingTime,
    TooManyMembers,
)
from portal.awards.models import CommitteeSitting, Decision, DecisionState
from portal.awards.queries import decisions as queries
from portal.awards.service.decide import annul
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import Forbidden
from portal.platform.files.resident_number import refuse_resident_numbers
from portal.platform.language import say
from portal.platform.names import nfc
from portal.programs.definition import CommitteeRule


def rule_of(decision: Decision) -> CommitteeRule | None:
    """The committee that has to confirm this decision: one that awards, where the call knows one."""
    definition = decision.stage.call.definition
    return definition.awards.committee if definition.stage(decision.stage.code).awards else None


def check_committee(decision: Decision) -> None:
    """Raises CommitteeFirst as long as the committee has not confirmed it."""
    rule, sitting = rule_of(decision), queries.sitting_of(decision.id)
    if rule is not None and (sitting is None or not sitting.confirmed):
        raise CommitteeFirst(committee=say(rule.names))


def record_sitting(
    context: Context,
    decision_id: int,
    held_on: date,
    members: int,
    present: int,
    in_favour: int,
    confirmed: bool,
    reason: str,
) -> CommitteeSitting:
    """What the committee resolved on a proposed decision, once. Returned, the decision goes back with the reason.

    Raises NoCommittee, AlreadySat, CountsWrong, CommitteeQuorum, CommitteeMajority and their like.
    """
    decision = queries.locked_decision(decision_id)
    scopes, rule = decision.stage.call.scopes, rule_of(decision)
    if not (context.actor.has("officer", *scopes) or context.actor.has("administrator", *scopes)):
        raise Forbidden
    if rule is None:
        raise NoCommittee
    if queries.is_barred_from(context.actor, [o.entry_id for o in queries.outcomes_of(decision_id)]):
        raise Conflicted
    if queries.sitting_of(decision_id) is not None:
        raise AlreadySat
    if decision.state is not DecisionState.PROPOSED:
        raise DecisionStateRefused(state=rules.DECISION_STATES[decision.state])
    _check_day(context, decision, held_on)
    _check_counts(rule, members, present, in_favour, confirmed)
    reason = nfc(reason).strip()
    if len(reason) < rules.REASON_LEAST:
        raise ReasonTooShort("reason", least=rules.REASON_LEAST)
    refuse_resident_numbers(reason)
    sitting = CommitteeSitting(
        public_id=context.ids.public_id(), decision_id=decision_id, held_on=held_on, members=members, present=present,
        in_favour=in_favour, confirmed=confirmed, reason=reason, at=context.now, by_id=context.actor.person_id,
    )  # fmt: skip
    db.session.add(sitting)
    record(
        context, "CommitteeSat", "decision", decision.public_id, held_on=held_on.isoformat(), members=members,
        present=present, in_favour=in_favour, confirmed=confirmed, reason=reason,
    )  # fmt: skip
    if not confirmed:
        annul(context, decision, reason)
    return sitting


def _check_day(context: Context, decision: Decision, held_on: date) -> None:
    zone = ZoneInfo(decision.stage.call.definition.time_zone)
    if not decision.proposed_at.astimezone(zone).date() <= held_on <= context.now.astimezone(zone).date():
        raise SittingTime("held_on")


def _check_counts(rule: CommitteeRule, members: int, present: int, in_favour: int, confirmed: bool) -> None:
    if members > rule.max_members:
        raise TooManyMembers("members", most=rule.max_members)
    if present > members or in_favour > present:
        raise CountsWrong("present" if present > members else "in_favour")
    if not rules.is_majority(present, members):
        raise CommitteeQuorum("present", members=members, least=members // 2 + 1)
    if confirmed and not rules.is_majority(in_favour, present):
        raise CommitteeMajority("in_favour", present=present, least=present // 2 + 1)
    if not confirmed and rules.is_majority(in_favour, present):
        raise CommitteeInFavour("in_favour")

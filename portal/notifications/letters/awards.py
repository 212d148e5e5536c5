"""Letters of decision: every applicant learns its own outcome with the reason and the way to appeal; offers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from portal.accounts.models import Person, Role
from portal.applications.models import Application
from portal.awards.jobs import (
    ACCEPTED,
    APPROVAL_OVERDUE,
    APPROVAL_REMINDER,
    DECLINED,
    EXPIRED,
    OFFER,
    OUTCOME,
    PROPOSED,
    RETURNED,
)
from portal.awards.models import Award, Decision, DecisionState, Outcome, Result
from portal.awards.rules import OVERDUE_AFTER
from portal.awards.service import approvers_of
from portal.notifications.drafts import Draft, Recipient, letter
from portal.notifications.letters.recipients import holders, line, people, person, team
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.formats import day, moment, money
from portal.platform.language import Text, say
from portal.programs.models import Call
from portal.programs.rules import appeal_last_day

RESULTS: dict[Result, Text] = {
    Result.ADVANCE: Text("다음 단계로 올라갑니다", "it goes on to the next stage"),
    Result.AWARD: Text("선정되었습니다", "it was selected"),
    Result.RESERVE: Text("예비 과제로 정해졌습니다", "it was put on the reserve list"),
    Result.DECLINE: Text("선정되지 않았습니다", "it was not selected"),
}


def _title(application: Application) -> str:
    return application.title or application.public_id[:8]


@letter(OUTCOME)
def outcome(context: Context, payload: dict[str, Any]) -> list[Draft]:
    """What the regime discloses and no more: the outcome, its reason, grounds and last day of an appeal."""
    found = db.session.get_one(Outcome, payload["outcome_id"])
    decision = found.decision
    application, call = found.entry.application, decision.stage.call
    appeal = call.definition.regime.appeal
    assert decision.published_at is not None
    last = appeal_last_day(decision.published_at, appeal, call.definition.holidays, call.definition.time_zone)
    return [
        Draft(
            to=to,
            subject=Text("평가 결과: {call}", "Outcome: {call}"),
            params={"call": call.names},
            paragraphs=[
                line(
                    "‘{title}’ 신청은 {stage} 결과 {result}.",
                    "‘{title}’: after {stage}, {result}.",
                    title=_title(application),
                    stage=lambda: say(call.definition.stage(decision.stage.code).names),
                    result=lambda: say(RESULTS[found.result]),
                ),
                line("이유: {reason}", "Reason: {reason}", reason=found.reason),
                line(
                    "이의신청은 {last}까지 한 번 하실 수 있습니다. 사유: {grounds}.",
                    "You may appeal once, until {last}. Grounds: {grounds}.",
                    last=lambda: day(last), grounds=lambda: ", ".join(say(g.names) for g in appeal.grounds),
                ),
            ],
            action=Text("결과 보기", "See the outcome"),
            path=f"/applications/{application.public_id}",
            reference=f"{call.code}-{decision.public_id[:6]}",
            key=f"{found.id}:{to.person_id}",
            decisive=True,
            call_id=call.id, application_id=application.id,
        )
        for to in team(application)
    ]  # fmt: skip


@letter(OFFER)
def offer(context: Context, payload: dict[str, Any]) -> list[Draft]:
    award = db.session.get_one(Award, payload["award_id"])
    application = award.application
    total = sum(component.value for component in award.components)
    until, definition = award.answer_until, application.call.definition
    return [
        Draft(
            to=to,
            subject=Text("지원 제안에 답해 주십시오", "Please answer the offer"),
            paragraphs=[
                *([line("예비 명단에서 자리를 이어받게 되었습니다.", "A place has come free, and you are next on the reserve list.")]
                  if award.outcome.promoted_at else []),
                line(
                    "‘{title}’에 {total} 규모(현물 포함)의 지원을 제안합니다.",
                    "We offer ‘{title}’ support worth {total}, in-kind included.",
                    title=_title(application), total=lambda: money(total, definition.currency),
                ),
                line(
                    "{at}까지 수락하거나 사양해 주십시오. 그때까지 답이 없으면 제안이 끝납니다.",
                    "Accept or decline by {at}; without an answer the offer ends then.",
                    at=lambda: moment(until, definition.time_zone) if until else "–",
                ),
            ],
            action=Text("제안 보기", "See the offer"),
            path=f"/awards/{award.public_id}",
            reference=award.public_id[:8],
            key=f"{award.id}:{to.person_id}",
            decisive=True,
            call_id=award.call_id, application_id=application.id,
        )
        for to in team(application)
    ]  # fmt: skip


def _to_administrators(
    decision: Decision, recipients: Iterable[Recipient], subject: Text, paragraphs: list[Callable[[], str]]
) -> list[Draft]:
    """About a decision that waits; nothing once it was approved or returned."""
    if decision.state is not DecisionState.PROPOSED:
        return []
    call = decision.stage.call
    return [
        Draft(
            to=to, subject=subject, paragraphs=paragraphs, action=Text("의결안 보기", "See the proposal"),
            path=f"/office/calls/{call.public_id}/awards", reference=decision.public_id[:8],
            key=f"{decision.id}:{to.person_id}", call_id=call.id,
        )
        for to in recipients
    ]  # fmt: skip


@letter(PROPOSED)
def proposed(context: Context, payload: dict[str, Any]) -> list[Draft]:
    decision = db.session.get_one(Decision, payload["decision_id"])
    call = decision.stage.call
    asked = (
        to for to in holders(context.now, Role.ADMINISTRATOR, *call.scopes) if to.person_id != decision.proposed_by_id
    )
    said = line(
        "‘{call}’의 의결안이 올라왔습니다. 제안한 사람과 신청 기관에 속한 사람은 승인할 수 없습니다.",
        "A decision of ‘{call}’ was proposed. Neither the proposer nor anybody of an applicant's institution may approve it.",
        call=lambda: say(call.names),
    )  # fmt: skip
    return _to_administrators(
        decision, asked, Text("승인을 기다리는 결정이 있습니다", "A decision waits for approval"), [said]
    )


@letter(APPROVAL_REMINDER)
def approval_reminder(context: Context, payload: dict[str, Any]) -> list[Draft]:
    """To those who can approve today; deputies learn for whom they stand in."""
    decision = db.session.get_one(Decision, payload["decision_id"])
    call = decision.stage.call
    drafts = []
    for one in approvers_of(decision, context.now):
        if not one.can_now or one.actor.person_id is None:
            continue
        said = [
            line(
                "‘{call}’의 의결안이 {at}부터 승인을 기다리고 있습니다.",
                "A decision of ‘{call}’ has been waiting for approval since {at}.",
                call=lambda: say(call.names), at=lambda: day(decision.proposed_at, call.definition.time_zone),
            )
        ]  # fmt: skip
        if one.stands_in_for:
            names = ", ".join(absent.actor.name for absent in one.stands_in_for)
            said.append(line("{names} 님을 대리하고 계십니다.", "You stand in for {names}.", names=names))
        drafts += _to_administrators(
            decision, people([one.actor.person_id]), Text("승인을 기다리고 있습니다", "Your approval is awaited"), said
        )
    return drafts


@letter(APPROVAL_OVERDUE)
def approval_overdue(context: Context, payload: dict[str, Any]) -> list[Draft]:
    """To every administrator of the call, so that somebody finds a way; with how many could approve."""
    decision = db.session.get_one(Decision, payload["decision_id"])
    call = decision.stage.call
    able = sum(one.can_now for one in approvers_of(decision, context.now))
    said = [
        line(
            "‘{call}’의 의결안이 {at}부터 {days}근무일이 지나도록 승인되지 않았습니다. 지금 승인할 수 있는 사람은 {able}명입니다.",
            "A decision of ‘{call}’, proposed on {at}, was not approved within {days} working days. {able} can approve it now.",
            call=lambda: say(call.names), at=lambda: day(decision.proposed_at, call.definition.time_zone),
            days=str(OVERDUE_AFTER), able=str(able),
        ),
        line(
            "승인할 수 있는 사람이 없으면 다른 사람에게 권한을 주거나 의결안을 반려해 주십시오.",
            "If nobody can, grant the right to somebody else or return the proposal.",
        ),
    ]  # fmt: skip
    to = holders(context.now, Role.ADMINISTRATOR, *call.scopes)
    return _to_administrators(decision, to, Text("승인이 늦어지고 있습니다", "An approval is overdue"), said)


@letter(RETURNED)
def returned(context: Context, payload: dict[str, Any]) -> list[Draft]:
    decision = db.session.get_one(Decision, payload["decision_id"])
    call = decision.stage.call
    return [
        Draft(
            to=person(db.session.get_one(Person, decision.proposed_by_id)),
            subject=Text("의결안이 되돌아왔습니다", "Your proposal was returned"),
            paragraphs=[
                line(
                    "‘{call}’의 의결안이 되돌아왔습니다. 이유: {reason}",
                    "Your proposal for ‘{call}’ was returned. Reason: {reason}",
                    call=lambda: say(call.names), reason=decision.annulment_reason or "–",
                )
            ],
            action=Text("의결안 보기", "See the proposal"),
            path=f"/office/calls/{call.public_id}/awards",
            reference=decision.public_id[:8],
            key=str(decision.id),
            call_id=call.id,
        )
    ]  # fmt: skip


def _to_office(context: Context, payload: dict[str, Any], subject: Text, ko: str, en: str) -> list[Draft]:
    award = db.session.get_one(Award, payload["award_id"])
    call = db.session.get_one(Call, award.call_id)
    return [
        Draft(
            to=to,
            subject=subject,
            paragraphs=[line(ko, en, title=_title(award.application), reason=award.decline_reason or "–")],
            action=Text("선정 목록 보기", "See the awards"),
            path=f"/office/calls/{call.public_id}/awards",
            reference=award.public_id[:8],
            key=f"{award.id}:{to.person_id}",
            call_id=call.id,
            application_id=award.application_id,
        )
        for to in holders(context.now, Role.OFFICER, *call.scopes)
    ]


@letter(ACCEPTED)
def accepted(context: Context, payload: dict[str, Any]) -> list[Draft]:
    return _to_office(
        context, payload, Text("지원 제안을 수락했습니다", "An offer was accepted"),
        "‘{title}’ 팀이 지원 제안을 수락했습니다.", "The team of ‘{title}’ accepted its offer.",
    )  # fmt: skip


@letter(DECLINED)
def declined(context: Context, payload: dict[str, Any]) -> list[Draft]:
    return _to_office(
        context, payload, Text("지원 제안을 사양했습니다", "An offer was declined"),
        "‘{title}’ 팀이 지원 제안을 사양했습니다. 이유: {reason}",
        "The team of ‘{title}’ declined its offer. Reason: {reason}",
    )  # fmt: skip


@letter(EXPIRED)
def expired(context: Context, payload: dict[str, Any]) -> list[Draft]:
    return _to_office(
        context, payload, Text("지원 제안의 기한이 지났습니다", "An offer expired"),
        "‘{title}’ 팀이 기한까지 답하지 않아 제안이 끝났습니다.",
        "The team of ‘{title}’ did not answer in time; the offer has ended.",
    )  # fmt: skip

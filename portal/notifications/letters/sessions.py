"""Letters about sessions: when a team presents. No team learns which other team it exchanges with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from portal.accounts.models import Person
from portal.applications.models import Application, StageEntry
from portal.notifications.drafts import Draft, letter
from portal.notifications.letters.recipients import leaders, line, person
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.formats import moment_for
from portal.platform.language import Text, say
from portal.routing.jobs import SESSION_CHANGED, SESSION_GIVEN, SESSION_REMINDED, SWAP_ANSWERED, SWAP_ASKED
from portal.routing.models import Session, SessionSwap
from portal.routing.queries.panels import IN_STAGE
from portal.routing.queries.sessions import rule_of
from portal.routing.rules.sessions import answer_until, has_begun, is_waiting

Paragraph = Callable[[], str]


def _standing(payload: dict[str, Any]) -> Session | None:
    """The slot, as long as it is there, of this entry, and the entry waits for its result."""
    session = db.session.get(Session, payload["session_id"])
    if session is None or session.entry is None or session.entry_id != payload["entry_id"]:
        return None
    return session if session.entry.state in IN_STAGE and session.published_at is not None else None


def _time(session: Session, at: datetime, who: Person) -> Callable[[], str]:
    zone = session.panel.stage.call.definition.time_zone
    return lambda: moment_for(at, zone, who.time_zone)


def _what(session: Session) -> dict[str, Callable[[], str]]:
    call = session.panel.stage.call
    stage = call.definition.stage(session.panel.stage.code)
    return {"call": lambda: say(call.names), "stage": lambda: say(stage.names)}


def _where(session: Session) -> list[Paragraph]:
    return [line("장소: {place}", "Place: {place}", place=session.place)] if session.place else []


def _until(session: Session, who: Person) -> list[Paragraph]:
    """Until when it can be confirmed or exchanged, and how to have it in one's calendar."""
    rule = rule_of(session.panel)
    if rule is None:
        return []
    return [
        line(
            "{until}까지 링크에서 확인하거나 한 번 바꾸실 수 있습니다. 달력 파일도 그곳에서 받으실 수 있습니다.",
            "Until {until} you can confirm it or exchange it once behind the link; the calendar file is there as well.",
            until=_time(session, answer_until(session, rule), who),
        )
    ]


def _letters(
    application: Application, subject: Text, paragraphs: Callable[[Person], list[Paragraph]], action: Text, key: str
) -> list[Draft]:
    return [
        Draft(
            to=person(who), subject=subject, paragraphs=paragraphs(who), action=action,
            path=f"/applications/{application.public_id}/session", reference=application.call.code,
            key=f"{key}:{who.id}", call_id=application.call_id, application_id=application.id,
        )
        for who in leaders(application)
    ]  # fmt: skip


@letter(SESSION_GIVEN)
def session_given(context: Context, payload: dict[str, Any]) -> list[Draft]:
    session = _standing(payload)
    if session is None or session.entry is None:
        return []

    def words(who: Person) -> list[Paragraph]:
        return [
            line(
                "‘{call}’ {stage}의 발표 시간이 정해졌습니다: {at}, {n}분.",
                "You have a slot to present in ‘{call}’, {stage}: {at}, {n} minutes.",
                at=_time(session, session.starts_at, who), n=str(session.minutes), **_what(session),
            ),
            *_where(session), *_until(session, who),
        ]  # fmt: skip

    return _letters(
        session.entry.application, Text("발표 시간이 정해졌습니다", "When you present"), words,
        Text("확인하거나 바꾸기", "Confirm or exchange"), f"{session.id}:{session.entry_id}",
    )  # fmt: skip


@letter(SESSION_CHANGED)
def session_changed(context: Context, payload: dict[str, Any]) -> list[Draft]:
    """By the office, with its reason; or by the team itself, which took a free slot."""
    session = _standing(payload)
    if session is None or session.entry is None:
        return []

    def words(who: Person) -> list[Paragraph]:
        reason = session.change_reason
        return [
            line(
                "‘{call}’ {stage}의 발표 시간이나 장소가 바뀌었습니다. 지금은 {at}, {n}분입니다.",
                "Your slot in ‘{call}’, {stage} has changed. It is now {at}, {n} minutes.",
                at=_time(session, session.starts_at, who), n=str(session.minutes), **_what(session),
            ),
            *([line("사유: {reason}", "Reason: {reason}", reason=reason)] if reason else []),
            *_where(session), *(_until(session, who) if session.swapped_at is None else []),
        ]  # fmt: skip

    return _letters(
        session.entry.application, Text("발표 시간이 바뀌었습니다", "Your slot has changed"), words,
        Text("발표 시간 보기", "See your slot"), f"{session.id}:{context.now.isoformat()}",
    )  # fmt: skip


@letter(SESSION_REMINDED)
def session_reminded(context: Context, payload: dict[str, Any]) -> list[Draft]:
    """Stops when the slot has moved, changed hands or begun."""
    session = _standing(payload)
    if session is None or session.entry is None or has_begun(session):
        return []
    if session.starts_at.isoformat() != payload["starts_at"] or context.now >= session.starts_at:
        return []

    def words(who: Person) -> list[Paragraph]:
        return [
            line(
                "‘{call}’ {stage}의 발표가 하루 남았습니다: {at}, {n}분.",
                "You present in ‘{call}’, {stage} in a day: {at}, {n} minutes.",
                at=_time(session, session.starts_at, who), n=str(session.minutes), **_what(session),
            ),
            *_where(session),
        ]  # fmt: skip

    return _letters(
        session.entry.application, Text("내일 발표가 있습니다", "You present tomorrow"), words,
        Text("발표 시간 보기", "See your slot"), f"{session.id}:{payload['starts_at']}",
    )  # fmt: skip


def _swap(payload: dict[str, Any]) -> tuple[SessionSwap, Session, Session]:
    swap = db.session.get_one(SessionSwap, payload["swap_id"])
    return swap, db.session.get_one(Session, swap.from_id), db.session.get_one(Session, swap.to_id)


def _team(entry_id: int) -> Application:
    return db.session.get_one(StageEntry, entry_id).application


@letter(SWAP_ASKED)
def swap_asked(context: Context, payload: dict[str, Any]) -> list[Draft]:
    """Stops when it was answered, taken back, or is too late to answer."""
    if db.session.get(SessionSwap, payload["swap_id"]) is None:
        return []
    swap, asked, mine = _swap(payload)
    rule = rule_of(mine.panel)
    if rule is None or not is_waiting(swap, asked, mine, rule, context.now):
        return []
    until = min(answer_until(asked, rule), answer_until(mine, rule))

    def words(who: Person) -> list[Paragraph]:
        return [
            line(
                "‘{call}’ {stage}에서 다른 팀이 발표 시간을 바꾸자고 합니다. 지금 시간은 {mine}이고, 받아들이면 {theirs}에 발표하십니다.",
                "In ‘{call}’, {stage} another team asks to exchange slots. Yours is {mine}; if you accept, you present on {theirs}.",
                mine=_time(mine, mine.starts_at, who), theirs=_time(mine, asked.starts_at, who), **_what(mine),
            ),
            line(
                "{until}까지 답하지 않으시면 지금 시간이 그대로입니다.",
                "Without an answer by {until} your slot stays as it is.", until=_time(mine, until, who),
            ),
        ]  # fmt: skip

    return _letters(
        _team(swap.to_entry_id), Text("발표 시간을 바꾸자는 요청", "A request to exchange slots"), words,
        Text("답하기", "Answer"), str(swap.id),
    )  # fmt: skip


@letter(SWAP_ANSWERED)
def swap_answered(context: Context, payload: dict[str, Any]) -> list[Draft]:
    """Refused: to the team that asked. Accepted: to both, each with its new time."""
    if db.session.get(SessionSwap, payload["swap_id"]) is None:
        return []
    swap, asked, other = _swap(payload)
    if not swap.accepted:
        return _answer(swap, swap.from_entry_id, asked)
    return _answer(swap, swap.from_entry_id, other) + _answer(swap, swap.to_entry_id, asked)


def _answer(swap: SessionSwap, entry_id: int, session: Session) -> list[Draft]:
    def words(who: Person) -> list[Paragraph]:
        time = _time(session, session.starts_at, who)
        if not swap.accepted:
            return [
                line(
                    "‘{call}’ {stage}에서 요청하신 교환을 그 팀이 받아들이지 않았습니다. 발표 시간은 그대로 {at}입니다.",
                    "In ‘{call}’, {stage} the other team did not accept the exchange. Your slot stays {at}.",
                    at=time, **_what(session),
                )
            ]  # fmt: skip
        return [
            line(
                "‘{call}’ {stage}의 발표 시간을 맞바꾸었습니다. 이제 {at}에 발표하십니다. 달력 파일을 새로 받아 주십시오.",
                "In ‘{call}’, {stage} the slots are exchanged. You now present on {at}. Please get the calendar file anew.",
                at=time, **_what(session),
            ),
            *_where(session),
        ]  # fmt: skip

    subject = (
        Text("발표 시간을 맞바꾸었습니다", "The slots are exchanged")
        if swap.accepted
        else Text("교환이 이루어지지 않았습니다", "The exchange was declined")
    )
    return _letters(
        _team(entry_id), subject, words, Text("발표 시간 보기", "See your slot"), f"{swap.id}:{entry_id}"
    )  # fmt: skip

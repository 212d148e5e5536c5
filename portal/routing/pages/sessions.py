"""Sessions ready to show: the office's day, the panel's, a team's own slot."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app, url_for

from portal.applications.models import StageEntry
from portal.applications.queries import reopenings
from portal.applications.queries.drafts import standing_of
from portal.applications.rules import can_lead
from portal.audit.queries import search, values_of
from portal.conflicts.queries import barred_pairs
from portal.platform.calendar_file import CalendarEvent
from portal.platform.context import Actor, Context
from portal.platform.formats import moment_for
from portal.platform.language import Text, say
from portal.programs.definition import SessionRule
from portal.routing.models import Assignment, Panel, SeatState, Session, SessionSwap
from portal.routing.queries import sessions
from portal.routing.queries.panels import IN_STAGE
from portal.routing.rules.sessions import (
    Standing,
    absent_from,
    answer_until,
    can_be_absent,
    can_be_started,
    can_confirm,
    can_exchange,
    digest,
    draw,
    ends_at,
    has_begun,
    in_order,
    standing,
)
from portal.routing.service.swaps import waiting_swaps

Row = dict[str, Any]
TAKE, ASK = "take", "ask"
FREE = (Text("빈자리", "Free"), "neutral")
NOT_PUBLISHED = (Text("공개 전", "Not published"), "neutral")
WAITS = (Text("확인 대기", "Not confirmed yet"), "warning")
CONFIRMED = (Text("팀이 확인함", "Confirmed by the team"), "success")
LEFT_STAGE = (Text("평가에서 빠짐", "No longer in the stage"), "neutral")


def zone_of(panel: Panel) -> str:
    return panel.stage.call.definition.time_zone


def stage_names(panel: Panel) -> dict[str, str]:
    return panel.stage.call.definition.stage(panel.stage.code).names


# --- the office ---


@dataclass(frozen=True)
class OfficeRow:
    session: Session
    title: str
    applicant: str
    team_url: str
    word: Text
    tone: str
    held: Standing
    stepping_out: Sequence[str]  # members of the panel whom a conflict bars from the team


def office_rows(panel: Panel, found: Sequence[Session], now: datetime) -> list[OfficeRow]:
    """Every slot in order; two queries whatever their number."""
    seated = {s.person_id: s.person.name for s in panel.seats if s.state is SeatState.ACCEPTED}
    teams = [s.entry.application_id for s in found if s.entry is not None]
    barred = barred_pairs(seated, teams) if teams and seated else set()
    return [_office_row(session, seated, barred, now) for session in found]


def _office_row(session: Session, seated: dict[int, str], barred: set[tuple[int, int]], now: datetime) -> OfficeRow:
    entry = session.entry
    word, tone = _word(session)
    if entry is None:
        return OfficeRow(session, "", "", "", word, tone, standing(session, now), [])
    names = sorted(name for person, name in seated.items() if (person, entry.application_id) in barred)
    url = url_for("desks_officer.application", public_id=entry.application.public_id)
    return OfficeRow(
        session, entry.application.title, entry.application.applicant, url, word, tone, standing(session, now), names
    )


def was_told(session: Session) -> bool:
    """A team knows of it: only time and place can still be changed."""
    return session.published_at is not None and session.entry_id is not None


def told_late(session: Session, now: datetime) -> bool:
    """Published now, its team could no longer confirm it."""
    rule = sessions.rule_of(session.panel)
    return session.published_at is None and rule is not None and now >= answer_until(session, rule)


def _word(session: Session) -> tuple[Text, str]:
    if session.entry is not None and session.entry.state not in IN_STAGE and session.panel.stage.decided_at is None:
        return LEFT_STAGE
    if session.published_at is None:
        return NOT_PUBLISHED
    if session.entry is None:
        return FREE
    return CONFIRMED if session.confirmed_at is not None else WAITS


@dataclass(frozen=True)
class Lot:
    """A lot as the audit chain has it."""

    at: datetime
    seed: str
    sha256: str
    holds: bool  # drawn again just now: the same order


def lots_of(panel: Panel) -> list[Lot]:
    """Newest first, each drawn again."""
    events = search(object_id=panel.public_id, kind="SessionsDrawn", size=10).events
    values = values_of([event.sequence for event in events])
    found = []
    for event in events:
        said = {v.name: json.loads(v.value) for v in values[event.sequence]}
        seed, order, sha256 = said["seed"], said["order"], said["sha256"]
        found.append(Lot(event.at, seed, sha256, draw(order, seed) == order and digest(seed, order) == sha256))
    return found


def team_choices(session: Session, waiting: Sequence[StageEntry]) -> list[tuple[str, Any]]:
    """Nobody, the team that has it, and those without a slot."""
    own = [session.entry] if session.entry is not None else []
    rows = [(e.public_id, f"{e.application.title} ({e.application.applicant})") for e in [*own, *waiting]]
    return [("", Text("빈자리로 둠", "Leave it free")), *rows]


# --- the panel ---


@dataclass(frozen=True)
class PanelRow:
    """A slot of a team that the viewer may know of; without a title where the declaration is still owed."""

    session: Session
    title: str
    applicant: str
    declare_url: str
    review_url: str
    url: str
    held: Standing


def panel_rows(actor: Actor, panel: Panel, now: datetime) -> list[PanelRow]:
    """The day's order, what runs now first."""
    given = sessions.given_to(actor, panel.id)
    return [
        _panel_row(panel, s, given.get(s.entry_id or 0), now) for s in in_order(sessions.heard(actor, panel.id), now)
    ]


def _panel_row(panel: Panel, session: Session, mine: Assignment | None, now: datetime) -> PanelRow:
    held = standing(session, now)
    if mine is not None and mine.declared_at is None:
        return PanelRow(session, "", "", url_for("routing.conflict", public_id=mine.public_id), "", "", held)
    assert session.entry is not None
    application = session.entry.application
    review = url_for("reviews.review", public_id=mine.public_id) if mine is not None and _open(panel) else ""
    url = url_for("routing.panel_session", public_id=panel.public_id, session_id=session.public_id)
    return PanelRow(session, application.title, application.applicant, "", review, url, held)


def _open(panel: Panel) -> bool:
    return panel.stage.decided_at is None


def acts(session: Session, rule: SessionRule, now: datetime) -> Row:
    """What the chair may note now, and from when the rest."""
    return {
        "start": can_be_started(session, now), "absent": can_be_absent(session, rule, now),
        "absent_from": absent_from(session, rule), "minutes": now >= session.starts_at,
        "begun": has_begun(session), "late": session.absent_at is not None,
    }  # fmt: skip


# --- a team ---


def card(actor: Actor, session: Session, context: Context) -> Row | None:
    """The slot of the actor's team as it stands: what it is told and what it may still do."""
    panel = session.panel
    rule, entry = sessions.rule_of(panel), session.entry
    if rule is None or entry is None:
        return None
    now, zone, leads = context.now, zone_of(panel), can_lead(standing_of(actor, entry.application))
    times = {s.id: s for s in sessions.others_of(session)}  # loaded together, before the requests about them
    swaps = waiting_swaps(context, session)
    until = answer_until(session, rule)
    asked = [_swap_row(s, session, times[s.to_id], rule, zone, actor) for s in swaps if s.from_id == session.id]
    requests = [_swap_row(s, session, times[s.from_id], rule, zone, actor) for s in swaps if s.to_id == session.id]
    return {
        "session": session, "stage": stage_names(panel), "zone": zone, "leads": leads,
        "when": moment_for(session.starts_at, zone, actor.time_zone),
        "until": until, "until_text": moment_for(until, zone, actor.time_zone),
        "confirmed": session.confirmed_at is not None, "can_confirm": leads and can_confirm(session, rule, now),
        "swapped": session.swapped_at is not None, "over": now >= until, "held": standing(session, now),
        "wait": rule.wait_minutes, "mark": rule.mark, "asked": next(iter(asked), None), "requests": requests,
        "slides": next((r for r in reopenings.live(entry.application_id, now) if r.entry_id == entry.id), None),
    }  # fmt: skip


def to_confirm(found: Sequence[Session], now: datetime) -> dict[int, datetime]:
    """application -> until when its slot may still be confirmed."""
    rules = [(session, sessions.rule_of(session.panel)) for session in found]
    return {
        session.entry.application_id: answer_until(session, rule)
        for session, rule in rules
        if rule is not None and session.entry is not None and can_confirm(session, rule, now)
    }


def _swap_row(swap: SessionSwap, own: Session, other: Session, rule: SessionRule, zone: str, actor: Actor) -> Row:
    """A request by the other slot's time, and until when it can be answered: for both slots in time."""
    until = min(answer_until(own, rule), answer_until(other, rule))
    return {
        "id": swap.public_id, "time": moment_for(other.starts_at, zone, actor.time_zone),
        "until": moment_for(until, zone, actor.time_zone),
    }  # fmt: skip


def exchange_choices(actor: Actor, session: Session, now: datetime) -> list[tuple[str, str]]:
    """Other slots by their time alone: free ones are taken at once, the team of another is asked."""
    rule, zone = sessions.rule_of(session.panel), zone_of(session.panel)
    if rule is None:
        return []
    rows = []
    for other in sessions.others_of(session):
        if not can_exchange(other, rule, now):
            continue
        free = other.entry_id is None
        words = (
            Text("{time} · 빈자리, 바로 바꿈", "{time} · free, yours at once")
            if free
            else Text("{time} · 다른 팀의 자리, 그 팀에 물어봄", "{time} · another team's, which is asked")
        )
        time = moment_for(other.starts_at, zone, actor.time_zone)
        rows.append((f"{TAKE if free else ASK}:{other.public_id}", say(words, time=time)))
    return rows


# --- calendars ---


def calendar_event(session: Session, path: str) -> CalendarEvent:
    """What and when, and the page that says the rest to whoever may read it: no name, no title, no place."""
    assert session.entry is not None
    return CalendarEvent(
        f"{session.entry.public_id}@portal", session.starts_at, ends_at(session),
        say(Text("발표, {call}", "Presentation, {call}"), call=say(session.panel.stage.call.names)),
        current_app.config["BASE_URL"].rstrip("/") + path,
    )  # fmt: skip

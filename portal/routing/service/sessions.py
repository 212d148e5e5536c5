"""The office's part: plan slots, draw lots or set by hand, publish, change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select

from portal.audit import service as audit
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.formats import moment
from portal.platform.jobs import enqueue
from portal.routing.errors import (
    HasAnotherSlot,
    NothingToDraw,
    NothingToPublish,
    NotOfThisPanel,
    ReasonMissing,
    SessionBegun,
    SlotInThePast,
    SlotIsKept,
    SlotsOverlap,
    TeamsWithoutSlot,
    TooFewSlots,
)
from portal.routing.jobs import SESSION_CHANGED, SESSION_GIVEN, SESSION_REMINDED
from portal.routing.models import Panel, Session, SessionSwap
from portal.routing.queries import sessions, swaps
from portal.routing.rules.sessions import Layout, digest, draw, has_begun, overlap, starts

REMIND_BEFORE = timedelta(days=1)


def _locked_panel(panel_id: int) -> Panel:
    return db.session.scalars(select(Panel).where(Panel.id == panel_id).with_for_update(of=Panel)).one()


def _check_time(context: Context, panel: Panel, start: datetime, minutes: int, others: list[Session]) -> None:
    """Raises SlotInThePast, SlotsOverlap."""
    if start <= context.now:
        raise SlotInThePast("starts_at")
    if overlap(start, minutes, [(s.starts_at, s.minutes) for s in others]):
        raise SlotsOverlap("starts_at", at=moment(start, panel.stage.call.definition.time_zone))


def plan_sessions(context: Context, panel_id: int, layout: Layout, place: str) -> list[Session]:
    """Free slots, to the team as unknown as the panel's seats until they are published."""
    panel = _locked_panel(panel_id)
    there = list(sessions.of_panel(panel_id))
    made: list[Session] = []
    for start in starts(layout):
        _check_time(context, panel, start, layout.minutes, there + made)
        made.append(
            Session(
                public_id=context.ids.public_id(), panel_id=panel_id, starts_at=start, minutes=layout.minutes,
                place=place.strip(), drawn=False,
            )
        )  # fmt: skip
    db.session.add_all(made)
    db.session.flush()
    audit.record(
        context, "SessionsPlanned", "panel", panel.public_id, sessions=[s.public_id for s in made],
        first=made[0].starts_at.isoformat(), minutes=layout.minutes,
    )  # fmt: skip
    return made


def draw_sessions(context: Context, panel_id: int) -> list[Session]:
    """Whoever has no slot gets a free one by lot, the first drawn the earliest.

    Seed and order stand in the audit chain: whoever reads them can draw again (`rules.sessions.draw`).
    """
    panel = _locked_panel(panel_id)
    teams = {entry.public_id: entry for entry in sessions.without_slot(panel)}
    free = [s for s in sessions.of_panel(panel_id) if s.entry_id is None and s.published_at is None]
    if not teams:
        raise NothingToDraw
    if len(free) < len(teams):
        raise TooFewSlots(slots=len(free), teams=len(teams))
    seed = str(context.rng.getrandbits(64))
    order = draw(teams, seed)
    given = free[: len(order)]
    for session, entry in zip(given, order, strict=True):
        session.entry_id, session.drawn = teams[entry].id, True
    audit.record(
        context, "SessionsDrawn", "panel", panel.public_id, seed=seed, order=order, sha256=digest(seed, order)
    )  # fmt: skip
    return given


def publish_sessions(context: Context, panel_id: int) -> list[Session]:
    """Every slot of the panel at once; each team is told of its own."""
    panel = _locked_panel(panel_id)
    waiting = [s for s in sessions.of_panel(panel_id) if s.published_at is None]
    if not waiting:
        raise NothingToPublish
    if left := sessions.without_slot(panel):
        raise TeamsWithoutSlot(teams=len(left))
    if any(s.starts_at <= context.now for s in waiting):
        raise SlotInThePast
    for session in waiting:
        session.published_at = context.now
        if session.entry_id is not None:
            tell(context, session)
    audit.record(context, "SessionsPublished", "panel", panel.public_id, sessions=[s.public_id for s in waiting])
    return waiting


def tell(context: Context, session: Session) -> None:
    """A team has this slot now: a letter, and a reminder the day before."""
    of = {"session_id": session.id, "entry_id": session.entry_id}
    enqueue(SESSION_GIVEN, of, key=f"{session.id}:{session.entry_id}", now=context.now)
    remind(context, session)


def remind(context: Context, session: Session) -> None:
    """Writes nothing when the slot has moved or changed hands by then."""
    at = session.starts_at - REMIND_BEFORE
    if at <= context.now:
        return
    of = {"session_id": session.id, "entry_id": session.entry_id, "starts_at": session.starts_at.isoformat()}
    key = f"{session.id}:{session.entry_id}:{of['starts_at']}"
    enqueue(SESSION_REMINDED, of, key=key, now=context.now, run_at=at)


def close_swaps(context: Context, *session_ids: int) -> None:
    """Requests about slots that have moved come to nothing."""
    for swap in swaps.open_swaps(*session_ids):
        swap.closed_at = context.now


@dataclass(frozen=True)
class Wanted:
    """A slot as the officer wants it."""

    starts_at: datetime
    minutes: int
    place: str
    entry_id: int | None


def change_session(context: Context, session_id: int, wanted: Wanted, reason: str) -> Session:
    """Time, place and team while unpublished; then time and place, with a reason that the team is told."""
    panel = _locked_panel(db.session.get_one(Session, session_id).panel_id)
    (session,) = sessions.locked(session_id)
    if has_begun(session):
        raise SessionBegun
    told = session.published_at is not None and session.entry_id is not None
    gives = wanted.entry_id != session.entry_id
    if told and gives:
        raise SlotIsKept("entry")
    moves = (wanted.starts_at, wanted.minutes) != (session.starts_at, session.minutes)
    if moves:
        others = [s for s in sessions.of_panel(panel.id) if s.id != session.id]
        _check_time(context, panel, wanted.starts_at, wanted.minutes, others)
    if not (moves or gives or wanted.place.strip() != session.place):
        return session
    if told and not reason.strip():
        raise ReasonMissing("reason")
    if gives:
        _give(panel, session, wanted.entry_id)
    before = session.starts_at.isoformat()
    session.starts_at, session.minutes, session.place = wanted.starts_at, wanted.minutes, wanted.place.strip()
    db.session.flush()
    audit.record(
        context, "SessionChanged", "session", session.public_id, before=before, starts_at=session.starts_at.isoformat(),
        minutes=session.minutes, entry=session.entry_id, **({"reason": reason.strip()} if told else {}),
    )  # fmt: skip
    if told:
        _changed(context, session, reason.strip(), moves)
    elif session.published_at is not None and session.entry_id is not None:
        tell(context, session)
    return session


def _give(panel: Panel, session: Session, entry_id: int | None) -> None:
    """By hand. Raises NotOfThisPanel, HasAnotherSlot."""
    if entry_id is not None:
        if entry_id not in {entry.id for entry in sessions.entries_to_hear(panel)}:
            raise NotOfThisPanel("entry")
        if entry_id not in {entry.id for entry in sessions.without_slot(panel)}:
            raise HasAnotherSlot("entry")
    session.entry_id, session.drawn = entry_id, False


def _changed(context: Context, session: Session, reason: str, moves: bool) -> None:
    session.changed_at, session.change_reason = context.now, reason
    if moves:
        session.confirmed_at = session.confirmed_by_id = None
        close_swaps(context, session.id)
        remind(context, session)
    of = {"session_id": session.id, "entry_id": session.entry_id}
    enqueue(SESSION_CHANGED, of, key=f"{session.id}:{context.now.isoformat()}", now=context.now)


def remove_session(context: Context, session_id: int) -> None:
    """A slot that no team was told of; requests about it that came to nothing go with it."""
    panel = _locked_panel(db.session.get_one(Session, session_id).panel_id)
    (session,) = sessions.locked(session_id)
    if session.published_at is not None and session.entry_id is not None:
        raise SlotIsKept
    db.session.execute(
        delete(SessionSwap).where(or_(SessionSwap.from_id == session.id, SessionSwap.to_id == session.id))
    )
    audit.record(context, "SessionRemoved", "panel", panel.public_id, session=session.public_id)
    db.session.delete(session)

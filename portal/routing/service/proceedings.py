"""The day itself: a session is held, or a team does not come; its minutes, every version kept."""

from __future__ import annotations

import hashlib
from datetime import datetime

from portal.audit import service as audit
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import Forbidden
from portal.platform.formats import moment
from portal.routing.errors import MinutesStale, NotYetStarted, ReasonMissing, SessionBegun
from portal.routing.models import Session, SessionMinutes
from portal.routing.queries import sessions
from portal.routing.rules.sessions import absent_from, can_be_absent, can_be_started, has_begun


def _kept(context: Context, session_id: int) -> Session:
    """The slot, if the actor presides and may know of its team."""
    (session,) = sessions.locked(session_id)
    panel = session.panel
    seen = sessions.session_for(context.actor, panel.public_id, session.public_id)
    if seen is None or not sessions.presides(context.actor, panel):
        raise Forbidden
    return session


def _from(session: Session, at: datetime) -> NotYetStarted:
    return NotYetStarted(at=moment(at, session.panel.stage.call.definition.time_zone))


def start_session(context: Context, session_id: int) -> Session:
    """It is held; who had been noted as absent came after all. Again changes nothing."""
    session = _kept(context, session_id)
    if session.started_at is not None:
        return session
    if not can_be_started(session, context.now):
        raise _from(session, session.starts_at)
    late = session.absent_at is not None
    session.started_at, session.absent_at, session.absent_reason = context.now, None, None
    audit.record(context, "SessionStarted", "session", session.public_id, entry=session.entry_id, late=late)
    return session


def note_absence(context: Context, session_id: int, reason: str) -> Session:
    """The team did not come: a fact for the ranking and the decision; nobody is rejected by it."""
    session = _kept(context, session_id)
    rule = sessions.rule_of(session.panel)
    if not reason.strip():
        raise ReasonMissing("reason")
    if has_begun(session):
        raise SessionBegun
    if rule is None:
        raise Forbidden
    if not can_be_absent(session, rule, context.now):
        raise _from(session, absent_from(session, rule))
    session.absent_at, session.absent_reason = context.now, reason.strip()
    audit.record(
        context, "SessionMissed", "session", session.public_id, entry=session.entry_id, reason=reason.strip()
    )  # fmt: skip
    return session


def write_minutes(context: Context, session_id: int, text: str, after: int) -> SessionMinutes:
    """A new version after version `after` (0: the first). Raises MinutesStale when somebody else was quicker."""
    session = _kept(context, session_id)
    if context.now < session.starts_at:
        raise _from(session, session.starts_at)
    versions = sessions.minutes_of(session.id)
    last = versions[0] if versions else None
    if last is not None and last.text == text.strip():
        return last
    if (last.version if last is not None else 0) != after:
        raise MinutesStale("text")
    made = SessionMinutes(
        session_id=session.id, version=after + 1, text=text.strip(), written_at=context.now,
        sha256=hashlib.sha256(text.strip().encode()).hexdigest(), written_by_id=context.actor.person_id,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    audit.record(
        context, "MinutesWritten", "session", session.public_id, version=made.version, sha256=made.sha256
    )  # fmt: skip
    return made

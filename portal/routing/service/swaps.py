"""A team's part: confirm its slot, exchange it once for a free one or with another team."""

from __future__ import annotations

from portal.applications.queries.drafts import standing_of
from portal.applications.rules import can_lead
from portal.audit import service as audit
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.formats import moment
from portal.platform.jobs import enqueue
from portal.programs.definition import SessionRule
from portal.routing.errors import AlreadyAsked, AlreadyExchanged, SlotGone, SwapOver, TooLateToAnswer
from portal.routing.jobs import SESSION_CHANGED, SWAP_ANSWERED, SWAP_ASKED
from portal.routing.models import Session, SessionSwap
from portal.routing.queries import sessions, swaps
from portal.routing.rules.sessions import answer_until, can_confirm, can_exchange, is_waiting
from portal.routing.service.sessions import close_swaps, remind


def _check_mine(context: Context, session: Session) -> None:
    """The slot is still that of a team which the actor leads. Raises SlotGone."""
    entry = session.entry
    if entry is None or session.published_at is None or not can_lead(standing_of(context.actor, entry.application)):
        raise SlotGone


def _rule(session: Session) -> SessionRule:
    rule = sessions.rule_of(session.panel)
    if rule is None:
        raise SlotGone
    return rule


def _check_exchange(context: Context, session: Session) -> None:
    """The team may still exchange its slot. Raises AlreadyExchanged, TooLateToAnswer."""
    if session.swapped_at is not None:
        raise AlreadyExchanged("slot")
    if not can_exchange(session, _rule(session), context.now):
        raise _too_late(session)


def _too_late(session: Session) -> TooLateToAnswer:
    zone = session.panel.stage.call.definition.time_zone
    return TooLateToAnswer(until=moment(answer_until(session, _rule(session)), zone))


def confirm_session(context: Context, session_id: int) -> Session:
    """The team comes; saying so again changes nothing."""
    (session,) = sessions.locked(session_id)
    _check_mine(context, session)
    if session.confirmed_at is not None:
        return session
    if not can_confirm(session, _rule(session), context.now):
        raise _too_late(session)
    session.confirmed_at, session.confirmed_by_id = context.now, context.actor.person_id
    audit.record(context, "SessionConfirmed", "session", session.public_id, entry=session.entry_id)
    return session


def take_free_slot(context: Context, session_id: int, free_id: int) -> Session:
    """A free slot of the same panel, at once; the team's own becomes free."""
    mine, free = sessions.locked(session_id, free_id)
    _check_mine(context, mine)
    _check_exchange(context, mine)
    if free.panel_id != mine.panel_id or free.entry_id is not None or not can_exchange(free, _rule(mine), context.now):
        raise SlotGone("slot")
    _exchange(context, mine, free)
    audit.record(
        context, "SessionTaken", "session", free.public_id, entry=free.entry_id, before=mine.public_id
    )  # fmt: skip
    of = {"session_id": free.id, "entry_id": free.entry_id}
    enqueue(SESSION_CHANGED, of, key=f"{free.id}:{context.now.isoformat()}", now=context.now)
    return free


def _exchange(context: Context, one: Session, other: Session) -> None:
    """The teams of two slots change places; whoever has moved has used its exchange, and comes. An entry stands once
    in the table at every moment."""
    first, second = one.entry_id, other.entry_id
    one.entry_id = None
    db.session.flush()
    for session, entry_id in ((other, first), (one, second)):
        moved = entry_id is not None
        session.entry_id, session.drawn = entry_id, False
        session.swapped_at = session.confirmed_at = context.now if moved else None
        session.confirmed_by_id = context.actor.person_id if moved else None
        session.changed_at = session.change_reason = None
        db.session.flush()
        db.session.expire(session, ["entry"])
        if moved:
            remind(context, session)
    close_swaps(context, one.id, other.id)


def ask_to_swap(context: Context, session_id: int, other_id: int) -> SessionSwap:
    """Ask the team of another slot of the same panel; it is told the times, neither is told a name."""
    mine, other = sessions.locked(session_id, other_id)
    _check_mine(context, mine)
    _check_exchange(context, mine)
    if other.panel_id != mine.panel_id or other.entry_id is None or not can_exchange(other, _rule(mine), context.now):
        raise SlotGone("slot")
    if any(swap.from_id == mine.id for swap in waiting_swaps(context, mine)):
        raise AlreadyAsked("slot")
    made = SessionSwap(
        public_id=context.ids.public_id(), from_id=mine.id, to_id=other.id, from_entry_id=mine.entry_id,
        to_entry_id=other.entry_id, asked_at=context.now, asked_by_id=context.actor.person_id, accepted=False,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    audit.record(context, "SwapAsked", "session", mine.public_id, swap=made.public_id, other=other.public_id)
    enqueue(SWAP_ASKED, {"swap_id": made.id}, key=str(made.id), now=context.now)
    return made


def waiting_swaps(context: Context, session: Session) -> list[SessionSwap]:
    """Requests from or to this slot that can still be answered."""
    found = []
    for swap in swaps.open_swaps(session.id):
        asked, other = db.session.get_one(Session, swap.from_id), db.session.get_one(Session, swap.to_id)
        if is_waiting(swap, asked, other, _rule(session), context.now):
            found.append(swap)
    return found


def take_back_swap(context: Context, swap_id: int) -> SessionSwap:
    """Whoever asked no longer wants it."""
    swap, asked, _ = _locked(swap_id)
    _check_mine(context, asked)
    if swap.answered_at is not None or swap.closed_at is not None:
        raise SwapOver
    swap.closed_at = context.now
    audit.record(context, "SwapTakenBack", "session", asked.public_id, swap=swap.public_id)
    return swap


def _locked(swap_id: int) -> tuple[SessionSwap, Session, Session]:
    """Both slots first, in the order of their ids, then the request."""
    known = db.session.get_one(SessionSwap, swap_id)
    asked, other = sessions.locked(known.from_id, known.to_id)
    return swaps.locked_swap(swap_id), asked, other


def answer_swap(context: Context, swap_id: int, accept: bool) -> SessionSwap:
    """The team that was asked accepts, and both change places in this transaction; or it refuses. Once."""
    swap, asked, other = _locked(swap_id)
    _check_mine(context, other)
    if not is_waiting(swap, asked, other, _rule(other), context.now):
        raise SwapOver
    swap.answered_at, swap.answered_by_id, swap.accepted = context.now, context.actor.person_id, accept
    db.session.flush()
    if accept:
        _exchange(context, asked, other)
    audit.record(
        context, "SwapAccepted" if accept else "SwapRefused", "session", other.public_id, swap=swap.public_id,
        other=asked.public_id,
    )  # fmt: skip
    enqueue(SWAP_ANSWERED, {"swap_id": swap.id}, key=str(swap.id), now=context.now)
    return swap

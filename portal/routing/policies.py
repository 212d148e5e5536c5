"""Who forms panels and assigns, who answers for themselves."""

from __future__ import annotations

from portal.applications.queries.drafts import standing_of
from portal.applications.rules import can_lead
from portal.conflicts.models import Conflict
from portal.platform.access import ALLOW, FORBID, Decision, allow_if, policy
from portal.platform.context import Actor
from portal.routing.models import Assignment, Panel, Seat, Session
from portal.routing.queries import conflicts, panels, sessions


@policy(load=panels.office_assignment)
def swaps_reviewer(actor: Actor, assignment: Assignment) -> Decision:
    """An officer of the call (in the query), never one whom a conflict bars from the application."""
    return ALLOW


@policy(load=conflicts.for_officer)
def settles_conflict(actor: Actor, conflict: Conflict) -> Decision:
    """An officer of the call; nobody settles their own."""
    return allow_if(conflict.person_id not in panels.identities(actor))


@policy(load=panels.my_assignment)
def answers_declaration(actor: Actor, assignment: Assignment) -> Decision:
    """The reviewer whose assignment it is, until a bar stands between them."""
    return allow_if(assignment.person_id in panels.identities(actor))


@policy(load=panels.my_seat)
def holds_seat(actor: Actor, seat: Seat) -> Decision:
    return allow_if(seat.person_id in panels.identities(actor))


@policy(load=sessions.office_panel)
def runs_sessions(actor: Actor, panel: Panel) -> Decision:
    """An officer of the call whom no conflict bars from any of the panel's teams (in the query)."""
    return ALLOW


@policy(load=sessions.office_session)
def runs_session(actor: Actor, session: Session) -> Decision:
    return ALLOW


@policy(load=sessions.panel_for)
def reads_sessions(actor: Actor, panel: Panel) -> Decision:
    """Members of the panel until the stage is decided, and its office."""
    return ALLOW


@policy(load=sessions.session_for)
def reads_session(actor: Actor, session: Session) -> Decision:
    """The same, of one team from which no conflict bars them and on which they owe no declaration."""
    return ALLOW


@policy(load=sessions.session_for)
def keeps_session(actor: Actor, session: Session) -> Decision:
    """The chair and the office."""
    return allow_if(sessions.presides(actor, session.panel), FORBID)


@policy(load=sessions.own_session)
def views_session(actor: Actor, session: Session) -> Decision:
    """The team, once the slot is published (both in the query)."""
    return ALLOW


@policy(load=sessions.own_session)
def answers_session(actor: Actor, session: Session) -> Decision:
    """Who hands in for the team."""
    entry = session.entry
    return allow_if(entry is not None and can_lead(standing_of(actor, entry.application)), FORBID)

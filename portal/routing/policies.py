"""Who forms panels and assigns, who answers for themselves."""

from __future__ import annotations

from portal.conflicts.models import Conflict
from portal.platform.access import ALLOW, Decision, allow_if, policy
from portal.platform.context import Actor
from portal.routing.models import Assignment, Seat
from portal.routing.queries import conflicts, panels


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

"""Who reviews: the assigned reviewer who declared no conflict, until the stage is decided.

Conflict of interest stands in the query and outranks every role; the role itself must still be held.
"""

from __future__ import annotations

from portal.platform.access import Decision, allow_if, policy
from portal.platform.context import Actor
from portal.reviews import queries
from portal.routing.models import Assignment
from portal.routing.queries.panels import identities


def _is_reviewer(actor: Actor, assignment: Assignment) -> bool:
    call = assignment.entry.stage.call
    mine = assignment.person_id in identities(actor)
    roles = ("officer", "administrator") if call.is_preview else ("reviewer", "chair")
    return mine and any(actor.has(role, *call.scopes) for role in roles)


@policy(load=queries.my_open_assignment)
def opens_review(actor: Actor, assignment: Assignment) -> Decision:
    """The reviewer, also one who still has to answer the declaration: the page then sends there and shows nothing."""
    return allow_if(_is_reviewer(actor, assignment))


@policy(load=queries.my_assignment)
def reviews_application(actor: Actor, assignment: Assignment) -> Decision:
    """The reviewer whose declaration is answered: reads the application, writes the review."""
    return allow_if(_is_reviewer(actor, assignment))

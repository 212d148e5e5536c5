"""Who reviews: the assigned reviewer who declared no conflict, until the stage is decided.

Conflict of interest stands in the query and outranks every role; the role itself must still be held.
"""

from __future__ import annotations

from portal.platform.access import ALLOW, FORBID, Decision, allow_if, policy
from portal.platform.context import Actor
from portal.programs.models import Stage
from portal.reviews import queries
from portal.reviews.models import MeetingItem, Motion
from portal.reviews.queries import meetings
from portal.routing.models import Assignment, Panel
from portal.routing.queries.panels import identities
from portal.routing.queries.sessions import presides


def _is_reviewer(actor: Actor, assignment: Assignment) -> bool:
    return assignment.person_id in identities(actor) and _holds_role(actor, assignment.entry.stage)


def _holds_role(actor: Actor, stage: Stage) -> bool:
    call = stage.call
    roles = ("officer", "administrator") if call.is_preview else ("reviewer", "chair")
    return any(actor.has(role, *call.scopes) for role in roles)


@policy(load=queries.my_open_assignment)
def opens_review(actor: Actor, assignment: Assignment) -> Decision:
    """The reviewer, also one who still has to answer the declaration: the page then sends there and shows nothing."""
    return allow_if(_is_reviewer(actor, assignment))


@policy(load=queries.my_assignment)
def reviews_application(actor: Actor, assignment: Assignment) -> Decision:
    """The reviewer whose declaration is answered: reads the application, writes the review."""
    return allow_if(_is_reviewer(actor, assignment))


@policy(load=queries.my_packet_panel)
def takes_packet(actor: Actor, panel: Panel) -> Decision:
    """Such a reviewer, where the call allows packets, while the stage is under review."""
    return allow_if(_holds_role(actor, panel.stage))


@policy(load=queries.my_sheet_panel)
def uses_sheet(actor: Actor, panel: Panel) -> Decision:
    """Such a reviewer, where the call allows score sheets, while the stage is under review."""
    return allow_if(_holds_role(actor, panel.stage))


@policy(load=queries.my_panel)
def reviews_panel(actor: Actor, panel: Panel) -> Decision:
    """A reviewer with an application of this panel that they may read; the page shows those alone."""
    return allow_if(_holds_role(actor, panel.stage))


@policy(load=meetings.meeting_panel)
def attends_meeting(actor: Actor, panel: Panel) -> Decision:
    """A member until the stage is decided, or the office of the call (in the query)."""
    return ALLOW


@policy(load=meetings.meeting_panel)
def leads_meeting(actor: Actor, panel: Panel) -> Decision:
    """The chair, or an officer of the call; what an application bars them from is asked again in the service."""
    return allow_if(presides(actor, panel), FORBID)


@policy(load=meetings.item_for)
def discusses_item(actor: Actor, item: MeetingItem) -> Decision:
    """The same people, save those whom the application bars: for them it is not there."""
    return ALLOW


@policy(load=meetings.motion_for)
def votes_on_motion(actor: Actor, motion: Motion) -> Decision:
    return ALLOW

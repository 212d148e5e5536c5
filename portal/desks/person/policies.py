"""One's own copy; erasing others at their request."""

from __future__ import annotations

from portal.accounts.models import PersonalCopy
from portal.accounts.rules import can_change_people
from portal.desks.person import queries
from portal.platform.access import ALLOW, FORBID, Decision, allow_if, policy
from portal.platform.context import Actor


@policy(load=queries.my_copy)
def takes_copy(actor: Actor, copy: PersonalCopy) -> Decision:
    return ALLOW


@policy()
def erases_people(actor: Actor) -> Decision:
    """An administrator of the whole portal."""
    return allow_if(can_change_people(actor), FORBID)

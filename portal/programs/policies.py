"""Who reads a call, who runs it."""

from __future__ import annotations

from portal.platform.access import ALLOW, Decision, allow_if, policy
from portal.platform.context import Actor
from portal.programs import queries
from portal.programs.models import Call


@policy(load=queries.public_call, sign_in=False)
def reads_call(actor: Actor, call: Call) -> Decision:
    """Everybody, once it is open."""
    return ALLOW


@policy(load=queries.office_call)
def officer_of_call(actor: Actor, call: Call) -> Decision:
    return allow_if(actor.has("officer", *call.scopes) or actor.has("administrator", *call.scopes))


@policy(load=queries.office_call)
def administrator_of_call(actor: Actor, call: Call) -> Decision:
    return allow_if(actor.has("administrator", *call.scopes))

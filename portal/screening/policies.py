"""Who reads and decides a screening: the call's officers, never one whom a conflict bars."""

from __future__ import annotations

from portal.platform.access import Decision, allow_if, policy
from portal.platform.context import Actor
from portal.screening import queries
from portal.screening.models import Screening


@policy(load=queries.for_officer)
def decides_screening(actor: Actor, screening: Screening) -> Decision:
    call = screening.entry.stage.call
    return allow_if(actor.has("officer", *call.scopes) or actor.has("administrator", *call.scopes))

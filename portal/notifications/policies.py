"""Letters belong to their recipient; a call's log to its officers."""

from __future__ import annotations

from portal.notifications import queries
from portal.notifications.models import Letter
from portal.platform.access import ALLOW, Decision, policy
from portal.platform.context import Actor


@policy(load=queries.my_letter)
def reads_letter(actor: Actor, letter: Letter) -> Decision:
    return ALLOW

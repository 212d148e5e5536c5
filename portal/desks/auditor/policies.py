"""Auditors read the chain; nobody else does."""

from __future__ import annotations

from portal.platform.access import FORBID, Decision, allow_if, policy
from portal.platform.context import Actor


@policy()
def audits(actor: Actor) -> Decision:
    return allow_if(actor.holds("auditor"), FORBID)

"""Who works on a ranking: the call's officers, none whom a conflict keeps from one of its applications."""

from __future__ import annotations

from portal.applications.models import StageEntry
from portal.platform.access import ALLOW, Decision, policy
from portal.platform.context import Actor
from portal.programs.models import Call
from portal.ranking import queries


@policy(load=queries.ranked_call)
def works_on_ranking(actor: Actor, call: Call) -> Decision:
    """Scope and conflicts stand in the query."""
    return ALLOW


@policy(load=queries.office_entry)
def judges_conditions(actor: Actor, entry: StageEntry) -> Decision:
    return ALLOW

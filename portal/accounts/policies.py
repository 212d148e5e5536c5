"""Who looks after people."""

from __future__ import annotations

from portal.accounts import queries, rules
from portal.accounts.models import Double, Person, Role
from portal.platform.access import ALLOW, FORBID, Decision, allow_if, policy
from portal.platform.context import Actor


@policy()
def reads_people(actor: Actor) -> Decision:
    return allow_if(any(actor.holds(role) for role in rules.READS_PEOPLE), FORBID)


@policy(load=queries.person_for_office)
def reads_person(actor: Actor, person: Person) -> Decision:
    return ALLOW


@policy(load=queries.person_for_office)
def changes_roles(actor: Actor, person: Person) -> Decision:
    """An administrator; the service looks at the scope, and refuses one's own identities."""
    return allow_if(actor.holds(Role.ADMINISTRATOR), FORBID)


@policy(load=queries.person_for_office)
def changes_standing(actor: Actor, person: Person) -> Decision:
    return allow_if(rules.can_change_people(actor), FORBID)


@policy(load=queries.double_for_office)
def decides_double(actor: Actor, double: Double) -> Decision:
    """Whoever may change people's standing; nobody about a record of their own (the service)."""
    return allow_if(rules.can_change_people(actor), FORBID)


@policy(load=queries.person_for_office)
def records_relations(actor: Actor, person: Person) -> Decision:
    """Officers and administrators; nobody for themselves (the service)."""
    return allow_if(actor.holds(Role.OFFICER) or actor.holds(Role.ADMINISTRATOR), FORBID)


@policy()
def reviews(actor: Actor) -> Decision:
    return allow_if(actor.holds(Role.REVIEWER) or actor.holds(Role.CHAIR), FORBID)

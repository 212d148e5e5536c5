"""The office: officers and administrators within their scope."""

from __future__ import annotations

from portal.applications.models import Application, Reference
from portal.desks.officer import queries
from portal.platform.access import ALLOW, FORBID, Decision, allow_if, policy
from portal.platform.context import Actor


@policy()
def works_in_office(actor: Actor) -> Decision:
    return allow_if(actor.holds("officer") or actor.holds("administrator"), FORBID)


@policy()
def minds_jobs(actor: Actor) -> Decision:
    return allow_if(actor.holds("officer") or actor.holds("administrator") or actor.holds("auditor"), FORBID)


@policy(load=queries.office_application)
def reads_office_application(actor: Actor, application: Application) -> Decision:
    return ALLOW


@policy(load=queries.office_letter)
def reads_office_letter(actor: Actor, reference: Reference) -> Decision:
    """Whoever may read the application."""
    return ALLOW

"""Who reads a call, who runs it."""

from __future__ import annotations

from portal.platform.access import ALLOW, FORBID, Decision, allow_if, policy
from portal.platform.context import Actor
from portal.programs import queries
from portal.programs.models import Call, Program, PublicQuestion


@policy(load=queries.public_call, sign_in=False)
def reads_call(actor: Actor, call: Call) -> Decision:
    """Everybody, once it is open."""
    return ALLOW


@policy()
def works_on_programs(actor: Actor) -> Decision:
    """The office; the queries behind narrow to the programs in scope."""
    return allow_if(actor.holds("officer") or actor.holds("administrator"), FORBID)


@policy()
def makes_programs(actor: Actor) -> Decision:
    """Whoever works for the whole funder, not for one program."""
    return allow_if(actor.has("officer") or actor.has("administrator"), FORBID)


@policy(load=queries.office_program)
def makes_calls(actor: Actor, program: Program) -> Decision:
    """The office of the program (the scope stands in the query)."""
    return ALLOW


@policy(load=queries.office_call)
def officer_of_call(actor: Actor, call: Call) -> Decision:
    return allow_if(actor.has("officer", *call.scopes) or actor.has("administrator", *call.scopes))


@policy(load=queries.office_call)
def administrator_of_call(actor: Actor, call: Call) -> Decision:
    return allow_if(actor.has("administrator", *call.scopes))


@policy(load=queries.public_call)
def asks_question(actor: Actor, call: Call) -> Decision:
    """Everybody with an account; whether questions are taken is answered on the page."""
    return ALLOW


@policy(load=queries.office_question)
def answers_question(actor: Actor, question: PublicQuestion) -> Decision:
    """Who runs the call (the scope stands in the query)."""
    return ALLOW

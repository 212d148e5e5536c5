"""Who recommends, decides, answers, reads. The fine print (second approver, time) is asked again in the service."""

from __future__ import annotations

from portal.awards.models import Award, Decision
from portal.awards.queries import awards, decisions, tables
from portal.awards.service.offer import may_answer
from portal.platform import clock
from portal.platform.access import ALLOW, FORBID, allow_if, policy
from portal.platform.access import Decision as Answer
from portal.platform.context import Actor
from portal.routing.models import Panel


@policy(load=tables.panel_for)
def reads_table(actor: Actor, panel: Panel) -> Answer:
    """Accepted seats until the stage is decided; the office of the call and auditors (all in the query)."""
    return ALLOW


@policy(load=tables.panel_for)
def writes_table(actor: Actor, panel: Panel) -> Answer:
    return allow_if(tables.seat_of(actor, panel) is not None, FORBID)


@policy(load=tables.panel_for)
def closes_table(actor: Actor, panel: Panel) -> Answer:
    seat = tables.seat_of(actor, panel)
    return allow_if(seat is not None and seat.chair, FORBID)


@policy(load=tables.panel_for)
def opens_table(actor: Actor, panel: Panel) -> Answer:
    """A member of the panel or an officer of the call."""
    return allow_if(tables.seat_of(actor, panel) is not None or _office(actor, panel), FORBID)


@policy(load=tables.panel_for)
def reopens_table(actor: Actor, panel: Panel) -> Answer:
    return allow_if(_office(actor, panel), FORBID)


def _office(actor: Actor, panel: Panel) -> bool:
    scopes = panel.stage.call.scopes
    return actor.has("officer", *scopes) or actor.has("administrator", *scopes)


@policy(load=decisions.office_decision)
def publishes_decision(actor: Actor, decision: Decision) -> Answer:
    """An officer or administrator of the call whom no conflict bars (in the query)."""
    return ALLOW


@policy(load=decisions.office_decision)
def records_sitting(actor: Actor, decision: Decision) -> Answer:
    """An officer or administrator of the call, as secretary of the committee (in the query)."""
    return ALLOW


@policy(load=decisions.office_decision)
def approves_decision(actor: Actor, decision: Decision) -> Answer:
    return allow_if(actor.has("administrator", *decision.stage.call.scopes), FORBID)


@policy(load=decisions.office_decision)
def promotes_reserves(actor: Actor, decision: Decision) -> Answer:
    return allow_if(actor.has("administrator", *decision.stage.call.scopes), FORBID)


@policy(load=decisions.office_decision)
def returns_decision(actor: Actor, decision: Decision) -> Answer:
    """An administrator, or whoever proposed it."""
    mine = decision.proposed_by_id in tables.identities(actor)
    return allow_if(mine or actor.has("administrator", *decision.stage.call.scopes), FORBID)


@policy(load=decisions.decision_for, sign_in=False)
def reads_decision(actor: Actor, decision: Decision) -> Answer:
    """Everybody once it is published, each the part that is theirs; before that the office and auditors."""
    return ALLOW


@policy(load=awards.award_for)
def reads_award(actor: Actor, award: Award) -> Answer:
    return ALLOW


@policy(load=awards.award_for)
def answers_award(actor: Actor, award: Award) -> Answer:
    return allow_if(may_answer(actor, award, clock.now()), FORBID)

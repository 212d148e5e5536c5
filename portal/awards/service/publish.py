"""Publication: a separate, dated act from which on applicants and the public know."""

from __future__ import annotations

from portal.applications.models import EntryState
from portal.applications.service import enter_stage, move_entry
from portal.audit.jobs import ANCHOR
from portal.audit.service import record
from portal.awards import rules
from portal.awards.errors import Conflicted, DecisionStateRefused
from portal.awards.jobs import OUTCOME
from portal.awards.models import Decision, DecisionState, Outcome, Result
from portal.awards.queries import awards as award_queries
from portal.awards.queries import decisions as queries
from portal.awards.service.dossier import keep_dossier
from portal.awards.service.issue import cancel_award
from portal.awards.service.offer import offer_award
from portal.budgets import service as budgets
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import Forbidden
from portal.platform.jobs import enqueue
from portal.programs.models import Stage
from portal.programs.queries import stage_after
from portal.programs.service import mark_decided

GONE = "withdrawn before publication"


def publish(context: Context, decision_id: int) -> Decision:
    """Entries move, awards are offered and their clock starts, letters are asked for, public sums count them.

    Raises DecisionStateRefused unless it is approved; Forbidden; Conflicted.
    """
    decision = queries.locked_decision(decision_id)
    call = decision.stage.call
    if not (context.actor.has("officer", *call.scopes) or context.actor.has("administrator", *call.scopes)):
        raise Forbidden
    if decision.state is not DecisionState.APPROVED:
        raise DecisionStateRefused(state=rules.DECISION_STATES[decision.state])
    outcomes = queries.outcomes_of(decision_id)
    if queries.is_barred_from(context.actor, [outcome.entry_id for outcome in outcomes]):
        raise Conflicted
    decision.state = DecisionState.PUBLISHED
    decision.published_at, decision.published_by_id = context.now, context.actor.person_id
    following = stage_after(decision.stage)
    for outcome in outcomes:
        _settle(context, outcome, following)
        enqueue(OUTCOME, {"outcome_id": outcome.id}, key=str(outcome.id), now=context.now)
    _offer_all(context, decision, {o.id: o for o in outcomes}, call.definition.awards.acceptance_days)
    db.session.flush()
    dossier = keep_dossier(context, decision)
    record(
        context,
        "DecisionPublished",
        "decision",
        decision.public_id,
        stage=decision.stage.public_id,
        dossier=dossier.root,
    )
    db.session.flush()
    if not queries.has_open_entries(decision.stage_id):
        decision.stage.decided_at = context.now
        if following is None or call.definition.judges_report(following.code):
            mark_decided(context, call.id)
    reason = {"reason": f"decision {decision.public_id}"}
    enqueue(ANCHOR, reason, key=f"decision:{decision.id}", now=context.now)
    db.session.flush()
    return decision


def _settle(context: Context, outcome: Outcome, following: Stage | None) -> None:
    entry = outcome.entry
    if entry.state is EntryState.WITHDRAWN:
        return
    if outcome.result not in rules.SELECTED:
        move_entry(context, entry.id, EntryState.NOT_ADVANCED)
        return
    move_entry(context, entry.id, EntryState.ADVANCED)
    if outcome.result is Result.ADVANCE and following is not None:
        enter_stage(context, following.id, entry.application_id, entry.submission_id, entry.track)


def _offer_all(context: Context, decision: Decision, outcomes: dict[int, Outcome], days: int) -> None:
    offered = []
    for award in award_queries.awards_of_decision(decision.id):
        if outcomes[award.outcome_id].entry.state is EntryState.WITHDRAWN:
            cancel_award(context, award.id, GONE)
            continue
        offer_award(context, award, days)
        offered.append(award.public_id)
    budgets.show_from(context, "award", offered, context.now)

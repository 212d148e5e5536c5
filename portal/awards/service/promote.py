"""The reserve list: a place given up goes to the next on it, checked anew, by a named person with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from portal.applications.models import EntryState
from portal.applications.service import move_entry
from portal.audit.service import record
from portal.awards import rules
from portal.awards.errors import (
    MayNotApprove,
    NoPlaceFree,
    NotEligibleNow,
    NotOnReserveList,
    NotTheNext,
    ReasonTooShort,
    ReserveListOver,
)
from portal.awards.models import Award, Decision, DecisionState, Outcome, Scenario
from portal.awards.placing import told
from portal.awards.queries import decisions as queries
from portal.awards.queries import reserves
from portal.awards.queries.matching import matching
from portal.awards.service.approve import bar_of
from portal.awards.service.decide import bundles, check_places, placed_elsewhere
from portal.awards.service.issue import issue_award
from portal.awards.service.matching import check_unchanged
from portal.awards.service.offer import offer_award
from portal.budgets import service as budgets
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import NotFound
from portal.platform.language import say
from portal.programs.models import Call, Stage
from portal.screening.service import findings_today


def promote(context: Context, decision_id: int, outcome_ids: Sequence[str], reason: str) -> list[Award]:
    """Offer free places to the next on the reserve list, in its order; all of them or, at the first refusal, none.

    `outcome_ids`: public ids, as many as there are free places at most. Raises MayNotApprove, ReasonTooShort,
    ReserveListOver, NoPlaceFree, NotTheNext (somebody before them still stands on the list), NotEligibleNow,
    CapExceeded.
    """
    decision = _locked(context, decision_id, reason)
    call = decision.stage.call
    free = reserves.free_places(decision)
    if not outcome_ids or len(outcome_ids) > free:
        raise NoPlaceFree(free=free)
    following = reserves.standing(decision.id)[: len(outcome_ids)]
    if [outcome.public_id for outcome in following] != list(outcome_ids):
        raise NotTheNext
    return _offered(context, call, [_promote_one(context, decision, outcome, reason) for outcome in following])


def promote_round(context: Context, stage_id: int, matching_id: str, reason: str) -> list[Award]:
    """The next round of places by choices: whom a matching of this very moment newly places is promoted into that
    track; all of them or, at the first refusal, none. Again after the next declines, until nobody is newly placed.

    Raises MatchingStale, NoPlaceFree, NotOnReserveList, and what `promote` raises.
    """
    stage = db.session.scalars(select(Stage).where(Stage.id == stage_id).with_for_update(of=Stage)).one()
    call = db.session.scalars(select(Call).where(Call.id == stage.call_id).with_for_update(of=Call)).one()
    saved = matching(stage_id, matching_id)
    if saved is None or saved.result is None:
        raise NotFound
    check_unchanged(stage, saved)
    newly = {entry: track for entry, track in saved.result["placed"].items() if entry not in saved.inputs["held"]}
    if not newly:
        raise NoPlaceFree(free=0)
    made = [_place_one(context, saved, outcome, newly, reason) for outcome in _standing(stage_id, newly)]
    return _offered(context, call, made)


def _standing(stage_id: int, newly: Mapping[str, str]) -> list[Outcome]:
    """Their places on the reserve lists, in the order of their ids. Raises NotOnReserveList."""
    found = {outcome.entry.public_id: outcome for outcome in reserves.standing_of_stage(stage_id)}
    missing = next((entry for entry in newly if entry not in found), None)
    if missing is not None:
        raise NotOnReserveList(title=queries.title_of_entry(missing))
    return sorted((found[entry] for entry in newly), key=lambda outcome: outcome.id)


def _place_one(context: Context, saved: Scenario, outcome: Outcome, newly: Mapping[str, str], reason: str) -> Award:
    decision = _locked(context, outcome.decision_id, reason)
    entry = outcome.entry.public_id
    outcome.placing = told(saved.inputs, saved.result or {}, entry)
    outcome.placed_track = newly[entry] if newly[entry] != decision.track else None
    check_places(decision.stage, {newly[entry]: 1})
    return _promote_one(context, decision, outcome, reason)


def _offered(context: Context, call: Call, made: list[Award]) -> list[Award]:
    budgets.show_from(context, "award", [award.public_id for award in made], context.now)
    for award in made:
        offer_award(context, award, call.definition.awards.acceptance_days)
    db.session.flush()
    return made


def _promote_one(context: Context, decision: Decision, outcome: Outcome, reason: str) -> Award:
    entry, definition = outcome.entry, decision.stage.call.definition
    failing = findings_today(context, entry)
    if failing:
        rule = next(r for r in definition.screening if r.code == failing[0])
        raise NotEligibleNow(title=entry.application.title, rule=say(rule.names))
    outcome.promoted_at = context.now
    outcome.reserve_by_id, outcome.reserve_reason = context.actor.person_id, reason.strip()
    db.session.flush()
    bundle = bundles(decision.stage, decision.track, [entry.id], placed_elsewhere([outcome]))[entry.id]
    award = issue_award(context, outcome.id, bundle)
    move_entry(context, entry.id, EntryState.ADVANCED)
    record(context, "ReservePromoted", "outcome", outcome.public_id, decision=decision.public_id, reason=reason)
    return award


def pass_over(context: Context, decision_id: int, outcome_id: str, reason: str) -> Outcome:
    """Take one off the reserve list, e.g. who is no longer eligible or no longer wants it."""
    decision = _locked(context, decision_id, reason)
    outcome = next((o for o in reserves.standing(decision.id) if o.public_id == outcome_id), None)
    if outcome is None:
        raise NotFound
    outcome.passed_over_at = context.now
    outcome.reserve_by_id, outcome.reserve_reason = context.actor.person_id, reason.strip()
    record(context, "ReservePassedOver", "outcome", outcome.public_id, decision=decision.public_id, reason=reason)
    return outcome


def _locked(context: Context, decision_id: int, reason: str) -> Decision:
    """The published decision, and its call's row so that two promotions of one call come one after the other."""
    decision = queries.locked_decision(decision_id)
    call = db.session.scalars(select(Call).where(Call.id == decision.stage.call_id).with_for_update(of=Call)).one()
    if len(reason.strip()) < rules.REASON_LEAST:
        raise ReasonTooShort("reason", least=rules.REASON_LEAST)
    bar = bar_of(context, decision, second_needed=False)
    if bar is not None:
        raise MayNotApprove(why=rules.BARS[bar])
    until = reserves.valid_until(decision)
    promotes = call.definition.awards.promote and decision.state is DecisionState.PUBLISHED
    if not promotes or (until is not None and context.now >= until):
        raise ReserveListOver
    return decision

"""Propose, return."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from portal.applications.models import EntryState, StageEntry
from portal.audit.service import record
from portal.awards import rules
from portal.awards.errors import (
    ConditionFailed,
    ConditionOpen,
    Conflicted,
    DecisionStands,
    DecisionStateRefused,
    EntriesMissing,
    EntriesWaiting,
    MatchingStale,
    NothingRecommended,
    NotRanked,
    PanelStillMeets,
    PlacesTaken,
    ReasonTooShort,
    TableOpen,
    TooFew,
    TooMany,
    UnderMinimum,
    WrongResult,
)
from portal.awards.jobs import APPROVAL_OVERDUE, APPROVAL_REMINDER, PROPOSED, RETURNED
from portal.awards.models import Decision, DecisionState, Outcome, Result, Scenario
from portal.awards.placing import told
from portal.awards.queries import awards as award_queries
from portal.awards.queries import decisions as queries
from portal.awards.queries import tables
from portal.awards.queries.places import taken
from portal.awards.rules import Fault, Piece
from portal.awards.service.issue import cancel_award
from portal.awards.service.matching import check_current
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import Forbidden
from portal.platform.jobs import enqueue
from portal.platform.language import say
from portal.programs.definition import Stage as StageDefinition
from portal.programs.models import Call, Stage
from portal.programs.rules import working_days_after
from portal.ranking.models import ConditionResult
from portal.ranking.queries import conditions, latest_run
from portal.ranking.rules import under_minimum
from portal.reviews.queries.meetings import is_meeting


def propose(
    context: Context, stage_id: int, outcomes: Sequence[tuple[int, Result, str]], reason: str, track: str = "",
    matching: Scenario | None = None,
) -> Decision:  # fmt: skip
    """One outcome with its reason for every entry of the stage; pins the ranking run and the hash of the rules.

    `matching`: whoever is awarded gets the place that it gives them, be it in another track.

    Raises EntriesMissing, TooMany, TooFew, ConditionFailed, UnderMinimum, TableOpen, DecisionStands and their like.
    """
    stage = db.session.scalars(select(Stage).where(Stage.id == stage_id).with_for_update(of=Stage)).one()
    call, definition = stage.call, stage.call.definition.stage(stage.code)
    if not (context.actor.has("officer", *call.scopes) or context.actor.has("administrator", *call.scopes)):
        raise Forbidden
    if queries.live_decision(stage_id, track) is not None:
        raise DecisionStands
    if is_meeting(stage_id, track):
        raise PanelStillMeets
    run = latest_run(stage_id, track)
    if run is None:
        raise NotRanked
    entries = _entries(context, stage_id, track, [entry_id for entry_id, _, _ in outcomes])
    places = tables.places(run)
    if any(entry_id not in places for entry_id in entries):
        raise NotRanked
    short = {i for i in entries if under_minimum(places[i].mean, definition.minimum_points)}
    told = _told(stage, entries, matching)
    placed = {
        entry_id: told[entry_id]["placed"] or track
        for entry_id, result, _ in outcomes
        if result in rules.SELECTED and entry_id in told
    }
    _check_results(call, definition, track, entries, short, outcomes, whole=matching is None)
    if matching is not None:
        check_places(stage, Counter(placed.get(e, track) for e, result, _ in outcomes if result in rules.SELECTED))
    _check_reasons(outcomes, reason)
    if definition.awards:
        check_count(call, sum(result is Result.AWARD for _, result, _ in outcomes))
        _check_bundles(stage, track, entries, outcomes)
    decision = Decision(
        public_id=context.ids.public_id(), stage_id=stage_id, track=track, ranking_run_id=run.id,
        state=DecisionState.PROPOSED, rules_hash=call.content_hash, reason=reason.strip(), proposed_at=context.now,
        proposed_by_id=context.actor.person_id,
    )  # fmt: skip
    db.session.add(decision)
    db.session.flush()
    for entry_id, result, why in outcomes:
        db.session.add(
            Outcome(
                public_id=context.ids.public_id(), decision_id=decision.id, entry_id=entry_id, result=result,
                rank=places[entry_id].rank, reason=why.strip(), placing=told.get(entry_id),
                placed_track=where if (where := placed.get(entry_id, track)) != track else None,
            )
        )  # fmt: skip
    db.session.flush()
    record(
        context, "DecisionProposed", "decision", decision.public_id,
        stage=stage.public_id, rules=call.content_hash, run=run.public_id,
        outcomes=[[entries[i].public_id, result.value] for i, result, _ in outcomes], reason=reason,
    )  # fmt: skip
    enqueue(PROPOSED, {"decision_id": decision.id}, key=str(decision.id), now=context.now)
    for kind, days in ((APPROVAL_REMINDER, rules.REMIND_AFTER), (APPROVAL_OVERDUE, rules.OVERDUE_AFTER)):
        at = working_days_after(context.now, days, call.definition.holidays, call.definition.time_zone)
        enqueue(kind, {"decision_id": decision.id}, key=str(decision.id), now=context.now, run_at=at)
    return decision


def _told(stage: Stage, entries: Mapping[int, StageEntry], matching: Scenario | None) -> dict[int, dict[str, Any]]:
    """What the matching says of each of these entries. Raises MatchingStale."""
    if matching is None:
        return {}
    if matching.result is None or matching.stage_id != stage.id:
        raise MatchingStale
    check_current(stage, matching)
    said = {id_: told(matching.inputs, matching.result, entry.public_id) for id_, entry in entries.items()}
    return {id_: one for id_, one in said.items() if one is not None}


def check_places(stage: Stage, wanted: Mapping[str, int], beside: int | None = None) -> None:
    """No track gives more places than it may keep, over all live decisions. Raises PlacesTaken."""
    definition, given = stage.call.definition, taken(stage.id, beside)
    for track, n in sorted(wanted.items()):
        keep = rules.keep_of(definition, stage.code, track)
        if given[track] + n > keep:
            known = definition.track(track)
            raise PlacesTaken(track=say(known.names) if known is not None else track, keep=keep, count=given[track] + n)


def _entries(context: Context, stage_id: int, track: str, given: list[int]) -> dict[int, StageEntry]:
    open_ones = queries.open_entries(stage_id, track)
    waiting = [entry for entry in open_ones if entry.state is EntryState.ENTERED]
    if waiting:
        raise EntriesWaiting(count=len(waiting))
    entries = {entry.id: entry for entry in open_ones}
    if queries.is_barred_from(context.actor, entries):
        raise Conflicted
    wrong = set(given) ^ set(entries)
    if wrong or len(given) != len(set(given)):
        raise EntriesMissing(count=max(1, len(wrong)))
    return entries


def _check_results(
    call: Call,
    definition: StageDefinition,
    track: str,
    entries: dict[int, StageEntry],
    short: set[int],
    outcomes: Sequence[tuple[int, Result, str]],
    *,
    whole: bool,
) -> None:
    """`whole`: all places of the track are given here, and only they. Whoever fails a condition or is under the minimum gets no place, nor one on the reserve list, which is a place
    to come."""
    allowed = rules.allowed_results(definition)
    found = conditions(entries)
    failed = {
        entry_id: next((c for c in definition.conditions if _failed(found, entry_id, c.code)), None)
        for entry_id in entries
    }
    for entry_id, result, _ in outcomes:
        if result not in allowed:
            raise WrongResult(result=rules.RESULTS[result])
        if result is Result.DECLINE:
            continue
        title = entries[entry_id].application.title
        condition = failed[entry_id]
        if condition is not None:
            raise ConditionFailed(title=title, condition=say(condition.names))
        if entry_id in short:
            raise UnderMinimum(title=title, least=definition.minimum_points)
        for condition in definition.conditions:
            if condition.code not in found.get(entry_id, {}):
                raise ConditionOpen(title=title, condition=say(condition.names))
    if not whole:
        return
    chosen = sum(result in rules.SELECTED for _, result, _ in outcomes)
    possible = sum(condition is None and entry_id not in short for entry_id, condition in failed.items())
    keep = rules.keep_of(call.definition, definition.code, track)
    fault = rules.selection_fault(chosen, possible, keep, call.definition.awards)
    if fault is Fault.TOO_MANY:
        raise TooMany(keep=keep, count=chosen)
    if fault is Fault.TOO_FEW:
        raise TooFew(keep=min(keep, possible))


def _failed(found: dict[int, dict[str, ConditionResult]], entry_id: int, code: str) -> bool:
    finding = found.get(entry_id, {}).get(code)
    return finding is not None and not finding.passed


def _check_reasons(outcomes: Sequence[tuple[int, Result, str]], reason: str) -> None:
    if len(reason.strip()) < rules.REASON_LEAST:
        raise ReasonTooShort("reason", least=rules.REASON_LEAST)
    for entry_id, _, why in outcomes:
        if len(why.strip()) < rules.REASON_LEAST:
            raise ReasonTooShort(f"reason_{entry_id}", least=rules.REASON_LEAST)


def check_count(call: Call, chosen: int) -> None:
    """The call's awards over all its tracks and stages."""
    left = call.definition.awards.max_count - award_queries.live_count(call.id)
    if chosen > left:
        raise TooMany(keep=max(0, left), count=chosen)


def bundles(
    stage: Stage, track: str, entry_ids: Sequence[int], placed: Mapping[int, str] | None = None
) -> dict[int, list[Piece]]:
    """What the panels' closed tables recommend for these entries, and what the call fixes for the track in which each
    is `placed` (else its own). Raises TableOpen."""
    definition, where = stage.call.definition, placed or {}
    fixed = {one: rules.fixed_pieces(definition, one) for one in {track, *where.values()}}
    if definition.bundle_is_fixed:
        return {entry_id: fixed[where.get(entry_id, track)] for entry_id in entry_ids}
    advice = _closed_advice(stage.id, track, entry_ids)
    return {
        entry_id: [*own, *fixed[where.get(entry_id, track)]] if (own := advice.get(entry_id)) else []
        for entry_id in entry_ids
    }


def placed_elsewhere(outcomes: Sequence[Outcome]) -> dict[int, str]:
    """entry -> the track of its place, where that is not the decision's own."""
    return {outcome.entry_id: outcome.placed_track for outcome in outcomes if outcome.placed_track}


def _closed_advice(stage_id: int, track: str, entry_ids: Sequence[int]) -> dict[int, list[Piece]]:
    closed: list[int] = []
    for panel in tables.panels_of_stage(stage_id, track):
        table = tables.table_of(panel.id)
        covered = {entry.id for entry in tables.entries_of_panel(panel.id)}
        if covered & set(entry_ids):
            if table is None or table.closed_at is None:
                raise TableOpen
            closed.append(table.id)
    if not closed and entry_ids:
        raise TableOpen
    return {entry_id: advice.bundle() for entry_id, advice in tables.advice_in(closed).items()}


def _check_bundles(
    stage: Stage, track: str, entries: dict[int, StageEntry], outcomes: Sequence[tuple[int, Result, str]]
) -> None:
    awarded = [entry_id for entry_id, result, _ in outcomes if result is Result.AWARD]
    for entry_id, bundle in bundles(stage, track, awarded).items():
        if not bundle:
            raise NothingRecommended(title=entries[entry_id].application.title)


def move_decision(decision: Decision, to: DecisionState) -> None:
    if not rules.decision_may_move(decision.state, to):
        raise DecisionStateRefused(state=rules.DECISION_STATES[decision.state])
    decision.state = to


def return_decision(context: Context, decision_id: int, reason: str) -> Decision:
    """Not approved, or approved and not yet published: back with a reason; reserved money is free again."""
    decision = queries.locked_decision(decision_id)
    scopes = decision.stage.call.scopes
    mine = decision.proposed_by_id in tables.identities(context.actor)
    if not (context.actor.has("administrator", *scopes) or mine):
        raise Forbidden
    if len(reason.strip()) < rules.REASON_LEAST:
        raise ReasonTooShort("reason", least=rules.REASON_LEAST)
    if decision.state is DecisionState.PUBLISHED:
        raise DecisionStateRefused(state=rules.DECISION_STATES[decision.state])
    if queries.is_barred_from(context.actor, [o.entry_id for o in queries.outcomes_of(decision_id)]):
        raise Conflicted
    annul(context, decision, reason)
    return decision


def annul(context: Context, decision: Decision, reason: str) -> None:
    """It goes back to its proposer with the reason; what it reserved is free again."""
    move_decision(decision, DecisionState.ANNULLED)
    for award in award_queries.awards_of_decision(decision.id):
        cancel_award(context, award.id, reason)
    decision.annulled_at, decision.annulled_by_id = context.now, context.actor.person_id
    decision.annulment_reason = reason.strip()
    record(context, "DecisionReturned", "decision", decision.public_id, reason=reason)
    enqueue(RETURNED, {"decision_id": decision.id}, key=str(decision.id), now=context.now)

"""Approve by a second person: who may, who is away and who stands in for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from portal.accounts.models import Absence, Person
from portal.accounts.queries import away_on
from portal.accounts.rules import korean_day
from portal.applications.models import EntryState
from portal.audit.service import record
from portal.awards import rules
from portal.awards.errors import MayNotApprove, RulesChanged
from portal.awards.models import AwardTable, Decision, DecisionState, Outcome, Result
from portal.awards.queries import decisions as queries
from portal.awards.queries import tables
from portal.awards.rules import Bar, Parties
from portal.awards.service.committee import check_committee
from portal.awards.service.decide import bundles, check_count, check_places, move_decision, placed_elsewhere
from portal.awards.service.issue import issue_award
from portal.budgets import service as budgets
from portal.platform.context import Actor, Context
from portal.platform.db import db
from portal.programs.models import Call
from portal.ranking.models import RankingRun


def approve(context: Context, decision_id: int, note: str = "") -> Decision:
    """The second person's act: reserves and creates every award, or, when one line has not enough, nothing at all.

    Raises MayNotApprove, CommitteeFirst, RulesChanged, DecisionStateRefused, TooMany, PlacesTaken (other tracks took the places meanwhile),
    CapExceeded, BudgetFrozen.
    """
    decision = queries.locked_decision(decision_id)
    stage = decision.stage
    move_decision(decision, DecisionState.APPROVED)
    bar = bar_of(context, decision, second_needed=second_needed(decision))
    if bar is not None:
        raise MayNotApprove(why=rules.BARS[bar])
    check_committee(decision)
    outcomes = queries.outcomes_of(decision_id)
    _check_unchanged(decision, outcomes)
    if stage.call.definition.stage(stage.code).awards:
        awarded = [outcome for outcome in outcomes if outcome.result is Result.AWARD]
        db.session.execute(select(Call.id).where(Call.id == stage.call_id).with_for_update())
        check_count(stage.call, len(awarded))
        _hold_tables(stage.id, decision.track)
        elsewhere = placed_elsewhere(awarded)
        if any(outcome.placing for outcome in outcomes):
            check_places(stage, Counter(elsewhere.get(o.entry_id, decision.track) for o in awarded), decision.id)
        pieces = bundles(stage, decision.track, [outcome.entry_id for outcome in awarded], elsewhere)
        budgets.hold(rules.bundle_charges((p for b in pieces.values() for p in b), stage.call.definition))
        for outcome in awarded:
            issue_award(context, outcome.id, pieces[outcome.entry_id])
    decision.approved_at, decision.approved_by_id = context.now, context.actor.person_id
    absent = _stood_in_for(context, decision)
    decision.approved_for_id = absent.id if absent is not None else None
    decision.approval_note = note.strip() or None
    as_deputy = {"deputy_of": absent.public_id} if absent is not None else {}
    record(context, "DecisionApproved", "decision", decision.public_id, comment=note, **as_deputy)
    db.session.flush()
    return decision


def _stood_in_for(context: Context, decision: Decision) -> Person | None:
    """Whose deputy the approver is with this decision today; the one who has been away longest."""
    mine = tables.identities(context.actor)
    me = next((a for a in approvers_of(decision, context.now) if a.actor.person_id in mine), None)
    if me is None or not me.stands_in_for:
        return None
    return min((a.away for a in me.stands_in_for if a.away), key=lambda away: (away.since, away.id)).person


def _hold_tables(stage_id: int, track: str) -> None:
    """Nobody opens a table of this stage again while its awards are being issued."""
    panels = [panel.id for panel in tables.panels_of_stage(stage_id, track)]
    db.session.execute(
        select(AwardTable.id).where(AwardTable.panel_id.in_(panels)).order_by(AwardTable.id).with_for_update()
    ).all()


def bar_of(context: Context, decision: Decision, *, second_needed: bool) -> Bar | None:
    """Why the actor may not approve this decision, or draw on its reserve list."""
    parties = queries.parties_of(decision, second_needed)
    return _bar(context.actor, decision, parties, context.now)


def _bar(who: Actor, decision: Decision, parties: Parties, now: datetime) -> Bar | None:
    conflicted = queries.is_barred_from(who, [outcome.entry_id for outcome in queries.outcomes_of(decision.id)])
    places = queries.affiliations_of(tables.identities(who), now)
    return rules.bar_to_approve(who, decision.stage.call.scopes, parties, places, conflicted)


@dataclass(frozen=True)
class Approver:
    """Somebody who holds the right to issue awards of the call, as they stand towards one decision today."""

    actor: Actor
    bar: Bar | None
    away: Absence | None
    stands_in_for: tuple[Approver, ...] = ()  # who is away, may approve this decision, and named them

    @property
    def can_now(self) -> bool:
        return self.bar is None and self.away is None


def approvers_of(decision: Decision, now: datetime) -> list[Approver]:
    """Everybody who holds the right: those who can approve now first, then by name."""
    parties = queries.parties_of(decision, second_needed(decision))
    who = queries.administrators(decision.stage.call.scopes, now)
    away = away_on([i for actor in who for i in tables.identities(actor)], korean_day(now))
    found = [
        Approver(
            actor,
            _bar(actor, decision, parties, now),
            next((away[i] for i in sorted(tables.identities(actor)) if i in away), None),
        )
        for actor in who
    ]
    named = [replace(a, stands_in_for=tuple(b for b in found if _named(b, a))) for a in found]
    return sorted(named, key=lambda a: (not a.can_now, a.bar is not None, a.actor.name, a.actor.person_id or 0))


def _named(absent: Approver, other: Approver) -> bool:
    """`other` stands in for `absent` with this decision: not for somebody who could not approve it either."""
    return absent.bar is None and absent.away is not None and absent.away.deputy_id in tables.identities(other.actor)


def second_needed(decision: Decision) -> bool:
    call = decision.stage.call
    definition = call.definition.stage(decision.stage.code)
    threshold = call.definition.awards.second_approver_above
    if not definition.awards or threshold <= 0:
        return True
    awarded = [o for o in queries.outcomes_of(decision.id) if o.result is Result.AWARD]
    pieces = bundles(decision.stage, decision.track, [o.entry_id for o in awarded], placed_elsewhere(awarded))
    total = sum(rules.total_value(bundle, call.definition) for bundle in pieces.values())
    return rules.needs_second_approver(definition, total, threshold)


def _check_unchanged(decision: Decision, outcomes: Sequence[Outcome]) -> None:
    """The proposal still stands on the rules, the ranking and the entries it was made on."""
    run = db.session.get_one(RankingRun, decision.ranking_run_id)
    if (
        decision.rules_hash != decision.stage.call.content_hash
        or run.discarded_at is not None
        or any(outcome.entry.state is not EntryState.IN_REVIEW for outcome in outcomes)
    ):
        raise RulesChanged

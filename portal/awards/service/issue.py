"""One award: reserve on every affected line, or nothing (HOUSE.md 3.5)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.accounts import service as accounts
from portal.applications.models import StageEntry
from portal.audit.service import record
from portal.awards import rules
from portal.awards.errors import (
    AwardStateRefused,
    DecisionStateRefused,
    NoAwardInPreview,
    NothingRecommended,
    WrongResult,
)
from portal.awards.models import Award, AwardComponent, AwardState, DecisionState, Outcome, Result
from portal.awards.queries import awards as queries
from portal.awards.rules import Piece
from portal.budgets import service as budgets
from portal.budgets.models import Movement
from portal.budgets.queries import movements_of
from portal.platform.context import Context
from portal.platform.db import db


def request_id(outcome: Outcome) -> str:
    """One outcome is awarded once: the id under which its money is reserved."""
    return f"award:{outcome.public_id}"


def issue_award(context: Context, outcome_id: int, components: Sequence[Piece]) -> Award:
    """Reserve the bundle on all its lines and create the award as RESERVED.

    The same outcome with the same bundle again returns the first award; another bundle raises MovementReused.
    Raises CapExceeded for the first line, in id order, that has not enough: then nothing of the transaction stays.
    """
    outcome = db.session.scalars(
        select(Outcome)
        .where(Outcome.id == outcome_id)
        .options(joinedload(Outcome.entry).joinedload(StageEntry.application), joinedload(Outcome.decision))
        .with_for_update(of=Outcome)
    ).one()
    if outcome.result is not Result.AWARD and outcome.promoted_at is None:
        raise WrongResult(result=rules.RESULTS[outcome.result])
    decided = DecisionState.PUBLISHED if outcome.promoted_at else DecisionState.APPROVED
    if outcome.decision.state not in (DecisionState.PROPOSED, decided):
        raise DecisionStateRefused(state=rules.DECISION_STATES[outcome.decision.state])
    call = outcome.entry.application.call
    if call.is_preview:
        raise NoAwardInPreview
    bundle = [piece for piece in components if piece.quantity]
    if not bundle:
        raise NothingRecommended(title=outcome.entry.application.title)
    known = queries.award_of_outcome(outcome_id)
    public_id = known.public_id if known is not None else context.ids.public_id()
    charges = rules.bundle_charges(bundle, call.definition)
    budgets.reserve(context, request_id(outcome), charges, "award", public_id)
    if known is not None:
        return known
    award = Award(
        public_id=public_id, outcome_id=outcome_id, application_id=outcome.entry.application_id, call_id=call.id,
        state=AwardState.RESERVED, created_at=context.now,
    )  # fmt: skip
    award.components = [
        AwardComponent(
            component=piece.component, option=piece.option, year=piece.year, quantity=piece.quantity,
            months=piece.months, value=rules.value_of(piece, call.definition),
        )
        for piece in bundle
    ]  # fmt: skip
    db.session.add(award)
    db.session.flush()
    record(
        context, "AwardReserved", "award", public_id,
        outcome=outcome.public_id, value=rules.total_value(bundle, call.definition), bundle=[list(p) for p in bundle],
    )  # fmt: skip
    return award


def reservation_of(award: Award) -> Movement:
    """The movement that set the award's money aside."""
    return movements_of("award", award.public_id)[0]


def move_award(award: Award, to: AwardState) -> None:
    """Through the transition table only."""
    if not rules.award_may_move(award.state, to):
        raise AwardStateRefused(state=rules.AWARD_STATES[award.state])
    award.state = to


def cancel_award(context: Context, award_id: int, reason: str) -> Award:
    """Take back an award that was not agreed yet; its money is free again. The second time is refused."""
    award = queries.locked_award(award_id)
    move_award(award, AwardState.CANCELLED)
    budgets.release(context, f"cancel:{award.public_id}", reservation_of(award).id)
    accounts.drop_project(award.public_id)
    record(context, "AwardCancelled", "award", award.public_id, reason=reason)
    return award

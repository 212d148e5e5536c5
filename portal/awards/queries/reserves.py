"""The reserve list of a published decision, and the places that are free for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from portal.applications.models import Application, EntryState, StageEntry
from portal.awards.models import Decision, DecisionState, Outcome, Result
from portal.awards.queries.awards import live_count
from portal.awards.queries.places import taken
from portal.awards.rules import keep_of
from portal.platform.db import db


def standing(decision_id: int) -> Sequence[Outcome]:
    """Who can still be promoted, the next first."""
    return db.session.scalars(_standing().where(Outcome.decision_id == decision_id)).all()


def standing_of_stage(stage_id: int) -> Sequence[Outcome]:
    """The same over all published decisions of a stage."""
    published = select(Decision.id).where(Decision.stage_id == stage_id, Decision.state == DecisionState.PUBLISHED)
    return db.session.scalars(_standing().where(Outcome.decision_id.in_(published))).all()


def _standing() -> Select[Outcome]:
    return (
        select(Outcome)
        .join(StageEntry, Outcome.entry_id == StageEntry.id)
        .where(
            Outcome.result == Result.RESERVE,
            Outcome.promoted_at.is_(None),
            Outcome.passed_over_at.is_(None),
            StageEntry.state != EntryState.WITHDRAWN,
        )
        .options(
            joinedload(Outcome.entry).joinedload(StageEntry.application).selectinload(Application.institutions),
            joinedload(Outcome.entry).joinedload(StageEntry.submission),
        )
        .order_by(Outcome.rank, Outcome.id)
    )


def settled(decision_id: int) -> Sequence[Outcome]:
    """Who was promoted or passed over, the latest first."""
    return db.session.scalars(
        select(Outcome)
        .where(Outcome.decision_id == decision_id, Outcome.reserve_by_id.is_not(None))
        .options(joinedload(Outcome.entry).joinedload(StageEntry.application))
        .order_by(Outcome.rank.desc(), Outcome.id.desc())
    ).all()


def free_places(decision: Decision) -> int:
    """What the decision's track and the call as a whole still have, awards given up no longer counted."""
    call, stage = decision.stage.call, decision.stage
    of_track = keep_of(call.definition, stage.code, decision.track) - taken(stage.id)[decision.track]
    of_call = call.definition.awards.max_count - live_count(call.id)
    return max(0, min(of_track, of_call))


def valid_until(decision: Decision) -> datetime | None:
    days = decision.stage.call.definition.awards.reserve_days
    return decision.published_at + timedelta(days=days) if days and decision.published_at else None

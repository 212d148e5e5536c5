"""Whose place is in which track, over all decisions of a stage."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, or_, select

from portal.awards.models import Award, Decision, DecisionState, Outcome
from portal.awards.queries.awards import GIVEN_UP
from portal.awards.rules import SELECTED
from portal.platform.db import db

LIVE = (DecisionState.PROPOSED, DecisionState.APPROVED, DecisionState.PUBLISHED)


def taken(stage_id: int, beside: int | None = None) -> Counter[str]:
    """track -> places that live decisions of the stage give (without the decision `beside`), given-up ones left out."""
    where = func.coalesce(Outcome.placed_track, Decision.track)
    query = (
        select(where, func.count(Outcome.id))
        .join(Decision, Outcome.decision_id == Decision.id)
        .outerjoin(Award, Award.outcome_id == Outcome.id)
        .where(
            Decision.stage_id == stage_id, Decision.state.in_(LIVE),
            or_(Outcome.result.in_(tuple(SELECTED)), Outcome.promoted_at.is_not(None)),
            or_(Award.id.is_(None), Award.state.not_in(GIVEN_UP)),
        )
        .group_by(where)
    )  # fmt: skip
    if beside is not None:
        query = query.where(Decision.id != beside)
    return Counter(dict(db.session.execute(query).tuples().all()))

"""Selection scenarios of a stage's track."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from portal.awards.models import Scenario
from portal.platform.db import db

MOST = 20


def scenarios(stage_id: int, track: str) -> Sequence[Scenario]:
    """The newest first, the last twenty."""
    return db.session.scalars(
        select(Scenario)
        .where(Scenario.stage_id == stage_id, Scenario.track == track)
        .order_by(Scenario.id.desc())
        .limit(MOST)
    ).all()

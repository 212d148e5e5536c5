"""Ranking runs and conditions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select

from portal.applications.models import Application, EntryState, StageEntry
from portal.platform.db import db
from portal.ranking.models import ConditionResult, RankingRun


def latest_run(stage_id: int, track: str = "") -> RankingRun | None:
    """The newest run that was not discarded."""
    return db.session.scalars(
        select(RankingRun)
        .where(RankingRun.stage_id == stage_id, RankingRun.track == track, RankingRun.discarded_at.is_(None))
        .order_by(RankingRun.id.desc())
        .limit(1)
    ).one_or_none()


def runs(stage_id: int) -> Sequence[RankingRun]:
    """Every run of a stage, discarded ones too, newest first."""
    return db.session.scalars(
        select(RankingRun).where(RankingRun.stage_id == stage_id).order_by(RankingRun.id.desc())
    ).all()


def ranked_entries(stage_id: int, track: str = "") -> list[tuple[str, int]]:
    """(public id, id) of the entries that a ranking covers."""
    rows = db.session.execute(
        select(StageEntry.public_id, StageEntry.id)
        .where(
            StageEntry.stage_id == stage_id, StageEntry.track == track, StageEntry.state != EntryState.WITHDRAWN,
            StageEntry.state != EntryState.ENTERED,
        )
        .order_by(StageEntry.id)
    )  # fmt: skip
    return [(public_id, entry_id) for public_id, entry_id in rows]


def conditions(entry_ids: list[int]) -> dict[int, dict[str, ConditionResult]]:
    """Condition results by entry and condition."""
    found: dict[int, dict[str, ConditionResult]] = defaultdict(dict)
    query = select(ConditionResult).where(ConditionResult.entry_id.in_(entry_ids)).order_by(ConditionResult.id)
    for row in db.session.scalars(query):
        found[row.entry_id][row.condition] = row
    return found


def entries_with_titles(entry_ids: list[int]) -> dict[int, StageEntry]:
    rows = db.session.scalars(
        select(StageEntry).where(StageEntry.id.in_(entry_ids)).join(Application).order_by(StageEntry.id)
    )
    return {row.id: row for row in rows}

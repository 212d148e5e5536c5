"""Ranking runs over frozen inputs, and the conditions that stand apart from the points."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.platform.db import Model, pk, public


class RankingRun(Model):
    """`inputs` are all marks as they stood; `result` the ordered entries with exact fractions as "n/d".

    `calibration` is what a job finds beside them (engine/runs.py); it decides nothing. None until then, and in runs
    whose inputs have no version. `replay_held`: whether all hashes came out the same at `replayed_at`.
    """

    __tablename__ = "ranking_run"

    id: Mapped[pk]
    public_id: Mapped[public]
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), index=True)
    track: Mapped[str] = mapped_column(String(40), default="")
    inputs: Mapped[dict[str, Any]]
    inputs_hash: Mapped[str] = mapped_column(String(64))
    result: Mapped[list[Any]]
    result_hash: Mapped[str] = mapped_column(String(64))
    calibration: Mapped[dict[str, Any] | None]
    calibration_hash: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    discarded_at: Mapped[datetime | None]
    replayed_at: Mapped[datetime | None]
    replay_held: Mapped[bool | None]


class ConditionResult(Model):
    """Pass or fail of one condition for one stage entry, found by a named person with a reason."""

    __tablename__ = "condition_result"
    __table_args__ = (UniqueConstraint("entry_id", "condition"),)

    id: Mapped[pk]
    entry_id: Mapped[int] = mapped_column(ForeignKey("stage_entry.id"), index=True)
    condition: Mapped[str] = mapped_column(String(40))
    passed: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

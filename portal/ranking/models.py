"""Ranking runs over frozen inputs, and the conditions that stand apart from the points."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

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


class MeasurementImport(Model):
    """A file of measured points of one lane: who brought it in, when, and its hash. Nothing of it is ever changed; of
    several files the latest says what counts of an entry and part."""

    __tablename__ = "measurement_import"

    id: Mapped[pk]
    public_id: Mapped[public]
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), index=True)
    lane: Mapped[str] = mapped_column(String(40))
    filename: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(String(300))  # where the figures come from
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    measurements: Mapped[list[Measurement]] = relationship(order_by="Measurement.id")


class Measurement(Model):
    """Points of one part of a lane for one stage entry, exact as "n/d"."""

    __tablename__ = "measurement"
    __table_args__ = (UniqueConstraint("import_id", "entry_id", "part"),)

    id: Mapped[pk]
    import_id: Mapped[int] = mapped_column(ForeignKey("measurement_import.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("stage_entry.id"), index=True)
    part: Mapped[str] = mapped_column(String(40))
    value: Mapped[str] = mapped_column(String(80))


class AdjustmentResult(Model):
    """Whether a bonus or penalty applies to one stage entry, found by a named person with a reason."""

    __tablename__ = "adjustment_result"
    __table_args__ = (UniqueConstraint("entry_id", "adjustment"),)

    id: Mapped[pk]
    entry_id: Mapped[int] = mapped_column(ForeignKey("stage_entry.id"), index=True)
    adjustment: Mapped[str] = mapped_column(String(40))
    applies: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


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

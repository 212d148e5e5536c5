"""Findings of the rule pack, the officer's outcome, the advisory point sheet."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.applications.models import StageEntry
from portal.platform.db import Model, one_of, pk, public


class FindingResult(enum.StrEnum):
    PASS = "pass"  # noqa: S105 - a result, not a password
    FAIL = "fail"
    UNCLEAR = "unclear"


class ScreeningState(enum.StrEnum):
    WAITING = "waiting"  # for an officer
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"


class Screening(Model):
    """One screening of a stage entry. The machine may find it eligible; only a person finds it ineligible."""

    __tablename__ = "screening"

    id: Mapped[pk]
    public_id: Mapped[public]
    entry_id: Mapped[int] = mapped_column(ForeignKey("stage_entry.id"), unique=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))  # which was screened
    state: Mapped[ScreeningState] = mapped_column(one_of(ScreeningState))
    rules_hash: Mapped[str] = mapped_column(String(64))
    screened_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str | None] = mapped_column(Text)
    entry: Mapped[StageEntry] = relationship()
    findings: Mapped[list[Finding]] = relationship(
        order_by="Finding.position", back_populates="screening", cascade="all, delete-orphan"
    )


class Finding(Model):
    """One rule's answer with its evidence: where it was seen and what was compared."""

    __tablename__ = "screening_finding"
    __table_args__ = (UniqueConstraint("screening_id", "rule"),)

    id: Mapped[pk]
    screening_id: Mapped[int] = mapped_column(ForeignKey("screening.id"), index=True)
    position: Mapped[int]
    rule: Mapped[str] = mapped_column(String(40))
    result: Mapped[FindingResult] = mapped_column(one_of(FindingResult))
    evidence: Mapped[list[Any]]  # [{"ko": .., "en": .., "place": ..}]
    screening: Mapped[Screening] = relationship(back_populates="findings")


class PointSheet(Model):
    """The sums of the published point sheet: structured facts, advisory unless the call says otherwise."""

    __tablename__ = "point_sheet"

    id: Mapped[pk]
    entry_id: Mapped[int] = mapped_column(ForeignKey("stage_entry.id"), unique=True)
    items: Mapped[list[Any]]  # [{"code", "fact", "value", "points", "of"}]
    points: Mapped[int]
    of: Mapped[int]
    scored_at: Mapped[datetime]

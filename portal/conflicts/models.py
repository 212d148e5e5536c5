"""The bars between people and applications: a small table that every query joins."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.platform.db import Model, one_of, pk, public


class Severity(enum.StrEnum):
    ABSOLUTE = "absolute"  # never waivable
    WAIVABLE = "waivable"  # with reason and approver
    DECLARED = "declared"


class Source(enum.StrEnum):
    DETECTED = "detected"
    DECLARED = "declared"


class Conflict(Model):
    """`ground` is a code of the regime's conflict grounds; `evidence` holds ids and dates, no free text."""

    __tablename__ = "conflict"
    __table_args__ = (
        UniqueConstraint("person_id", "application_id", "ground", "source"),
        Index("ix_conflict_application_person", "application_id", "person_id"),
    )

    id: Mapped[pk]
    public_id: Mapped[public]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    ground: Mapped[str] = mapped_column(String(40))
    severity: Mapped[Severity] = mapped_column(one_of(Severity))
    source: Mapped[Source] = mapped_column(one_of(Source))
    evidence: Mapped[dict[str, Any]]
    since: Mapped[date | None] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime]
    statement: Mapped[str | None] = mapped_column(Text)  # what the person declared, in their words
    unsure: Mapped[bool] = mapped_column(default=False)  # bars until an officer confirms or dismisses it
    confirmed_at: Mapped[datetime | None]
    waived_at: Mapped[datetime | None]
    waived_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    waiver_reason: Mapped[str | None] = mapped_column(Text)
    dismissed_at: Mapped[datetime | None]  # "not sure" resolved by an officer as no conflict

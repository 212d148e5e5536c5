"""Budget lines and their movements (TRUST.md 3). Integers only, in the line's unit."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.platform.db import Model, one_of, pk, public, words


class LineStatus(enum.StrEnum):
    APPROPRIATED = "appropriated"
    PLANNED = "planned"  # may be reserved, never obligated or disbursed


class BudgetLine(Model):
    """A pot with a cap. `used` = reserved + committed + obligated + disbursed - returned; the guard column."""

    __tablename__ = "budget_line"
    __table_args__ = (
        CheckConstraint("used >= 0", name="used_not_negative"),
        CheckConstraint("used <= cap OR NOT enforced", name="used_within_cap"),
        CheckConstraint("cap >= 0", name="cap_not_negative"),
    )

    id: Mapped[pk]
    public_id: Mapped[public]
    code: Mapped[str] = mapped_column(String(60), unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("budget_line.id"), index=True)
    names: Mapped[words]
    unit: Mapped[str] = mapped_column(String(16))
    cap: Mapped[int]
    used: Mapped[int] = mapped_column(default=0)
    enforced: Mapped[bool] = mapped_column(default=True)
    status: Mapped[LineStatus] = mapped_column(one_of(LineStatus), default=LineStatus.APPROPRIATED)
    year: Mapped[int | None]
    month: Mapped[int | None]
    office: Mapped[words]
    note: Mapped[words]
    mark: Mapped[str] = mapped_column(String(1))


class MovementKind(enum.StrEnum):
    RESERVE = "reserve"
    COMMIT = "commit"
    OBLIGATE = "obligate"
    DISBURSE = "disburse"
    RELEASE = "release"
    LAPSE = "lapse"
    RECOVER = "recover"


class Movement(Model):
    """One act on one or more lines, append-only; `request_id` makes a repetition return the first result."""

    __tablename__ = "budget_movement"
    __table_args__ = (Index("ix_budget_movement_subject", "subject_type", "subject_id"),)

    id: Mapped[pk]
    public_id: Mapped[public]
    request_id: Mapped[str] = mapped_column(String(80), unique=True)
    body_hash: Mapped[str] = mapped_column(String(64))
    kind: Mapped[MovementKind] = mapped_column(one_of(MovementKind))
    subject_type: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[str] = mapped_column(String(32))
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("budget_movement.id"), unique=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    public_from: Mapped[datetime | None]
    entries: Mapped[list[Entry]] = relationship(back_populates="movement", order_by="Entry.line_id")


class Entry(Model):
    """`amount` is signed as it changes `used`: + for reserve, - for release, 0 effect for moves between kinds.

    `size` is the amount moved, always positive.
    """

    __tablename__ = "budget_entry"
    __table_args__ = (
        UniqueConstraint("movement_id", "line_id"),
        CheckConstraint("size > 0", name="size_positive"),
    )

    id: Mapped[pk]
    movement_id: Mapped[int] = mapped_column(ForeignKey("budget_movement.id"), index=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("budget_line.id"), index=True)
    amount: Mapped[int]
    size: Mapped[int]
    movement: Mapped[Movement] = relationship(back_populates="entries")


class Freeze(Model):
    """Set by a reconciliation that found a mismatch; while one stands open no award is issued."""

    __tablename__ = "budget_freeze"

    id: Mapped[pk]
    at: Mapped[datetime]
    finding: Mapped[str] = mapped_column(String(1000))
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

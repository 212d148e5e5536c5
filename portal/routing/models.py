"""Reviewer pool, panels, routing runs, assignments."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.applications.models import StageEntry
from portal.platform.db import Model, one_of, pk, public
from portal.programs.models import Stage


class Panel(Model):
    """Reviewers gathered for a stage's entries."""

    __tablename__ = "panel"

    id: Mapped[pk]
    public_id: Mapped[public]
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), index=True)
    track: Mapped[str] = mapped_column(String(40), default="")
    names: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    stage: Mapped[Stage] = relationship()
    seats: Mapped[list[Seat]] = relationship(order_by="Seat.id", back_populates="panel")


class SeatState(enum.StrEnum):
    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Seat(Model):
    """A person's place on a panel; invited by mail, answered by one click."""

    __tablename__ = "panel_seat"
    __table_args__ = (UniqueConstraint("panel_id", "person_id"),)

    id: Mapped[pk]
    public_id: Mapped[public]
    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    chair: Mapped[bool] = mapped_column(default=False)
    kind: Mapped[str] = mapped_column(String(24))  # academia, industry, foreign
    state: Mapped[SeatState] = mapped_column(one_of(SeatState), default=SeatState.INVITED)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    invited_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    decline_reason: Mapped[str | None] = mapped_column(Text)
    suggestion: Mapped[str | None] = mapped_column(Text)
    pledged_at: Mapped[datetime | None]
    panel: Mapped[Panel] = relationship(back_populates="seats")
    person: Mapped[Person] = relationship()


class RoutingRun(Model):
    """One run of the assignment: frozen inputs, seed and result; discarded runs are kept."""

    __tablename__ = "routing_run"

    id: Mapped[pk]
    public_id: Mapped[public]
    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"), index=True)
    inputs: Mapped[dict[str, Any]]
    inputs_hash: Mapped[str] = mapped_column(String(64))
    result: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None]
    discarded_at: Mapped[datetime | None]


class AssignmentState(enum.StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REVOKED = "revoked"


class Assignment(Model):
    """One reviewer given one stage entry. `pseudonym` is random per application; no look-up accepts it as a key."""

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("entry_id", "person_id"),
        UniqueConstraint("entry_id", "pseudonym"),
        Index("ix_assignment_person_state", "person_id", "state"),
    )

    id: Mapped[pk]
    public_id: Mapped[public]
    entry_id: Mapped[int] = mapped_column(ForeignKey("stage_entry.id"), index=True)
    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("routing_run.id"))
    state: Mapped[AssignmentState] = mapped_column(one_of(AssignmentState), default=AssignmentState.DRAFT)
    pseudonym: Mapped[str] = mapped_column(String(16))
    affinity: Mapped[int] = mapped_column(default=0)  # millionths
    explanation: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    declared_at: Mapped[datetime | None]  # the declaration of conflicts was answered
    answered_at: Mapped[datetime | None]
    decline_reason: Mapped[str | None] = mapped_column(Text)
    entry: Mapped[StageEntry] = relationship()
    panel: Mapped[Panel] = relationship()

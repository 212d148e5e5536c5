"""Reviews and scores; every version is kept."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.platform.db import Model, one_of, pk, public
from portal.routing.models import Assignment, Panel


class ReviewState(enum.StrEnum):
    DRAFT = "draft"
    LOCKED = "locked"
    REVISED = "revised"


class Review(Model):
    """One reviewer's judgment of one stage entry: one per assignment, `version` counts autosaves of the draft."""

    __tablename__ = "review"

    id: Mapped[pk]
    public_id: Mapped[public]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), unique=True)
    state: Mapped[ReviewState] = mapped_column(one_of(ReviewState), default=ReviewState.DRAFT)
    version: Mapped[int] = mapped_column(default=0)
    comment: Mapped[str] = mapped_column(Text, default="")
    note_to_officer: Mapped[str] = mapped_column(Text, default="")
    saved_at: Mapped[datetime]
    locked_at: Mapped[datetime | None]
    receipt: Mapped[str | None] = mapped_column(String(64))  # SHA-256 of the locked content
    assignment: Mapped[Assignment] = relationship()
    scores: Mapped[list[Score]] = relationship(order_by="Score.id", back_populates="review")


class Score(Model):
    """Points on one criterion, a whole number within the criterion's range, with the reason."""

    __tablename__ = "score"
    __table_args__ = (
        UniqueConstraint("review_id", "criterion"),
        CheckConstraint("points IS NULL OR points >= 0", name="points_not_negative"),
    )

    id: Mapped[pk]
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    criterion: Mapped[str] = mapped_column(String(40))
    points: Mapped[int | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    review: Mapped[Review] = relationship(back_populates="scores")


class ReviewPacket(Model):
    """A reviewer's applications of one panel as one marked PDF. `sha256` is emptied when the stage's review ends."""

    __tablename__ = "review_packet"

    id: Mapped[pk]
    public_id: Mapped[public]
    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    asked_at: Mapped[datetime]
    made_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None]  # bytes
    pages: Mapped[int | None]
    assignments: Mapped[list[Any]]  # public ids of what it holds, in its order
    panel: Mapped[Panel] = relationship()

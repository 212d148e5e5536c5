"""Reviewer pool, panels, routing runs, assignments, sessions."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
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
    standby: Mapped[bool] = mapped_column(default=False)  # takes over places that are given back, has none of its own
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
    """One run of the assignment: frozen inputs, seed and result; discarded runs are kept. A `trial` answers "what
    if": it has no drafts until it is adopted, with a `reason`; so has a run with another seed."""

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
    trial: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None] = mapped_column(Text)


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
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)  # of the letter's link to decline
    late_until: Mapped[datetime | None]  # asked for after the stage's review had closed: open until then
    entry: Mapped[StageEntry] = relationship()
    panel: Mapped[Panel] = relationship()


class Session(Model):
    """A slot in which an applicant presents to a panel; free as long as it has no entry.

    The times belong to the row. What a team did with its slot (confirmed, exchanged) goes with the entry when two
    teams exchange theirs.
    """

    __tablename__ = "panel_session"
    __table_args__ = (
        UniqueConstraint("entry_id"),
        Index("ix_panel_session_panel_starts", "panel_id", "starts_at"),
        CheckConstraint("minutes > 0", name="takes_time"),
    )

    id: Mapped[pk]
    public_id: Mapped[public]
    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("stage_entry.id"))
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    place: Mapped[str] = mapped_column(String(300), default="")  # a room or a link; for the team and the panel alone
    drawn: Mapped[bool] = mapped_column(default=False)  # by lot, else by hand
    published_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    swapped_at: Mapped[datetime | None]  # the entry has used its one exchange
    changed_at: Mapped[datetime | None]  # by an officer, after publication
    change_reason: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime | None]
    absent_at: Mapped[datetime | None]  # noted as not having come
    absent_reason: Mapped[str | None] = mapped_column(Text)
    panel: Mapped[Panel] = relationship()
    entry: Mapped[StageEntry | None] = relationship()


class SessionSwap(Model):
    """One team asks another to exchange slots. It ends answered, or closed when one of the slots has moved."""

    __tablename__ = "session_swap"

    id: Mapped[pk]
    public_id: Mapped[public]
    from_id: Mapped[int] = mapped_column(ForeignKey("panel_session.id"), index=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("panel_session.id"), index=True)
    from_entry_id: Mapped[int] = mapped_column(ForeignKey("stage_entry.id"), index=True)
    to_entry_id: Mapped[int] = mapped_column(ForeignKey("stage_entry.id"), index=True)
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    accepted: Mapped[bool] = mapped_column(default=False)
    closed_at: Mapped[datetime | None]


class SessionMinutes(Model):
    """The record of a session; every saved text is a version of its own."""

    __tablename__ = "session_minutes"
    __table_args__ = (UniqueConstraint("session_id", "version"),)

    id: Mapped[pk]
    session_id: Mapped[int] = mapped_column(ForeignKey("panel_session.id"))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    written_at: Mapped[datetime]
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    written_by: Mapped[Person | None] = relationship()

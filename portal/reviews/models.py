"""Reviews and scores; every version is kept."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.applications.models import StageEntry
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


class ReviewVersion(Model):
    """A locked review as it stood before its reviewer changed it in a meeting, and why. Never changed."""

    __tablename__ = "review_version"
    __table_args__ = (UniqueConstraint("review_id", "number"),)

    id: Mapped[pk]
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    number: Mapped[int]  # 1, 2, ...
    meeting_id: Mapped[int] = mapped_column(ForeignKey("panel_meeting.id"))
    marks: Mapped[dict[str, Any]]  # criterion -> [points, reason]
    comment: Mapped[str] = mapped_column(Text)
    receipt: Mapped[str] = mapped_column(String(64))
    locked_at: Mapped[datetime]
    replaced_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)  # of the change


class PanelMeeting(Model):
    """A panel meets on its reviews; `run` is the public id of the ranking from which its order was made."""

    __tablename__ = "panel_meeting"
    __table_args__ = (
        UniqueConstraint("panel_id", "number"),
        Index(
            "uq_panel_meeting_open", "panel_id", unique=True, sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[pk]
    public_id: Mapped[public]
    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"))
    number: Mapped[int]
    run: Mapped[str] = mapped_column(String(32))
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    current_id: Mapped[int | None] = mapped_column(ForeignKey("stage_entry.id"))  # what is being discussed
    panel: Mapped[Panel] = relationship()
    items: Mapped[list[MeetingItem]] = relationship(order_by="MeetingItem.position", back_populates="meeting")
    attendance: Mapped[list[Attendance]] = relationship(order_by="Attendance.id")


class MeetingItem(Model):
    """One stage entry on the agenda. `near_line`, `spread` (exact, "n/d"): why it stands where it stands."""

    __tablename__ = "meeting_item"
    __table_args__ = (UniqueConstraint("meeting_id", "entry_id"),)

    id: Mapped[pk]
    meeting_id: Mapped[int] = mapped_column(ForeignKey("panel_meeting.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("stage_entry.id"), index=True)
    position: Mapped[int]
    near_line: Mapped[bool]
    spread: Mapped[str] = mapped_column(String(80))
    taken_up_at: Mapped[datetime | None]
    concluded_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Text, default="")  # what the panel concluded
    meeting: Mapped[PanelMeeting] = relationship(back_populates="items")
    entry: Mapped[StageEntry] = relationship()


class Attendance(Model):
    """A member came, and left: one row for each time."""

    __tablename__ = "meeting_attendance"
    __table_args__ = (
        Index(
            "uq_meeting_attendance_present", "meeting_id", "person_id", unique=True,
            sqlite_where=text("left_at IS NULL"), postgresql_where=text("left_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[pk]
    meeting_id: Mapped[int] = mapped_column(ForeignKey("panel_meeting.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    came_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class Motion(Model):
    """What a meeting votes on: a question (about the entry in `entries`, if one is named), or a choice among several
    entries. `counts`: choice -> votes; `outcome`: carried, lost, none, or the public id of the entry that was chosen.
    """

    __tablename__ = "meeting_motion"

    id: Mapped[pk]
    public_id: Mapped[public]
    meeting_id: Mapped[int] = mapped_column(ForeignKey("panel_meeting.id"), index=True)
    question: Mapped[str] = mapped_column(Text)
    entries: Mapped[list[Any]]  # ids of stage entries
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]
    entitled: Mapped[int | None]  # who were present and might vote when it was closed
    counts: Mapped[dict[str, Any] | None]
    outcome: Mapped[str | None] = mapped_column(String(40))
    meeting: Mapped[PanelMeeting] = relationship()


class Ballot(Model):
    """One member's vote on a motion; the last one before it is closed counts. No page shows whose it is."""

    __tablename__ = "meeting_ballot"
    __table_args__ = (UniqueConstraint("motion_id", "person_id"),)

    id: Mapped[pk]
    motion_id: Mapped[int] = mapped_column(ForeignKey("meeting_motion.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    choice: Mapped[str] = mapped_column(String(40))
    cast_at: Mapped[datetime]


class MeetingMinutes(Model):
    """The record of a meeting; every saved text is a version of its own."""

    __tablename__ = "meeting_minutes"
    __table_args__ = (UniqueConstraint("meeting_id", "version"),)

    id: Mapped[pk]
    meeting_id: Mapped[int] = mapped_column(ForeignKey("panel_meeting.id"))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    written_at: Mapped[datetime]
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    written_by: Mapped[Person | None] = relationship()

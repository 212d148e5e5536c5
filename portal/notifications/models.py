"""Letters: what was sent to whom, in which language, and how far it got; templates and batches of the office."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.platform.db import Model, one_of, pk, public, words


class LetterState(enum.StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    UNSURE = "unsure"  # left in `sending` by a crash; a decision letter waits for an officer
    FAILED = "failed"


class Letter(Model):
    """One message to one recipient. `dedupe_key` is also its Message-ID; `decisive` letters are never re-sent blindly."""

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_person_id", "person_id", "id"), Index("ix_letter_state", "state"))

    id: Mapped[pk]
    public_id: Mapped[public]
    kind: Mapped[str] = mapped_column(String(64))
    dedupe_key: Mapped[str] = mapped_column(String(200), unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    email: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(2))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)  # the place {link} is filled when it leaves
    link: Mapped[str | None] = mapped_column(Text)  # a one-time address, cleared once sent
    decisive: Mapped[bool] = mapped_column(default=False)
    state: Mapped[LetterState] = mapped_column(one_of(LetterState), default=LetterState.WAITING)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"), index=True)  # it is about
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)


class LetterTemplate(Model):
    """Words that an office uses again, in the languages of its call; without a call, of every call.

    Places such as {title} are filled for each recipient (rules.PLACES).
    """

    __tablename__ = "letter_template"
    __table_args__ = (
        UniqueConstraint("call_id", "name"),
        Index(
            "uq_letter_template_everywhere", "name", unique=True,
            sqlite_where=text("call_id IS NULL"), postgresql_where=text("call_id IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[pk]
    public_id: Mapped[public]
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"))
    name: Mapped[str] = mapped_column(String(80))
    subjects: Mapped[words]
    bodies: Mapped[words]
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class LetterBatch(Model):
    """The same words to many, in two steps: staged with its recipients, then confirmed and written by a job.

    `filter` is the query of the list that was chosen from, `only` the public ids of those ticked in it (none: all).
    """

    __tablename__ = "letter_batch"

    id: Mapped[pk]
    public_id: Mapped[public]
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    template_id: Mapped[int | None] = mapped_column(ForeignKey("letter_template.id", ondelete="SET NULL"))
    subjects: Mapped[words]
    bodies: Mapped[words]
    filter: Mapped[str] = mapped_column(String(500))
    only: Mapped[list[Any]]
    letters: Mapped[int] = mapped_column(default=0)
    staged_at: Mapped[datetime]
    staged_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    finished_at: Mapped[datetime | None]
    discarded_at: Mapped[datetime | None]


class BatchRecipient(Model):
    """One person of one application in a batch, in the language in which the letter is to be; then its letter."""

    __tablename__ = "letter_batch_recipient"
    __table_args__ = (UniqueConstraint("batch_id", "application_id", "person_id"),)

    id: Mapped[pk]
    batch_id: Mapped[int] = mapped_column(ForeignKey("letter_batch.id"))
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    language: Mapped[str] = mapped_column(String(2))
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id"), unique=True)

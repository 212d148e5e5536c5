"""Letters: what was sent to whom, in which language, and how far it got."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.platform.db import Model, one_of, pk, public


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
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)

"""Programs, calls, stages. The call's content is its frozen definition; rows exist for what others point at."""

from __future__ import annotations

import enum
import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.platform.db import Model, one_of, pk, public, words
from portal.programs.definition import CallDefinition, parse

KEPT_DEFINITIONS = 200  # drafts have many
_definitions: dict[str, CallDefinition] = {}  # by the hash of the frozen content


class Program(Model):
    __tablename__ = "program"

    id: Mapped[pk]
    code: Mapped[str] = mapped_column(String(16), unique=True)
    names: Mapped[words]
    former: Mapped[list[Any]]
    purpose: Mapped[words]
    for_whom: Mapped[words]
    how_much: Mapped[words]
    line_code: Mapped[str] = mapped_column(String(60))
    announced_total: Mapped[int | None]
    announced_mark: Mapped[str | None] = mapped_column(String(1))
    public_from: Mapped[datetime | None]  # a program made on pages is public with its first call


class CallState(enum.StrEnum):
    DRAFT = "draft"
    PREVIEW = "preview"
    OPEN = "open"
    CLOSED = "closed"
    DECIDED = "decided"
    ARCHIVED = "archived"


class Call(Model):
    """`content` is the canonical JSON of its CallDefinition; `content_hash` its SHA-256, frozen when it opens.

    A draft opens by itself once it is released. A call in PREVIEW is a copy of `preview_of`, walked through by its
    officers alone: nothing below it is counted, mailed or paid.
    """

    __tablename__ = "call"

    id: Mapped[pk]
    public_id: Mapped[public]
    code: Mapped[str] = mapped_column(String(32), unique=True)
    program_id: Mapped[int] = mapped_column(ForeignKey("program.id"), index=True)
    names: Mapped[words]
    state: Mapped[CallState] = mapped_column(one_of(CallState), default=CallState.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    content: Mapped[str] = mapped_column(Text, deferred=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime] = mapped_column(index=True)
    released_at: Mapped[datetime | None]
    preview_of_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    program: Mapped[Program] = relationship(lazy="joined")
    preview_of: Mapped[Call | None] = relationship(remote_side="Call.id")
    stages: Mapped[list[Stage]] = relationship(order_by="Stage.position", back_populates="call")

    @property
    def definition(self) -> CallDefinition:
        """Parsed once in a process for each content: the long text itself is loaded only for the first."""
        if "content" in self.__dict__:
            return parse(self.content)
        known = _definitions.get(self.content_hash)
        if known is None:
            known = parse(self.content)
            if hashlib.sha256(self.content.encode()).hexdigest() == self.content_hash:
                if len(_definitions) >= KEPT_DEFINITIONS:
                    _definitions.clear()
                _definitions[self.content_hash] = known
        return known

    @property
    def is_preview(self) -> bool:
        return self.preview_of_id is not None

    @property
    def scopes(self) -> tuple[str, str]:
        """The scopes under which a role grant reaches this call."""
        of = self.preview_of or self
        return f"program:{self.program.code}", f"call:{of.public_id}"


class Stage(Model):
    __tablename__ = "stage"
    __table_args__ = (UniqueConstraint("call_id", "code"),)

    id: Mapped[pk]
    public_id: Mapped[public]
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    position: Mapped[int]
    opened_at: Mapped[datetime | None]  # the first entry was made
    review_opens_at: Mapped[datetime | None]
    review_due_at: Mapped[datetime | None]
    review_closed_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    call: Mapped[Call] = relationship(back_populates="stages", lazy="joined")


class Amendment(Model):
    """A logged change of an open call, shown to applicants."""

    __tablename__ = "amendment"
    __table_args__ = (UniqueConstraint("call_id", "number"),)

    id: Mapped[pk]
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    number: Mapped[int]
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    what: Mapped[words]
    reason: Mapped[words]
    old_hash: Mapped[str] = mapped_column(String(64))
    new_hash: Mapped[str] = mapped_column(String(64))
    old_closes_at: Mapped[datetime]
    new_closes_at: Mapped[datetime]


class PublicQuestion(Model):
    """A question to a call and its answer, for everybody to read once published; never with a name.

    `text` is what was asked, for officers; `shown` what is published, at least in the asker's `language`; `answer` has
    every language of the call.
    """

    __tablename__ = "public_question"
    __table_args__ = (Index("ix_public_question_call", "call_id", "published_at"),)

    id: Mapped[pk]
    public_id: Mapped[public]
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    asked_at: Mapped[datetime]
    language: Mapped[str] = mapped_column(String(2))
    text: Mapped[str] = mapped_column(Text)
    shown: Mapped[words]
    answer: Mapped[words]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    corrected_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]
    hidden_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    hidden_reason: Mapped[str | None] = mapped_column(Text)
    call: Mapped[Call] = relationship()

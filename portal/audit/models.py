"""The audit chain: append-only, each row hashed over the one before (TRUST.md 4)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.platform.db import Model, pk


class AuditEvent(Model):
    """One link. `fields` maps each field's name to SHA-256(salt + value); values stand in `AuditValue`."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_object", "object_type", "object_id"),
        Index("ix_audit_event_at", "at"),
    )

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(64), index=True)
    object_type: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(64))
    actor_id: Mapped[int | None] = mapped_column(index=True)
    actor_role: Mapped[str] = mapped_column(String(40))
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class AuditValue(Model):
    """A field's salt and value: erasable without breaking the chain, never changeable."""

    __tablename__ = "audit_value"

    id: Mapped[pk]
    sequence: Mapped[int] = mapped_column(ForeignKey("audit_event.sequence"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    salt: Mapped[str] = mapped_column(String(32))
    value: Mapped[str] = mapped_column(Text)
    personal: Mapped[bool] = mapped_column(default=False)


class AuditHead(Model):
    """The chain's end: the one row that a transaction locks last."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


class AuditAnchor(Model):
    """Head hash and row count as they were written outside the database, signed."""

    __tablename__ = "audit_anchor"

    id: Mapped[pk]
    at: Mapped[datetime]
    sequence: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(80))
    signature: Mapped[str] = mapped_column(String(200))

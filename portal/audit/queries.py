"""Reading the chain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, func, select

from portal.audit.models import AuditAnchor, AuditEvent, AuditHead, AuditValue
from portal.platform.db import db

CHUNK = 500


def in_order() -> Iterator[Sequence[AuditEvent]]:
    """All rows in the chain's order, in chunks."""
    last = 0
    while True:
        rows = db.session.scalars(
            select(AuditEvent).where(AuditEvent.sequence > last).order_by(AuditEvent.sequence).limit(CHUNK)
        ).all()
        if not rows:
            return
        yield rows
        last = rows[-1].sequence


def values_of(sequences: list[int]) -> dict[int, list[AuditValue]]:
    found: dict[int, list[AuditValue]] = defaultdict(list)
    query = select(AuditValue).where(AuditValue.sequence.in_(sequences)).order_by(AuditValue.id)
    for value in db.session.scalars(query):
        found[value.sequence].append(value)
    return found


def head() -> tuple[int, str]:
    """(row count, head hash)."""
    row = db.session.get(AuditHead, 1)
    return (row.sequence, row.hash) if row else (0, "")


def head_hash() -> ScalarSelect[str]:
    """The same hash as a part of another query."""
    return select(AuditHead.hash).where(AuditHead.id == 1).scalar_subquery()


@dataclass(frozen=True)
class EventPage:
    events: Sequence[AuditEvent]
    values: dict[int, list[AuditValue]]
    total: int


def search(
    *, object_id: str = "", actor_id: int | None = None, kind: str = "", page: int = 1, size: int = 50
) -> EventPage:
    """Events newest first, narrowed by object, person or kind."""
    query = select(AuditEvent)
    if object_id:
        query = query.where(AuditEvent.object_id == object_id)
    if actor_id is not None:
        query = query.where(AuditEvent.actor_id == actor_id)
    if kind:
        query = query.where(AuditEvent.kind == kind)
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    events = db.session.scalars(query.order_by(AuditEvent.sequence.desc()).limit(size).offset((page - 1) * size)).all()
    return EventPage(events, values_of([e.sequence for e in events]), total)


def history(object_type: str, object_id: str, limit: int = 200) -> Sequence[AuditEvent]:
    return db.session.scalars(
        select(AuditEvent)
        .where(AuditEvent.object_type == object_type, AuditEvent.object_id == object_id)
        .order_by(AuditEvent.sequence.desc())
        .limit(limit)
    ).all()


def readings(object_ids: Sequence[str], kinds: Sequence[str], since: datetime) -> Sequence[AuditEvent]:
    """Logged reads of these objects since then, newest first."""
    return db.session.scalars(
        select(AuditEvent)
        .where(AuditEvent.object_id.in_(list(object_ids)), AuditEvent.kind.in_(list(kinds)), AuditEvent.at >= since)
        .order_by(AuditEvent.sequence.desc())
        .limit(1000)
    ).all()


def acts_of(actor_ids: Sequence[int], limit: int = 5000) -> Sequence[AuditEvent]:
    """What these people did, newest first."""
    return db.session.scalars(
        select(AuditEvent)
        .where(AuditEvent.actor_id.in_(list(actor_ids)))
        .order_by(AuditEvent.sequence.desc())
        .limit(limit)
    ).all()


def anchors(limit: int = 50) -> Sequence[AuditAnchor]:
    return db.session.scalars(select(AuditAnchor).order_by(AuditAnchor.id.desc()).limit(limit)).all()

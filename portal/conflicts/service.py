"""Write, declare, waive, confirm, dismiss. Whatever bars closes access in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update

from portal.audit import service as audit
from portal.conflicts import queries, rules
from portal.conflicts.errors import AlreadySettled, NotWaivable, OwnConflict, ReasonMissing
from portal.conflicts.jobs import ARISEN
from portal.conflicts.models import Conflict, Severity, Source
from portal.conflicts.rules import Found
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.jobs import enqueue
from portal.platform.language import Text
from portal.platform.personal import Holding, plain


def write(
    context: Context,
    person_id: int,
    application_id: int,
    ground: str,
    severity: Severity,
    source: Source = Source.DETECTED,
    evidence: Mapping[str, Any] | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Conflict:
    """Write one bar, audited; assignments that it hits are revoked. The same bar again refreshes its evidence."""
    found = Found(person_id, application_id, ground, severity, source, evidence or {}, since, until)
    existing = _existing({application_id}).get(found.key)
    if existing is not None:
        _refresh(existing, found)
        return existing
    (made,) = _add(context, [found])
    audit.record(
        context, "ConflictWritten", "conflict", made.public_id,
        person=person_id, application=application_id, ground=ground, severity=severity.value, source=source.value,
    )  # fmt: skip
    return made


def write_all(context: Context, found: Iterable[Found]) -> list[Conflict]:
    """Write many detected bars in a bounded number of statements; returns the new ones."""
    wanted = {bar.key: bar for bar in found}
    existing = _existing({bar.application_id for bar in wanted.values()})
    for key, bar in wanted.items():
        if key in existing:
            _refresh(existing[key], bar)
    return _add(context, [bar for key, bar in wanted.items() if key not in existing])


def lift(context: Context, rows: Iterable[Conflict]) -> int:
    """The data no longer show these detected bars: yesterday was their last day. Returns how many were in force."""
    lifted = 0
    for row in rows:
        last = rules.today(context.now) - timedelta(days=1)
        if row.source is Source.DETECTED and (row.until is None or row.until > last):
            row.until = last
            lifted += 1
    return lifted


def _existing(application_ids: set[int]) -> dict[tuple[int, int, str, Source], Conflict]:
    return {
        (row.person_id, row.application_id, row.ground, row.source): row
        for row in queries.of_applications(application_ids)
    }


def _refresh(row: Conflict, found: Found) -> None:
    """New facts on a known bar; a waiver stays, but counts only while the ground is waivable."""
    if dict(found.evidence) != row.evidence:
        row.evidence = dict(found.evidence)
    row.severity, row.since, row.until = found.severity, found.since, found.until


def _add(context: Context, found: list[Found]) -> list[Conflict]:
    made = [
        Conflict(
            public_id=context.ids.public_id(), person_id=bar.person_id, application_id=bar.application_id,
            ground=bar.ground, severity=bar.severity, source=bar.source, evidence=dict(bar.evidence),
            since=bar.since, until=bar.until, created_at=context.now,
        )
        for bar in found
    ]  # fmt: skip
    db.session.add_all(made)
    db.session.flush()
    for application_id in sorted({row.application_id for row in made}):
        newest = max(row.id for row in made if row.application_id == application_id)
        enqueue(ARISEN, {"application_id": application_id}, key=f"{application_id}:{newest}", now=context.now)
    return made


def declare(
    context: Context,
    person_id: int,
    application_id: int,
    ground: str | None,
    unsure: bool,
    statement: str,
    severity: Severity = Severity.DECLARED,
) -> Conflict:
    """What a person says of themselves. Not sure bars as well, until an officer has looked."""
    code = ground or rules.UNDECIDED
    row = write(context, person_id, application_id, code, severity, Source.DECLARED)
    row.unsure, row.statement = unsure, statement or None
    row.dismissed_at = row.waived_at = row.confirmed_at = None
    audit.record(
        context, "ConflictDeclared", "conflict", row.public_id,
        person=person_id, application=application_id, ground=code, unsure=unsure,
    )  # fmt: skip
    return row


def _for_officer(context: Context, conflict_id: int) -> Conflict:
    row = db.session.scalars(select(Conflict).where(Conflict.id == conflict_id).with_for_update()).one()
    mine = set(db.session.scalars(queries.same_humans(context.actor.same_as or {context.actor.person_id or 0})))
    if row.person_id in mine:
        raise OwnConflict
    return row


def waive(context: Context, conflict_id: int, reason: str) -> Conflict:
    """Lift a waivable ground for expertise, with reason and approver on record; an absolute one never."""
    row = _for_officer(context, conflict_id)
    if not rules.is_waivable(row.severity):
        raise NotWaivable(ground=rules.GROUND_NAMES.get(row.ground, row.ground))
    if row.unsure and row.confirmed_at is None:
        raise AlreadySettled
    if not reason.strip():
        raise ReasonMissing("reason")
    row.waived_at, row.waived_by_id, row.waiver_reason = context.now, context.actor.person_id, reason.strip()
    audit.record(
        context, "ConflictWaived", "conflict", row.public_id,
        person=row.person_id, application=row.application_id, ground=row.ground, reason=row.waiver_reason,
    )  # fmt: skip
    return row


def confirm(context: Context, conflict_id: int, ground: str, severity: Severity = Severity.DECLARED) -> Conflict:
    """An officer finds that "not sure" is a conflict, and names its ground."""
    row = _for_officer(context, conflict_id)
    _undecided(row)
    known = _existing({row.application_id}).get((row.person_id, row.application_id, ground, row.source))
    if known is None:
        row.ground = ground
    row.severity, row.confirmed_at = severity, context.now
    audit.record(
        context, "ConflictConfirmed", "conflict", row.public_id,
        person=row.person_id, application=row.application_id, ground=ground, severity=severity.value,
    )  # fmt: skip
    return row


def dismiss(context: Context, conflict_id: int, reason: str = "") -> Conflict:
    """An officer finds that "not sure" is no conflict: the person may review."""
    row = _for_officer(context, conflict_id)
    _undecided(row)
    row.dismissed_at = context.now
    audit.record(
        context, "ConflictDismissed", "conflict", row.public_id,
        person=row.person_id, application=row.application_id, reason=reason,
    )  # fmt: skip
    return row


def _undecided(row: Conflict) -> None:
    if not row.unsure or row.confirmed_at is not None or row.dismissed_at is not None:
        raise AlreadySettled


def export_person(ids: Sequence[int]) -> list[Holding]:
    """What the person declared, in their own words; what others or the data said of them is not theirs to read."""
    rows = db.session.scalars(
        select(Conflict).where(Conflict.person_id.in_(ids), Conflict.source == Source.DECLARED).order_by(Conflict.id)
    )
    return [
        Holding(
            "review", Text("신고한 이해충돌", "Conflicts of interest that you declared"),
            {"statement": Text("신고한 내용", "Statement"), "created_at": Text("신고한 때", "Declared")},
            [{"statement": row.statement or "", "created_at": plain(row.created_at)} for row in rows],
        )
    ]  # fmt: skip


def erase_of_applications(application_ids: Sequence[int]) -> None:
    """Statements and evidence about applications whose term is over; the bars themselves stay."""
    db.session.execute(
        update(Conflict)
        .where(Conflict.application_id.in_(list(application_ids)))
        .values(statement=None, evidence={}, waiver_reason=None)
    )

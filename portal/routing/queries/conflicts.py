"""Conflicts of a call as its officers see them: never those of an application from which they are barred."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, case, func, select

from portal.accounts.models import Organisation, Person, Relation
from portal.applications.models import Application
from portal.applications.queries.submissions import readable_by_officer
from portal.conflicts.models import Conflict, Source
from portal.conflicts.queries import barred_pairs, not_barred
from portal.platform.context import Actor
from portal.platform.db import db
from portal.programs.models import Call, Program
from portal.programs.queries import OFFICE_ROLES, call_in_scope
from portal.routing.queries.panels import identities

PAGE = 50
FILTERS = ("open", "declared", "detected", "settled")


@dataclass(frozen=True)
class ConflictRow:
    conflict: Conflict
    person: Person
    application: Application


@dataclass(frozen=True)
class ConflictPage:
    rows: Sequence[ConflictRow]
    counts: dict[str, int]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


_OPEN = and_(Conflict.unsure.is_(True), Conflict.confirmed_at.is_(None), Conflict.dismissed_at.is_(None))
_SETTLED = Conflict.waived_at.is_not(None) | Conflict.dismissed_at.is_not(None)
_WHERE = {
    "open": _OPEN,
    "declared": Conflict.source == Source.DECLARED,
    "detected": Conflict.source == Source.DETECTED,
    "settled": _SETTLED,
}


def of_call(actor: Actor, call_id: int, kind: str, number: int) -> ConflictPage:
    """A call's conflicts, undecided first; 50 a page, three queries."""
    seen = (
        select(Conflict, Person, Application)
        .join(Person, Conflict.person_id == Person.id)
        .join(Application, Conflict.application_id == Application.id)
        .where(
            Application.call_id == call_id,
            readable_by_officer(),
            not_barred(identities(actor), Application.id),
        )
    )
    row = db.session.execute(
        seen.with_only_columns(*(func.sum(case((_WHERE[code], 1), else_=0)) for code in FILTERS))
    ).one()
    counts = {code: int(count or 0) for code, count in zip(FILTERS, row, strict=True)}
    if kind in _WHERE:
        seen = seen.where(_WHERE[kind])
    total = db.session.scalar(seen.with_only_columns(func.count())) or 0
    found = db.session.execute(
        seen.order_by(case((_OPEN, 0), else_=1), Conflict.created_at.desc(), Conflict.id.desc())
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    ).all()
    return ConflictPage([ConflictRow(*r) for r in found], counts, total, number)


def for_officer(actor: Actor, public_id: str, conflict_id: str) -> Conflict | None:
    """One conflict of a call in the officer's scope."""
    return db.session.scalars(
        select(Conflict)
        .join(Application, Conflict.application_id == Application.id)
        .join(Call, Application.call_id == Call.id)
        .join(Program, Call.program_id == Program.id)
        .where(
            Conflict.public_id == conflict_id,
            Call.public_id == public_id,
            call_in_scope(actor, *OFFICE_ROLES),
            readable_by_officer(),
            not_barred(identities(actor), Application.id),
        )
    ).one_or_none()


def subjects(conflict: Conflict) -> tuple[Person, Application]:
    return db.session.get_one(Person, conflict.person_id), db.session.get_one(Application, conflict.application_id)


def barred_counts(application_ids: Sequence[int], person_ids: Sequence[int]) -> dict[int, int]:
    """person -> from how many of these applications they are barred."""
    found: dict[int, int] = {}
    for person, _ in barred_pairs(person_ids, application_ids):
        found[person] = found.get(person, 0) + 1
    return found


def applications_shown(actor: Actor, call_id: int, application_ids: Collection[int]) -> dict[int, Application]:
    """Of these, those that an officer of the call may read."""
    rows = db.session.scalars(
        select(Application)
        .where(
            Application.id.in_(application_ids),
            Application.call_id == call_id,
            readable_by_officer(),
            not_barred(identities(actor), Application.id),
        )
        .order_by(Application.id)
    )
    return {row.id: row for row in rows}


def organisations(ids: Collection[int]) -> dict[int, Organisation]:
    rows = db.session.scalars(select(Organisation).where(Organisation.id.in_(ids)).order_by(Organisation.id))
    return {row.id: row for row in rows}


def relations(public_ids: Collection[str]) -> dict[str, Relation]:
    rows = db.session.scalars(select(Relation).where(Relation.public_id.in_(public_ids)).order_by(Relation.id))
    return {row.public_id: row for row in rows}

"""Lines, movements, entries. Live figures are for holders of a budget role; the public sees published sums."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import selectinload

from portal.accounts.models import Person
from portal.budgets.models import BudgetLine, Entry, Freeze, LineStatus, Movement, MovementKind
from portal.budgets.rules import Line, Mismatch, Tree, sees_figures
from portal.platform.context import Actor
from portal.platform.db import db
from portal.platform.visibility import clause


def tree() -> Tree:
    """Every line, for walking up; one query without figures."""
    rows = db.session.execute(
        select(
            BudgetLine.id, BudgetLine.code, BudgetLine.parent_id, BudgetLine.unit, BudgetLine.names,
            BudgetLine.office, BudgetLine.status,
        ).order_by(BudgetLine.id)
    )  # fmt: skip
    return Tree(
        Line(i, code, parent, unit, names, office, status is LineStatus.PLANNED)
        for i, code, parent, unit, names, office, status in rows
    )


@clause
def line_in_sight(actor: Actor) -> ColumnElement[bool]:
    """The lines whose live figures the actor may see."""
    known = tree()
    return BudgetLine.id.in_([line.id for line in known.by_id.values() if sees_figures(actor, known.path(line))])


def lines_for(actor: Actor) -> Sequence[BudgetLine]:
    return db.session.scalars(select(BudgetLine).where(line_in_sight(actor)).order_by(BudgetLine.id)).all()


def line_for(actor: Actor, public_id: str, **_: str) -> BudgetLine | None:
    return db.session.scalars(
        select(BudgetLine).where(BudgetLine.public_id == public_id, line_in_sight(actor))
    ).one_or_none()


def all_lines() -> Sequence[BudgetLine]:
    """Every line of the books."""
    return db.session.scalars(select(BudgetLine).order_by(BudgetLine.id)).all()


def line_by_code(code: str) -> BudgetLine | None:
    return db.session.scalars(select(BudgetLine).where(BudgetLine.code == code)).one_or_none()


def lines_by_code(codes: Iterable[str]) -> dict[str, BudgetLine]:
    wanted = list(codes)
    rows = db.session.scalars(select(BudgetLine).where(BudgetLine.code.in_(wanted)).order_by(BudgetLine.id))
    return {line.code: line for line in rows}


@dataclass(frozen=True)
class Split:
    """Where a line's `used` stands: amounts that have got as far as each step and no further, in its unit."""

    reserved: int
    committed: int
    obligated: int
    disbursed: int


def split_of(line_id: int) -> Split:
    """From the entries: each step's sizes less what moved on and what was given back while standing there."""
    rows = db.session.execute(
        select(Movement.kind, func.sum(Entry.size), func.sum(Entry.amount))
        .join(Movement, Movement.id == Entry.movement_id)
        .where(Entry.line_id == line_id)
        .group_by(Movement.kind)
    )
    size: dict[MovementKind, int] = {}
    used = 0
    for kind, moved, amount in rows:
        size[kind] = int(moved)
        used += int(amount)
    gone = _given_back(line_id)
    commit, obligate, disburse = (
        size.get(kind, 0) - gone.get(kind, 0)
        for kind in (MovementKind.COMMIT, MovementKind.OBLIGATE, MovementKind.DISBURSE)
    )
    return Split(used - commit, commit - obligate, obligate - disburse, disburse)


def _given_back(line_id: int) -> dict[MovementKind, int]:
    """Steps of subjects that were given back: they stand nowhere any more."""
    gone = (
        select(Movement.subject_type, Movement.subject_id)
        .where(Movement.reverses_id.is_not(None))
        .distinct()
        .subquery()
    )
    rows = db.session.execute(
        select(Movement.kind, func.sum(Entry.size))
        .join(Movement, Movement.id == Entry.movement_id)
        .join(gone, and_(gone.c.subject_type == Movement.subject_type, gone.c.subject_id == Movement.subject_id))
        .where(Entry.line_id == line_id)
        .group_by(Movement.kind)
    )
    return {kind: int(moved) for kind, moved in rows}


@dataclass(frozen=True)
class Row:
    """One entry on a line, with who did it."""

    entry: Entry
    movement: Movement
    who: str | None


def entries_of(line_id: int, page: int = 1, size: int = 50) -> tuple[list[Row], int]:
    """A line's entries, newest first, and how many there are."""
    total = db.session.scalar(select(func.count()).select_from(Entry).where(Entry.line_id == line_id)) or 0
    rows = db.session.execute(
        select(Entry, Movement, Person.name)
        .join(Movement, Movement.id == Entry.movement_id)
        .outerjoin(Person, Person.id == Movement.actor_id)
        .where(Entry.line_id == line_id)
        .order_by(Movement.at.desc(), Entry.id.desc())
        .limit(size)
        .offset((page - 1) * size)
    )
    return [Row(entry, movement, who) for entry, movement, who in rows], total


def movements_of(subject_type: str, subject_id: str) -> Sequence[Movement]:
    """All acts about one subject, oldest first, with their entries."""
    return db.session.scalars(
        select(Movement)
        .where(Movement.subject_type == subject_type, Movement.subject_id == subject_id)
        .options(selectinload(Movement.entries))
        .order_by(Movement.id)
    ).all()


@clause
def movement_is_public(now: datetime) -> ColumnElement[bool]:
    """Only what was published: a sum must not reveal an award before its decision is."""
    return and_(Movement.public_from.is_not(None), Movement.public_from <= now)


def public_used(line_id: int, now: datetime) -> int:
    """What the public may know to be used of a line, in its unit."""
    return public_sums([line_id], now).get(line_id, 0)


def public_sums(line_ids: Iterable[int], now: datetime) -> dict[int, int]:
    wanted = list(line_ids)
    rows = db.session.execute(
        select(Entry.line_id, func.sum(Entry.amount))
        .join(Movement, Movement.id == Entry.movement_id)
        .where(Entry.line_id.in_(wanted), movement_is_public(now))
        .group_by(Entry.line_id)
        .order_by(Entry.line_id)
    )
    return {line_id: int(amount) for line_id, amount in rows}


def public_lines() -> Sequence[BudgetLine]:
    """Every line with its announced cap; `used` on these rows is not for the public, ask `public_sums`."""
    return db.session.scalars(select(BudgetLine).order_by(BudgetLine.id)).all()


def mismatches() -> list[Mismatch]:
    """Lines on which the guard column and the sum of entries disagree: one statement, one snapshot."""
    booked = func.coalesce(func.sum(Entry.amount), 0)
    rows = db.session.execute(
        select(BudgetLine.code, BudgetLine.used, booked, BudgetLine.unit)
        .outerjoin(Entry, Entry.line_id == BudgetLine.id)
        .group_by(BudgetLine.id, BudgetLine.code, BudgetLine.used, BudgetLine.unit)
        .having(BudgetLine.used != booked)
        .order_by(BudgetLine.id)
    )
    return [Mismatch(code, int(used), int(total), unit) for code, used, total, unit in rows]


def open_freeze() -> Freeze | None:
    return db.session.scalars(
        select(Freeze).where(Freeze.lifted_at.is_(None)).order_by(Freeze.id.desc()).limit(1)
    ).one_or_none()

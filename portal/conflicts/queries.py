"""Who is barred from what. `not_barred` stands in every query through which a person could see an application."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from sqlalchemy import BindParameter, ColumnElement, Date, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import SQLColumnExpression

from portal.accounts.models import Person
from portal.conflicts.models import Conflict, Severity
from portal.conflicts.rules import Bar, explain, today
from portal.platform import clock
from portal.platform.db import db, shared_alias
from portal.platform.visibility import clause
from portal.programs.definition import Regime

People = Iterable[int] | BindParameter[int]  # bound in a statement that is built once
TODAY: Final[BindParameter[date]] = bindparam("today", type_=Date())
Day = date | BindParameter[date] | None
_known, _other = shared_alias(Person), shared_alias(Person)


def same_humans(person_ids: People) -> Select[int]:
    """The ids of every identity of these people: doubles point to one person by `same_as`. Found by index."""
    root = func.coalesce(_known.same_as_id, _known.id)
    return (
        select(_other.id)
        .join(_known, or_(_other.same_as_id == root, and_(_other.same_as_id.is_(None), _other.id == root)))
        .where(_known.id.in_(person_ids if isinstance(person_ids, BindParameter) else list(person_ids)))
    )


def in_force(on: Day = None) -> ColumnElement[bool]:
    """Not dismissed, not lawfully waived, within its dates; `on` defaults to the portal's present day."""
    day = today(clock.now()) if on is None else on
    return and_(
        Conflict.dismissed_at.is_(None),
        or_(Conflict.waived_at.is_(None), Conflict.severity != Severity.WAIVABLE),
        or_(Conflict.since.is_(None), Conflict.since <= day),
        or_(Conflict.until.is_(None), Conflict.until >= day),
    )


@clause
def not_barred(person_ids: People, application_id: SQLColumnExpression[int], on: Day = None) -> ColumnElement[bool]:
    """No bar stands between these identities and the application; outranks every role, administrators included."""
    barred = select(Conflict.id).where(
        Conflict.application_id == application_id,
        Conflict.person_id.in_(same_humans(person_ids)),
        in_force(on),
    )
    return ~barred.correlate_except(Conflict).exists()


def bars_of(person_id: int, application_id: int, on: date | None = None) -> Sequence[Conflict]:
    """The bars in force between one human and one application, oldest first."""
    return db.session.scalars(
        select(Conflict)
        .where(
            Conflict.application_id == application_id,
            Conflict.person_id.in_(same_humans([person_id])),
            in_force(on),
        )
        .order_by(Conflict.created_at, Conflict.id)
    ).all()


def bars(person_id: int, application_id: int, regime: Regime | None = None, on: date | None = None) -> list[Bar]:
    """The same, each with its name and article from the regime."""
    return [explain(conflict, regime) for conflict in bars_of(person_id, application_id, on)]


def barred_pairs(
    person_ids: Iterable[int], application_ids: Iterable[int], on: date | None = None
) -> set[tuple[int, int]]:
    """(person, application) pairs that may not meet, told for the ids asked about, doubles included."""
    asked, owner = aliased(Person), aliased(Person)
    rows = db.session.execute(
        select(asked.id, Conflict.application_id)
        .select_from(Conflict)
        .join(owner, owner.id == Conflict.person_id)
        .join(asked, func.coalesce(asked.same_as_id, asked.id) == func.coalesce(owner.same_as_id, owner.id))
        .where(
            asked.id.in_(list(person_ids)),
            Conflict.application_id.in_(list(application_ids)),
            in_force(on),
        )
        .order_by(asked.id, Conflict.application_id)
    )
    return {(person, application) for person, application in rows}


def of_applications(application_ids: Iterable[int]) -> Sequence[Conflict]:
    """Every row about these applications, settled ones too: undecided first, then newest."""
    return db.session.scalars(
        select(Conflict)
        .where(Conflict.application_id.in_(list(application_ids)))
        .order_by(Conflict.unsure.desc(), Conflict.created_at.desc(), Conflict.id.desc())
    ).all()


def by_public_id(public_id: str) -> Conflict | None:
    return db.session.scalars(select(Conflict).where(Conflict.public_id == public_id)).one_or_none()

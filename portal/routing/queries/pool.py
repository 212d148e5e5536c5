"""The pool of reviewers of a call: role in scope, profile, no restriction; load and present organisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, exists, func, or_, select

from portal.accounts.models import (
    Absence,
    Affiliation,
    Organisation,
    Person,
    ReviewerProfile,
    Role,
    RoleGrant,
    Sanction,
)
from portal.accounts.queries import away_between
from portal.accounts.rules import days_shared
from portal.conflicts.rules import today
from portal.platform.db import db
from portal.programs.models import Call, Stage
from portal.programs.queries import OFFICE_ROLES
from portal.routing.models import Assignment, Panel, Seat
from portal.routing.rules.panels import LIVE, is_left_out

PAGE = 50


@dataclass(frozen=True)
class PoolRow:
    person: Person
    profile: ReviewerProfile
    organisation: str
    load: int  # live assignments over all panels
    away: Sequence[Absence] = ()  # in the days of the review


@dataclass(frozen=True)
class Pool:
    rows: Sequence[PoolRow]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def _in_pool(call: Call, now: datetime) -> Select[Person]:
    """People with the reviewer's role in scope and a profile, not under a restriction; doubles once."""
    day = today(now)
    granted = exists().where(
        RoleGrant.person_id == Person.id,
        RoleGrant.role.in_((Role.REVIEWER, Role.CHAIR)),
        RoleGrant.scope.in_(("*", *call.scopes)),
        RoleGrant.since <= now,
        or_(RoleGrant.until.is_(None), RoleGrant.until > now),
    )
    restricted = exists().where(Sanction.person_id == Person.id, Sanction.since <= day, Sanction.until >= day)
    return (
        select(Person)
        .join(ReviewerProfile, ReviewerProfile.person_id == Person.id)
        .where(granted, ~restricted, Person.same_as_id.is_(None))
    )


def pool_ids(call: Call, now: datetime) -> set[int]:
    return set(db.session.scalars(_in_pool(call, now).with_only_columns(Person.id)))


def possible_ids(stage: Stage, now: datetime) -> set[int]:
    """Whom a conflict may concern: the pool of the call, whoever has a seat on a panel of the stage, and the call's
    office, as a conflict outranks every role."""
    seated = select(Seat.person_id).join(Panel, Seat.panel_id == Panel.id).where(Panel.stage_id == stage.id)
    office = select(RoleGrant.person_id).where(
        RoleGrant.role.in_(OFFICE_ROLES), RoleGrant.scope.in_(("*", *stage.call.scopes)), RoleGrant.since <= now,
        or_(RoleGrant.until.is_(None), RoleGrant.until > now),
    )  # fmt: skip
    return pool_ids(stage.call, now) | set(db.session.scalars(seated)) | set(db.session.scalars(office))


def pool(
    call: Call, now: datetime, *, words: str = "", kind: str = "", number: int = 1,
    window: tuple[date, date] | None = None,
) -> Pool:  # fmt: skip
    """50 of the pool, by name; `words` are looked for in names and keywords; `window`: the days of the review, for
    who is away in them. Six queries."""
    query = _in_pool(call, now)
    if kind:
        query = query.where(ReviewerProfile.kind == kind)
    for word in words.split()[:5]:
        like = f"%{word.replace('%', '').replace('_', '')}%"
        query = query.where(or_(Person.name.ilike(like), ReviewerProfile.keywords.ilike(like)))
    total = db.session.scalar(query.with_only_columns(func.count())) or 0
    found = db.session.execute(
        query.with_only_columns(Person, ReviewerProfile)
        .order_by(Person.name, Person.id)
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    ).all()
    ids = [person.id for person, _ in found]
    homes, loads = organisations_of(ids, now), loads_of(ids)
    away = away_between(ids, *window) if window else {}
    rows = [
        PoolRow(person, profile, homes.get(person.id, ""), loads.get(person.id, 0), away.get(person.id, ()))
        for person, profile in found
    ]
    return Pool(rows, total, number)


def left_out(person_ids: Sequence[int], first: date, last: date) -> dict[int, int]:
    """person -> days away, of those who are away for too much of the review to be given anything."""
    found = {
        person: days_shared(first, last, [(a.since, a.until) for a in absences])
        for person, absences in away_between(person_ids, first, last).items()
    }
    return {person: days for person, days in found.items() if is_left_out(days, (last - first).days + 1)}


def organisations_of(person_ids: Sequence[int], now: datetime) -> dict[int, str]:
    """person -> name of the present organisation."""
    day = today(now)
    rows = db.session.execute(
        select(Affiliation.person_id, Organisation.name)
        .join(Organisation, Affiliation.organisation_id == Organisation.id)
        .where(
            Affiliation.person_id.in_(person_ids),
            Affiliation.since <= day,
            or_(Affiliation.until.is_(None), Affiliation.until >= day),
        )
        .order_by(Affiliation.since.desc(), Affiliation.id)
    )
    found: dict[int, str] = {}
    for person, name in rows:
        found.setdefault(person, name)
    return found


def loads_of(person_ids: Sequence[int]) -> dict[int, int]:
    rows = db.session.execute(
        select(Assignment.person_id, func.count())
        .where(Assignment.person_id.in_(person_ids), Assignment.state.in_(LIVE))
        .group_by(Assignment.person_id)
    )
    return {row[0]: row[1] for row in rows}


def profiles_of(person_ids: Sequence[int]) -> dict[int, ReviewerProfile]:
    rows = db.session.scalars(select(ReviewerProfile).where(ReviewerProfile.person_id.in_(person_ids)))
    return {row.person_id: row for row in rows}

"""People, their roles and where they work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, false, func, or_, select, true
from sqlalchemy.orm import joinedload

from portal.accounts import rules
from portal.accounts.models import (
    Account,
    Address,
    Affiliation,
    Consent,
    Person,
    ReviewerProfile,
    RoleGrant,
)
from portal.accounts.queries.actors import grant_is_valid, identities
from portal.platform.context import Actor
from portal.platform.db import db
from portal.platform.visibility import clause

PAGE = 50


def reviewer_profile(person_id: int) -> ReviewerProfile | None:
    return db.session.get(ReviewerProfile, person_id)


def affiliations_of(person_ids: Sequence[int]) -> Sequence[Affiliation]:
    """The latest first, the ended ones as well."""
    return db.session.scalars(
        select(Affiliation)
        .where(Affiliation.person_id.in_(person_ids))
        .options(joinedload(Affiliation.organisation), joinedload(Affiliation.department))
        .order_by(Affiliation.since.desc(), Affiliation.id.desc())
    ).all()


def grants_of(person_ids: Sequence[int]) -> Sequence[RoleGrant]:
    """All grants, the present ones and the ended ones, the latest first."""
    return db.session.scalars(
        select(RoleGrant)
        .where(RoleGrant.person_id.in_(person_ids))
        .order_by(RoleGrant.since.desc(), RoleGrant.id.desc())
    ).all()


@dataclass(frozen=True)
class PersonRow:
    person: Person
    roles: Sequence[RoleGrant]
    organisation: str
    disabled: bool


@dataclass(frozen=True)
class PeoplePage:
    rows: Sequence[PersonRow]
    number: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def people(now: datetime, *, words: str = "", role: str = "", number: int = 1) -> PeoplePage:
    """People by name, 50 a page, with the roles that hold now and where they work; four queries."""
    query = select(Person).where(Person.erased_at.is_(None))
    if words:
        query = query.where(
            or_(Person.name.icontains(words, autoescape=True), Person.email_key.icontains(words, autoescape=True))
        )
    if role:
        holders = select(RoleGrant.person_id).where(RoleGrant.role == role, grant_is_valid(now))
        query = query.where(Person.id.in_(holders))
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    number = min(max(number, 1), max(1, -(-total // PAGE)))
    found = db.session.scalars(query.order_by(Person.name, Person.id).limit(PAGE).offset((number - 1) * PAGE)).all()
    ids = [person.id for person in found]
    roles: dict[int, list[RoleGrant]] = defaultdict(list)
    held = select(RoleGrant).where(RoleGrant.person_id.in_(ids), grant_is_valid(now))
    for grant in db.session.scalars(held.order_by(RoleGrant.role, RoleGrant.scope, RoleGrant.id)):
        roles[grant.person_id].append(grant)
    works = {a.person_id: a.organisation.name for a in reversed(affiliations_of(ids)) if a.until is None}
    shut = set(
        db.session.scalars(
            select(Account.person_id).where(Account.person_id.in_(ids), Account.disabled_at.is_not(None))
        )
    )
    rows = [PersonRow(p, roles[p.id], works.get(p.id, ""), p.id in shut) for p in found]
    return PeoplePage(rows, number, total)


@clause
def records_open_to(actor: Actor) -> ColumnElement[bool]:
    """Everybody's record, or nobody's."""
    return true() if any(actor.holds(role) for role in rules.READS_PEOPLE) else false()


def person_for_office(actor: Actor, public_id: str) -> Person | None:
    """A person's record for those whose office it is to look after people."""
    return db.session.scalars(select(Person).where(Person.public_id == public_id, records_open_to(actor))).one_or_none()


def person_by_email_key(key: str) -> Person | None:
    return db.session.scalars(select(Person).where(Person.email_key == key)).one_or_none()


def find_people(words: str, limit: int = 10) -> Sequence[Person]:
    """By address, researcher number, ORCID or part of a name; joined doubles stand behind their root."""
    exact = words.casefold()
    query = select(Person).where(
        Person.erased_at.is_(None),
        Person.same_as_id.is_(None),
        or_(
            Person.email_key == exact,
            Person.researcher_number == words,
            Person.orcid == words,
            Person.name.icontains(words, autoescape=True),
            Person.name_latin.icontains(words, autoescape=True),
        ),
    )
    return db.session.scalars(query.order_by(Person.name, Person.id).limit(limit)).all()


def people_by_public_ids(public_ids: Sequence[str]) -> Sequence[Person]:
    query = select(Person).where(Person.public_id.in_(public_ids))
    return db.session.scalars(query.order_by(Person.name, Person.id)).all()


def addresses_of(person_ids: Sequence[int]) -> Sequence[Address]:
    """Other addresses under which these records are known."""
    return db.session.scalars(
        select(Address).where(Address.person_id.in_(person_ids)).order_by(Address.email_key, Address.id)
    ).all()


def consents_of(person_ids: Sequence[int]) -> Sequence[Consent]:
    """The latest first, withdrawn ones as well."""
    return db.session.scalars(
        select(Consent).where(Consent.person_id.in_(person_ids)).order_by(Consent.at.desc(), Consent.id.desc())
    ).all()


def doubles_of(person: Person) -> Sequence[Person]:
    """Other records of the same human."""
    others = [i for i in identities(person) if i != person.id]
    return db.session.scalars(select(Person).where(Person.id.in_(others)).order_by(Person.id)).all()

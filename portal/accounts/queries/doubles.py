"""Records that may be one human."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import joinedload

from portal.accounts.models import Account, Address, Affiliation, Double, Organisation, Person
from portal.accounts.queries.directory import records_open_to
from portal.accounts.rules.doubles import Known
from portal.platform.context import Actor
from portal.platform.db import db

PAGE = 50


def records() -> list[Known]:
    """Every record that is neither erased nor joined to another one; three statements."""
    there = Person.erased_at.is_(None) & Person.same_as_id.is_(None)
    organisations: dict[int, set[int]] = defaultdict(set)
    for person, of in db.session.execute(select(Affiliation.person_id, Affiliation.organisation_id)):
        organisations[person].add(of)
    addresses: dict[int, set[str]] = defaultdict(set)
    for person, address in db.session.execute(select(Address.person_id, Address.email_key)):
        addresses[person].add(address)
    rows = db.session.execute(
        select(Person.id, Person.name, Person.name_latin, Person.email_key, Person.researcher_number, Person.orcid)
        .where(there)
        .order_by(Person.id)
    )
    return [
        Known(
            id_, tuple(filter(None, (name, latin))), frozenset({email} | addresses[id_]), frozenset(organisations[id_]),
            (number, orcid),
        )
        for id_, name, latin, email, number, orcid in rows
    ]  # fmt: skip


def all_doubles(person_id: int | None = None) -> Sequence[Double]:
    """Decided ones too; of one person, from either side."""
    mine = true() if person_id is None else or_(Double.low_id == person_id, Double.high_id == person_id)
    return db.session.scalars(select(Double).where(mine).order_by(Double.low_id, Double.high_id)).all()


def _undecided() -> ColumnElement[bool]:
    return Double.decided_at.is_(None)


@dataclass(frozen=True)
class DoublesPage:
    rows: Sequence[Double]
    number: int
    total: int
    waiting: int
    organisations: dict[int, str]
    accounts: frozenset[int]

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def doubles(actor: Actor, *, decided: bool, number: int = 1) -> DoublesPage:
    """50 a page, the newest first; five statements."""
    which = ~_undecided() if decided else _undecided()
    query = select(Double).where(which, records_open_to(actor))
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    number = min(max(number, 1), max(1, -(-total // PAGE)))
    rows = db.session.scalars(
        query.options(joinedload(Double.low), joinedload(Double.high))
        .order_by(Double.found_at.desc(), Double.low_id, Double.high_id)
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    ).all()
    people = [id_ for row in rows for id_ in (row.low_id, row.high_id)]
    works = db.session.execute(
        select(Affiliation.person_id, Organisation.name)
        .join(Organisation, Affiliation.organisation_id == Organisation.id)
        .where(Affiliation.person_id.in_(people))
        .order_by(Affiliation.since, Affiliation.id)
    )
    accounts = db.session.scalars(select(Account.person_id).where(Account.person_id.in_(people)))
    return DoublesPage(
        rows, number, total, waiting_doubles(actor), {row[0]: row[1] for row in works}, frozenset(accounts)
    )


def waiting_doubles(actor: Actor) -> int:
    return db.session.scalar(select(func.count(Double.low_id)).where(_undecided(), records_open_to(actor))) or 0


def double_for_office(actor: Actor, double_id: str) -> Double | None:
    """By `<lower id>-<higher id>` of the two records' public ids."""
    first, _, second = double_id.partition("-")
    ids = select(Person.id).where(Person.public_id.in_((first, second)))
    return db.session.scalars(
        select(Double).where(Double.low_id.in_(ids), Double.high_id.in_(ids), records_open_to(actor))
    ).one_or_none()


def has_account(person_id: int) -> bool:
    return db.session.get(Account, person_id) is not None

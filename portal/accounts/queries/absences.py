"""Who is away, and who stands in for them. Doubles of one human count as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from portal.accounts import rules
from portal.accounts.models import Absence, Account, Person, Role, RoleGrant
from portal.accounts.queries.actors import grant_is_valid, identities
from portal.platform.db import db

_ROOT = func.coalesce(Person.same_as_id, Person.id)


def absences_of(person_ids: Sequence[int]) -> Sequence[Absence]:
    """The latest first, ended and past ones as well."""
    return db.session.scalars(
        select(Absence)
        .where(Absence.person_id.in_(person_ids))
        .options(joinedload(Absence.deputy))
        .order_by(Absence.since.desc(), Absence.id.desc())
    ).all()


def absence_of(person_ids: Sequence[int], public_id: str) -> Absence | None:
    """One of a person's own, held for a change."""
    query = select(Absence).where(Absence.public_id == public_id, Absence.person_id.in_(person_ids))
    return db.session.scalars(query.with_for_update(of=Absence)).one_or_none()


def _roots(person_ids: Iterable[int]) -> dict[int, int]:
    rows = db.session.execute(select(Person.id, _ROOT).where(Person.id.in_(list(person_ids))))
    return {row[0]: row[1] for row in rows}


def away_on(person_ids: Iterable[int], day: date) -> dict[int, Absence]:
    """person -> the absence that this day falls into, the one that ends last."""
    found = away_between(person_ids, day, day)
    return {person: max(rows, key=lambda a: (a.until, a.id)) for person, rows in found.items()}


def away_between(person_ids: Iterable[int], since: date, until: date) -> dict[int, list[Absence]]:
    """person -> absences that touch these days, in order; of every identity of the same human."""
    roots = _roots(person_ids)
    rows = db.session.execute(
        select(Absence, _ROOT)
        .join(Person, Absence.person_id == Person.id)
        .where(
            _ROOT.in_(list(roots.values())), Absence.since <= until, Absence.until >= since, Absence.ended_at.is_(None)
        )
        .options(joinedload(Absence.deputy))
        .order_by(Absence.since, Absence.id)
    )  # fmt: skip
    of: dict[int, list[Absence]] = defaultdict(list)
    for absence, root in rows:
        of[root].append(absence)
    return {asked: of[root] for asked, root in roots.items() if root in of}


def stood_in_for(person_ids: Iterable[int], day: date) -> Sequence[Absence]:
    """Absences of others on that day in which one of these is the deputy, the longest-running first."""
    return db.session.scalars(
        select(Absence)
        .where(
            Absence.deputy_id.in_(list(person_ids)), Absence.since <= day, Absence.until >= day,
            Absence.ended_at.is_(None),
        )
        .options(joinedload(Absence.person))
        .order_by(Absence.since, Absence.id)
    ).all()  # fmt: skip


def possible_deputies(person: Person, now: datetime) -> list[Person]:
    """Others who hold the right to approve for at least the scopes that this person does, by name.

    Nobody for whom there is nothing to stand in for: without that right there is no deputy.
    """
    own = set(identities(person))
    found = db.session.execute(
        select(Person, RoleGrant.scope, _ROOT)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(RoleGrant.role == Role.ADMINISTRATOR, grant_is_valid(now), Account.disabled_at.is_(None))
        .order_by(Person.name, Person.id)
    ).all()
    rows = [(person, scope, root) for person, scope, root in found]
    wanted = {scope for person, scope, _ in rows if person.id in own}
    return _covering([row for row in rows if row[0].id not in own], wanted) if wanted else []


def _covering(rows: Sequence[tuple[Person, str, int]], wanted: set[str]) -> list[Person]:
    """One record of each human whose scopes together cover what is wanted."""
    scopes: dict[int, set[str]] = defaultdict(set)
    first: dict[int, Person] = {}
    for person, scope, root in rows:
        scopes[root].add(scope)
        first.setdefault(root, person)
    return [person for root, person in first.items() if rules.covers(scopes[root], wanted)]

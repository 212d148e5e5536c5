"""One human, all identities: records joined as doubles, every address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import func, select

from portal.accounts.models import Address, Person
from portal.platform.db import db

Identity = tuple[frozenset[int], frozenset[str]]  # ids, addresses
Identities = Mapping[int, Identity]


def roots_of(person_ids: Iterable[int]) -> dict[int, int]:
    """person id -> the id that stands for the human."""
    rows = db.session.execute(
        select(Person.id, func.coalesce(Person.same_as_id, Person.id)).where(Person.id.in_(list(person_ids)))
    )
    return {row[0]: row[1] for row in rows}


def identities_of(person_ids: Iterable[int]) -> dict[int, Identity]:
    """asked person id -> (ids, addresses) of every identity of the human."""
    roots = roots_of(person_ids)
    rows = db.session.execute(
        select(func.coalesce(Person.same_as_id, Person.id), Person.id, Person.email_key).where(
            func.coalesce(Person.same_as_id, Person.id).in_(list(roots.values()))
        )
    )
    others = db.session.execute(
        select(func.coalesce(Person.same_as_id, Person.id), Address.email_key)
        .join(Person, Address.person_id == Person.id)
        .where(func.coalesce(Person.same_as_id, Person.id).in_(list(roots.values())))
    )
    ids: dict[int, set[int]] = defaultdict(set)
    emails: dict[int, set[str]] = defaultdict(set)
    for root, id_, email in rows:
        ids[root].add(id_)
        emails[root].add(email)
    for root, email in others:  # said by the person, proved by nobody: it bars as well
        emails[root].add(email)
    return {asked: (frozenset(ids[root]), frozenset(emails[root])) for asked, root in roots.items()}

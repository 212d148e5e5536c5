"""What is recorded between people, and between people and organisations."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Organisation, Person, Relation
from portal.accounts.queries.actors import identities
from portal.platform.db import db


def relations_of(person: Person) -> Sequence[Relation]:
    """From either side, those withdrawn as well; the latest first. Two statements."""
    ids = identities(person)
    return db.session.scalars(
        select(Relation)
        .where(or_(Relation.person_id.in_(ids), Relation.other_id.in_(ids)))
        .options(joinedload(Relation.person), joinedload(Relation.other), joinedload(Relation.organisation))
        .order_by(Relation.since.desc(), Relation.id.desc())
    ).all()


def relation_of(person: Person, public_id: str) -> Relation | None:
    ids = identities(person)
    return db.session.scalars(
        select(Relation).where(
            Relation.public_id == public_id, or_(Relation.person_id.in_(ids), Relation.other_id.in_(ids))
        )
    ).one_or_none()


def person_by_key(words: str) -> Person | None:
    """By e-mail address, researcher number or ORCID, all of them whole."""
    keys = or_(Person.email_key == words.casefold(), Person.researcher_number == words, Person.orcid == words)
    return db.session.scalars(select(Person).where(keys).order_by(Person.id)).first()


def organisation_by_key(words: str) -> Organisation | None:
    """By business registration number or whole name."""
    keys = or_(Organisation.registration == words, Organisation.name == words, Organisation.name_en == words)
    return db.session.scalars(select(Organisation).where(keys).order_by(Organisation.id)).first()

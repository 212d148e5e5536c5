"""Who stands behind a link, and what the consortium pages show. A link is looked up by the hash of its token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Account, Person
from portal.accounts.rules import secret_hash
from portal.applications.models import Application, ConfirmationLink, Institution, Member
from portal.applications.queries.drafts import identities
from portal.platform.context import Actor
from portal.platform.db import db


def invitation(_: Actor, token: str, **__: object) -> Institution | None:
    """The institution that this invitation is for, with its application and call."""
    return db.session.scalars(
        select(Institution)
        .where(Institution.token_hash == secret_hash(token), Institution.joined_at.is_(None))
        .options(joinedload(Institution.application).joinedload(Application.call))
    ).one_or_none()


def consent_request(_: Actor, token: str, **__: object) -> Member | None:
    return db.session.scalars(
        select(Member)
        .where(Member.token_hash == secret_hash(token))
        .options(joinedload(Member.institution), joinedload(Member.application).joinedload(Application.call))
    ).one_or_none()


def confirmation_link(_: Actor, token: str, **__: object) -> ConfirmationLink | None:
    return db.session.scalars(
        select(ConfirmationLink).where(ConfirmationLink.token_hash == secret_hash(token))
    ).one_or_none()


def latest_link(institution_id: int) -> ConfirmationLink | None:
    return db.session.scalars(
        select(ConfirmationLink)
        .where(ConfirmationLink.institution_id == institution_id)
        .order_by(ConfirmationLink.id.desc())
        .limit(1)
    ).first()


def institution_by_id(institution_id: int) -> Institution:
    return db.session.scalars(
        select(Institution)
        .where(Institution.id == institution_id)
        .options(joinedload(Institution.application).joinedload(Application.call))
    ).one()


def member_of(application_id: int, public_id: str) -> Member | None:
    return db.session.scalars(
        select(Member)
        .where(Member.application_id == application_id, Member.public_id == public_id)
        .options(joinedload(Member.institution))
    ).one_or_none()


def member_by_email(application_id: int, key: str) -> Member | None:
    return db.session.scalars(
        select(Member).where(Member.application_id == application_id, Member.email_key == key)
    ).one_or_none()


def person_by_email(key: str) -> Person | None:
    return db.session.scalars(select(Person).where(Person.email_key == key)).one_or_none()


def last_position(application_id: int) -> int:
    return (
        db.session.scalar(select(func.max(Institution.position)).where(Institution.application_id == application_id))
        or 0
    )


_UNLINKED: Final = (
    select(Member.id)
    .join(Person, Person.email_key == Member.email_key)
    .join(Account, Account.person_id == Person.id)
    .where(Person.id == bindparam("person"), Account.confirmed_at.is_not(None), Member.person_id.is_(None))
    .order_by(Member.id)
)


def unlinked_memberships(person_id: int) -> list[int]:
    """Members with the confirmed e-mail of this person who are not linked to anybody yet."""
    return list(db.session.scalars(_UNLINKED, {"person": person_id}))


def own_membership(actor: Actor, public_id: str) -> Member | None:
    """The actor's own place in a team, held for a change."""
    mine = select(Member).where(Member.public_id == public_id, Member.person_id.in_(identities(actor)))
    return db.session.scalars(mine.with_for_update(of=Member)).one_or_none()


def own_consents(actor: Actor) -> Sequence[Member]:
    """The actor's places in teams to which they consented, the latest first."""
    return db.session.scalars(
        select(Member)
        .where(Member.person_id.in_(identities(actor)), Member.consented_at.is_not(None))
        .options(joinedload(Member.application).joinedload(Application.call))
        .order_by(Member.id.desc())
    ).all()

"""What a password is checked against, and signed-in browsers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select

from portal.accounts import rules
from portal.accounts.models import (
    Account,
    MailToken,
    Person,
    SignInSession,
    TokenPurpose,
)
from portal.platform.db import db


@dataclass(frozen=True)
class Credentials:
    """What a typed password is checked against."""

    person_id: int
    password_hash: str
    email: str


def credentials_of_address(email_key: str) -> Credentials | None:
    return _credentials(Person.email_key == email_key)


def credentials_of_person(person_id: int) -> Credentials | None:
    return _credentials(Person.id == person_id)


def credentials_of_link(token: str, purpose: TokenPurpose, now: datetime) -> Credentials | None:
    """The account behind a one-time link that can still be used."""
    found = (
        select(MailToken.person_id)
        .where(
            MailToken.token_hash == rules.secret_hash(token), MailToken.purpose == purpose,
            MailToken.used_at.is_(None), MailToken.expires_at > now,
        )
        .scalar_subquery()
    )  # fmt: skip
    return _credentials(and_(Person.id == found, Account.disabled_at.is_(None)))


def _credentials(where: ColumnElement[bool]) -> Credentials | None:
    query = select(Person.id, Account.password_hash, Person.email).join(Account, Account.person_id == Person.id)
    row = db.session.execute(query.where(where)).one_or_none()
    return None if row is None else Credentials(*row)


def person_of(person_id: int) -> Person:
    return db.session.get_one(Person, person_id)


def account_of(person_id: int) -> Account | None:
    return db.session.get(Account, person_id)


def session_of(session_id: int) -> SignInSession | None:
    return db.session.get(SignInSession, session_id)


def live_sessions(person_id: int, now: datetime) -> Sequence[SignInSession]:
    """`now` is the real clock's."""
    return db.session.scalars(
        select(SignInSession)
        .where(
            SignInSession.person_id == person_id,
            SignInSession.revoked_at.is_(None),
            SignInSession.seen_at > now - rules.IDLE,
        )
        .order_by(SignInSession.seen_at.desc(), SignInSession.id.desc())
    ).all()

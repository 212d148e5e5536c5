"""Who acts, at this request."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

from portal.accounts import rules
from portal.accounts.models import (
    NEEDS_SECOND_FACTOR,
    Account,
    Person,
    RoleGrant,
    SignInSession,
)
from portal.platform import clock
from portal.platform.context import Actor, Grant
from portal.platform.db import db


def actor_of_session(token: str, now: datetime) -> Actor | None:
    """The person behind a session's token at the real moment `now`, with the roles that count at this request.

    None when the session is unknown, revoked or idle too long, or the account is disabled. A role that needs a
    second factor counts only in a session that passed it.
    """
    row = db.session.execute(
        select(SignInSession, Person)
        .join(Person, Person.id == SignInSession.person_id)
        .join(Account, Account.person_id == Person.id)
        .where(
            SignInSession.token_hash == rules.secret_hash(token),
            SignInSession.revoked_at.is_(None),
            SignInSession.seen_at > now - rules.IDLE,
            Account.disabled_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    session, person = row
    return _actor(person, session.id, now + clock.offset(), session.second_factor_at is not None)


def actor_of_person(person_id: int, now: datetime, *, second_factor: bool = True) -> Actor | None:
    """The same person without a browser: what a letter to them or a command may show. `now` is the portal's."""
    person = db.session.get(Person, person_id)
    return None if person is None else _actor(person, None, now, second_factor)


def _actor(person: Person, session_id: int | None, now: datetime, second_factor: bool) -> Actor:
    root = person.same_as_id or person.id
    rows = db.session.execute(
        select(Person.id, RoleGrant.role, RoleGrant.scope)
        .outerjoin(RoleGrant, and_(RoleGrant.person_id == Person.id, grant_is_valid(now)))
        .where(or_(Person.id == root, Person.same_as_id == root))
        .order_by(Person.id, RoleGrant.id)
    ).all()
    return Actor(
        person_id=person.id,
        name=person.name,
        language=person.language,
        grants=frozenset(
            Grant(role.value, scope)
            for _, role, scope in rows
            if role is not None and (second_factor or role not in NEEDS_SECOND_FACTOR)
        ),
        session_id=session_id,
        same_as=frozenset(identity for identity, _, _ in rows) | {person.id},
        time_zone=person.time_zone,
    )


def grant_is_valid(now: datetime) -> ColumnElement[bool]:
    return and_(RoleGrant.since <= now, or_(RoleGrant.until.is_(None), RoleGrant.until > now))


def identities(person: Person) -> list[int]:
    """Every identity of the same human, this one included."""
    root = person.same_as_id or person.id
    query = select(Person.id).where(or_(Person.id == root, Person.same_as_id == root)).order_by(Person.id)
    return list(db.session.scalars(query))


def needs_second_factor(person: Person, now: datetime) -> bool:
    """Holds, or will hold, a role that counts only after the second factor."""
    query = select(RoleGrant.id).where(
        RoleGrant.person_id.in_(identities(person)),
        RoleGrant.role.in_(NEEDS_SECOND_FACTOR),
        or_(RoleGrant.until.is_(None), RoleGrant.until > now),
    )
    return db.session.scalars(query.limit(1)).first() is not None

"""Who acts, at this request."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select

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
from portal.platform.db import db, shared_alias

_same = shared_alias(Person)


def actor_of_session(token: str, now: datetime) -> Actor | None:
    """The person behind a session's token at the real moment `now`, with the roles that count at this request.

    None when the session is unknown, revoked or idle too long, or the account is disabled. A role that needs a
    second factor counts only in a session that passed it.
    """
    asked = {"token": rules.secret_hash(token), "idle": now - rules.IDLE, "now": now + clock.offset()}
    rows = db.session.execute(_of_session(), asked).all()
    return _actor(rows, rows[0][-2], rows[0][-1] is not None) if rows else None


@cache
def _of_session() -> Any:
    """The query of every request, built once."""
    live = select(Account.person_id).where(Account.person_id == Person.id, Account.disabled_at.is_(None))
    return (
        _identities(bindparam("now"))
        .add_columns(SignInSession.id, SignInSession.second_factor_at)
        .join(SignInSession, SignInSession.person_id == Person.id)
        .where(
            SignInSession.token_hash == bindparam("token"),
            SignInSession.revoked_at.is_(None),
            SignInSession.seen_at > bindparam("idle"),
            # asked for by key, because a join would walk through every account
            live.correlate(Person).scalar_subquery().is_not(None),
        )
    )


def actor_of_person(person_id: int, now: datetime, *, second_factor: bool = True) -> Actor | None:
    """The same person without a browser: what a letter to them or a command may show. `now` is the portal's."""
    rows = db.session.execute(_identities(now).where(Person.id == person_id)).all()
    return _actor(rows, None, second_factor) if rows else None


def _identities(now: Any) -> Any:
    """One row for each identity of a person and each role it holds at `now`, the person's own words beside it."""
    root = func.coalesce(Person.same_as_id, Person.id)
    return (
        select(Person.id, Person.name, Person.language, Person.time_zone, _same.id, RoleGrant.role, RoleGrant.scope)
        .join(_same, or_(_same.id == root, _same.same_as_id == root))
        .outerjoin(RoleGrant, and_(RoleGrant.person_id == _same.id, grant_is_valid(now)))
        .order_by(_same.id, RoleGrant.id)
    )


def _actor(rows: Sequence[Any], session_id: int | None, second_factor: bool) -> Actor:
    person_id, name, language, time_zone = rows[0][:4]
    held = [(row[5], row[6]) for row in rows if row[5] is not None]
    return Actor(
        person_id=person_id,
        name=name,
        language=language,
        grants=frozenset(
            Grant(role.value, scope) for role, scope in held if second_factor or role not in NEEDS_SECOND_FACTOR
        ),
        session_id=session_id,
        same_as=frozenset(row[4] for row in rows) | {person_id},
        time_zone=time_zone,
    )


def grant_is_valid(now: Any) -> ColumnElement[bool]:
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

"""People with accounts, and browsers signed in as them."""

from __future__ import annotations

from datetime import date
from functools import cache

from flask.testing import FlaskClient

from portal.accounts import engine, service
from portal.accounts.models import Account, Organisation, Person
from portal.platform import clock
from portal.platform.context import RandomIds
from portal.platform.db import db
from tests.factories.base import committed, context, grant, person

PASSWORD = "correct horse battery"


@cache
def _hash() -> str:
    return engine.hash_password(PASSWORD)


def account(of: Person | None = None, *roles: str, scope: str = "*", confirmed: bool = True) -> Person:
    """A person with the password PASSWORD and these roles; call inside a transaction."""
    who = of or person()
    db.session.add(Account(person_id=who.id, password_hash=_hash(), confirmed_at=clock.now() if confirmed else None))
    db.session.flush()
    for role in roles:
        grant(who, role, scope)
    return who


def member(*roles: str, name: str = "", language: str = "ko", scope: str = "*", confirmed: bool = True) -> Person:
    """The same, committed."""
    return committed(lambda: account(person(name, language), *roles, scope=scope, confirmed=confirmed))


def signed_in(client: FlaskClient, who: Person, *, second_factor: bool = True) -> FlaskClient:
    """The browser holds a session of `who`, without the sign-in pages."""
    who_id = who.id
    token = committed(lambda: service.open_session(context(), who_id, second_factor))
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie["token"] = token
    return client


def organisation(name: str = "한빛인공지능", kind: str = "company_sme", **more: str) -> Organisation:
    """Call inside a transaction."""
    made = Organisation(
        public_id=RandomIds().public_id(), name=name, kind=kind, created_at=clock.now(), country="KR", **more
    )
    db.session.add(made)
    db.session.flush()
    return made


def affiliation(who: Person, at: Organisation, department: str = "", *, representative: bool = False) -> None:
    """Works there since 2020; call inside a transaction."""
    room = service.add_department(context(), at.id, department).id if department else None
    service.affiliate(context(), who.id, at.id, room, date(2020, 3, 1), representative=representative)

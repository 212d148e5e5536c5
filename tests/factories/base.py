"""Contexts and the smallest people and calls that other factories build on."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from portal.accounts.models import Person, RoleGrant
from portal.platform import clock
from portal.platform.context import Actor, Context, Grant, RandomIds
from portal.platform.db import db
from portal.platform.transaction import in_transaction
from portal.programs import service as programs
from portal.programs.definition import CallDefinition
from portal.programs.loader import load_call
from portal.programs.models import Call

T = TypeVar("T")
_numbers = itertools.count(1)


def number() -> int:
    """The next one, for what has to differ: names, addresses, codes."""
    return next(_numbers)


def count_anew() -> None:
    """Two worlds built one after the other are numbered alike."""
    global _numbers
    _numbers = itertools.count(1)


def person(name: str = "", language: str = "ko") -> Person:
    """A person without an account; call inside a transaction."""
    n = number()
    made = Person(
        public_id=RandomIds().public_id(), name=name or f"사람{n}", email=f"person{n}@example.org",
        email_key=f"person{n}@example.org", language=language, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def grant(to: Person, role: str, scope: str = "*") -> RoleGrant:
    made = RoleGrant(person_id=to.id, role=role, scope=scope, since=clock.now() - timedelta(days=1))
    db.session.add(made)
    db.session.flush()
    return made


def actor(of: Person, *roles: str, scope: str = "*") -> Actor:
    """An actor with these roles, as a session would load it."""
    return Actor(
        person_id=of.id, name=of.name, language=of.language, same_as=frozenset({of.id}),
        grants=frozenset(Grant(role, scope) for role in roles),
    )  # fmt: skip


def context(of: Person | None = None, *roles: str, at: datetime | None = None, scope: str = "*") -> Context:
    who = actor(of, *roles, scope=scope) if of is not None else Actor(person_id=None, system="tests", name="tests")
    return Context(actor=who, now=at or clock.now())


def open_call(definition: CallDefinition | None = None, *, closes_in: timedelta = timedelta(days=3)) -> Call:
    """An open WBL call; call inside a transaction."""
    n = number()
    at = clock.now()
    made = programs.draft_call(
        context(), definition or load_call("wbl"), f"WBL-T{n}", {"ko": f"공고 {n}", "en": f"Call {n}"},
        at - timedelta(days=30), at + closes_in,
    )  # fmt: skip
    programs.open_call(context(), made.id)
    db.session.flush()
    return made


def committed(action: Callable[[], T]) -> T:
    """Run `action` in one transaction, as a front door would."""
    return in_transaction(action)

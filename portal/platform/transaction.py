"""The one place that commits.

`with transaction():` ends the read, expires every object and begins (SQLite: BEGIN IMMEDIATE; PostgreSQL: READ
COMMITTED with guard rows). Just before the commit the audit sealer takes the chain's head lock and hashes; after the
commit the publisher wakes the enqueued jobs. Both are handed in by the front doors (`factory.py`, `workers/`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.platform.db import WRITE, db, writer_lock

Result = TypeVar("Result")

_sealers: list[Callable[[Session], None]] = []
_publisher: Callable[[list[int]], None] | None = None

RETRIES = 5
_RETRYABLE_STATES = {"40001", "40P01"}


class NestedTransaction(RuntimeError):
    """A service opened a transaction, or a front door opened two."""


def on_commit(sealer: Callable[[Session], None]) -> None:
    if sealer not in _sealers:
        _sealers.append(sealer)


def publish_with(publisher: Callable[[list[int]], None] | None) -> None:
    global _publisher
    _publisher = publisher


def retryable(error: BaseException) -> bool:
    """A conflict with another transaction that running the whole again can cure."""
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    return state in _RETRYABLE_STATES or "database is locked" in str(error.orig)


@contextmanager
def transaction() -> Iterator[Session]:
    """One commit. The body loads, checks, changes; services inside may be run again when it is retried."""
    session: Session = db.session()
    if session.info.get("writing"):
        raise NestedTransaction("a transaction is already open")
    session.rollback()
    session.expire_all()
    session.info.update(writing=True, events=[], jobs=[])
    lock = writer_lock if session.get_bind().dialect.name == "sqlite" else None
    if lock:
        lock.acquire()
    jobs: list[int] = []
    try:
        session.connection(execution_options={WRITE: True})
        yield session
        session.flush()
        for sealer in _sealers:
            sealer(session)
        jobs = list(session.info["jobs"])
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.update(writing=False, events=[], jobs=[])
        if lock:
            lock.release()
    if jobs and _publisher is not None:
        _publisher(jobs)


def retrying(action: Callable[[], Result]) -> Result:
    """Run `action` (which opens its own transaction) again while it loses to another one."""
    for attempt in range(RETRIES):
        try:
            return action()
        except DBAPIError as error:
            if attempt == RETRIES - 1 or not retryable(error):
                raise
            db.session.rollback()
    raise AssertionError("unreachable")


def in_transaction(action: Callable[[], Result]) -> Result:
    """For commands and tests: one retried transaction around `action`."""

    def once() -> Result:
        with transaction():
            return action()

    return retrying(once)


def database_is_up(session: Session) -> bool:
    return bool(session.execute(text("SELECT 1")).scalar_one() == 1)

"""One commit, opened at the front door; nothing leaves before it; what loses to another one is run again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from psycopg.errors import SerializationFailure
from sqlalchemy import event, select, update
from sqlalchemy.exc import OperationalError

from portal.accounts.models import Person
from portal.platform import clock
from portal.platform.db import db
from portal.platform.jobs import Job, JobKind, enqueue, kinds
from portal.platform.language import Text as Words
from portal.platform.transaction import (
    RETRIES,
    NestedTransaction,
    in_transaction,
    publish_with,
    retryable,
    retrying,
    transaction,
)
from portal.platform.web import carry_out
from tests.databases import both_databases
from tests.factories.base import committed, person

pytestmark = both_databases
KIND = JobKind("tests.transaction", Words("시험", "Test"))


@pytest.fixture(autouse=True)
def _kind_of_this_test_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests of any module share a process in any order: no kind may outlive its test."""
    monkeypatch.setitem(kinds, KIND.code, KIND)


@pytest.fixture
def heard(app: Flask) -> Iterator[list[list[int]]]:
    """What was published, instead of ringing."""
    rung: list[list[int]] = []
    publish_with(rung.append)
    yield rung
    publish_with(None)


def _conflict() -> OperationalError:
    return OperationalError("UPDATE", {}, SerializationFailure("could not serialize access"))


def test_nesting_raises(app: Flask) -> None:
    with transaction(), pytest.raises(NestedTransaction), transaction():
        pass
    with transaction():
        pass


def test_an_error_rolls_everything_back(app: Flask) -> None:
    with pytest.raises(ValueError, match="halfway"), transaction():
        person("반쪽")
        raise ValueError("halfway")
    assert db.session.scalars(select(Person)).all() == []


def test_objects_are_loaded_anew_inside(app: Flask, database: str) -> None:
    who = committed(lambda: person("옛 이름"))
    assert who.name == "옛 이름"
    db.session.rollback()
    with db.engine.begin() as other:
        other.execute(update(Person).values(name="새 이름"))
    with transaction():
        assert who.name == "새 이름"


def test_nothing_is_published_before_the_commit(heard: list[list[int]]) -> None:
    with transaction():
        enqueue(KIND, {}, key="a", now=clock.now())
        assert heard == []
    job = db.session.scalars(select(Job)).one()
    assert heard == [[job.id]]


def test_a_rolled_back_job_is_never_published(heard: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="no"), transaction():
        enqueue(KIND, {}, key="a", now=clock.now())
        raise ValueError("no")
    with transaction():
        pass
    assert heard == []


def test_a_conflict_is_run_again_as_a_whole(app: Flask, heard: list[list[int]]) -> None:
    tries: list[int] = []

    def action() -> str:
        tries.append(1)
        person(f"시도{len(tries)}")
        enqueue(KIND, {"try": len(tries)}, key="once", now=clock.now())
        if len(tries) < 3:
            raise _conflict()
        return "done"

    with app.test_request_context("/x", method="POST", data={"a": "1"}):
        app.preprocess_request()
        assert carry_out("request-1", lambda _: action()) == "done"
    assert [p.name for p in db.session.scalars(select(Person))] == ["시도3"]
    assert [j.payload for j in db.session.scalars(select(Job))] == [{"try": 3}]
    assert len(heard) == 1


def test_retrying_ends_and_other_errors_are_not_tried_again(app: Flask) -> None:
    tries: list[int] = []

    def always() -> None:
        tries.append(1)
        with transaction():
            raise _conflict()

    with pytest.raises(OperationalError):
        retrying(always)
    assert len(tries) == RETRIES
    assert not retryable(ValueError())
    assert not retryable(OperationalError("x", {}, Exception("no such table")))


def test_two_who_read_then_write_lose_no_update(app: Flask, database: str) -> None:
    """SQLite: BEGIN IMMEDIATE lets one in at a time; PostgreSQL: the row is locked first."""
    who = committed(lambda: person("0")).id
    errors: list[BaseException] = []

    def add_one() -> None:
        row = db.session.scalars(select(Person).where(Person.id == who).with_for_update()).one()
        row.name = str(int(row.name) + 1)

    def many() -> None:
        with app.app_context():
            try:
                for _ in range(10):
                    in_transaction(add_one)
            except BaseException as error:
                errors.append(error)

    threads = [threading.Thread(target=many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    db.session.rollback()
    assert db.session.get_one(Person, who).name == "40"


def test_on_sqlite_a_writing_transaction_begins_immediately_and_a_read_does_not(app: Flask, database: str) -> None:
    said: list[str] = []

    def hear(*told: object) -> None:
        said.append(str(told[2]))

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        db.session.execute(select(Person.id)).all()
        db.session.rollback()
        with transaction():
            db.session.execute(select(Person.id)).all()
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)
    begun = [s for s in said if s.startswith("BEGIN")]
    assert begun == (["BEGIN", "BEGIN IMMEDIATE"] if database.startswith("sqlite") else [])  # psycopg begins by itself


def test_a_moment_needs_its_zone_and_comes_back_in_utc(app: Flask) -> None:
    with pytest.raises(Exception, match="time zone"), transaction():
        who = person()
        who.created_at = datetime(2026, 7, 21)  # noqa: DTZ001 - what is refused
        db.session.flush()
    at = datetime(2026, 7, 21, 3, 4, 5, 678901, tzinfo=UTC)

    def make() -> int:
        who = person()
        who.created_at = at
        return who.id

    who_id = committed(make)
    db.session.rollback()
    assert db.session.get_one(Person, who_id).created_at == at

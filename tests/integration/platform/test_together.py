"""Rows of several tables in one statement; statements that many threads share."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import bindparam, select

from portal.accounts.models import Person
from portal.platform.db import db
from portal.platform.jobs import Job
from portal.platform.together import Together
from tests.databases import both_databases
from tests.factories.base import committed, person

pytestmark = both_databases
NAMES = bindparam("names", expanding=True)


def of_two_tables() -> Together:
    return Together(select(Person).where(Person.name.in_(NAMES)), select(Job), deferred=[Person.email])


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads take turns as often as they can."""
    kept = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(kept)


def test_each_part_gives_its_own_rows(app: Flask) -> None:
    made = committed(lambda: [person("가온").id, person("나래").id])
    people, jobs = of_two_tables().load(names=["가온", "나래"])
    assert sorted(one.id for one in people) == sorted(made)
    assert jobs == []
    assert "email" not in people[0].__dict__
    assert people[0].email == db.session.get_one(Person, people[0].id).email


def test_threads_that_use_it_first_at_once_ask_the_same(app: Flask, hasty: None) -> None:
    """Once, some columns were looked for in the tables themselves, unjoined."""
    for _ in range(20):
        together, start = of_two_tables(), threading.Barrier(6)
        said: list[str] = []

        def use(of: Together = together, start: threading.Barrier = start, said: list[str] = said) -> None:
            with app.app_context():
                start.wait()
                said.append(str(of.statement().compile(dialect=db.engine.dialect)))

        threads = [threading.Thread(target=use) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(said) == 6
        assert all(statement.endswith(") AS anon_1") for statement in said)

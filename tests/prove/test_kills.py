"""Fifty kills of the worker and of the web process, on both databases, RabbitMQ where it runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import empty_database
from tests.e2e.house import House
from tests.e2e.kills import web_survives, worker_survives

pytestmark = pytest.mark.prove


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    if request.param == "sqlite":
        made = House(tmp_path, f"sqlite:///{tmp_path / 'portal.db'}")
        made.start()
        yield made
        made.stop()
        return
    server = request.getfixturevalue("postgresql")
    with empty_database(server.fresh()) as url:
        made = House(tmp_path, url, broker="amqp://guest:guest@127.0.0.1:5672//")
        made.start()
        yield made
        made.stop()


def test_fifty_kills_of_the_worker(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    found = worker_survives(house, kills=50, jobs=1_500)
    with capsys.disabled():
        print(f"\n50 kills of the worker, 1,500 jobs: {found}")
    assert found == {"letters": 1_500, "people": 1_500, "doubled": 0, "lost": 0, "unsent": 0, "parked": 0}


def test_fifty_kills_of_the_web_process(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    found = web_survives(house, kills=50, applications=150)
    with capsys.disabled():
        print(f"\n50 kills of the web process, 150 submissions: {found}")
    assert found == {"submitted": 150, "doubled": 0, "events": 150, "chain": 0, "answered": 150}

"""In small: a killed process loses nothing and doubles nothing. The full figures stand in tests/prove."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.house import House
from tests.e2e.kills import web_survives, worker_survives


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, f"sqlite:///{tmp_path / 'portal.db'}")
    made.start()
    yield made
    made.stop()


def test_a_killed_worker_loses_and_doubles_no_effect(house: House) -> None:
    found = worker_survives(house, kills=2, jobs=30)
    assert found == {"letters": 30, "people": 30, "doubled": 0, "lost": 0, "unsent": 0, "parked": 0}


def test_a_killed_web_process_loses_and_doubles_no_submission(house: House) -> None:
    found = web_survives(house, kills=2, applications=4)
    assert found == {"submitted": 4, "doubled": 0, "events": 4, "chain": 0, "answered": 4}

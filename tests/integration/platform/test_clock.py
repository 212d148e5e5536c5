"""One clock: only demo mode moves it; it is compared with the database's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.platform import clock, skew
from portal.platform.skew import LIMIT, Skew
from tests.databases import both_databases

THEN = datetime(2025, 7, 21, 9, 0, tzinfo=UTC)


@pytest.fixture
def demo(tmp_path: Path) -> Any:
    clock.configure(tmp_path, movable=True)
    yield tmp_path
    clock.configure(tmp_path, movable=False)


def test_a_demonstration_moves_the_clock_and_everybody_sees_it(demo: Path) -> None:
    clock.move_to(THEN)
    assert timedelta() <= clock.now() - THEN < timedelta(minutes=1)
    assert clock.offset() < timedelta()
    clock.configure(demo, movable=True)  # as another process would
    assert timedelta() <= clock.now() - THEN < timedelta(minutes=1)
    assert clock.real_now() - THEN > timedelta(days=1)


def test_outside_demo_mode_the_offset_file_is_never_read(demo: Path) -> None:
    clock.move_to(THEN)
    clock.configure(demo, movable=False)
    assert clock.offset() == timedelta()
    with pytest.raises(RuntimeError, match="demo"):
        clock.move_to(THEN)


def test_a_difference_alarms_beyond_200_ms_and_what_asking_took() -> None:
    assert not Skew(timedelta(milliseconds=199), timedelta()).alarming
    assert not Skew(timedelta(milliseconds=-250), timedelta(milliseconds=60)).alarming
    assert Skew(timedelta(milliseconds=-201), timedelta()).alarming
    assert Skew(timedelta(seconds=2), timedelta(milliseconds=60)).alarming


@both_databases
def test_a_clock_that_is_off_shows_on_the_health_page_and_in_the_log(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert client.get("/health").json == {"ok": True, "clock": {"off_ms": pytest.approx(0, abs=150), "alarm": False}}
    right = clock.real_now
    monkeypatch.setattr(clock, "real_now", lambda: right() - timedelta(seconds=5))
    told = client.get("/health").json
    assert told["clock"]["alarm"] is True
    assert abs(told["clock"]["off_ms"] - 5_000) < 1_000
    found = skew.alarm()
    assert found is not None
    assert found.off > LIMIT
    assert "clock.skew" in capsys.readouterr().out


@both_databases
def test_a_database_that_does_not_answer_is_no_alarm_of_the_clock(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(skew.ASK, "sqlite", "SELECT nothing FROM nowhere")
    monkeypatch.setitem(skew.ASK, "postgresql", "SELECT nothing FROM nowhere")
    assert skew.alarm() is None

"""The observed calls whole, all four programs at once, with a real worker; on SQLite, and on PostgreSQL with RabbitMQ."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.house import ROOT

pytestmark = pytest.mark.prove
RABBITMQ = os.environ.get("TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//")


@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
def test_the_observed_calls_live_through(
    where: str, request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "BROKER_URL")}
    environment |= {"PORTAL_INSTANCE": str(tmp_path)}
    if where == "postgresql":
        url = request.getfixturevalue("postgresql").fresh()
        environment |= {"DATABASE_URL": url, "BROKER_URL": RABBITMQ}
    command = (sys.executable, "-m", "flask", "--app", "app", "demo", "life", "--program", "all", "--scale", "observed")
    lived = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=5400)
    if where == "postgresql":
        request.getfixturevalue("postgresql").drop(url)
    assert lived.returncode == 0, lived.stderr[-3000:]
    (line,) = lived.stdout.splitlines()
    with capsys.disabled():
        print(f"\n{where}: {line}")
    report = json.loads(line)
    found = {one["program"]: one for one in report["programs"]}
    assert {code: one["applied"] for code, one in found.items()} == {"WBL": 15, "CHAMP": 630, "PATH": 24, "INNO": 1260}
    assert {code: list(one["kept"].values()) for code, one in found.items()} == {
        "WBL": [10, 5], "CHAMP": [100, 20, 8, 5], "PATH": [6, 2], "INNO": [640, 400],
    }  # fmt: skip
    assert {code: one["awarded"] for code, one in found.items()} == {"WBL": 5, "CHAMP": 5, "PATH": 2, "INNO": 400}
    assert found["INNO"]["promoted"] > 0
    assert report["jobs"]["parked"] == 0
    assert all(cap["used"] <= cap["cap"] for cap in report["caps"])
    assert not list((tmp_path / "lives").iterdir())

"""The demonstration between its runs: its processes, its clock, a filling that was interrupted."""

from __future__ import annotations

import os
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from portal.demo import processes, standstill
from portal.demo.doors import DOORS, demo_people
from portal.demo.people import DOMAIN, account, code_of, enrol, hire_office
from portal.platform import clock
from tests.factories.base import committed, context

FORKS = "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); print(p.pid, flush=True); time.sleep(600)"


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_ending_a_child_ends_its_own_children(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with processes.running("forks", (sys.executable, "-c", FORKS), log=log) as child:
        while not log.read_text().strip():
            time.sleep(0.05)
        grandchild = int(log.read_text())
        assert _alive(grandchild)
    while _alive(grandchild):
        time.sleep(0.05)
    assert not child.alive()


def test_a_child_that_ends_by_itself_is_noticed_with_its_last_words(tmp_path: Path) -> None:
    with processes.running("short", (sys.executable, "-c", "print('why it ended')"), log=tmp_path / "log") as child:
        assert processes.wait_while_alive([child]) is child
        assert child.last_words() == "why it ended"


def test_the_clock_stands_still_between_two_runs(app: Flask) -> None:
    folder = app.config["INSTANCE"]
    clock.move_to(clock.real_now() - timedelta(days=400))
    shown = clock.now()
    standstill.stop(folder)
    clock.move_to(clock.real_now())
    standstill.go_on(folder)
    assert abs(clock.now() - shown) < timedelta(minutes=5)
    assert not (folder / standstill.STOPPED).exists()


def test_an_interrupted_filling_starts_over_and_other_data_stays(tmp_path: Path) -> None:
    settings = {"INSTANCE": tmp_path, "SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path / 'portal.db'}"}
    (tmp_path / "portal.db").write_text("half")
    standstill.discard_half_seed(settings)
    assert (tmp_path / "portal.db").exists()
    mark = standstill.mark_seeding(settings)
    standstill.discard_half_seed(settings)
    assert not (tmp_path / "portal.db").exists()
    assert not mark.exists()


def test_an_interrupted_filling_of_a_server_is_left_to_its_owner(tmp_path: Path) -> None:
    settings = {"INSTANCE": tmp_path, "SQLALCHEMY_DATABASE_URI": "postgresql+psycopg://127.0.0.1/portal"}
    standstill.mark_seeding(settings)
    with pytest.raises(Exception, match="empty portal"):
        standstill.discard_half_seed(settings)


def test_the_office_can_be_tried_and_its_code_printed(app: Flask) -> None:
    cast = hire_office()
    committed(lambda: account(context(), "강하늘", f"applicant@{DOMAIN}"))
    committed(lambda: enrol(context(), cast.auditor))
    shown = {person.role.en: person.path for person in demo_people()}
    assert list(shown) == [DOORS[a][0].en for a in ("applicant", "officer", "administrator", "budget", "auditor")]
    assert shown["Auditor"] == "/office/audit"
    assert len(code_of(f"auditor@{DOMAIN}") or "") == 6
    assert code_of(f"applicant@{DOMAIN}") is None
    home = app.test_client().get("/").get_data(as_text=True)
    assert home.count('action="/demo/sign-in"') == 5


def test_outside_demo_mode_nobody_can_be_tried(app: Flask) -> None:
    hire_office()
    app.config["DEMO_PEOPLE"] = None
    assert "/demo/sign-in" not in app.test_client().get("/").get_data(as_text=True)


def test_commands_refuse_outside_demo_mode(app: Flask) -> None:
    app.config["DEMO"] = False
    for command in (["seed"], ["seed", "--applications", "5"], ["run"], ["code", "officer@example.org"]):
        answer = app.test_cli_runner().invoke(args=["demo", *command])
        assert answer.exit_code == 1
        assert "PORTAL_DEMO=1" in answer.output
    assert os.environ.get("PORTAL_DEMO") is None

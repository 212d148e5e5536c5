"""What start-up checks: a policy on every route, settings from the environment, secrets kept once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from flask import Flask

from portal.platform import config
from portal.platform.access import ALLOW, FORBID, HIDE, Policy, allow_if
from portal.platform.config import kept_once
from portal.platform.context import VISITOR


def test_a_policy_that_fails_or_answers_nonsense_denies() -> None:
    def broken(_: object) -> object:
        raise RuntimeError("broken")

    for ask in (broken, lambda _: True, lambda _: None, lambda _: "yes"):
        assert Policy("tests", ask).decide(VISITOR, {})[0] is HIDE  # type: ignore[arg-type]
    missing = Policy("tests", lambda *_: ALLOW, load=lambda _: None)
    assert missing.decide(VISITOR, {})[0] is HIDE


def test_a_decision_has_no_truth_value() -> None:
    for decision in (ALLOW, HIDE, FORBID):
        with pytest.raises(TypeError):
            bool(decision)
    assert allow_if(1 == 1) is ALLOW
    assert allow_if("yes") is HIDE  # type: ignore[arg-type]


def test_a_domain_error_is_told_with_its_status(app: Flask) -> None:
    assert app.test_client().get("/calls/nowhere").status_code == 404


def test_the_secret_is_made_once_and_readable_by_its_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORTAL_SECRET_KEY", raising=False)
    first = config.load({"INSTANCE": tmp_path})["SECRET_KEY"]
    assert config.load({"INSTANCE": tmp_path})["SECRET_KEY"] == first
    assert len(first) == 64
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_of_two_who_make_a_secret_one_wins(tmp_path: Path) -> None:
    file = tmp_path / "key"
    threads = [threading.Thread(target=kept_once, args=(file, bytes([65 + n]) * 32)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(file.read_bytes())) == 1
    assert [f.name for f in tmp_path.iterdir()] == ["key"]


def test_production_is_the_stricter_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_PRODUCTION", "1")
    made = config.load({"INSTANCE": tmp_path})
    assert made["SESSION_COOKIE_SECURE"] is True
    assert made["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert made["DEMO"] is False

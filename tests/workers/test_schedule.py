"""Scheduled work: a slot is one job however many schedulers ask; what the rules of the house want is scheduled."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.jobs import DOUBLES, RETENTION, SWEEP
from portal.applications.jobs import SWEEP_FILES
from portal.applications.models import Attachment
from portal.audit.jobs import ANCHOR
from portal.audit.models import AuditEvent
from portal.budgets.jobs import RECONCILE
from portal.platform import clock, storage
from portal.platform.db import db
from portal.platform.jobs import Job, JobState, enqueue
from portal.platform.skew import COMPARE_CLOCKS
from portal.reviews.jobs import REMIND_DUE
from portal.routing.jobs import DETECT
from tests.databases import both_databases
from tests.factories.applications import consortium
from tests.factories.base import committed
from workers.relay import Relay
from workers.schedule import SCHEDULE, ask_for_scheduled, slot
from workers.wake import run_all_due


def _keys() -> list[str]:
    db.session.rollback()
    return sorted(db.session.scalars(select(Job.dedupe_key)))


def test_a_slot_begins_at_a_round_moment_in_utc() -> None:
    at = datetime(2026, 7, 21, 9, 41, 3, tzinfo=UTC)
    assert slot(at, 3600) == at.replace(minute=0, second=0)
    assert slot(at.astimezone(), 86_400) == at.replace(hour=0, minute=0, second=0)


@both_databases
def test_two_schedulers_make_one_job_a_slot(app: Flask) -> None:
    errors: list[BaseException] = []

    def ask() -> None:
        with app.app_context():
            try:
                ask_for_scheduled()
            except BaseException as error:
                errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ask_for_scheduled()
    assert errors == []
    kinds = [key.split(":")[0] for key in _keys()]
    assert len([k for k in kinds if k == ANCHOR.code]) in (1, 2), "two when the hour turned meanwhile"
    assert len(_keys()) == len(set(_keys()))


@both_databases
def test_the_next_slot_is_the_next_job(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "real_now", lambda: datetime(2026, 7, 21, 9, 41, tzinfo=UTC))
    ask_for_scheduled()
    monkeypatch.setattr(clock, "real_now", lambda: datetime(2026, 7, 21, 10, 41, tzinfo=UTC))
    ask_for_scheduled()
    anchors = [key for key in _keys() if key.startswith(ANCHOR.code)]
    assert anchors == [f"{ANCHOR.code}:2026-07-21T{h:02}:00:00+00:00" for h in (9, 10)]


def test_what_is_scheduled_and_how_often() -> None:
    every = {rule.kind.code: rule.seconds for rule in SCHEDULE}
    assert every == {
        ANCHOR.code: 3600, RECONCILE.code: 3600, SWEEP.code: 86_400, SWEEP_FILES.code: 86_400, COMPARE_CLOCKS.code: 60,
        RETENTION.code: 86_400, REMIND_DUE.code: 3600,
        DETECT.code: 86_400, DOUBLES.code: 86_400,
    }  # fmt: skip


@both_databases
def test_everything_scheduled_runs(app: Flask) -> None:
    ask_for_scheduled()
    run_all_due()
    assert set(db.session.scalars(select(Job.state))) == {JobState.DONE}


@both_databases
def test_the_relay_rings_for_what_is_due_and_not_twice_in_a_row(app: Flask) -> None:
    rung: list[int] = []
    relay = Relay(app, rung.append)
    relay.poll()
    first = list(rung)
    assert first
    relay.poll()
    assert rung == first
    committed(lambda: enqueue(ANCHOR, {"reason": "test"}, key="x", now=clock.now()))
    relay.poll()
    assert len(rung) == len(first) + 1


def _old(sha256: str, root: Path) -> None:
    file = root / "files" / "objects" / sha256[:2] / sha256
    past = (clock.real_now() - timedelta(days=2)).timestamp()
    os.utime(file, (past, past))


@both_databases
def test_the_sweeper_takes_old_files_that_no_row_names(app: Flask) -> None:
    root = app.config["INSTANCE"]
    named, copied, orphan, fresh = (storage.put_bytes(t.encode()).sha256 for t in ("named", "copy", "orphan", "fresh"))
    team = consortium()

    def keep() -> None:
        db.session.add(
            Attachment(
                public_id="a" * 26, application_id=team.id, slot="plan", filename="a.pdf", sha256=named,
                clean_sha256=copied, size=5, kind="pdf", uploaded_at=clock.now(),
            )
        )  # fmt: skip

    committed(keep)
    for sha256 in (named, copied, orphan):
        _old(sha256, root)
    committed(lambda: enqueue(SWEEP_FILES, {}, key="now", now=clock.now()))
    run_all_due()
    assert [storage.read(h) for h in (named, copied, fresh)] == [b"named", b"copy", b"fresh"]
    with pytest.raises(storage.NotFound):
        storage.read(orphan)
    told = db.session.scalars(select(AuditEvent).where(AuditEvent.kind == "FilesSwept")).one()
    assert set(told.fields) == {"count", "sha256"}

"""A job runs once, by whoever holds its lease; what fails backs off, is parked, and starts anew by hand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from portal.accounts.models import Person
from portal.platform import clock, jobs
from portal.platform.db import db
from portal.platform.jobs import KILLS_FORGIVEN, MAX_ATTEMPTS, Job, JobKind, JobState, LeaseLost, enqueue, kinds
from portal.platform.language import Text as Words
from portal.platform.transaction import publish_with
from tests.databases import both_databases
from tests.factories.accounts import member, signed_in
from tests.factories.base import committed, person
from workers.wake import Run, handlers, run_all_due, run_job

pytestmark = both_databases
KIND = JobKind("tests.jobs", Words("시험", "Test"))


@pytest.fixture(autouse=True)
def _quiet(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    publish_with(None)
    monkeypatch.setitem(kinds, KIND.code, KIND)
    yield
    handlers.pop(KIND.code, None)


def _asked(key: str = "one", **payload: int) -> int:
    committed(lambda: enqueue(KIND, payload, key=key, now=clock.now()))
    return db.session.scalars(select(Job.id).where(Job.dedupe_key == f"{KIND.code}:{key}")).one()


def _job(job_id: int) -> Job:
    db.session.rollback()
    return db.session.get_one(Job, job_id)


def _handled_by(handler: Callable[[Run], None]) -> None:
    handlers[KIND.code] = handler


def _makes_a_person(run: Run) -> None:
    with run.effect():
        person("만든 사람")


def _people() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Person)) or 0


def _lease_ends(job_id: int) -> None:
    past = clock.real_now() - timedelta(seconds=1)
    committed(lambda: db.session.execute(update(Job).where(Job.id == job_id).values(lease_until=past)))


def _is_due_again(job_id: int) -> None:
    committed(lambda: db.session.execute(update(Job).where(Job.id == job_id).values(retry_at=None)))


def test_a_job_runs_once_and_is_done_with_its_effect() -> None:
    _handled_by(_makes_a_person)
    job_id = _asked()
    assert run_job(job_id) is True
    assert run_job(job_id) is False
    job = _job(job_id)
    assert (job.state, job.owner_token, job.lease_until, job.attempts) == (JobState.DONE, None, None, 0)
    assert _people() == 1


def test_the_same_key_again_asks_for_nothing() -> None:
    _asked("same", n=1)
    _asked("same", n=2)
    assert [j.payload for j in db.session.scalars(select(Job))] == [{"n": 1}]


def test_a_job_of_the_future_waits_for_its_moment() -> None:
    _handled_by(_makes_a_person)
    later = clock.now() + timedelta(hours=1)
    committed(lambda: enqueue(KIND, {}, key="later", now=clock.now(), run_at=later))
    assert run_all_due() == 0
    assert jobs.due_ids(later, clock.real_now()) != []


def test_many_workers_at_once_never_run_the_same_job(app: Flask) -> None:
    ran: list[int] = []

    def handler(run: Run) -> None:
        with run.effect():
            ran.append(run.payload["n"])
            person()

    _handled_by(handler)
    ids = [_asked(f"k{n}", n=n) for n in range(12)]
    barrier = threading.Barrier(4)

    def work() -> None:
        with app.app_context():
            barrier.wait()
            for job_id in ids:
                run_job(job_id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ran) == list(range(12))
    assert _people() == 12


def test_an_expired_lease_is_taken_over_and_the_first_owners_effect_is_refused() -> None:
    job_id = _asked()
    first = Run(committed(lambda: jobs.take(job_id, clock.now(), clock.real_now())))  # type: ignore[arg-type]
    assert committed(lambda: jobs.take(job_id, clock.now(), clock.real_now())) is None
    _lease_ends(job_id)
    _handled_by(_makes_a_person)
    assert run_job(job_id) is True
    with pytest.raises(LeaseLost), first.effect():
        person("doppelt")
    assert _people() == 1
    assert _job(job_id).kills == 1


def test_a_heartbeat_prolongs_only_ones_own_lease() -> None:
    job_id = _asked()
    mine = Run(committed(lambda: jobs.take(job_id, clock.now(), clock.real_now())))  # type: ignore[arg-type]
    _lease_ends(job_id)
    assert committed(lambda: jobs.beat(job_id, mine.token, clock.real_now())) is True
    assert committed(lambda: jobs.take(job_id, clock.now(), clock.real_now())) is None
    assert committed(lambda: jobs.beat(job_id, "somebody else", clock.real_now())) is False


def test_kills_are_forgiven_twice_and_then_count() -> None:
    job_id = _asked()

    def taken_and_killed() -> tuple[int, int]:
        assert committed(lambda: jobs.take(job_id, clock.now(), clock.real_now())) is not None
        _lease_ends(job_id)
        job = _job(job_id)
        return job.kills, job.attempts

    assert [taken_and_killed() for _ in range(4)] == [(0, 0), (1, 0), (KILLS_FORGIVEN, 0), (3, 1)]
    for _ in range(MAX_ATTEMPTS - 2):
        taken_and_killed()
    assert committed(lambda: jobs.take(job_id, clock.now(), clock.real_now())) is None
    job = _job(job_id)
    assert (job.state, job.attempts) == (JobState.PARKED, MAX_ATTEMPTS)
    assert "stopped" in (job.last_error or "")


def test_a_failing_handler_leaves_no_effect_and_backs_off_until_parked() -> None:
    def handler(run: Run) -> None:
        with run.effect():
            person("nie")
            raise ValueError("kaputt")

    _handled_by(handler)
    job_id, other = _asked("bad"), _asked("good")
    waits = []
    for attempt in range(1, MAX_ATTEMPTS + 1):
        before = clock.real_now()
        assert run_job(job_id) is True
        job = _job(job_id)
        assert (job.attempts, job.last_error) == (attempt, "ValueError: kaputt")
        if attempt < MAX_ATTEMPTS:
            assert job.state is JobState.WAITING
            assert job.retry_at is not None
            assert run_job(job_id) is False, "not before its turn"
            waits.append(job.retry_at - before)
            _is_due_again(job_id)
    assert [w >= timedelta(seconds=2**n) for n, w in enumerate(waits, 1)] == [True] * 4
    assert (_job(job_id).state, _people()) == (JobState.PARKED, 0)
    _handled_by(_makes_a_person)
    assert run_all_due() == 1, "the others flow on"
    assert _job(other).state is JobState.DONE


def test_back_off_doubles_with_up_to_half_as_jitter() -> None:
    job = Job(attempts=0)
    at = clock.real_now()
    for attempt, jitter in enumerate((0.0, 1.0, 0.0, 1.0), 1):
        jobs.fail(job, "x", at, jitter)
        assert job.retry_at == at + timedelta(seconds=2**attempt * (1.5 if jitter else 1))
    jobs.fail(job, "x", at, 0)
    assert job.state is JobState.PARKED


def test_a_handler_without_effect_counts_as_failed() -> None:
    _handled_by(lambda run: None)
    job_id = _asked()
    run_job(job_id)
    assert "without its effect" in (_job(job_id).last_error or "")


def test_a_job_without_a_handler_is_parked_and_not_lost() -> None:
    job_id = _asked()
    for _ in range(MAX_ATTEMPTS):
        run_job(job_id)
        _is_due_again(job_id)
    assert _job(job_id).state is JobState.PARKED


def test_an_officer_starts_a_parked_job_anew(app: Flask) -> None:
    job_id = _asked()
    committed(lambda: db.session.execute(update(Job).values(state=JobState.PARKED, attempts=5, kills=3)))
    _handled_by(_makes_a_person)
    assert run_all_due() == 0
    officer = signed_in(app.test_client(), member("officer"))
    assert "jobs" in officer.get("/office/jobs?state=parked&lang=en").text
    assert officer.post(f"/office/jobs/{job_id}/retry", data={"request_id": "r1"}).status_code == 303
    assert officer.post(f"/office/jobs/{job_id}/retry", data={"request_id": "r2"}).status_code == 404
    assert run_all_due() == 1
    job = _job(job_id)
    assert (job.state, job.attempts, job.kills) == (JobState.DONE, 0, 0)


def test_only_the_office_retries(app: Flask) -> None:
    job_id = _asked()
    committed(lambda: db.session.execute(update(Job).values(state=JobState.PARKED)))
    for roles in ((), ("reviewer",), ("budget_officer",)):
        client = signed_in(app.test_client(), member(*roles))
        assert client.post(f"/office/jobs/{job_id}/retry", data={"request_id": "r"}).status_code in (403, 404)
    assert _job(job_id).state is JobState.PARKED


def test_progress_is_seen_before_the_end() -> None:
    seen: list[tuple[int, int, str | None]] = []

    def handler(run: Run) -> None:
        run.progress(3, 10, "읽는 중")
        job = _job(run.job_id)
        seen.append((job.progress_done, job.progress_total, job.progress_note))
        with run.effect():
            pass

    _handled_by(handler)
    run_job(_asked())
    assert seen == [(3, 10, "읽는 중")]


def test_reading_holds_no_transaction_while_it_computes(app: Flask) -> None:
    def handler(run: Run) -> None:
        with run.reading():
            db.session.execute(select(Job.id)).all()
        assert not db.session().in_transaction()
        with run.effect():
            person()

    _handled_by(handler)
    run_job(_asked())
    assert _people() == 1

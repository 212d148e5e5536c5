"""Running one job: claim by lease, heartbeat, effect and "done" in one commit, back-off, parking."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import update

from portal.platform import clock, jobs
from portal.platform.context import Context, system_actor
from portal.platform.db import db
from portal.platform.jobs import Job, JobKind, LeaseLost
from portal.platform.transaction import in_transaction, retrying, transaction

log = structlog.get_logger()
BEAT_SECONDS = 30.0
handlers: dict[str, Callable[[Run], None]] = {}


class Run:
    """One running job as its handler sees it."""

    def __init__(self, job: Job) -> None:
        assert job.owner_token is not None
        self.job_id, self.kind, self.token = job.id, job.kind, job.owner_token
        self.payload: dict[str, Any] = dict(job.payload)
        self.finished = False

    @contextmanager
    def effect(self) -> Iterator[Context]:
        """The transaction of the job's effect: the owner token is checked first, "done" is part of the commit."""
        with transaction():
            job = jobs.hold(self.job_id, self.token)
            yield Context(actor=system_actor(self.kind), now=clock.now())
            jobs.finish(job, clock.real_now())
        self.finished = True

    def progress(self, done: int, total: int, note: str = "") -> None:
        """Tell the page how far a long job is; a transaction of its own."""
        in_transaction(
            lambda: db.session.execute(
                update(Job)
                .where(Job.id == self.job_id, Job.owner_token == self.token)
                .values(
                    progress_done=done, progress_total=total, progress_note=note,
                    lease_until=clock.real_now() + jobs.LEASE,
                )
            )
        )  # fmt: skip

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Reads for a long handler: ended before it computes, so that no transaction is held meanwhile."""
        try:
            yield
        finally:
            db.session.rollback()


def handles(kind: JobKind) -> Callable[[Callable[[Run], None]], Callable[[Run], None]]:
    def register(handler: Callable[[Run], None]) -> Callable[[Run], None]:
        if kind.code in handlers:
            raise RuntimeError(f"two handlers for {kind.code}")
        handlers[kind.code] = handler
        return handler

    return register


def run_job(job_id: int) -> bool:
    """Claim and run; False when it was not due or somebody else has it. Never raises for a failing handler."""
    job = in_transaction(lambda: jobs.take(job_id, clock.now(), clock.real_now()))
    if job is None:
        return False
    run = Run(job)
    db.session.rollback()
    stop = threading.Event()
    beater = threading.Thread(target=_keep, args=(current_app._get_current_object(), run, stop), daemon=True)  # type: ignore[attr-defined]
    beater.start()
    try:
        retrying(lambda: handlers[run.kind](run))
        if not run.finished:
            raise RuntimeError(f"the handler of {run.kind} ended without its effect")
    except LeaseLost:
        log.warning("job.lease_lost", job=job_id, kind=run.kind)
    except Exception as error:
        log.exception("job.failed", job=job_id, kind=run.kind)
        _note_failure(run, error)
    finally:
        stop.set()
        db.session.rollback()
    return True


def _note_failure(run: Run, error: Exception) -> None:
    db.session.rollback()

    def note() -> None:
        job = jobs.hold(run.job_id, run.token)
        jobs.fail(job, f"{type(error).__name__}: {error}", clock.real_now(), random.random())  # noqa: S311

    try:
        in_transaction(note)
    except LeaseLost:
        log.warning("job.lease_lost", job=run.job_id, kind=run.kind)


def _keep(app: Any, run: Run, stop: threading.Event) -> None:
    """The heartbeat: prolongs the lease while the handler works."""
    while not stop.wait(BEAT_SECONDS):
        with app.app_context():
            if not in_transaction(lambda: jobs.beat(run.job_id, run.token, clock.real_now())):
                return


def run_all_due(limit: int = 10_000) -> int:
    """Run everything that is due in this process until nothing is left; how many ran."""
    done = 0
    while done < limit:
        due = jobs.due_ids(clock.now(), clock.real_now())
        db.session.rollback()
        ran = sum(run_job(job_id) for job_id in due)
        if not ran:
            return done
        done += ran
    return done

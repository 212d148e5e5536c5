"""Jobs with leases (TRUST.md 2): a row written in the transaction that causes it; Celery carries only a wake-up.

A worker claims by lease and owner token; the effect's transaction checks the token again and marks the job done in
the same commit. Lease, heartbeat and back-off follow the real clock, `run_at` the portal's.
"""

from __future__ import annotations

import enum
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Index, String, Text, and_, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from portal.platform.db import Model, db, one_of, pk, unless_there
from portal.platform.language import Text as Words

LEASE = timedelta(minutes=3)
MAX_ATTEMPTS = 5
KILLS_FORGIVEN = 2  # a lease that expires counts as an attempt from the third kill on


class JobState(enum.StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    PARKED = "parked"


class Job(Model):
    __tablename__ = "job"
    __table_args__ = (Index("ix_job_due", "state", "run_at"),)

    id: Mapped[pk]
    kind: Mapped[str] = mapped_column(String(64), index=True)
    dedupe_key: Mapped[str] = mapped_column(String(200), unique=True)
    payload: Mapped[dict[str, Any]]
    state: Mapped[JobState] = mapped_column(one_of(JobState), default=JobState.WAITING)
    created_at: Mapped[datetime]
    run_at: Mapped[datetime]
    retry_at: Mapped[datetime | None]  # real clock
    lease_until: Mapped[datetime | None]  # real clock
    owner_token: Mapped[str | None] = mapped_column(String(64))
    attempts: Mapped[int] = mapped_column(default=0)
    kills: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    progress_done: Mapped[int] = mapped_column(default=0)
    progress_total: Mapped[int] = mapped_column(default=0)
    progress_note: Mapped[str | None] = mapped_column(String(200))
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


@dataclass(frozen=True)
class JobKind:
    """A kind belongs to the earliest feature that asks for it; one handler in `workers/` serves it."""

    code: str
    names: Words


kinds: dict[str, JobKind] = {}


def job_kind(code: str, ko: str, en: str) -> JobKind:
    if code in kinds:
        raise RuntimeError(f"two kinds of job are called {code}")
    kinds[code] = JobKind(code, Words(ko, en))
    return kinds[code]


class LeaseLost(Exception):
    """Another worker owns the job now: this one's effect must not be applied."""


@dataclass(frozen=True)
class Asked:
    """A job to be asked for; `run_at` defaults to now."""

    kind: JobKind
    payload: dict[str, Any]
    key: str
    run_at: datetime | None = None


def enqueue(kind: JobKind, payload: dict[str, Any], *, key: str, now: datetime, run_at: datetime | None = None) -> None:
    """Ask for a job in the current transaction. The same key again changes nothing."""
    enqueue_all([Asked(kind, payload, key, run_at)], now=now)


def enqueue_all(asked: Sequence[Asked], *, now: datetime) -> None:
    """The same for several in one statement."""
    rows = [
        {
            "kind": job.kind.code, "dedupe_key": f"{job.kind.code}:{job.key}", "payload": job.payload,
            "state": JobState.WAITING, "created_at": now, "run_at": job.run_at or now, "attempts": 0, "kills": 0,
            "progress_done": 0, "progress_total": 0,
        }
        for job in asked
    ]  # fmt: skip
    db.session.flush()  # whatever the jobs are about is locked before them
    if not rows:
        return
    made = db.session.execute(unless_there(Job, "dedupe_key", "id", "run_at"), rows).all()
    db.session.info.setdefault("jobs", []).extend(id_ for id_, run_at in made if run_at <= now)


def _due(now: datetime, real: datetime) -> ColumnElement[bool]:
    waiting = and_(Job.state == JobState.WAITING, Job.run_at <= now, or_(Job.retry_at.is_(None), Job.retry_at <= real))
    return or_(waiting, and_(Job.state == JobState.RUNNING, Job.lease_until < real))


def due_ids(now: datetime, real: datetime, limit: int = 200) -> list[int]:
    """Jobs that may run: due and waiting, or left behind by an expired lease."""
    query = select(Job.id).where(_due(now, real)).order_by(Job.run_at, Job.id).limit(limit)
    return list(db.session.scalars(query))


def take(job_id: int, now: datetime, real: datetime) -> Job | None:
    """Claim one job in the current transaction; None when it is not due or somebody has it."""
    query = select(Job).where(Job.id == job_id, _due(now, real))
    if db.engine.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True)
    job = db.session.scalars(query).one_or_none()
    if job is None:
        return None
    if job.state is JobState.RUNNING:
        job.kills += 1
        if job.kills > KILLS_FORGIVEN:
            job.attempts += 1
            job.last_error = "the worker was stopped while the job ran"
        if job.attempts >= MAX_ATTEMPTS:
            _park(job)
            return None
    job.state, job.owner_token = JobState.RUNNING, secrets.token_hex(16)
    job.lease_until, job.started_at = real + LEASE, real
    return job


def _park(job: Job) -> None:
    job.state, job.owner_token, job.lease_until = JobState.PARKED, None, None


def hold(job_id: int, token: str) -> Job:
    """Inside the effect's transaction: lock the job and check that it is still ours."""
    query = select(Job).where(Job.id == job_id, Job.owner_token == token, Job.state == JobState.RUNNING)
    job = db.session.scalars(query.with_for_update()).one_or_none()
    if job is None:
        raise LeaseLost(job_id)
    return job


def finish(job: Job, real: datetime) -> None:
    job.state, job.owner_token, job.lease_until = JobState.DONE, None, None
    job.finished_at, job.last_error = real, None


def fail(job: Job, error: str, real: datetime, jitter: float) -> None:
    """Back off 2, 4, 8, 16 s (plus up to half as jitter), then park."""
    job.attempts += 1
    job.last_error = error[:2000]
    if job.attempts >= MAX_ATTEMPTS:
        _park(job)
        return
    wait = 2**job.attempts
    job.state, job.owner_token, job.lease_until = JobState.WAITING, None, None
    job.retry_at = real + timedelta(seconds=wait * (1 + jitter / 2))


def beat(job_id: int, token: str, real: datetime) -> bool:
    """Prolong the lease; False when the job is no longer ours."""
    ours = db.session.scalar(
        update(Job).where(Job.id == job_id, Job.owner_token == token).values(lease_until=real + LEASE).returning(Job.id)
    )
    return ours is not None


def retry(job: Job, now: datetime) -> None:
    """An officer starts a parked job anew."""
    job.state, job.attempts, job.kills, job.retry_at = JobState.WAITING, 0, 0, None
    job.run_at = min(job.run_at, now)
    db.session.info.setdefault("jobs", []).append(job.id)

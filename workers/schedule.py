"""Scheduled work: every slot of every rule is one job with a unique key, so two schedulers do no harm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from portal.audit.jobs import ANCHOR
from portal.budgets.jobs import RECONCILE
from portal.platform import clock
from portal.platform.db import db
from portal.platform.jobs import Job, JobKind, enqueue
from portal.platform.transaction import in_transaction


@dataclass(frozen=True)
class Every:
    kind: JobKind
    seconds: int
    after: int = 0  # seconds from the slot's start, in UTC


SCHEDULE: list[Every] = [Every(ANCHOR, 3600), Every(RECONCILE, 3600)]


def slot(now: datetime, seconds: int, after: int = 0) -> datetime:
    """The start of the slot that `now` lies in, in UTC."""
    return datetime.fromtimestamp((now.timestamp() - after) // seconds * seconds + after, UTC)


def ask_for_scheduled() -> None:
    """Write the jobs of the present slots; a read tells first whether anything is missing."""
    now = clock.real_now()
    wanted = {f"{rule.kind.code}:{slot(now, rule.seconds, rule.after).isoformat()}": rule for rule in SCHEDULE}
    known = set(db.session.scalars(select(Job.dedupe_key).where(Job.dedupe_key.in_(wanted))))
    db.session.rollback()
    missing = [(key, rule) for key, rule in wanted.items() if key not in known]
    if not missing:
        return

    def write() -> None:
        for key, rule in missing:
            at = key.removeprefix(f"{rule.kind.code}:")
            enqueue(rule.kind, {"slot": at}, key=at, now=clock.now())

    in_transaction(write)

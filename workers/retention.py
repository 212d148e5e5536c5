"""Daily: what is past its term goes. And copies of people's own data, made on request."""

from __future__ import annotations

from portal.accounts import service
from portal.accounts.jobs import COPY, RETENTION
from portal.accounts.models import PersonalCopy
from portal.desks.person.archive import archive
from portal.desks.person.compose import apply_retention
from portal.platform import clock, storage
from portal.platform.db import db
from workers.schedule import SCHEDULE, Every
from workers.wake import Run, handles

SCHEDULE.append(Every(RETENTION, 86_400))


@handles(RETENTION)
def retention(run: Run) -> None:
    with run.effect() as context:
        apply_retention(context)


@handles(COPY)
def make_copy(run: Run) -> None:
    """Read and pack outside a transaction; the file is stored under its hash before the row names it."""
    copy_id = run.payload["copy_id"]
    run.progress(0, 2)
    with run.reading():
        packed = archive(db.session.get_one(PersonalCopy, copy_id).person_id, clock.now())
    stored = storage.put_bytes(packed)
    run.progress(1, 2)
    with run.effect() as context:
        service.keep_copy(context, copy_id, stored.sha256, stored.size)

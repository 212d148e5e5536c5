"""Clearing what no longer opens anything. The letters of accounts are written in workers/notifications.py."""

from __future__ import annotations

from portal.accounts import service
from portal.accounts.jobs import SWEEP
from workers.schedule import SCHEDULE, Every
from workers.wake import Run, handles

SCHEDULE.append(Every(SWEEP, 86_400))


@handles(SWEEP)
def sweep(run: Run) -> None:
    with run.effect() as context:
        service.sweep(context)

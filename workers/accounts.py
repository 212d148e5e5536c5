"""Clearing what no longer opens anything. The letters of accounts are written in workers/notifications.py."""

from __future__ import annotations

from portal.accounts import service
from portal.accounts.jobs import SWEEP
from workers.wake import Run, handles


@handles(SWEEP)
def sweep(run: Run) -> None:
    with run.effect() as context:
        service.sweep(context)

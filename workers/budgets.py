"""The hourly reconciliation."""

from __future__ import annotations

from portal.budgets import service
from portal.budgets.jobs import RECONCILE
from workers.schedule import SCHEDULE, Every
from workers.wake import Run, handles

SCHEDULE.append(Every(RECONCILE, 3600))


@handles(RECONCILE)
def reconcile(run: Run) -> None:
    with run.effect() as context:
        service.reconcile(context)

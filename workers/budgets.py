"""The hourly reconciliation."""

from __future__ import annotations

from portal.budgets import service
from portal.budgets.jobs import RECONCILE
from workers.wake import Run, handles


@handles(RECONCILE)
def reconcile(run: Run) -> None:
    with run.effect() as context:
        service.reconcile(context)

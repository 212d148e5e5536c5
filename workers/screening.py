"""An application has entered a stage: screen it, fill its point sheet."""

from __future__ import annotations

from portal.applications.jobs import ENTERED
from portal.screening import service
from workers.wake import Run, handles


@handles(ENTERED)
def entered(run: Run) -> None:
    with run.effect() as context:
        service.screen(context, run.payload["entry_id"])
        service.score_points(context, run.payload["entry_id"])

"""Opening and closing calls at their moment."""

from __future__ import annotations

from portal.programs import service
from portal.programs.jobs import CLOSE_CALL, OPEN_CALL
from workers.wake import Run, handles


@handles(OPEN_CALL)
def open_call(run: Run) -> None:
    with run.effect() as context:
        service.open_call(context, run.payload["call_id"])


@handles(CLOSE_CALL)
def close_call(run: Run) -> None:
    with run.effect() as context:
        service.close_call(context, run.payload["call_id"])

"""Doubles, changes of a record, clearing what no longer opens anything. The letters of accounts are written in workers/notifications.py."""

from __future__ import annotations

from portal.accounts import service
from portal.accounts.jobs import CHANGED, DOUBLES, SWEEP
from portal.routing.service import detect_around
from workers.schedule import SCHEDULE, Every
from workers.wake import Run, handles

SCHEDULE += [Every(SWEEP, 86_400), Every(DOUBLES, 86_400, after=61_200)]  # doubles at 02:00 in Korea, before conflicts


@handles(DOUBLES)
def find_doubles(run: Run) -> None:
    with run.effect() as context:
        service.find_doubles(context)


@handles(CHANGED)
def person_changed(run: Run) -> None:
    """What depends on where somebody works and to whom they are tied: conflicts of interest, at once."""
    with run.effect() as context:
        detect_around(context, run.payload["person_id"])


@handles(SWEEP)
def sweep(run: Run) -> None:
    with run.effect() as context:
        service.sweep(context)

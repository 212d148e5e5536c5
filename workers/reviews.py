"""Reviews' jobs: reminders around the due day."""

from __future__ import annotations

from portal.reviews import service
from portal.reviews.jobs import REMIND_DUE
from workers.schedule import SCHEDULE, Every
from workers.wake import Run, handles

SCHEDULE.append(Every(REMIND_DUE, 3600))


@handles(REMIND_DUE)
def remind_due(run: Run) -> None:
    """Each hour; on a reminding day whoever is not done is asked once."""
    with run.effect() as context:
        service.remind_due(context)

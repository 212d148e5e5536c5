"""Every minute: this machine's clock against the database's."""

from __future__ import annotations

from portal.platform import skew
from portal.platform.skew import COMPARE_CLOCKS
from workers.schedule import SCHEDULE, Every
from workers.wake import Run, handles

SCHEDULE.append(Every(COMPARE_CLOCKS, 60))


@handles(COMPARE_CLOCKS)
def compare(run: Run) -> None:
    skew.alarm()
    with run.effect():
        pass

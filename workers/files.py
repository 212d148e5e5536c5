"""Daily: objects older than a day that no row names, uploads cut half-way, derived pictures."""

from __future__ import annotations

from datetime import timedelta

from portal.applications.jobs import SWEEP_FILES
from portal.applications.queries import drafts, references
from portal.audit.service import record
from portal.platform import clock, storage
from portal.reviews.queries import packet_hashes
from workers.schedule import SCHEDULE, Every
from workers.wake import Run, handles

KEPT = timedelta(days=1)
TOLD = 100  # hashes that the event names

SCHEDULE.append(Every(SWEEP_FILES, 86_400))


def _named(hashes: set[str]) -> set[str]:
    return drafts.named_hashes(hashes) | references.named_hashes(hashes) | packet_hashes(hashes)


@handles(SWEEP_FILES)
def sweep_files(run: Run) -> None:
    with run.reading():
        removed = storage.sweep(_named, KEPT, clock.real_now())
    with run.effect() as context:
        if removed:
            record(context, "FilesSwept", "storage", "files", count=len(removed), sha256=removed[:TOLD])

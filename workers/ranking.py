"""Ranking once the review of a stage has ended."""

from __future__ import annotations

from portal.ranking import service
from portal.reviews.jobs import STAGE_REVIEWED
from workers.wake import Run, handles


@handles(STAGE_REVIEWED)
def rank(run: Run) -> None:
    with run.effect() as context:
        service.rank_all(context, run.payload["stage_id"])

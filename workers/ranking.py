"""Ranking once the review of a stage has ended; calibration beside it; replay of what is kept."""

from __future__ import annotations

from portal.ranking import queries, rules, service
from portal.ranking.jobs import CALIBRATE, REPLAY
from portal.reviews.jobs import STAGE_REVIEWED
from workers.wake import Run, handles


@handles(STAGE_REVIEWED)
def rank(run: Run) -> None:
    with run.effect() as context:
        service.rank_all(context, run.payload["stage_id"])


@handles(CALIBRATE)
def calibrate(run: Run) -> None:
    """Long: a run's inputs never change, so what is computed from them holds whenever it is stored."""
    from portal.ranking.engine.runs import calibration_of

    run_id = run.payload["run_id"]
    with run.reading():
        kept = queries.kept(run_id)
    found = calibration_of(kept.inputs, run.progress) if rules.calibrates(kept.inputs) else None
    with run.effect() as context:
        if found is not None:
            service.keep_calibration(context, run_id, found)


@handles(REPLAY)
def replay(run: Run) -> None:
    """Long: run by run, so that never more than one stands in memory."""
    stage_id, held = run.payload["stage_id"], {}
    with run.reading():
        ids = queries.kept_ids(stage_id, run.payload["track"])
    for place, run_id in enumerate(ids, start=1):
        with run.reading():
            kept = queries.kept(run_id)
        held[run_id] = service.replay(kept).held
        run.progress(place, len(ids))
    with run.effect() as context:
        service.note_replays(context, stage_id, held)

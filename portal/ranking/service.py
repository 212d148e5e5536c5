"""Rank a stage from its locked reviews; note pass or fail of a condition."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import select

from portal.applications.models import StageEntry
from portal.audit.service import record
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.jobs import enqueue
from portal.platform.names import nfc
from portal.programs.models import Stage
from portal.ranking import queries, rules
from portal.ranking.errors import NoSuchCondition, ReasonNeeded, ReviewStillOpen, StageDecided
from portal.ranking.jobs import CALIBRATE, REPLAY
from portal.ranking.models import ConditionResult, RankingRun
from portal.reviews.queries import locked_marks

MIN_REASON = 10


class Replay(NamedTuple):
    """Whether each hash came out the same; `calibration` None where the run has none."""

    inputs: bool
    result: bool
    calibration: bool | None

    @property
    def held(self) -> bool:
        return self.inputs and self.result and self.calibration is not False


def rank(context: Context, stage_id: int, track: str = "") -> RankingRun:
    """Freeze the marks as they stand, order the entries, ask for the calibration. The same inputs: the same run again.

    Raises ReviewStillOpen, StageDecided (the inputs changed after the decision was published).
    """
    stage = db.session.scalars(select(Stage).where(Stage.id == stage_id).with_for_update(of=Stage)).one()
    if stage.review_closed_at is None:
        raise ReviewStillOpen
    inputs = _inputs(stage, track)
    inputs_hash = rules.digest(inputs)
    latest = queries.latest_run(stage_id, track)
    if latest is not None and latest.inputs_hash == inputs_hash:
        return latest
    if stage.decided_at is not None or queries.is_decided(stage_id, track):
        if latest is not None and latest.inputs_hash == rules.digest(rules.as_first_version(inputs)):
            return latest
        raise StageDecided
    result = rules.replay(inputs)
    run = RankingRun(
        public_id=context.ids.public_id(), stage_id=stage_id, track=track, inputs=inputs, inputs_hash=inputs_hash,
        result=result, result_hash=rules.digest(result), created_at=context.now,
        created_by_id=context.actor.person_id,
    )  # fmt: skip
    if latest is not None:
        latest.discarded_at = context.now
    db.session.add(run)
    db.session.flush()
    record(
        context, "StageRanked", "ranking_run", run.public_id, stage=stage.public_id, inputs=inputs_hash,
        result=run.result_hash,
    )  # fmt: skip
    enqueue(CALIBRATE, {"run_id": run.id}, key=run.public_id, now=context.now)
    return run


def _inputs(stage: Stage, track: str) -> dict[str, Any]:
    """Everything that ranking and calibration depend on, as it stands."""
    rule_set = stage.call.definition.stage(stage.code)
    marks = locked_marks(stage.id, track)
    return rules.seeded(
        {
            "version": rules.VERSION,
            "rules": stage.call.content_hash,
            "stage": stage.code,
            "criteria": [c.code for c in rule_set.criteria],
            "ties": list(rule_set.ties),
            "inside": stage.call.definition.keep(stage.code, track),
            "draws": rules.DRAWS,
            "entries": [[public_id, entry_id] for public_id, entry_id in queries.ranked_entries(stage.id, track)],
            "marks": [[m.entry, m.entry_id, m.pseudonym, m.points, m.receipt, m.reviewer] for m in marks],
        }
    )


def rank_all(context: Context, stage_id: int) -> list[RankingRun]:
    """Every track of the stage that is not decided yet."""
    return [
        rank(context, stage_id, track) for track in queries.tracks(stage_id) if not queries.is_decided(stage_id, track)
    ]


def keep_calibration(context: Context, run_id: int, found: dict[str, Any]) -> None:
    """Beside the ranking; the first one stays."""
    run = _locked_run(run_id)
    if run.calibration is not None:
        return
    run.calibration, run.calibration_hash = found, rules.digest(found)
    record(context, "RankingCalibrated", "ranking_run", run.public_id, calibration=run.calibration_hash)


def ask_replay(context: Context, stage_id: int, track: str = "") -> None:
    """Compute all runs of the track anew from their frozen inputs, by a job."""
    payload = {"stage_id": stage_id, "track": track}
    enqueue(REPLAY, payload, key=f"{stage_id}:{track}:{context.now.isoformat()}", now=context.now)


def replay(kept: queries.Kept) -> Replay:
    """Compute a run anew from its inputs alone and compare the hashes. Slow: for a job or a command."""
    from portal.ranking.engine.runs import calibration_of

    again = rules.digest(calibration_of(kept.inputs)) if kept.calibration_hash else None
    return Replay(
        rules.digest(kept.inputs) == kept.inputs_hash, rules.digest(rules.replay(kept.inputs)) == kept.result_hash,
        None if again is None else again == kept.calibration_hash,
    )  # fmt: skip


def note_replays(context: Context, stage_id: int, held: dict[int, bool]) -> None:
    """What a replay found, {id of the run: all hashes the same}."""
    for run_id in sorted(held):
        run = _locked_run(run_id)
        run.replayed_at, run.replay_held = context.now, held[run_id]
    stage = db.session.get_one(Stage, stage_id)
    record(context, "RankingReplayed", "stage", stage.public_id, runs=len(held), held=sum(held.values()))


def _locked_run(run_id: int) -> RankingRun:
    return db.session.scalars(select(RankingRun).where(RankingRun.id == run_id).with_for_update()).one()


def record_condition(context: Context, entry_id: int, condition: str, passed: bool, reason: str) -> ConditionResult:
    """A named person's finding on a condition that stands apart from the points."""
    entry = db.session.scalars(select(StageEntry).where(StageEntry.id == entry_id).with_for_update(of=StageEntry)).one()
    if entry.stage.decided_at is not None:
        raise StageDecided
    known = {c.code for c in entry.stage.call.definition.stage(entry.stage.code).conditions}
    if condition not in known:
        raise NoSuchCondition("condition")
    reason = nfc(reason).strip()
    if len(reason) < MIN_REASON:
        raise ReasonNeeded("reason")
    found = queries.conditions([entry_id]).get(entry_id, {}).get(condition)
    if found is None:
        found = ConditionResult(entry_id=entry_id, condition=condition, passed=passed, reason=reason, at=context.now)
        db.session.add(found)
    found.passed, found.reason, found.at, found.by_id = passed, reason, context.now, context.actor.person_id
    db.session.flush()
    record(context, "ConditionFound", "stage_entry", entry.public_id, condition=condition, passed=passed, reason=reason)
    return found

"""Rank a stage from its locked reviews and what stands beside them; compute a run anew."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import select

from portal.audit.service import record
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.jobs import enqueue
from portal.programs import definition
from portal.programs.models import Stage
from portal.ranking import queries, rules
from portal.ranking.errors import ReviewStillOpen, StageDecided
from portal.ranking.jobs import CALIBRATE, REPLAY
from portal.ranking.models import RankingRun
from portal.reviews.queries import locked_marks


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
    result = compute(inputs)
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


def compute(inputs: dict[str, Any]) -> list[dict[str, Any]]:
    """The ordered rows of these inputs; by the calibrated scores where the rule says that they decide."""
    if inputs.get("rule", {}).get("decides") != "calibrated":
        return rules.replay(inputs)
    from portal.ranking.engine.runs import calibrated_scores  # NumPy: only where it decides

    return rules.replay(inputs, calibrated_scores(inputs))


def rule_of(stage: definition.Stage) -> rules.Rule:
    """What decides the order of this stage, by its call."""
    return rules.Rule(
        stage.ranking.decides, stage.ranking.trim_from, sum(c.points for c in stage.criteria), stage.review_points,
        {lane.code: [part.code for part in lane.parts] for lane in stage.lanes},
    )  # fmt: skip


def _beside(stage: Stage, rule_set: definition.Stage, entries: dict[int, str]) -> dict[str, Any]:
    """Measured points, bonuses and penalties; nothing where the call knows none, so that plain runs stay as they were."""
    rule, known = rule_of(rule_set), {a.code: a.points for a in rule_set.adjustments}
    if rule.plain and not known:
        return {}
    adjusted = queries.adjustments(entries)
    return {
        "rule": rule.as_json(),
        "measured": [
            [entries[entry], part, value]
            for (entry, part), value in sorted(queries.measured(stage.id).items())
            if entry in entries
        ],
        "adjusted": [
            [entries[entry], code, known[code]]
            for entry, by_code in sorted(adjusted.items())
            for code, found in sorted(by_code.items())
            if found.applies and code in known
        ],
    }


def _inputs(stage: Stage, track: str) -> dict[str, Any]:
    """Everything that ranking and calibration depend on, as it stands."""
    rule_set = stage.call.definition.stage(stage.code)
    marks, ranked = locked_marks(stage.id, track), queries.ranked_entries(stage.id, track)
    return rules.seeded(
        _beside(stage, rule_set, {entry_id: public_id for public_id, entry_id in ranked})
        | {
            "version": rules.VERSION,
            "rules": stage.call.content_hash,
            "stage": stage.code,
            "criteria": [c.code for c in rule_set.criteria],
            "ties": list(rule_set.ties),
            "inside": stage.call.definition.keep(stage.code, track),
            "draws": rules.DRAWS,
            "entries": [[public_id, entry_id] for public_id, entry_id in ranked],
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
        rules.digest(kept.inputs) == kept.inputs_hash, rules.digest(compute(kept.inputs)) == kept.result_hash,
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

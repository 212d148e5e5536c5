"""Rank a stage from its locked reviews; note pass or fail of a condition."""

from __future__ import annotations

from sqlalchemy import select

from portal.applications.models import StageEntry
from portal.audit.service import record
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.names import nfc
from portal.programs.models import Stage
from portal.ranking import queries, rules
from portal.ranking.errors import NoSuchCondition, ReasonNeeded, ReviewStillOpen, StageDecided
from portal.ranking.models import ConditionResult, RankingRun
from portal.reviews.queries import locked_marks

MIN_REASON = 10


def rank(context: Context, stage_id: int, track: str = "") -> RankingRun:
    """Freeze the marks as they stand and order the entries. The same inputs give the same run again.

    Raises ReviewStillOpen, StageDecided (the inputs changed after the decision was published).
    """
    stage = db.session.scalars(select(Stage).where(Stage.id == stage_id).with_for_update(of=Stage)).one()
    if stage.review_closed_at is None:
        raise ReviewStillOpen
    rule_set = stage.call.definition.stage(stage.code)
    criteria = [c.code for c in rule_set.criteria]
    entries = queries.ranked_entries(stage_id, track)
    marks = locked_marks(stage_id, track)
    inputs = {
        "rules": stage.call.content_hash,
        "stage": stage.code,
        "criteria": criteria,
        "ties": list(rule_set.ties),
        "entries": [[public_id, entry_id] for public_id, entry_id in entries],
        "marks": [[m.entry, m.entry_id, m.pseudonym, m.points, m.receipt] for m in marks],
    }
    inputs_hash = rules.digest(inputs)
    latest = queries.latest_run(stage_id, track)
    if latest is not None and latest.inputs_hash == inputs_hash:
        return latest
    if stage.decided_at is not None or queries.is_decided(stage_id, track):
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
    return run


def rank_all(context: Context, stage_id: int) -> list[RankingRun]:
    """Every track of the stage that is not decided yet."""
    return [
        rank(context, stage_id, track) for track in queries.tracks(stage_id) if not queries.is_decided(stage_id, track)
    ]


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

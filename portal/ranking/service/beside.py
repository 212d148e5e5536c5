"""What stands beside the marks: findings on conditions, bonuses and penalties, measured points."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from sqlalchemy import select

from portal.applications.models import StageEntry
from portal.audit.service import record
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.names import nfc
from portal.programs.models import Stage
from portal.ranking import queries, rules
from portal.ranking.errors import NoSuchAdjustment, NoSuchCondition, NoSuchLane, OutOfRange, ReasonNeeded, StageDecided
from portal.ranking.models import AdjustmentResult, ConditionResult, Measurement, MeasurementImport

MIN_REASON = 10
Measured = Mapping[tuple[int, str], Fraction]  # (entry, part) -> points


def _open_entry(entry_id: int) -> StageEntry:
    entry = db.session.scalars(select(StageEntry).where(StageEntry.id == entry_id).with_for_update(of=StageEntry)).one()
    if entry.stage.decided_at is not None:
        raise StageDecided
    return entry


def _reason(given: str, field: str = "reason") -> str:
    reason = nfc(given).strip()
    if len(reason) < MIN_REASON:
        raise ReasonNeeded(field)
    return reason


def record_condition(context: Context, entry_id: int, condition: str, passed: bool, reason: str) -> ConditionResult:
    """A named person's finding on a condition that stands apart from the points."""
    entry = _open_entry(entry_id)
    known = {c.code for c in entry.stage.call.definition.stage(entry.stage.code).conditions}
    if condition not in known:
        raise NoSuchCondition("condition")
    reason = _reason(reason)
    found = queries.conditions([entry_id]).get(entry_id, {}).get(condition)
    if found is None:
        found = ConditionResult(entry_id=entry_id, condition=condition, passed=passed, reason=reason, at=context.now)
        db.session.add(found)
    found.passed, found.reason, found.at, found.by_id = passed, reason, context.now, context.actor.person_id
    db.session.flush()
    record(context, "ConditionFound", "stage_entry", entry.public_id, condition=condition, passed=passed, reason=reason)
    return found


def record_adjustment(context: Context, entry_id: int, code: str, applies: bool, reason: str) -> AdjustmentResult:
    """A named person finds whether a bonus or a penalty of the call applies to an entry; it counts from the next run."""
    entry = _open_entry(entry_id)
    known = {a.code for a in entry.stage.call.definition.stage(entry.stage.code).adjustments}
    if code not in known:
        raise NoSuchAdjustment("adjustment")
    reason = _reason(reason, "adjust_reason")
    found = queries.adjustments([entry_id]).get(entry_id, {}).get(code)
    if found is None:
        found = AdjustmentResult(entry_id=entry_id, adjustment=code, applies=applies, reason=reason, at=context.now)
        db.session.add(found)
    found.applies, found.reason, found.at, found.by_id = applies, reason, context.now, context.actor.person_id
    db.session.flush()
    record(context, "AdjustmentFound", "stage_entry", entry.public_id, adjustment=code, applies=applies, reason=reason)
    return found


def import_measurements(
    context: Context, stage_id: int, lane: str, measured: Measured, filename: str, sha256: str, note: str
) -> MeasurementImport:
    """Points of one lane from a file, with where they come from. What another file said before is kept beside them.

    Raises StageDecided, NoSuchLane, OutOfRange, ReasonNeeded.
    """
    stage = db.session.scalars(select(Stage).where(Stage.id == stage_id).with_for_update(of=Stage)).one()
    if stage.decided_at is not None:
        raise StageDecided
    found = next((one for one in stage.call.definition.stage(stage.code).lanes if one.code == lane), None)
    if found is None:
        raise NoSuchLane("lane")
    limits = {part.code: part.points for part in found.parts}
    for (_, part), value in measured.items():
        if part not in limits or not 0 <= value <= limits[part]:
            raise OutOfRange("file", part=part, most=limits.get(part, 0))
    made = MeasurementImport(
        public_id=context.ids.public_id(), stage_id=stage_id, lane=lane, filename=nfc(filename)[:255], sha256=sha256,
        note=_reason(note, "note"), at=context.now, by_id=context.actor.person_id,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    db.session.add_all(
        Measurement(import_id=made.id, entry_id=entry_id, part=part, value=rules.as_text(value) or "0")
        for (entry_id, part), value in sorted(measured.items())
    )
    db.session.flush()
    record(
        context, "MeasurementsImported", "stage", stage.public_id, lane=lane, file=sha256, rows=len(measured),
        measurement_import=made.public_id, note=made.note,
    )  # fmt: skip
    return made

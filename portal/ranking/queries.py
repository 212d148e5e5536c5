"""Ranking runs and conditions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import contains_eager, defer, selectinload

from portal.accounts.models import Person
from portal.applications.models import Application, EntryState, StageEntry
from portal.conflicts.queries import not_barred
from portal.platform.context import Actor
from portal.platform.db import db
from portal.platform.jobs import Job
from portal.platform.visibility import clause
from portal.programs.models import Call, Program, Stage
from portal.programs.queries import OFFICE_ROLES, call_in_scope
from portal.ranking.jobs import CALIBRATE, REPLAY
from portal.ranking.models import AdjustmentResult, ConditionResult, Measurement, MeasurementImport, RankingRun
from portal.routing.queries.panels import identities
from portal.screening.models import Screening, ScreeningState


def latest_run(stage_id: int, track: str = "") -> RankingRun | None:
    """The newest run that was not discarded."""
    return db.session.scalars(
        select(RankingRun)
        .where(RankingRun.stage_id == stage_id, RankingRun.track == track, RankingRun.discarded_at.is_(None))
        .order_by(RankingRun.id.desc())
        .limit(1)
    ).one_or_none()


def runs(stage_id: int, track: str = "") -> Sequence[RankingRun]:
    """The runs of a stage's track, discarded ones too, newest first; the last fifty."""
    return db.session.scalars(
        select(RankingRun)
        .where(RankingRun.stage_id == stage_id, RankingRun.track == track)
        .order_by(RankingRun.id.desc())
        .limit(50)
    ).all()


def runs_listed(stage_id: int, track: str = "") -> Sequence[RankingRun]:
    """The same runs without what is long in them."""
    return db.session.scalars(
        select(RankingRun)
        .where(RankingRun.stage_id == stage_id, RankingRun.track == track)
        .options(defer(RankingRun.inputs), defer(RankingRun.result), defer(RankingRun.calibration))
        .order_by(RankingRun.id.desc())
        .limit(50)
    ).all()


class Kept(NamedTuple):
    """A run as plain data: it outlives the reading in which it was loaded."""

    id: int
    public_id: str
    track: str
    inputs: dict[str, Any]
    inputs_hash: str
    result_hash: str
    calibration_hash: str | None


def kept_ids(stage_id: int, track: str | None = None) -> list[int]:
    """Ids of all runs of a stage, or of one track, oldest first."""
    query = select(RankingRun.id).where(RankingRun.stage_id == stage_id).order_by(RankingRun.id)
    return list(db.session.scalars(query if track is None else query.where(RankingRun.track == track)))


def kept(run_id: int) -> Kept:
    run = db.session.get_one(RankingRun, run_id)
    return Kept(run.id, run.public_id, run.track, run.inputs, run.inputs_hash, run.result_hash, run.calibration_hash)


def calibrating(run: RankingRun) -> Job | None:
    """The job that calibrates a run."""
    return db.session.scalars(select(Job).where(Job.dedupe_key == f"{CALIBRATE.code}:{run.public_id}")).one_or_none()


def replaying(stage_id: int, track: str = "") -> Job | None:
    """The last replay asked for of a stage's track."""
    key = f"{REPLAY.code}:{stage_id}:{track}:"
    return db.session.scalars(
        select(Job).where(Job.kind == REPLAY.code, Job.dedupe_key.startswith(key)).order_by(Job.id.desc()).limit(1)
    ).first()


def staged(call: str, stage: str) -> Stage | None:
    """By the codes of the call and of its stage."""
    return db.session.scalars(
        select(Stage).join(Call, Stage.call_id == Call.id).where(Call.code == call, Stage.code == stage)
    ).one_or_none()


def ranked_entries(stage_id: int, track: str = "") -> list[tuple[str, int]]:
    """(public id, id) of the entries that a ranking covers: neither withdrawn nor found ineligible."""
    rows = db.session.execute(
        select(StageEntry.public_id, StageEntry.id)
        .where(StageEntry.stage_id == stage_id, StageEntry.track == track, is_covered())
        .order_by(StageEntry.id)
    )
    return [(public_id, entry_id) for public_id, entry_id in rows]


def is_covered() -> ColumnElement[bool]:
    """A ranking covers the entry: it is neither withdrawn nor found ineligible, and its screening is over."""
    return and_(StageEntry.state.not_in((EntryState.WITHDRAWN, EntryState.ENTERED)), ~_ineligible().exists())


def is_decided(stage_id: int, track: str) -> bool:
    """A decision on this track was published: what was found eligible has its result."""
    query = select(StageEntry.id).where(
        StageEntry.stage_id == stage_id,
        StageEntry.track == track,
        StageEntry.state.in_((EntryState.ADVANCED, EntryState.NOT_ADVANCED)),
        ~_ineligible().exists(),
    )
    return db.session.scalars(query.limit(1)).first() is not None


def _ineligible() -> Select[int]:
    return select(Screening.id).where(Screening.entry_id == StageEntry.id, Screening.state == ScreeningState.INELIGIBLE)


def conditions(entry_ids: Iterable[int]) -> dict[int, dict[str, ConditionResult]]:
    """Condition results by entry and condition."""
    found: dict[int, dict[str, ConditionResult]] = defaultdict(dict)
    query = select(ConditionResult).where(ConditionResult.entry_id.in_(list(entry_ids))).order_by(ConditionResult.id)
    for row in db.session.scalars(query):
        found[row.entry_id][row.condition] = row
    return found


def adjustments(entry_ids: Iterable[int]) -> dict[int, dict[str, AdjustmentResult]]:
    """Findings on bonuses and penalties by entry and code."""
    found: dict[int, dict[str, AdjustmentResult]] = defaultdict(dict)
    query = select(AdjustmentResult).where(AdjustmentResult.entry_id.in_(list(entry_ids)))
    for row in db.session.scalars(query.order_by(AdjustmentResult.id)):
        found[row.entry_id][row.adjustment] = row
    return found


def measured(stage_id: int) -> dict[tuple[int, str], str]:
    """(entry, part) -> points as "n/d", by the latest file that tells them."""
    rows = db.session.execute(
        select(Measurement.entry_id, Measurement.part, Measurement.value)
        .join(MeasurementImport, Measurement.import_id == MeasurementImport.id)
        .where(MeasurementImport.stage_id == stage_id)
        .order_by(MeasurementImport.id, Measurement.id)
    )
    return {(entry, part): value for entry, part, value in rows}


def measurement_imports(stage_id: int) -> Sequence[MeasurementImport]:
    """The files of measured points, the newest first."""
    return db.session.scalars(
        select(MeasurementImport).where(MeasurementImport.stage_id == stage_id).order_by(MeasurementImport.id.desc())
    ).all()


def entries_of_tracks(stage_id: int) -> list[int]:
    """Every entry that a ranking of the stage covers, whatever its track."""
    return [id_ for track in tracks(stage_id) for _, id_ in ranked_entries(stage_id, track)]


def tracks(stage_id: int) -> list[str]:
    """The tracks of a stage that hold entries; one empty name where there are none."""
    return list(
        db.session.scalars(
            select(StageEntry.track).where(StageEntry.stage_id == stage_id).distinct().order_by(StageEntry.track)
        )
    ) or [""]


def titles(entry_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """entry -> (public id of the application, its title)."""
    rows = db.session.execute(
        select(StageEntry.id, Application.public_id, Application.title)
        .join(Application, StageEntry.application_id == Application.id)
        .where(StageEntry.id.in_(list(entry_ids)))
        .order_by(StageEntry.id)
    )
    return {id_: (public_id, title) for id_, public_id, title in rows}


def judges(person_ids: Iterable[int]) -> dict[int, str]:
    """Names of those who found a condition to be met or not."""
    rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(list(person_ids))))
    return {row.id: row.name for row in rows}


@clause
def bars_nobody(actor: Actor) -> ColumnElement[bool]:
    """No conflict between the actor and any application that entered a stage of the call.

    A ranking with one row missing would still tell where that row stands: who is barred from one sees none.
    """
    barred = (
        select(StageEntry.id)
        .join(Stage, StageEntry.stage_id == Stage.id)
        .where(Stage.call_id == Call.id, ~not_barred(identities(actor), StageEntry.application_id))
    )
    return ~barred.correlate(Call).exists()


def ranked_call(actor: Actor, public_id: str, **_: str) -> Call | None:
    """A call in the officer's scope, from none of whose applications a conflict bars them."""
    return db.session.scalars(
        select(Call)
        .join(Program, Call.program_id == Program.id)
        .where(Call.public_id == public_id, call_in_scope(actor, *OFFICE_ROLES), bars_nobody(actor))
        .options(selectinload(Call.stages))
    ).one_or_none()


def office_entry(actor: Actor, public_id: str, entry_id: str) -> StageEntry | None:
    """An entry of such a call, as long as its stage is not decided."""
    return db.session.scalars(
        select(StageEntry)
        .join(Stage, StageEntry.stage_id == Stage.id)
        .join(Call, Stage.call_id == Call.id)
        .join(Program, Call.program_id == Program.id)
        .join(Application, StageEntry.application_id == Application.id)
        .where(
            StageEntry.public_id == entry_id,
            Call.public_id == public_id,
            call_in_scope(actor, *OFFICE_ROLES),
            bars_nobody(actor),
        )
        .options(contains_eager(StageEntry.stage), contains_eager(StageEntry.application))
    ).one_or_none()

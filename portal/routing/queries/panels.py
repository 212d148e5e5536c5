"""The pool, panels, seats, runs and assignments, as officers and reviewers see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from portal.accounts.models import Person
from portal.applications.models import Application, EntryState, StageEntry
from portal.applications.queries.submissions import readable_by_officer
from portal.conflicts.queries import bars_of, not_barred
from portal.platform.context import Actor
from portal.platform.db import db
from portal.platform.jobs import Job
from portal.platform.visibility import clause
from portal.programs.models import Call, Program, Stage
from portal.programs.queries import OFFICE_ROLES, call_in_scope
from portal.routing.jobs import ROUTE
from portal.routing.models import Assignment, AssignmentState, Panel, RoutingRun, Seat, SeatState
from portal.routing.rules.panels import LIVE

IN_STAGE = (EntryState.ENTERED, EntryState.IN_REVIEW)


def identities(actor: Actor) -> frozenset[int]:
    return actor.same_as or frozenset({actor.person_id} if actor.person_id is not None else ())


# --- panels, runs ---


def panel_of(stage_id: int, track: str = "") -> Panel | None:
    """The panel of a stage and track with its seats and their people."""
    return db.session.scalars(
        select(Panel)
        .where(Panel.stage_id == stage_id, Panel.track == track)
        .options(selectinload(Panel.seats).joinedload(Seat.person))
        .order_by(Panel.id)
        .limit(1)
    ).first()


def panels_of(stage_id: int) -> Sequence[Panel]:
    return db.session.scalars(
        select(Panel)
        .where(Panel.stage_id == stage_id)
        .options(selectinload(Panel.seats).joinedload(Seat.person))
        .order_by(Panel.track, Panel.id)
    ).all()


def panel_by_public_id(public_id: str) -> Panel | None:
    return db.session.scalars(select(Panel).where(Panel.public_id == public_id)).one_or_none()


def accepted_seats(panel_id: int) -> Sequence[Seat]:
    return db.session.scalars(
        select(Seat)
        .where(Seat.panel_id == panel_id, Seat.state == SeatState.ACCEPTED)
        .options(joinedload(Seat.person))
        .order_by(Seat.id)
    ).all()


def current_run(panel_id: int) -> RoutingRun | None:
    """The newest run that was not discarded: a proposal, or what was published last. Trials are neither."""
    return db.session.scalars(
        select(RoutingRun)
        .where(RoutingRun.panel_id == panel_id, RoutingRun.discarded_at.is_(None), RoutingRun.trial.is_(False))
        .order_by(RoutingRun.id.desc())
        .limit(1)
    ).first()


def runs_of(panel_id: int) -> Sequence[RoutingRun]:
    return db.session.scalars(
        select(RoutingRun).where(RoutingRun.panel_id == panel_id).order_by(RoutingRun.id.desc()).limit(20)
    ).all()


def panel_by_id(panel_id: int) -> Panel:
    """With its seats and their people."""
    return db.session.scalars(
        select(Panel).where(Panel.id == panel_id).options(selectinload(Panel.seats).joinedload(Seat.person))
    ).one()


def run_by_id(run_id: int) -> RoutingRun | None:
    return db.session.get(RoutingRun, run_id)


def run_by_public_id(public_id: str) -> RoutingRun | None:
    return db.session.scalars(select(RoutingRun).where(RoutingRun.public_id == public_id)).one_or_none()


def run_of_call(call_id: int, run: str) -> RoutingRun | None:
    return db.session.scalars(
        select(RoutingRun)
        .join(Panel, RoutingRun.panel_id == Panel.id)
        .join(Stage, Panel.stage_id == Stage.id)
        .where(Stage.call_id == call_id, RoutingRun.public_id == run)
    ).one_or_none()


def trials_of(panel_id: int) -> Sequence[RoutingRun]:
    """What was tried and neither adopted nor discarded, the newest first."""
    return db.session.scalars(
        select(RoutingRun)
        .where(RoutingRun.panel_id == panel_id, RoutingRun.trial, RoutingRun.discarded_at.is_(None))
        .order_by(RoutingRun.id.desc())
        .limit(20)
    ).all()


def latest_job(panel: Panel) -> Job | None:
    """The last asked-for run of the panel: waiting, running, parked or done."""
    key = f"{ROUTE.code}:{panel.public_id}:"
    return db.session.scalars(
        select(Job).where(Job.kind == ROUTE.code, Job.dedupe_key.startswith(key)).order_by(Job.id.desc()).limit(1)
    ).first()


@clause
def entry_open_to(actor: Actor) -> ColumnElement[bool]:
    """Entries an officer may see here: sealed until the close, and no bar between them."""
    return and_(readable_by_officer(), not_barred(identities(actor), StageEntry.application_id))


def entries(actor: Actor, stage_id: int, track: str = "") -> Sequence[StageEntry]:
    """The entries to be reviewed, with their applications."""
    return db.session.scalars(
        select(StageEntry)
        .join(Application, StageEntry.application_id == Application.id)
        .where(
            StageEntry.stage_id == stage_id, StageEntry.track == track, StageEntry.state == EntryState.IN_REVIEW,
            entry_open_to(actor),
        )
        .options(contains_eager(StageEntry.application))
        .order_by(StageEntry.id)
    ).all()  # fmt: skip


def entries_to_route(stage_id: int, track: str = "") -> Sequence[StageEntry]:
    """All entries to be reviewed, for the machine: no viewer."""
    return db.session.scalars(
        select(StageEntry)
        .where(StageEntry.stage_id == stage_id, StageEntry.track == track, StageEntry.state == EntryState.IN_REVIEW)
        .options(joinedload(StageEntry.application), joinedload(StageEntry.submission))
        .order_by(StageEntry.id)
    ).all()


def waiting_entries(stage_id: int) -> int:
    query = select(func.count()).select_from(StageEntry)
    return db.session.scalar(query.where(StageEntry.stage_id == stage_id, StageEntry.state == EntryState.ENTERED)) or 0


# --- assignments ---


def assignments_of_panel(panel_id: int, actor: Actor | None = None) -> Sequence[Assignment]:
    query = (
        select(Assignment)
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .join(Application, StageEntry.application_id == Application.id)
        .where(Assignment.panel_id == panel_id)
    )
    if actor is not None:
        query = query.where(entry_open_to(actor))
    return db.session.scalars(query.order_by(Assignment.entry_id, Assignment.id)).all()


def pairs_of_entries(entry_ids: Sequence[int]) -> Sequence[Assignment]:
    """Every assignment of these entries, settled ones too: a pair stands at most once."""
    return db.session.scalars(
        select(Assignment).where(Assignment.entry_id.in_(entry_ids)).order_by(Assignment.id)
    ).all()


def asked_late(stage_id: int) -> dict[int, Assignment]:
    """entry -> the review asked for after the close that is still expected."""
    rows = db.session.scalars(
        select(Assignment)
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .where(StageEntry.stage_id == stage_id, Assignment.late_until.is_not(None), Assignment.state.in_(LIVE))
        .order_by(Assignment.id)
    )
    return {row.entry_id: row for row in rows}


def drafts_of_run(run_id: int) -> Sequence[Assignment]:
    return db.session.scalars(
        select(Assignment)
        .where(Assignment.run_id == run_id, Assignment.state == AssignmentState.DRAFT)
        .options(joinedload(Assignment.entry))
        .order_by(Assignment.id)
    ).all()


def office_assignment(actor: Actor, public_id: str, assignment_id: str) -> Assignment | None:
    """One assignment of a call in the officer's scope, not barred from its application."""
    return db.session.scalars(
        select(Assignment)
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .join(Application, StageEntry.application_id == Application.id)
        .join(Stage, StageEntry.stage_id == Stage.id)
        .join(Call, Stage.call_id == Call.id)
        .join(Program, Call.program_id == Program.id)
        .where(
            Assignment.public_id == assignment_id,
            Call.public_id == public_id,
            call_in_scope(actor, *OFFICE_ROLES),
            entry_open_to(actor),
        )
        .options(contains_eager(Assignment.entry).contains_eager(StageEntry.application))
    ).one_or_none()


@clause
def is_mine(actor: Actor) -> ColumnElement[bool]:
    return Assignment.person_id.in_(identities(actor))


@clause
def still_in_stage() -> ColumnElement[bool]:
    """Who applies is told for the review only: it ends with the stage, and with the entry's place in it."""
    return and_(Stage.decided_at.is_(None), StageEntry.state.in_(IN_STAGE))


def my_assignment(actor: Actor, public_id: str) -> Assignment | None:
    """A reviewer's own published assignment until its stage is decided, as long as no bar stands between."""
    return db.session.scalars(
        select(Assignment)
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .join(Stage, StageEntry.stage_id == Stage.id)
        .where(
            Assignment.public_id == public_id,
            Assignment.state.in_(LIVE),
            is_mine(actor),
            still_in_stage(),
            not_barred(identities(actor), StageEntry.application_id),
        )
        .options(
            contains_eager(Assignment.entry).options(
                joinedload(StageEntry.application), joinedload(StageEntry.submission)
            )
        )
    ).one_or_none()


def undeclared(actor: Actor, panel_id: int) -> Sequence[Assignment]:
    """The reviewer's assignments on a panel whose declaration is still to be answered."""
    return db.session.scalars(
        select(Assignment)
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .join(Stage, StageEntry.stage_id == Stage.id)
        .where(
            Assignment.panel_id == panel_id,
            Assignment.state == AssignmentState.PUBLISHED,
            is_mine(actor),
            still_in_stage(),
            not_barred(identities(actor), StageEntry.application_id),
        )
        .options(contains_eager(Assignment.entry).joinedload(StageEntry.submission))
        .order_by(Assignment.id)
    ).all()


@clause
def seat_is_mine(actor: Actor) -> ColumnElement[bool]:
    return Seat.person_id.in_(identities(actor))


def my_seat(actor: Actor, public_id: str) -> Seat | None:
    return db.session.scalars(
        select(Seat)
        .where(Seat.public_id == public_id, seat_is_mine(actor))
        .options(joinedload(Seat.panel).joinedload(Panel.stage))
    ).one_or_none()


def seat_of(panel_id: int, person_ids: frozenset[int]) -> Seat | None:
    return db.session.scalars(
        select(Seat).where(Seat.panel_id == panel_id, Seat.person_id.in_(person_ids)).order_by(Seat.id).limit(1)
    ).first()


def seat_of_call(call_id: int, public_id: str) -> Seat | None:
    return db.session.scalars(
        select(Seat)
        .join(Panel, Seat.panel_id == Panel.id)
        .join(Stage, Panel.stage_id == Stage.id)
        .where(Stage.call_id == call_id, Seat.public_id == public_id)
        .options(contains_eager(Seat.panel).contains_eager(Panel.stage))
    ).one_or_none()


def seat_by_token_hash(digest: str) -> Seat | None:
    return db.session.scalars(
        select(Seat).where(Seat.token_hash == digest).options(joinedload(Seat.panel).joinedload(Panel.stage))
    ).one_or_none()


def assignment_by_token_hash(digest: str) -> Assignment | None:
    """Behind the letter's link: published or answered, until the stage is decided or a bar arises."""
    found = db.session.scalars(
        select(Assignment)
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .join(Stage, StageEntry.stage_id == Stage.id)
        .where(
            Assignment.token_hash == digest,
            Assignment.state.in_((*LIVE, AssignmentState.DECLINED)),
            still_in_stage(),
        )
        .options(contains_eager(Assignment.entry), joinedload(Assignment.panel).joinedload(Panel.stage))
    ).one_or_none()
    return None if found is None or bars_of(found.person_id, found.entry.application_id) else found


def people(person_ids: Sequence[int]) -> Mapping[int, Person]:
    rows = db.session.scalars(select(Person).where(Person.id.in_(person_ids)))
    return {row.id: row for row in rows}

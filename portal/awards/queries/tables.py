"""The panel's table: whose it is, what stands in it, and which rows a viewer may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from portal.applications.models import Application, EntryState, StageEntry
from portal.applications.queries.submissions import content_of
from portal.awards.models import AwardTable, Recommendation
from portal.awards.rules import Piece, ceiling_of
from portal.conflicts.queries import not_barred
from portal.platform.context import Actor
from portal.platform.db import db
from portal.platform.visibility import clause
from portal.programs.definition import CallDefinition
from portal.programs.models import Call, Program, Stage
from portal.programs.queries import call_in_scope
from portal.ranking.models import RankingRun
from portal.ranking.rules import from_text
from portal.routing.models import Assignment, AssignmentState, Panel, Seat, SeatState

WITH_PANEL = (AssignmentState.PUBLISHED, AssignmentState.ACCEPTED)


def identities(actor: Actor) -> list[int]:
    """The actor's ids; never empty, so that no clause turns into "everybody"."""
    return sorted(actor.same_as | ({actor.person_id} if actor.person_id is not None else set())) or [0]


@clause
def seated(actor: Actor) -> ColumnElement[bool]:
    """Accepted a seat on the panel; ends with the stage (TRUST.md 6)."""
    seat = select(Seat.id).where(
        Seat.panel_id == Panel.id, Seat.person_id.in_(identities(actor)), Seat.state == SeatState.ACCEPTED
    )
    return and_(seat.exists(), Stage.decided_at.is_(None))


@clause
def panel_in_office(actor: Actor) -> ColumnElement[bool]:
    """Officers and administrators of the call; auditors read."""
    if actor.holds("auditor"):
        return Panel.id.is_not(None)
    return call_in_scope(actor, "officer", "administrator")


def panel_for(actor: Actor, public_id: str, **_: str) -> Panel | None:
    return db.session.scalars(
        select(Panel)
        .join(Stage, Panel.stage_id == Stage.id)
        .join(Call, Stage.call_id == Call.id)
        .join(Program, Call.program_id == Program.id)
        .where(Panel.public_id == public_id, or_(seated(actor), panel_in_office(actor)))
        .options(selectinload(Panel.seats).joinedload(Seat.person), joinedload(Panel.stage))
    ).one_or_none()


def seat_of(actor: Actor, panel: Panel) -> Seat | None:
    """The actor's accepted seat."""
    mine = set(identities(actor))
    return next((s for s in panel.seats if s.person_id in mine and s.state is SeatState.ACCEPTED), None)


def table_of(panel_id: int) -> AwardTable | None:
    return db.session.scalars(select(AwardTable).where(AwardTable.panel_id == panel_id)).one_or_none()


def panels_of_stage(stage_id: int, track: str = "") -> Sequence[Panel]:
    return db.session.scalars(
        select(Panel)
        .where(Panel.stage_id == stage_id, Panel.track == track)
        .options(selectinload(Panel.seats).joinedload(Seat.person))
        .order_by(Panel.id)
    ).all()


def entries_of_panel(panel_id: int) -> Sequence[StageEntry]:
    """The entries under review that were given to this panel."""
    given = select(Assignment.entry_id).where(Assignment.panel_id == panel_id, Assignment.state.in_(WITH_PANEL))
    return db.session.scalars(
        select(StageEntry)
        .where(StageEntry.id.in_(given), StageEntry.state == EntryState.IN_REVIEW)
        .options(
            joinedload(StageEntry.submission),
            joinedload(StageEntry.application).selectinload(Application.institutions),
        )
        .order_by(StageEntry.id)
    ).all()


def open_to(actor: Actor, entry_ids: Iterable[int]) -> set[int]:
    """Of these entries, the ones from which no conflict of interest bars the actor."""
    rows = db.session.scalars(
        select(StageEntry.id)
        .where(StageEntry.id.in_(list(entry_ids)), not_barred(identities(actor), StageEntry.application_id))
        .order_by(StageEntry.id)
    )
    return set(rows)


@dataclass(frozen=True)
class Place:
    """An entry's place in the ranking; `mean` and `spread` are points."""

    rank: int
    mean: Fraction | None
    spread: Fraction
    tie: bool


def places(run: RankingRun | None) -> dict[int, Place]:
    """{entry id: place}."""
    rows = run.result if run is not None else []
    return {
        int(row["entry_id"]): Place(
            int(row["rank"]), from_text(row["mean"]), Fraction(row.get("spread") or 0), bool(row.get("tie"))
        )
        for row in rows
    }


def ceiling(entry: StageEntry, definition: CallDefinition, place: Place | None) -> list[Piece]:
    """What the frozen submission asks for, and what the call lets the panel give by itself at this place."""
    requested = [
        Piece(row["component"], row["option"], int(row["year"]), int(row["quantity"]), int(row["months"]))
        for row in content_of(entry.submission)["means"]
        if int(row["quantity"])
    ]
    return ceiling_of(definition, requested, place.rank if place else None)


@dataclass
class Advice:
    """What the panel recommends for one entry, with its reason."""

    pieces: dict[tuple[str, str, int], Piece] = field(default_factory=dict)
    reason: str = ""

    def bundle(self) -> list[Piece]:
        return [piece for piece in self.pieces.values() if piece.quantity]


def advice_in(table_ids: Iterable[int]) -> dict[int, Advice]:
    """{entry id: advice} of these tables."""
    found: dict[int, Advice] = {}
    rows = db.session.scalars(
        select(Recommendation).where(Recommendation.table_id.in_(list(table_ids))).order_by(Recommendation.id)
    )
    for row in rows:
        advice = found.setdefault(row.entry_id, Advice())
        piece = Piece(row.component, row.option, row.year, row.quantity, row.months)
        advice.pieces[piece.key] = piece
        advice.reason = row.reason or advice.reason
    return found

"""The panel's table of amounts: internal advice until a decision is published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from portal.applications.models import StageEntry
from portal.audit.service import record
from portal.awards import rules
from portal.awards.errors import (
    CutNeedsReason,
    DecisionStands,
    EntryNotInTable,
    NotAnAwardingStage,
    NotOnPanel,
    NotRanked,
    NotTheChair,
    OverCeiling,
    OverRequest,
    ReasonTooShort,
    TableClosed,
    UnderLeast,
    WholeNumber,
)
from portal.awards.models import AwardTable, Recommendation
from portal.awards.queries import decisions
from portal.awards.queries import tables as queries
from portal.awards.rules import Piece
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import Forbidden, Stale
from portal.platform.formats import quantity
from portal.platform.language import say
from portal.programs.definition import CallDefinition
from portal.ranking.queries import latest_run
from portal.routing.models import Panel, Seat


class Advice(NamedTuple):
    """One row that a member saves."""

    entry_id: int
    piece: Piece
    reason: str


def _panel(panel_id: int) -> Panel:
    return db.session.scalars(
        select(Panel).where(Panel.id == panel_id).options(selectinload(Panel.seats), joinedload(Panel.stage))
    ).one()


def _locked(table_id: int) -> AwardTable:
    return db.session.scalars(select(AwardTable).where(AwardTable.id == table_id).with_for_update(of=AwardTable)).one()


def open_table(context: Context, panel_id: int) -> AwardTable:
    """The panel's table, made once: everything asked for above the line, nothing below it.

    Raises NotAnAwardingStage (nothing to recommend here), NotRanked, Forbidden.
    """
    panel = _panel(panel_id)
    call = panel.stage.call
    if queries.seat_of(context.actor, panel) is None and not (
        context.actor.has("officer", *call.scopes) or context.actor.has("administrator", *call.scopes)
    ):
        raise Forbidden
    known = queries.table_of(panel_id)
    if known is not None:
        return known
    stage = call.definition.stage(panel.stage.code)
    if not stage.awards or call.definition.bundle_is_fixed:
        raise NotAnAwardingStage
    run = latest_run(panel.stage_id, panel.track)
    if run is None:
        raise NotRanked
    table = AwardTable(panel_id=panel_id, version=0, opened_at=context.now)
    db.session.add(table)
    db.session.flush()
    places = queries.places(run)
    keep = rules.keep_of(call.definition, stage.code, panel.track)
    for entry in queries.entries_of_panel(panel_id):
        place = places.get(entry.id)
        ceiling = queries.ceiling(entry, call.definition, place)
        for piece in rules.first_advice(ceiling, place.rank if place else None, keep):
            db.session.add(_row(context, table.id, Advice(entry.id, piece, ""), by=None))
    record(context, "AwardTableOpened", "panel", panel.public_id, stage=panel.stage.public_id)
    db.session.flush()
    return table


def _row(context: Context, table_id: int, advice: Advice, by: int | None) -> Recommendation:
    piece = advice.piece
    return Recommendation(
        table_id=table_id, entry_id=advice.entry_id, component=piece.component, option=piece.option, year=piece.year,
        quantity=piece.quantity, months=piece.months, reason=advice.reason, by_id=by, at=context.now,
    )  # fmt: skip


def _seat(context: Context, panel: Panel) -> Seat:
    seat = queries.seat_of(context.actor, panel)
    if seat is None:
        raise NotOnPanel
    return seat


def recommend(context: Context, table_id: int, rows: Sequence[Advice], version: int) -> AwardTable:
    """Save a member's rows on top of `version`. Rows of an entry from which a conflict bars them do not exist.

    Raises NotOnPanel, TableClosed, Stale (somebody saved in between), EntryNotInTable, OverRequest,
    OverCeiling, UnderLeast, WholeNumber.
    """
    table = _locked(table_id)
    panel = _panel(table.panel_id)
    _seat(context, panel)
    if table.closed_at is not None or panel.stage.decided_at is not None:
        raise TableClosed
    if table.version != version:
        raise Stale(who=_last_author(table))
    entries = _visible(context, panel)
    definition = panel.stage.call.definition
    places = queries.places(latest_run(panel.stage_id, panel.track))
    stored = {
        (row.entry_id, row.component, row.option, row.year): row
        for row in db.session.scalars(
            select(Recommendation).where(Recommendation.table_id == table_id).order_by(Recommendation.id)
        )
    }
    for advice in rows:
        entry = entries.get(advice.entry_id)
        if entry is None:
            raise EntryNotInTable
        _check(entry, advice.piece, definition, places.get(entry.id))
        _store(context, table, stored.get((entry.id, *advice.piece.key)), advice)
    table.version += 1
    record(
        context, "AmountsRecommended", "panel", panel.public_id, version=table.version,
        rows=[[a.entry_id, *a.piece] for a in rows],
    )  # fmt: skip
    db.session.flush()
    return table


def _store(context: Context, table: AwardTable, row: Recommendation | None, advice: Advice) -> None:
    piece = advice.piece
    if row is None:
        db.session.add(_row(context, table.id, advice, context.actor.person_id))
    elif (row.quantity, row.months, row.reason) != (piece.quantity, piece.months, advice.reason):
        row.quantity, row.months, row.reason = piece.quantity, piece.months, advice.reason
        row.by_id, row.at = context.actor.person_id, context.now


def _visible(context: Context, panel: Panel) -> dict[int, StageEntry]:
    entries = queries.entries_of_panel(panel.id)
    sight = queries.open_to(context.actor, [entry.id for entry in entries])
    return {entry.id: entry for entry in entries if entry.id in sight}


def _check(entry: StageEntry, piece: Piece, definition: CallDefinition, place: queries.Place | None) -> None:
    if piece.quantity < 0 or piece.months < 0:
        raise WholeNumber(rules.cell("q", entry.public_id, piece), typed=str(min(piece.quantity, piece.months)))
    most = next((p for p in queries.ceiling(entry, definition, place) if p.key == piece.key), None)
    component = next((c for c in definition.components if c.code == piece.component), None)
    unit = definition.currency if component is None or component.is_money else component.unit
    if rules.within_ceiling(most, piece):
        if component is not None and not rules.is_feasible(component, most, piece):
            raise UnderLeast(
                rules.cell("q", entry.public_id, piece),
                title=entry.application.title, component=say(component.names), least=quantity(component.least or 0, unit),
            )  # fmt: skip
        return
    refusal = OverRequest if component is None or component.is_asked else OverCeiling
    raise refusal(
        rules.cell("q", entry.public_id, piece),
        title=entry.application.title,
        component=say(component.names) if component else piece.component,
        most=quantity(most.quantity if most else 0, unit),
    )


def _last_author(table: AwardTable) -> str:
    row = db.session.scalars(
        select(Recommendation)
        .where(Recommendation.table_id == table.id, Recommendation.by_id.is_not(None))
        .order_by(Recommendation.at.desc(), Recommendation.id.desc())
        .limit(1)
    ).one_or_none()
    person = decisions.people([row.by_id]).get(row.by_id or 0) if row else None
    return person.name if person else ""


def close_table(context: Context, table_id: int) -> AwardTable:
    """The chair fixes the advice; every deep cut carries its reason. Raises NotTheChair, CutNeedsReason."""
    table = _locked(table_id)
    panel = _panel(table.panel_id)
    if not _seat(context, panel).chair:
        raise NotTheChair
    if table.closed_at is not None:
        return table
    entries = queries.entries_of_panel(panel.id)
    advice = queries.advice_in([table.id])
    sight = queries.open_to(context.actor, [entry.id for entry in entries])
    definition = panel.stage.call.definition
    wanting = [e for e in entries if _lacks_reason(e, definition, advice.get(e.id, queries.Advice()))]
    if wanting:
        titles = [entry.application.title for entry in wanting if entry.id in sight] or ["…"]
        raise CutNeedsReason(share=rules.CUT_PER_CENT, least=rules.REASON_LEAST, titles=", ".join(titles))
    table.closed_at, table.closed_by_id = context.now, context.actor.person_id
    record(context, "AwardTableClosed", "panel", panel.public_id, version=table.version)
    return table


def _lacks_reason(entry: StageEntry, definition: CallDefinition, advice: queries.Advice) -> bool:
    """A funded entry with a deep cut and no reason. One that gets nothing is explained by the decision itself."""
    if not advice.bundle() or len(advice.reason.strip()) >= rules.REASON_LEAST:
        return False
    asked = [p for p in queries.ceiling(entry, definition, None) if definition.component(p.component).is_asked]
    return any(rules.is_deep_cut(piece, advice.pieces.get(piece.key)) for piece in asked)


def reopen_table(context: Context, table_id: int, reason: str) -> AwardTable:
    """An officer gives the table back to the panel, as long as no decision stands on it."""
    table = _locked(table_id)
    panel = _panel(table.panel_id)
    call = panel.stage.call
    if not (context.actor.has("officer", *call.scopes) or context.actor.has("administrator", *call.scopes)):
        raise Forbidden
    if len(reason.strip()) < rules.REASON_LEAST:
        raise ReasonTooShort("reason", least=rules.REASON_LEAST)
    if decisions.live_decision(panel.stage_id, panel.track) is not None:
        raise DecisionStands
    table.closed_at = table.closed_by_id = None
    record(context, "AwardTableReopened", "panel", panel.public_id, reason=reason)
    return table

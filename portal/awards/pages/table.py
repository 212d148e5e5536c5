"""The decision table: rank and conditions, requested beside recommended, what is left under every cap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.applications.models import StageEntry
from portal.awards import rules
from portal.awards.forms import TableForm, table_form
from portal.awards.models import AwardTable
from portal.awards.pages import bundles
from portal.awards.queries import tables as queries
from portal.awards.rules import Piece
from portal.awards.service.table import Advice
from portal.budgets import queries as budgets
from portal.budgets.rules import Tree
from portal.platform import formats
from portal.platform.context import Actor
from portal.platform.language import Text
from portal.programs.definition import CallDefinition, Component
from portal.ranking.queries import conditions, latest_run
from portal.routing.models import Panel


@dataclass
class Sheet:
    """What one viewer may see of a table. `whole` is false for whoever a conflict bars from a row."""

    panel: Panel
    definition: CallDefinition
    table: AwardTable | None
    entries: list[StageEntry]
    ceilings: dict[int, list[Piece]]
    advice: dict[int, queries.Advice]
    places: dict[int, queries.Place]
    whole: bool

    @property
    def rows(self) -> dict[str, list[Piece]]:
        return {entry.public_id: self.ceilings[entry.id] for entry in self.entries}


def sheet(actor: Actor, panel: Panel) -> Sheet:
    """Rows in rank order; a viewer barred from one gets the others by title, since ranks would tell of the gap."""
    table, definition = queries.table_of(panel.id), panel.stage.call.definition
    entries = list(queries.entries_of_panel(panel.id))
    sight = queries.open_to(actor, [entry.id for entry in entries])
    whole = len(sight) == len(entries)
    places = queries.places(latest_run(panel.stage_id, panel.track)) if whole else {}
    shown = [entry for entry in entries if entry.id in sight]
    shown.sort(key=lambda e: (places[e.id].rank if e.id in places else 10**6, e.application.title, e.id))
    return Sheet(
        panel=panel, definition=definition, table=table, entries=shown,
        ceilings={entry.id: queries.ceiling(entry, definition, places.get(entry.id)) for entry in shown},
        advice=queries.advice_in([table.id]) if table else {}, places=places, whole=whole,
    )  # fmt: skip


def blank_form(made: Sheet) -> TableForm:
    """The form with what is stored; on a post, with what was typed."""
    form = table_form(made.rows, made.definition)()
    if not form.is_submitted():
        fill(form, made)
    return form


def stored_form(made: Sheet) -> TableForm:
    """The form with what is stored, whatever was posted."""
    form = table_form(made.rows, made.definition)(formdata=None)
    fill(form, made)
    return form


def fill(form: TableForm, made: Sheet) -> None:
    form.version.data = str(made.table.version if made.table else 0)
    for entry in made.entries:
        advice = made.advice.get(entry.id, queries.Advice())
        for piece in made.ceilings[entry.id]:
            stored = advice.pieces.get(piece.key, piece._replace(quantity=0))
            form[rules.cell("q", entry.public_id, piece)].data = stored.quantity
            if made.definition.component(piece.component).counts_months:
                form[rules.cell("m", entry.public_id, piece)].data = stored.months
        form[f"reason-{entry.public_id}"].data = advice.reason


def typed(form: TableForm, made: Sheet) -> list[Advice]:
    """The rows as they were typed."""
    found = []
    for entry in made.entries:
        reason = (form[f"reason-{entry.public_id}"].data or "").strip()
        for piece in made.ceilings[entry.id]:
            quantity = form.amount(rules.cell("q", entry.public_id, piece))
            dated = made.definition.component(piece.component).counts_months
            months = form.amount(rules.cell("m", entry.public_id, piece)) if dated else 0
            found.append(Advice(entry.id, piece._replace(quantity=quantity, months=months), reason))
    return found


def view(actor: Actor, made: Sheet, form: TableForm) -> dict[str, Any]:
    """Everything the template shows."""
    stage = made.definition.stage(made.panel.stage.code)
    tree = budgets.tree()
    seat = queries.seat_of(actor, made.panel)
    found = conditions([entry.id for entry in made.entries])
    pieces = [row.piece for row in typed(form, made) if row.piece.quantity > 0]
    keep = rules.keep_of(made.definition, stage.code, made.panel.track)
    caps = bundles.caps(actor, made.definition, pieces, bundles.known_lines(tree), tree) if made.whole else []
    closed = made.table is not None and made.table.closed_at is not None
    return {
        "rows": [_row(entry, made, form, tree, stage.conditions, found.get(entry.id, {})) for entry in made.entries],
        "keep": keep,
        "caps": bundles.grouped(caps, made.definition),
        "seated": seat is not None,
        "live": any(cap.live for cap in caps),
        "chosen": len({row.entry_id for row in typed(form, made) if row.piece.quantity > 0}),
        "may_write": seat is not None and not closed and made.panel.stage.decided_at is None,
        "may_close": seat is not None and seat.chair and made.table is not None and not closed,
        "may_reopen": closed and _is_office(actor, made.panel),
        "may_open": made.table is None and (seat is not None or _is_office(actor, made.panel)),
        "closed": closed,
    }  # fmt: skip


def _is_office(actor: Actor, panel: Panel) -> bool:
    scopes = panel.stage.call.scopes
    return actor.has("officer", *scopes) or actor.has("administrator", *scopes)


def _row(
    entry: StageEntry, made: Sheet, form: TableForm, tree: Tree, asked: Any, found: dict[str, Any]
) -> dict[str, Any]:
    place = made.places.get(entry.id)
    advice = made.advice.get(entry.id, queries.Advice())
    return {
        "entry": entry,
        "title": entry.application.title,
        "applicant": entry.application.applicant,
        "place": place,
        "conditions": [(c.names, *_word(found.get(c.code))) for c in asked],
        "cells": [_cell(entry, piece, made, form, tree, advice) for piece in made.ceilings[entry.id]],
        "reason": (reason := form[f"reason-{entry.public_id}"]),
        "reason_stored": advice.reason,
        "reason_differs": (reason.data or "").strip() != advice.reason.strip(),
        "total": rules.total_value(advice.bundle(), made.definition),
    }


def _word(found: Any) -> tuple[Text, str]:
    if found is None:
        return Text("판정 전", "Not judged yet"), "neutral"
    return (Text("충족", "Met"), "success") if found.passed else (Text("미충족", "Not met"), "danger")


def _cell(
    entry: StageEntry, piece: Piece, made: Sheet, form: TableForm, tree: Tree, advice: queries.Advice
) -> dict[str, Any]:
    component = made.definition.component(piece.component)
    stored = advice.pieces.get(piece.key)
    quantity = form[rules.cell("q", entry.public_id, piece)]
    months = form[rules.cell("m", entry.public_id, piece)] if component.counts_months else None
    unit = made.definition.currency if component.is_money else component.unit
    shown = piece._replace(
        quantity=form.amount(quantity.name), months=form.amount(months.name) if months is not None else 0
    )
    return {
        "name": bundles.name_of(piece, made.definition),
        "asked": bundles.size_of(piece, made.definition),
        "stored": bundles.size_of(stored, made.definition) if stored and stored.quantity else "",
        "differs": stored is not None and stored != shown,
        "by_request": component.is_asked,
        "least": formats.quantity(min(component.least, piece.quantity), unit) if component.least else "",
        "deep": component.is_asked and bool(advice.bundle()) and rules.is_deep_cut(piece, stored),
        "unit": unit,
        "quantity": quantity,
        "months": months,
        "caps": "" if component.counts_months else " ".join(_paths(piece, made.definition, tree)),
        "mirrors": _mirrors(component, piece.option, shown.months, made.definition, tree),
    }


def _paths(piece: Piece, definition: CallDefinition, tree: Tree) -> list[str]:
    """Every line, with those above it, that one piece counts against."""
    lines = rules.piece_charges(piece._replace(quantity=1), definition)
    return [code for line in lines for code in bundles.path_codes(tree, line)]


def _mirrors(
    component: Component, option: str, months: int, definition: CallDefinition, tree: Tree
) -> list[dict[str, Any]]:
    """Hidden counters of what counts months: one against its pool's months, one against each year's money line."""
    if not component.counts_months:
        return []
    chosen = rules.option_of(component, option)
    each = 1 if component.kind == "monthly" else (chosen.unit_value or 0) if chosen else 0
    all_months = rules.award_months(definition, component.months or definition.months)
    found: list[dict[str, Any]] = []
    if chosen is not None and chosen.pool is not None:
        codes = [" ".join(bundles.path_codes(tree, f"{chosen.pool}_{y}_{m:02d}")) for y, m in all_months]
        found.append({"months": "|".join(codes), "caps": " ".join(codes[:months]), "unit": component.unit, "value": 1})
    if each:
        for year in sorted({y for y, _ in all_months}):
            before = sum(y < year for y, _ in all_months)
            within = sum(y == year for y, _ in all_months)
            counted = min(max(months - before, 0), within)
            found.append(
                {
                    "caps": " ".join(bundles.path_codes(tree, component.line_of(year))),
                    "unit": definition.currency,
                    "value": each * counted,
                    "each": each,
                    "before": before,
                    "within": within,
                }
            )
    return found

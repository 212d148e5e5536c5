"""Save a selection scenario: its inputs are frozen here, a job computes it. Nothing is awarded by it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select

from portal.applications.models import StageEntry
from portal.audit.service import record
from portal.awards import rules
from portal.awards.errors import LockedTwice, NotRanked
from portal.awards.jobs import SCENARIO
from portal.awards.models import Scenario
from portal.awards.queries import decisions as queries
from portal.awards.queries import tables
from portal.awards.rules import Piece
from portal.budgets.queries import lines_by_code, tree
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.jobs import enqueue
from portal.platform.names import nfc
from portal.programs.models import Stage
from portal.ranking.models import RankingRun
from portal.ranking.queries import conditions, latest_run
from portal.ranking.rules import digest, from_text, under_minimum


def save_scenario(
    context: Context, stage_id: int, track: str, name: str, rule: str, inside: Collection[str], outside: Collection[str]
) -> Scenario:
    """`inside`, `outside`: public ids of entries that must, or must not, be chosen. Raises NotRanked, LockedTwice."""
    stage = db.session.scalars(select(Stage).where(Stage.id == stage_id).with_for_update(of=Stage)).one()
    run = latest_run(stage_id, track)
    if run is None:
        raise NotRanked
    if set(inside) & set(outside):
        raise LockedTwice("inside")
    inputs = _inputs(stage, track, run) | {"rule": rule, "lock_in": sorted(inside), "lock_out": sorted(outside)}
    made = Scenario(
        public_id=context.ids.public_id(), stage_id=stage_id, track=track, ranking_run_id=run.id, name=nfc(name).strip(),
        inputs=inputs, inputs_hash=digest(inputs), made_at=context.now, by_id=context.actor.person_id,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    record(
        context, "ScenarioSaved", "stage", stage.public_id, scenario=made.public_id, inputs=made.inputs_hash, rule=rule,
        inside=sorted(inside), outside=sorted(outside),
    )  # fmt: skip
    enqueue(SCENARIO, {"scenario_id": made.id}, key=made.public_id, now=context.now)
    return made


def keep_solution(context: Context, scenario_id: int, result: dict[str, Any]) -> None:
    """What the job found; the first one stays."""
    scenario = db.session.get_one(Scenario, scenario_id, with_for_update=True)
    if scenario.result is None:
        scenario.result, scenario.solved_at = result, context.now


def _inputs(stage: Stage, track: str, run: RankingRun) -> dict[str, Any]:
    """Who may be chosen, with what they would take from which line; how much is left on each; how many places."""
    definition = stage.call.definition
    entries = {entry.id: entry for entry in queries.open_entries(stage.id, track)}
    failed = {
        entry_id for entry_id, by in conditions(list(entries)).items() if any(not found.passed for found in by.values())
    }
    least = definition.stage(stage.code).minimum_points
    ranked = [
        r
        for r in run.result
        if r["mean"] is not None and r["entry_id"] in entries and r["entry_id"] not in failed
        and not under_minimum(from_text(r["mean"]), least)
    ]  # fmt: skip
    pieces = _pieces(stage, track, [entries[r["entry_id"]] for r in ranked], run)
    books = tree()
    uses = {
        entry_id: {
            books.by_id[line].code: amount
            for line, amount in books.affected(rules.bundle_charges(own, definition)).items()
        }
        for entry_id, own in pieces.items()
    }
    lines = lines_by_code({code for use in uses.values() for code in use})
    return {
        "run": run.public_id, "result": run.result_hash, "count": rules.keep_of(definition, stage.code, track),
        "candidates": [
            {"entry": r["entry"], "rank": r["rank"], "merit": r["mean"], "uses": uses[r["entry_id"]]} for r in ranked
        ],
        "caps": [
            {"code": code, "limit": max(0, line.cap - line.used)} for code, line in sorted(lines.items()) if line.enforced
        ],
    }  # fmt: skip


def _pieces(stage: Stage, track: str, entries: Sequence[StageEntry], run: RankingRun) -> dict[int, list[Piece]]:
    """What the panel recommends, where it has said; else what is asked for within the call's ceilings."""
    definition = stage.call.definition
    fixed = rules.fixed_pieces(definition, track)
    if definition.bundle_is_fixed:
        return {entry.id: fixed for entry in entries}
    open_tables = [t.id for panel in tables.panels_of_stage(stage.id, track) if (t := tables.table_of(panel.id))]
    advice, places = tables.advice_in(open_tables), tables.places(run)
    return {
        entry.id: [
            *(
                advice[entry.id].bundle()
                if entry.id in advice
                else tables.ceiling(entry, definition, places.get(entry.id))
            ),
            *fixed,
        ]
        for entry in entries
    }

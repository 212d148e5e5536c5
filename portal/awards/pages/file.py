"""The decision's file, filtered by audience."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import url_for

from portal.audit import queries as audit
from portal.awards import rules
from portal.awards.models import Award, AwardState, Decision, DecisionState, Outcome
from portal.awards.pages import bundles
from portal.awards.pages.office import RESULT_TONES, approval_view
from portal.awards.queries import awards as award_queries
from portal.awards.queries import decisions as queries
from portal.awards.queries import tables
from portal.awards.rules import Piece
from portal.budgets import queries as budgets
from portal.budgets.rules import Line, Tree
from portal.platform import clock
from portal.platform.context import Actor
from portal.platform.language import Text, say
from portal.programs.definition import CallDefinition
from portal.ranking.models import RankingRun
from portal.ranking.queries import runs
from portal.ranking.rules import digest
from portal.ranking.service import compute
from portal.routing.models import Panel, SeatState

GIVEN_UP = (AwardState.DECLINED, AwardState.EXPIRED, AwardState.CANCELLED)
EVENTS = {
    "DecisionProposed": Text("의결안 제안", "Proposed"),
    "CommitteeSat": Text("심의위원회", "Deliberation committee"),
    "DecisionApproved": Text("승인", "Approved"),
    "DecisionReturned": Text("반려", "Returned"),
    "DecisionPublished": Text("발표", "Published"),
}


def money_path(definition: CallDefinition, pieces: Sequence[Piece], what: Text) -> list[dict[str, Any]]:
    """From the whole budget down to the year's line, then what these pieces take of that year."""
    tree = budgets.tree()
    currency = definition.currency  # of cards there is no path: pools stand apart from the budget
    known = (tree.by_code[c] for c in rules.chargeable_lines(definition) if c in tree.by_code)
    first = next((line for line in known if line.unit == currency), None)
    if first is None:
        return []
    lines = _to_year(tree, first, definition)
    rows = budgets.lines_by_code([line.code for line in lines])
    steps = [
        {"label": rows[line.code].names, "amount": rows[line.code].cap, "mark": rows[line.code].mark, "unit": line.unit}
        for line in lines
    ]
    if pieces and lines:
        charges = {c: a for c, a in rules.bundle_charges(pieces, definition).items() if c in tree.by_code}
        steps.append({"label": what, "amount": tree.affected(charges).get(lines[-1].id, 0), "unit": lines[-1].unit})
    return steps


def _to_year(tree: Tree, line: Line, definition: CallDefinition) -> list[Line]:
    """The lines from the root to the program's line and the line of the year right below it."""
    path = list(reversed([step for step in tree.path(line) if step.unit == line.unit]))
    codes = [step.code for step in path]
    if definition.program.line not in codes:
        return path
    return path[: codes.index(definition.program.line) + 2]


def awarded_pieces(made: Iterable[Award]) -> list[Piece]:
    return [p for award in made if award.state not in GIVEN_UP for p in bundles.pieces_of(award.components)]


def panel_names(decision: Decision, office: bool) -> list[str]:
    """The list of reviewers where the regime publishes it: by name, never beside opinions."""
    call = decision.stage.call
    if not office and not call.definition.regime.disclosure.panel_list:
        return []
    found: list[str] = []
    for panel in tables.panels_of_stage(decision.stage_id, decision.track):
        found += _seated(panel)
    return sorted(set(found))


def _seated(panel: Panel) -> list[str]:
    return [seat.person.name for seat in panel.seats if seat.state is SeatState.ACCEPTED]


def outcome_row(outcome: Outcome, award: Award | None, definition: CallDefinition, *, rank: bool) -> dict[str, Any]:
    application = outcome.entry.application
    return {
        "title": application.title,
        "applicant": application.applicant,
        "result": rules.RESULTS[outcome.result],
        "tone": RESULT_TONES[outcome.result],
        "reason": outcome.reason,
        "rank": outcome.rank if rank else None,
        "bundle": bundles.rows(bundles.pieces_of(award.components), definition) if award else [],
        "total": sum(c.value for c in award.components) if award else 0,
        "award_url": url_for("awards.offer", public_id=award.public_id) if award else "",
    }


def public_row(outcome: Outcome, award: Award | None, definition: CallDefinition) -> dict[str, Any]:
    """What everybody may know: who was selected, with what; no rank, no reason."""
    shown = award if award is not None and award.state not in GIVEN_UP else None
    row = outcome_row(outcome, shown, definition, rank=False)
    named = definition.has_institutions  # people are not published by name
    return row | {"reason": "", "award_url": "", "applicant": row["applicant"] if named else ""}


def run_rows(decision: Decision) -> list[dict[str, Any]]:
    """Every run of the stage, discarded ones too; each is computed again here, and its hash compared."""
    found: Sequence[RankingRun] = runs(decision.stage_id, decision.track)
    return [
        {"run": run, "used": run.id == decision.ranking_run_id, "holds": digest(compute(run.inputs)) == run.result_hash}
        for run in found
    ]


def history(decision: Decision) -> list[dict[str, Any]]:
    """The acts on the decision, oldest first, with who did them."""
    events = list(reversed(audit.history("decision", decision.public_id)))
    known = queries.people([event.actor_id for event in events])
    return [
        {
            "label": EVENTS.get(event.kind, Text(event.kind, event.kind)),
            "at": event.at,
            "state": "done",
            "note": known[event.actor_id].name if event.actor_id in known else "",
        }
        for event in events
    ]


def dates(decision: Decision) -> list[dict[str, Any]]:
    """The dates that everybody may know."""
    return [
        {"label": Text("승인", "Approved"), "at": decision.approved_at, "state": "done"},
        {"label": Text("발표", "Published"), "at": decision.published_at, "state": "done"},
    ]


def view(actor: Actor, decision: Decision) -> dict[str, Any]:
    """The file as this viewer may see it."""
    call = decision.stage.call
    office = queries.reads_as_office(actor, decision)
    made = {award.outcome_id: award for award in award_queries.awards_of_decision(decision.id)}
    definition = call.definition
    mine = [] if office or actor.person_id is None else queries.outcomes_for(actor, decision, office=False)
    outcomes = queries.outcomes_for(actor, decision, office=True) if office else []
    published = decision.state is DecisionState.PUBLISHED
    selected = queries.selected_publicly(decision) if published else []
    own = [made[o.id] for o in mine if o.id in made]
    pieces = awarded_pieces(own or (made.values() if published or office else []))
    what = Text("이 지원", "This award") if own else Text("이 결정의 지원", "The awards of this decision")
    return {
        "office": office,
        "audience": "office" if office else "applicant" if mine else "public",
        "published": published,
        "state": rules.DECISION_STATES[decision.state],
        "mine": [outcome_row(o, made.get(o.id), definition, rank=False) for o in mine],
        "outcomes": [outcome_row(o, made.get(o.id), definition, rank=True) for o in outcomes],
        "selected": [public_row(o, made.get(o.id), definition) for o in selected],
        "path": money_path(definition, pieces, what),
        "panel": panel_names(decision, office) if published or office else [],
        "people": queries.people(
            [decision.proposed_by_id, decision.approved_by_id, decision.published_by_id, decision.approved_for_id]
        )
        if office
        else {},
        **(approval_view(decision, clock.now()) if office else {"approvers": [], "nobody_can": False}),
        "dossier": queries.dossier_of(decision.id) if published else None,
        "first_score": queries.first_score_at(decision.stage_id),
        "runs": run_rows(decision) if office else [],
        "history": history(decision) if office else dates(decision),
        "stage_name": say(definition.stage(decision.stage.code).names),
        "appeal": definition.regime.appeal,
    }

"""The dossier of a decision, kept when it is published: from then on nothing of it changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from portal.awards.dossier import OFFICE, PUBLIC, Field, root
from portal.awards.models import Award, Decision, Dossier, Outcome
from portal.awards.queries import awards as award_queries
from portal.awards.queries import decisions as queries
from portal.awards.rules import SELECTED
from portal.platform.context import Context
from portal.platform.db import db
from portal.ranking.models import RankingRun
from portal.ranking.queries import adjustments, conditions, judges

Told = tuple[str, Any, str]  # path, value, audience


def keep_dossier(context: Context, decision: Decision) -> Dossier:
    """Every field with a salt of its own, and the root over all of them."""
    fields = [Field(path, value, audience, context.ids.token()) for path, value, audience in _told(decision)]
    made = Dossier(
        decision_id=decision.id, made_at=context.now, root=root(field.commitment for field in fields),
        fields=[field.as_row() for field in fields],
    )  # fmt: skip
    db.session.add(made)
    return made


def _at(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _told(decision: Decision) -> Iterator[Told]:
    stage = decision.stage
    call, definition = stage.call, stage.call.definition.stage(stage.code)
    run = db.session.get_one(RankingRun, decision.ranking_run_id)
    people = queries.people([decision.proposed_by_id, decision.approved_by_id, decision.published_by_id])
    yield from (
        ("call.code", call.code, PUBLIC), ("call.names", dict(call.names), PUBLIC),
        ("rules.hash", decision.rules_hash, PUBLIC), ("rules.fixed_at", _at(call.opened_at), PUBLIC),
        ("rules.stage", definition.model_dump(mode="json"), PUBLIC),
        ("rules.first_score_at", _at(queries.first_score_at(stage.id)), OFFICE),
        ("stage", stage.code, PUBLIC), ("track", decision.track, PUBLIC),
        ("run", {"id": run.public_id, "inputs": run.inputs_hash, "result": run.result_hash,
                 "calibration": run.calibration_hash}, OFFICE),
        ("decision.id", decision.public_id, PUBLIC), ("decision.reason", decision.reason, OFFICE),
        ("decision.approval_note", decision.approval_note, OFFICE),
        ("decision.published_at", _at(decision.published_at), PUBLIC),
    )  # fmt: skip
    for act in ("proposed", "approved", "published"):
        who = people.get(getattr(decision, f"{act}_by_id") or 0)
        yield f"decision.{act}", {"by": who.name if who else "", "at": _at(getattr(decision, f"{act}_at"))}, OFFICE
    sitting = queries.sitting_of(decision.id)
    if sitting is not None:
        yield "committee.held_on", sitting.held_on.isoformat(), PUBLIC
        counts = {"members": sitting.members, "present": sitting.present, "in_favour": sitting.in_favour}
        yield "committee.resolution", {"confirmed": sitting.confirmed, **counts, "reason": sitting.reason}, OFFICE
    outcomes = queries.outcomes_of(decision.id)
    rows = {row["entry_id"]: row for row in run.result}
    awards = {award.outcome_id: award for award in award_queries.awards_of_decision(decision.id)}
    found, adjusted = _findings([outcome.entry_id for outcome in outcomes])
    for outcome in outcomes:
        yield from _outcome(
            outcome, rows.get(outcome.entry_id, {}), awards.get(outcome.id), stage.call.definition.has_institutions
        )
        own, key = outcome.entry.application.public_id, outcome.entry.public_id
        for code, told in sorted(found.get(outcome.entry_id, {}).items()):
            yield f"outcomes.{key}.conditions.{code}", told["finding"], own
            yield f"outcomes.{key}.conditions.{code}.by", told["by"], OFFICE
        for code, told in sorted(adjusted.get(outcome.entry_id, {}).items()):
            yield f"outcomes.{key}.adjustments.{code}", told["finding"], own
            yield f"outcomes.{key}.adjustments.{code}.by", told["by"], OFFICE


def _findings(entry_ids: list[int]) -> tuple[dict[int, dict[str, Any]], dict[int, dict[str, Any]]]:
    """Findings on conditions and on adjustments, by entry and code."""
    found, adjusted = conditions(entry_ids), adjustments(entry_ids)
    ids = [r.by_id for by in found.values() for r in by.values()] + [
        r.by_id for by in adjusted.values() for r in by.values()
    ]
    names = judges([id_ for id_ in ids if id_ is not None])
    return (
        {
            entry: {code: {"finding": {"passed": r.passed, "reason": r.reason}, "by": names.get(r.by_id or 0, "")} for code, r in by.items()}
            for entry, by in found.items()
        },
        {
            entry: {code: {"finding": {"applies": r.applies, "reason": r.reason}, "by": names.get(r.by_id or 0, "")} for code, r in by.items()}
            for entry, by in adjusted.items()
        },
    )  # fmt: skip


def _outcome(outcome: Outcome, row: dict[str, Any], award: Award | None, named: bool) -> Iterator[Told]:
    """Who was selected is public; reason and result are the team's own; rank and points the office's."""
    application = outcome.entry.application
    key, own = f"outcomes.{outcome.entry.public_id}", application.public_id
    selected = outcome.result in SELECTED
    yield f"{key}.title", application.title, PUBLIC if selected else own
    yield f"{key}.applicant", application.applicant, PUBLIC if selected and named else own
    yield f"{key}.result", outcome.result.value, PUBLIC if selected else own
    yield f"{key}.reason", outcome.reason, own
    yield f"{key}.rank", outcome.rank, OFFICE
    yield f"{key}.points", {name: row[name] for name in ("mean", "reviews", "lanes", "adjusted") if name in row}, OFFICE
    if award is not None:
        pieces = [
            {"component": c.component, "option": c.option, "year": c.year, "quantity": c.quantity, "months": c.months}
            for c in award.components
        ]
        yield f"{key}.award", pieces, PUBLIC

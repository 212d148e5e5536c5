"""What-ifs: solved beside the proposal, adopted with a reason, never behind changed inputs; on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal.audit.models import AuditEvent
from portal.conflicts.models import Severity
from portal.conflicts.service import write
from portal.platform.db import db
from portal.routing import service
from portal.routing.engine.assign import solve
from portal.routing.engine.replay import problem_of
from portal.routing.errors import InputsChanged, ReasonMissing, RunSettled
from portal.routing.instances import read_instance
from portal.routing.models import Assignment, AssignmentState, RoutingRun
from portal.routing.queries import panels
from portal.routing.rules.trials import Changes, difference
from tests.databases import both_databases
from tests.factories import routing
from tests.factories.base import committed, context
from workers.wake import run_all_due

pytestmark = [both_databases, pytest.mark.usefixtures("app")]


def _field() -> routing.Field:
    return committed(lambda: routing.field_of(4, 4, routing.definition(size=4, reviews=2)))


def _proposal(field: routing.Field) -> RoutingRun:
    return db.session.get_one(RoutingRun, committed(lambda: routing.routed(field).id))


def _trial(field: routing.Field, changes: Changes) -> int:
    return committed(lambda: routing.tried(field, changes).id)


def _drafts(field: routing.Field) -> set[tuple[int, int]]:
    query = select(Assignment).where(Assignment.panel_id == field.panel_id, Assignment.state == AssignmentState.DRAFT)
    return {(a.entry_id, a.person_id) for a in db.session.scalars(query)}


def test_a_trial_leaves_the_proposal_as_it_is_and_says_what_would_change() -> None:
    field = _field()
    proposal = _proposal(field)
    before, pair = _drafts(field), tuple(proposal.result["pairs"][0])
    trial = db.session.get_one(RoutingRun, _trial(field, Changes(forbidden=(pair,))))
    assert _drafts(field) == before
    assert (current := panels.current_run(field.panel_id)) is not None and current.id == proposal.id
    found = difference(proposal.result, trial.result)
    assert pair in found.goes and len(found.comes) == len(found.goes)


def test_a_locked_pair_stands_and_a_load_is_kept() -> None:
    field = _field()
    free = {(e, p) for e in field.entries for p in field.reviewers} - set(map(tuple, _proposal(field).result["pairs"]))
    pair = min(free)
    locked = db.session.get_one(RoutingRun, _trial(field, Changes(locked=(pair,))))
    assert list(pair) in locked.result["pairs"]
    busy = field.reviewers[0]
    relieved = db.session.get_one(RoutingRun, _trial(field, Changes(loads={busy: 1})))
    assert relieved.result["load"][str(busy)] <= 1 and relieved.result["unfilled"] == []


def test_a_trial_is_adopted_with_a_reason_and_becomes_the_proposal() -> None:
    field = _field()
    proposal = _proposal(field).id
    pair = tuple(db.session.get_one(RoutingRun, proposal).result["pairs"][0])
    trial = _trial(field, Changes(forbidden=(pair,)))
    with pytest.raises(ReasonMissing):
        committed(lambda: service.adopt(context(), trial, " "))
    committed(lambda: service.adopt(context(), trial, "위원의 부담을 줄입니다."))
    assert pair not in _drafts(field) and len(_drafts(field)) == 8
    assert db.session.get_one(RoutingRun, proposal).discarded_at is not None
    assert db.session.get_one(RoutingRun, trial).reason == "위원의 부담을 줄입니다."
    assert db.session.scalars(select(AuditEvent).where(AuditEvent.kind == "TrialAdopted")).one()
    with pytest.raises(RunSettled):
        committed(lambda: service.adopt(context(), trial, "두 번"))


def test_a_trial_is_not_adopted_behind_changed_inputs() -> None:
    field = _field()
    _proposal(field)
    trial = _trial(field, Changes(loads={field.reviewers[0]: 1}))
    committed(lambda: write(context(), field.reviewers[1], field.applications[0], "relative", Severity.WAIVABLE))
    with pytest.raises(InputsChanged):
        committed(lambda: service.adopt(context(), trial, "늦은 채택"))


def test_a_trial_is_not_published() -> None:
    field = _field()
    _proposal(field)
    trial = _trial(field, Changes(loads={field.reviewers[0]: 1}))
    with pytest.raises(RunSettled):
        committed(lambda: service.publish(context(), trial))


def test_another_draw_needs_a_reason_and_keeps_it() -> None:
    field = _field()
    _proposal(field)
    with pytest.raises(ReasonMissing):
        committed(lambda: service.ask_to_route(context(), field.panel_id, 99))
    committed(lambda: service.ask_to_route(context(), field.panel_id, 99, "추첨을 다시 합니다."))
    run_all_due()
    current = panels.current_run(field.panel_id)
    assert current is not None and (current.inputs["seed"], current.reason) == (99, "추첨을 다시 합니다.")


def test_a_change_is_asked_for_by_a_job_and_kept_as_a_trial() -> None:
    field = _field()
    _proposal(field)
    committed(lambda: service.try_changes(context(), field.panel_id, Changes(loads={field.reviewers[0]: 1})))
    run_all_due()
    (trial,) = panels.trials_of(field.panel_id)
    assert Changes.from_json(trial.inputs["changes"]).loads == {field.reviewers[0]: 1}


def test_every_run_is_solved_again_to_the_same_pairs_from_its_frozen_inputs() -> None:
    field = _field()
    run = _proposal(field)
    trial = db.session.get_one(RoutingRun, _trial(field, Changes(forbidden=(tuple(run.result["pairs"][0]),))))
    for one in (run, trial):
        found = solve(problem_of(one.inputs), "auto")
        entries = [row["id"] for row in one.inputs["entries"]]
        people = [row["person"] for row in one.inputs["reviewers"]]
        assert [[entries[e], people[r]] for e, r in found.pairs.tolist()] == one.result["pairs"]


def test_a_run_is_replayed_and_exported_by_command(app: Flask, tmp_path: Path) -> None:
    field = _field()
    run = _proposal(field)
    public_id, wanted = run.public_id, len(run.result["pairs"])
    db.session.rollback()
    runner = app.test_cli_runner()
    replayed = runner.invoke(args=["routing", "replay", public_id])
    assert replayed.exit_code == 0 and f"{wanted} pairs" in replayed.output
    exported = runner.invoke(args=["routing", "export", public_id, "--out", str(tmp_path / "run.npz")])
    assert exported.exit_code == 0, exported.output
    assert read_instance(tmp_path / "run.npz", 0).shape == (4, 4)
    assert runner.invoke(args=["routing", "replay", "nobody"]).exit_code == 2


def test_a_run_whose_inputs_were_touched_is_found_out(app: Flask) -> None:
    field = _field()
    public_id, id_ = (run := _proposal(field)).public_id, run.id

    def touch() -> None:
        kept = db.session.get_one(RoutingRun, id_)
        kept.inputs = kept.inputs | {"demand": [1, 1, 1, 1]}

    committed(touch)
    result = app.test_cli_runner().invoke(args=["routing", "replay", public_id])
    assert result.exit_code == 1 and "hash" in result.output


def test_of_two_changes_that_contradict_each_other_the_later_counts() -> None:
    pair = (1, 2)
    assert Changes(locked=(pair,)).and_also(Changes(forbidden=(pair,))) == Changes(forbidden=(pair,))
    assert Changes(forbidden=(pair,)).and_also(Changes(locked=(pair,))) == Changes(locked=(pair,))

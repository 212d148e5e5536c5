"""Calibration beside a stored ranking, and the replay of what is kept; both databases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.audit.models import AuditEvent
from portal.platform import clock
from portal.platform.db import db
from portal.platform.jobs import Job
from portal.ranking import queries, rules, service
from portal.ranking.errors import StageDecided
from portal.ranking.jobs import CALIBRATE, REPLAY
from portal.ranking.models import RankingRun
from tests.databases import both_databases
from tests.factories.base import committed, context
from tests.factories.reviews import UnderReview, all_submitted, under_review
from workers.wake import run_all_due

pytestmark = [both_databases, pytest.mark.usefixtures("app")]
TOTALS = [[(50, 30), (50, 31), (40, 30)], [(45, 30), (50, 25), (40, 25)], [(60, 40), (55, 38), (50, 30)]]


def calibrated() -> UnderReview:
    """Three entries, three reviewers, the third the most severe; ranked and calibrated by jobs."""
    field = under_review(3, 3)
    all_submitted(field, TOTALS)
    run_all_due()
    return field


def latest(field: UnderReview) -> RankingRun:
    db.session.rollback()
    run = queries.latest_run(field.stage_id)
    assert run is not None
    return run


def of_the_first_version(field: UnderReview) -> None:
    """The run as it was stored before there was calibration. Committed."""
    run = latest(field)
    inputs = rules.as_first_version(run.inputs)
    committed(
        lambda: db.session.execute(
            update(RankingRun)
            .where(RankingRun.id == run.id)
            .values(inputs=inputs, inputs_hash=rules.digest(inputs), calibration=None, calibration_hash=None)
        )
    )


def spoil(field: UnderReview, **values: Any) -> None:
    run_id = latest(field).id
    committed(lambda: db.session.execute(update(RankingRun).where(RankingRun.id == run_id).values(**values)))


def replayed(field: UnderReview) -> RankingRun:
    committed(lambda: service.ask_replay(context(), field.stage_id))
    run_all_due()
    return latest(field)


def test_the_ranking_stands_at_once_and_a_job_calibrates_it() -> None:
    field = under_review(3, 3)
    all_submitted(field, TOTALS)
    committed(lambda: service.rank(context(), field.stage_id))
    run = latest(field)
    assert len(run.result) == 3 and run.calibration is None
    before = run.result_hash
    run_all_due()
    run = latest(field)
    assert run.result_hash == before == rules.digest(run.result)
    assert run.calibration is not None
    assert rules.digest(run.calibration) == run.calibration_hash
    assert set(run.calibration["entries"]) == {row["entry"] for row in run.result}
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.kind == "RankingCalibrated")).one()
    assert "calibration" in event.fields


def test_a_run_freezes_seed_draws_line_and_reviewers_without_a_person() -> None:
    run = latest(calibrated())
    assert (run.inputs["version"], run.inputs["draws"], run.inputs["inside"]) == (2, 200, 2)
    assert run.inputs["seed"] == rules.seeded({k: v for k, v in run.inputs.items() if k != "seed"})["seed"]
    assert {mark[5] for mark in run.inputs["marks"]} == {0, 1, 2}


def test_the_number_of_a_reviewer_is_the_same_in_all_marks_of_a_run() -> None:
    field = calibrated()
    who = {field.assignment(e, r).pseudonym: r for e in range(3) for r in range(3)}
    numbers = {(who[mark[2]], mark[5]) for mark in latest(field).inputs["marks"]}
    assert len(numbers) == 3


def test_the_calibration_is_stored_once_and_its_job_may_run_twice() -> None:
    field = calibrated()
    run = latest(field)
    kept = run.calibration_hash
    committed(lambda: service.keep_calibration(context(), run.id, {"entries": {}}))
    committed(lambda: db.session.execute(update(Job).where(Job.kind == CALIBRATE.code).values(state="waiting")))
    run_all_due()
    assert latest(field).calibration_hash == kept
    assert len(db.session.scalars(select(AuditEvent).where(AuditEvent.kind == "RankingCalibrated")).all()) == 1


def test_a_replay_notes_that_all_hashes_are_the_same() -> None:
    run = replayed(calibrated())
    assert run.replay_held is True and run.replayed_at is not None
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.kind == "RankingReplayed")).one()
    assert {"runs", "held"} <= set(event.fields)


def test_a_replay_finds_a_calibration_that_was_changed() -> None:
    field = calibrated()
    spoil(field, calibration_hash="0" * 64)
    assert replayed(field).replay_held is False


def test_a_replay_finds_inputs_that_were_changed() -> None:
    field = calibrated()
    inputs = dict(latest(field).inputs)
    inputs["ties"] = []
    spoil(field, inputs=inputs)
    assert replayed(field).replay_held is False


def test_an_old_run_still_replays_to_its_old_hash_and_stays_without_calibration() -> None:
    field = calibrated()
    before = latest(field).result_hash
    of_the_first_version(field)
    run = replayed(field)
    assert (run.result_hash, run.replay_held, run.calibration) == (before, True, None)


def test_ranking_again_gives_an_old_run_a_successor_with_the_same_order() -> None:
    field = calibrated()
    of_the_first_version(field)
    old = latest(field).id
    committed(lambda: service.rank(context(), field.stage_id))
    run_all_due()
    run = latest(field)
    assert run.id != old and run.calibration is not None
    assert run.result == db.session.get_one(RankingRun, old).result


def _decided(field: UnderReview) -> None:
    def decide() -> None:
        field.field.stage().decided_at = clock.now()

    committed(decide)


def test_an_old_run_of_a_decided_stage_is_still_found_unchanged() -> None:
    field = calibrated()
    of_the_first_version(field)
    old = latest(field).id
    _decided(field)
    assert committed(lambda: service.rank(context(), field.stage_id).id) == old


def test_an_old_run_of_a_decided_stage_does_not_hide_changed_marks() -> None:
    field = calibrated()
    of_the_first_version(field)
    spoil(field, inputs_hash="0" * 64)
    _decided(field)
    with pytest.raises(StageDecided):
        committed(lambda: service.rank(context(), field.stage_id))


Invoke = Callable[..., tuple[int, str]]


@pytest.fixture
def invoke(app: Flask) -> Invoke:
    def call(where: str) -> tuple[int, str]:
        told = app.test_cli_runner().invoke(args=["ranking", "replay", where])
        return told.exit_code, told.output

    return call


def test_the_command_replays_every_run_and_fails_on_another_hash(invoke: Invoke) -> None:
    field = calibrated()
    where = f"{field.field.stage().call.code}/paper"
    run = latest(field)
    assert invoke(where) == (0, f"{run.public_id} inputs same result same calibration same\n")
    spoil(field, result_hash="0" * 64)
    assert invoke(where) == (1, f"{run.public_id} inputs same result OTHER calibration same\n")
    assert latest(field).replayed_at is None
    assert invoke("nothing/here")[0] == 2


def test_a_replay_asked_for_twice_at_once_is_one_job() -> None:
    field, same = calibrated(), context()
    committed(lambda: service.ask_replay(same, field.stage_id))
    committed(lambda: service.ask_replay(same, field.stage_id))
    assert len(db.session.scalars(select(Job).where(Job.kind == REPLAY.code)).all()) == 1

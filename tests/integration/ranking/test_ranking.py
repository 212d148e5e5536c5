"""Ranking a stage from its locked reviews, and the conditions apart from the points; both databases."""

from __future__ import annotations

from fractions import Fraction

import pytest
from sqlalchemy import select

from portal.applications.models import EntryState
from portal.audit.models import AuditEvent
from portal.platform import clock
from portal.platform.db import db
from portal.ranking import queries, rules, service
from portal.ranking.errors import NoSuchCondition, ReasonNeeded, ReviewStillOpen, StageDecided
from portal.ranking.models import RankingRun
from portal.reviews.jobs import STAGE_REVIEWED
from tests.databases import both_databases
from tests.factories.base import committed, context
from tests.factories.reviews import UnderReview, all_submitted, entry_of, submitted, under_review
from workers.wake import run_all_due

pytestmark = [both_databases, pytest.mark.usefixtures("app")]
REASON = "가중치를 다시 쓰지 않은 것을 학습 기록으로 확인했습니다."


def _rank(field: UnderReview) -> int:
    return committed(lambda: service.rank(context(), field.stage_id).id)


def _run(run_id: int) -> RankingRun:
    return db.session.get_one(RankingRun, run_id)


def _reviewed() -> UnderReview:
    """Means 80, 239/3 and 80 with less technology."""
    field = under_review(3, 3)
    all_submitted(field, [[(50, 30)] * 3, [(50, 30), (50, 30), (50, 29)], [(45, 35)] * 3])
    return field


def test_the_last_locked_review_ranks_the_stage_by_a_job() -> None:
    field = _reviewed()
    assert queries.latest_run(field.stage_id) is None
    run_all_due()
    run = queries.latest_run(field.stage_id)
    assert run is not None
    assert [r["entry_id"] for r in run.result] == [field.entries[0], field.entries[2], field.entries[1]]
    assert [(r["rank"], r["mean"]) for r in run.result] == [(1, "80/1"), (2, "80/1"), (3, "239/3")]


def test_nothing_is_ranked_before_the_review_is_closed() -> None:
    field = under_review(1, 2)
    submitted(field)
    with pytest.raises(ReviewStillOpen):
        _rank(field)


def test_ranking_again_gives_the_same_run_and_hash() -> None:
    field = _reviewed()
    first = _rank(field)
    assert _rank(field) == first
    run = _run(first)
    assert rules.digest(rules.replay(run.inputs)) == rules.digest(run.result) == run.result_hash
    assert rules.digest(run.inputs) == run.inputs_hash


def test_changed_inputs_make_a_new_run_and_keep_the_old_one_as_discarded() -> None:
    field = _reviewed()
    first = _rank(field)

    def withdraw() -> None:
        entry_of(field, 0).state = EntryState.WITHDRAWN

    committed(withdraw)
    second = _rank(field)
    assert second != first
    assert _run(first).discarded_at is not None
    newest = queries.latest_run(field.stage_id)
    assert newest is not None and newest.id == second
    assert len(_run(second).result) == 2
    assert [r.id for r in queries.runs(field.stage_id)] == [second, first]


def test_a_decided_stage_is_not_ranked_anew() -> None:
    field = _reviewed()
    _rank(field)

    def decide() -> None:
        entry_of(field, 0).state = EntryState.WITHDRAWN
        field.field.stage().decided_at = clock.now()

    committed(decide)
    with pytest.raises(StageDecided):
        _rank(field)


def test_inputs_hold_pseudonyms_and_receipts_and_no_person() -> None:
    field = _reviewed()
    run = _run(_rank(field))
    known = {field.assignment(e, r).pseudonym for e in range(3) for r in range(3)}
    assert {mark[2] for mark in run.inputs["marks"]} <= known
    assert all(len(mark[4]) == 64 for mark in run.inputs["marks"])
    assert "person" not in str(run.inputs) + str(run.result)


def test_a_ranking_is_in_the_audit_chain_with_both_hashes() -> None:
    _rank(_reviewed())
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.kind == "StageRanked")).one()
    assert {"inputs", "result"} <= set(event.fields)


def test_the_mean_of_the_stored_run_is_the_exact_fraction() -> None:
    field = _reviewed()
    by_entry = {r["entry_id"]: r for r in _run(_rank(field)).result}
    row = by_entry[field.entries[1]]
    assert Fraction(row["mean"]) == Fraction(239, 3)
    assert {c: Fraction(v) for c, v in row["by_criterion"].items()} == {"tech": Fraction(50), "plan": Fraction(89, 3)}
    assert row["n"] == 3


def test_a_condition_is_found_by_a_named_person_with_a_reason_and_can_be_corrected() -> None:
    field = _reviewed()
    entry, judge = field.entries[0], field.context(1)
    committed(lambda: service.record_condition(judge, entry, "independent", True, REASON))
    committed(lambda: service.record_condition(judge, entry, "independent", False, REASON + " 다시 보니 아닙니다."))
    found = queries.conditions([entry])[entry]["independent"]
    assert (found.passed, found.by_id) == (False, field.reviewers[1])
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.kind == "ConditionFound")).all()
    assert len(events) == 2


def test_a_condition_changes_neither_points_nor_rank() -> None:
    field = _reviewed()
    before = _run(_rank(field)).result_hash
    committed(lambda: service.record_condition(field.context(), field.entries[0], "independent", False, REASON))
    assert _run(_rank(field)).result_hash == before


def test_a_condition_needs_a_reason_and_must_be_one_of_the_stage() -> None:
    field = _reviewed()
    with pytest.raises(ReasonNeeded):
        committed(lambda: service.record_condition(field.context(), field.entries[0], "independent", True, "예"))
    with pytest.raises(NoSuchCondition):
        committed(lambda: service.record_condition(field.context(), field.entries[0], "taste", True, REASON))


def test_the_job_of_an_ended_review_may_run_twice() -> None:
    field = _reviewed()
    run_all_due()
    run = queries.latest_run(field.stage_id)

    def again() -> None:
        from portal.platform.jobs import enqueue

        enqueue(STAGE_REVIEWED, {"stage_id": field.stage_id}, key="again", now=clock.now())

    committed(again)
    run_all_due()
    assert run is not None
    assert [r.id for r in queries.runs(field.stage_id)] == [run.id]

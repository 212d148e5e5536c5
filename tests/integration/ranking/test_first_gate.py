"""The first stage gate of the foundation models, from data shaped like the published figures: benchmark 40 = 10 + 20 +
10, experts 35, users 25; five teams; the fourth by its points fails a condition; three remain. Both databases."""

from __future__ import annotations

from fractions import Fraction

import pytest
from sqlalchemy import select

from portal.applications.models import EntryState
from portal.awards import service as awards
from portal.awards import verifier
from portal.awards.dossier import copy_for, fields_of
from portal.awards.errors import ConditionFailed
from portal.awards.models import Outcome, Result
from portal.awards.queries.decisions import dossier_of
from portal.platform.db import db
from portal.programs.definition import CallDefinition
from portal.programs.models import Call
from portal.ranking import rules, service
from portal.ranking.errors import NoSuchAdjustment, NoSuchLane, OutOfRange, ReasonNeeded, StageDecided
from portal.ranking.models import MeasurementImport, RankingRun
from portal.ranking.queries import kept, measured
from portal.reviews.models import Review
from tests.databases import both_databases
from tests.factories import reviews
from tests.factories.base import committed, context, person
from tests.factories.consortia import words
from tests.factories.reviews import UnderReview

pytestmark = [both_databases, pytest.mark.usefixtures("app")]
NOTE = "한국지능정보사회진흥원이 2026년 1월에 쟀습니다."
WHY = "점수와 독자성 판정을 함께 살핀 결과입니다."
FAILED = "다른 모델의 인코더 가중치를 그대로 썼음을 확인했습니다."
# team: benchmark parts (10, 20, 10), the five experts' totals (of 35), users (of 25)
TEAMS = {
    "A": (("8.6", "16.5", "8.5"), (32, 32, 31, 32, 31), "25"),
    "B": (("8", "15.2", "7.8"), (29, 30, 29, 29, 29), "21"),
    "C": (("7.9", "14.8", "7.7"), (28, 29, 29, 29, 28), "20.4"),
    "N": (("7.4", "14.6", "7.6"), (27, 28, 28, 27, 28), "20"),
    "E": (("7", "13.4", "7"), (26, 26, 26, 26, 25), "17.4"),
}
PARTS = ("nia", "common", "own")


def gate() -> CallDefinition:
    parts = [
        {"code": code, "names": words(code, code), "points": n} for code, n in zip(PARTS, (10, 20, 10), strict=True)
    ]
    made = reviews.definition(panel={"size": 5, "reviews_per_entry": 5, "max_load": 20}, keep=4)
    data = made.model_dump(mode="json")
    stage = data["stages"][0]
    for criterion, points in zip(stage["criteria"], (20, 15), strict=True):
        criterion["points"] = points
    stage["lanes"] = [
        {"code": "benchmark", "kind": "benchmark", "names": words("벤치마크", "Benchmark"), "parts": parts},
        {"code": "users", "kind": "votes", "names": words("사용자", "Users"),
         "parts": [{"code": "votes", "names": words("평가", "Votes"), "points": 25}]},
    ]  # fmt: skip
    stage["adjustments"] = [{"code": "open", "names": words("공개", "Open weights"), "points": 2}]
    data["awards"]["may_select_fewer"] = True
    return CallDefinition.model_validate(data)


def _measure(field: UnderReview, lane: str, of: dict[tuple[int, str], Fraction]) -> int:
    return committed(
        lambda: service.import_measurements(context(), field.stage_id, lane, of, "gate.csv", "a" * 64, NOTE).id
    )


def evaluated() -> UnderReview:
    """Everything in: experts' reviews, both lanes."""
    field = reviews.under_review(5, 5, made=gate())
    for place, (_, totals, _) in enumerate(TEAMS.values()):
        for reviewer, total in enumerate(totals):
            reviews.submitted(field, place, reviewer, tech=min(20, total), plan=total - min(20, total))
    benchmark = {
        (entry, part): Fraction(value)
        for entry, (values, _, _) in zip(field.entries, TEAMS.values(), strict=True)
        for part, value in zip(PARTS, values, strict=True)
    }
    users = {(e, "votes"): Fraction(votes) for e, (_, _, votes) in zip(field.entries, TEAMS.values(), strict=True)}
    _measure(field, "benchmark", benchmark)
    _measure(field, "users", users)
    return field


def _ranked(field: UnderReview) -> RankingRun:
    id_ = committed(lambda: service.rank(context(), field.stage_id).id)
    return db.session.get_one(RankingRun, id_)


def _names(field: UnderReview, run: RankingRun) -> list[str]:
    teams = dict(zip(field.entries, TEAMS, strict=True))
    return [teams[row["entry_id"]] for row in run.result]


def test_totals_are_exact_and_like_the_published_figures() -> None:
    field = evaluated()
    run = _ranked(field)
    assert _names(field, run) == ["A", "B", "C", "N", "E"]
    totals = [Fraction(row["mean"]) for row in run.result]
    assert totals[0] == Fraction("90.2") and abs(sum(totals, Fraction(0)) / 5 - Fraction("79.7")) <= Fraction("0.05")
    first = run.result[0]
    assert (first["reviews"], first["lanes"]) == ("158/5", {"benchmark": "168/5", "users": "25/1"})


def test_the_fourth_fails_the_condition_and_three_go_on_with_the_reason_on_record() -> None:
    field = evaluated()
    run_id = _ranked(field).id
    for place, name in enumerate(TEAMS):
        entry = field.entries[place]
        committed(
            lambda entry=entry, name=name: service.record_condition(  # type: ignore[misc]
                context(person()),
                entry,
                "independent",
                name != "N",
                FAILED if name == "N" else "학습 기록으로 확인했습니다.",
            )
        )
    officer = context(committed(person), "officer")

    def propose(advancing: str) -> int:
        outcomes = [
            (entry, Result.ADVANCE if name in advancing else Result.DECLINE, FAILED if name == "N" else WHY)
            for entry, name in zip(field.entries, TEAMS, strict=True)
        ]
        return committed(lambda: awards.propose(officer, field.stage_id, outcomes, WHY).id)

    with pytest.raises(ConditionFailed):
        propose("ABCN")
    decision = propose("ABC")
    second = context(committed(person), "administrator")
    committed(lambda: awards.approve(second, decision, WHY))
    committed(lambda: awards.publish(second, decision))
    states = [reviews.entry_of(field, place).state for place in range(5)]
    assert states == [EntryState.ADVANCED] * 3 + [EntryState.NOT_ADVANCED] * 2
    told = db.session.scalars(select(Outcome).where(Outcome.decision_id == decision, Outcome.rank == 4)).one()
    assert told.reason == FAILED and told.result is Result.DECLINE
    assert service.replay(kept(run_id)).held


def test_the_rules_are_older_than_the_first_score_and_their_hash_stands_in_the_run() -> None:
    field = evaluated()
    run = _ranked(field)
    call = db.session.get_one(Call, field.field.call_id)
    first = min(row.locked_at for row in db.session.scalars(select(Review)) if row.locked_at is not None)
    assert call.opened_at is not None and call.opened_at < first
    assert run.inputs["rules"] == call.content_hash
    assert run.inputs["rule"]["lanes"] == {"benchmark": list(PARTS), "users": ["votes"]}
    assert rules.digest(service.compute(run.inputs)) == run.result_hash


def test_what_a_later_file_says_counts_and_the_earlier_one_is_kept() -> None:
    field = evaluated()
    before = _ranked(field)
    _measure(field, "users", {(field.entries[4], "votes"): Fraction(25)})
    after = _ranked(field)
    assert after.id != before.id and db.session.get_one(RankingRun, before.id).discarded_at is not None
    assert measured(field.stage_id)[field.entries[4], "votes"] == "25/1"
    assert db.session.query(MeasurementImport).count() == 3


def test_a_bonus_counts_from_the_next_run_once_a_person_has_found_it() -> None:
    field = evaluated()
    _ranked(field)
    entry = field.entries[2]
    committed(lambda: service.record_adjustment(context(person()), entry, "open", True, "가중치를 공개했습니다."))
    run = _ranked(field)
    assert _names(field, run) == ["A", "C", "B", "N", "E"]
    assert run.result[1]["adjusted"] == {"open": 2}
    committed(lambda: service.record_adjustment(context(person()), entry, "open", False, "공개가 취소되었습니다."))
    assert _names(field, _ranked(field)) == ["A", "B", "C", "N", "E"]


def test_an_entry_that_was_not_measured_stands_last_without_a_total() -> None:
    field = reviews.under_review(2, 5, made=gate())
    for place in range(2):
        for reviewer in range(5):
            reviews.submitted(field, place, reviewer, tech=20 - place, plan=15)
    first, second = field.entries
    _measure(field, "benchmark", {(second, part): Fraction(1) for part in PARTS})
    _measure(field, "users", {(second, "votes"): Fraction(1)})
    run = _ranked(field)
    assert [(row["entry_id"], row["mean"] is None) for row in run.result] == [(second, False), (first, True)]


def test_what_the_call_does_not_know_is_refused() -> None:
    field = evaluated()
    entry = field.entries[0]
    with pytest.raises(OutOfRange):
        _measure(field, "users", {(entry, "votes"): Fraction("25.01")})
    with pytest.raises(OutOfRange):
        _measure(field, "users", {(entry, "nia"): Fraction(1)})
    with pytest.raises(NoSuchLane):
        _measure(field, "nothing", {(entry, "votes"): Fraction(1)})
    with pytest.raises(NoSuchAdjustment):
        committed(lambda: service.record_adjustment(context(person()), entry, "x", True, WHY))
    with pytest.raises(ReasonNeeded):
        committed(lambda: service.record_adjustment(context(person()), entry, "open", True, "짧음"))


def test_after_the_decision_nothing_is_brought_in() -> None:
    field = evaluated()
    stage = reviews.entry_of(field, 0).stage

    def decide() -> None:
        stage.decided_at = stage.review_closed_at

    committed(decide)
    with pytest.raises(StageDecided):
        _measure(field, "users", {(field.entries[0], "votes"): Fraction(1)})


def test_the_dossier_holds_the_reason_for_the_team_that_failed_and_for_nobody_else() -> None:
    field = evaluated()
    _ranked(field)
    for place, name in enumerate(TEAMS):
        entry = field.entries[place]
        committed(
            lambda entry=entry, name=name: service.record_condition(  # type: ignore[misc]
                context(person()),
                entry,
                "independent",
                name != "N",
                FAILED if name == "N" else "학습 기록으로 확인했습니다.",
            )
        )
    officer, second = context(committed(person), "officer"), context(committed(person), "administrator")
    outcomes = [
        (entry, Result.ADVANCE if name in "ABC" else Result.DECLINE, FAILED if name == "N" else WHY)
        for entry, name in zip(field.entries, TEAMS, strict=True)
    ]
    decision = committed(lambda: awards.propose(officer, field.stage_id, outcomes, WHY).id)
    committed(lambda: awards.approve(second, decision, WHY))
    committed(lambda: awards.publish(second, decision))
    kept_ = dossier_of(decision)
    assert kept_ is not None
    fields = fields_of(kept_.fields)
    names = list(TEAMS)
    teams = [reviews.entry_of(field, place).application.public_id for place in range(5)]
    copies = {
        name: copy_for(fields, office=False, applications=frozenset({team}))
        for name, team in zip(names, teams, strict=True)
    }
    whole = copy_for(fields, office=True, applications=frozenset())
    assert all(verifier.verify(copy, kept_.root) is None for copy in (*copies.values(), whole))
    assert [name for name, copy in copies.items() if FAILED in str(copy["fields"])] == ["N"]
    told = {f["path"]: f["value"] for f in whole["fields"]}
    fourth = reviews.entry_of(field, 3).public_id
    assert told[f"outcomes.{fourth}.rank"] == 4
    assert told[f"outcomes.{fourth}.conditions.independent"] == {"passed": False, "reason": FAILED}
    assert told[f"outcomes.{fourth}.points"]["lanes"] == {"benchmark": "148/5", "users": "20/1"}
    assert told["rules.fixed_at"] < told["rules.first_score_at"]
    assert told["rules.stage"]["lanes"][0]["code"] == "benchmark"

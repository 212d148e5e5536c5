"""Selection scenarios: frozen, computed by a job, compared on the page; the budget cases of DOMAIN 6.3 no. 4."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from portal.awards import service
from portal.awards.errors import LockedTwice
from portal.awards.models import Scenario
from portal.awards.queries.scenarios import scenarios
from portal.awards.selection import solve
from portal.platform.db import db
from tests.databases import both_databases
from tests.factories.accounts import member, signed_in
from tests.factories.awards import Ready, ready, with_plan
from tests.factories.base import committed, context
from workers.wake import run_all_due


def case(*rows: tuple[str, int, int], cap: int, count: int = 9, **more: Any) -> dict[str, Any]:
    """Candidates (name, merit, amount) under one cap."""
    return solve(
        {
            "candidates": [{"entry": e, "merit": f"{m}/1", "uses": {"won": a}} for e, m, a in rows],
            "caps": [{"code": "won", "limit": cap}], "count": count, "rule": "stop", "lock_in": [], "lock_out": [],
        }
        | more
    )  # fmt: skip


THREE = (("a", 90, 60), ("b", 85, 50), ("c", 80, 40))


def test_when_the_next_does_not_fit_the_list_stops_or_passes_over_as_the_rule_says() -> None:
    assert case(*THREE, cap=100)["rank_order"] == ["a"]
    assert case(*THREE, cap=100, rule="skip")["rank_order"] == ["a", "c"]


def test_the_best_portfolio_stands_beside_it_with_every_difference_named() -> None:
    found = case(*THREE, cap=90)
    assert (found["rank_order"], found["best"], found["merit"]["best"]) == (["a"], ["b", "c"], "165")
    assert [(d["entry"], d["code"], d["caps"]) for d in found["differences"]] == [
        ("a", "makes_room", ["won"]), ("b", "no_room_in_rank_order", ["won"]), ("c", "after_the_stop", ["won"]),
    ]  # fmt: skip
    assert found["used"]["won"] == {"rank_order": 60, "best": 90}


def test_locks_hold_and_those_that_break_a_cap_are_told() -> None:
    found = case(*THREE, cap=100, lock_in=["b"], lock_out=["a"])
    assert found["best"] == ["b", "c"] and "a" not in found["rank_order"]
    assert case(*THREE, cap=90, lock_in=["a", "b"]) == {"broken": ["won"]}


def test_the_number_of_places_binds_as_a_cap() -> None:
    assert case(*THREE, cap=999, count=1)["best"] == ["a"]


def test_with_nobody_and_with_a_single_candidate() -> None:
    assert case(cap=10)["best"] == []
    assert case(("a", 1, 1), cap=10)["best"] == ["a"]


@pytest.fixture
def made(app: object) -> Ready:
    return committed(lambda: (with_plan(), ready(3))[1])


def _ids(made: Ready) -> tuple[int, list[str], str]:
    return made.stage.id, [entry.public_id for entry in made.entries], made.call.public_id


def _save(stage_id: int, name: str, rule: str = "stop", inside: Any = (), outside: Any = ()) -> int:
    return committed(lambda: service.save_scenario(context(), stage_id, "", name, rule, inside, outside).id)


@both_databases
def test_a_scenario_freezes_what_each_would_take_and_a_job_computes_it(made: Ready) -> None:
    stage_id, entries, _ = _ids(made)
    first = _save(stage_id, "순위대로")
    run_all_due()
    db.session.rollback()
    scenario = db.session.get_one(Scenario, first)
    assert scenario.result is not None and scenario.solved_at is not None
    assert {c["entry"] for c in scenario.inputs["candidates"]} == set(entries)
    assert all(c["uses"]["t_data_2025"] > 0 for c in scenario.inputs["candidates"] if "t_data_2025" in c["uses"])
    assert scenario.inputs["count"] == 2 and len(scenario.result["best"]) <= 2
    assert all(
        used["best"] <= cap["limit"]
        for cap in scenario.inputs["caps"]
        for code, used in scenario.result["used"].items()
        if code == cap["code"]
    )


@both_databases
def test_one_cannot_be_inside_and_outside(made: Ready) -> None:
    stage_id, entries, _ = _ids(made)
    with pytest.raises(LockedTwice):
        _save(stage_id, "x", inside=[entries[0]], outside=[entries[0]])


@both_databases
def test_two_scenarios_are_compared_on_the_page(made: Ready, client: FlaskClient) -> None:
    stage_id, entries, call = _ids(made)
    officer = signed_in(client, member("officer", name="담당자"))
    at = f"/office/calls/{call}/scenarios"
    assert "새 시나리오" in officer.get(f"{at}?stage=final").get_data(as_text=True)
    sent = {"stage": "final", "name": "순위대로", "rule": "stop", "request_id": "one"}
    assert officer.post(at, data=sent).status_code == 303
    sent = {"stage": "final", "name": "첫째 빼기", "rule": "skip", "outside": entries[0], "request_id": "two"}
    assert officer.post(at, data=sent).status_code == 303
    assert "계산 중" in officer.get(f"{at}?stage=final").get_data(as_text=True)
    run_all_due()
    db.session.rollback()
    text = officer.get(f"{at}?stage=final").get_data(as_text=True)
    assert "계산 중" not in text and "첫째 빼기: 최적 묶음" in text and "순위대로: 최적 묶음" in text
    newest, first = scenarios(stage_id, "")
    assert newest.result is not None and entries[0] not in newest.result["best"]
    assert first.result is not None and entries[0] in first.result["best"]
    answer = officer.post(at, data={"stage": "final", "name": "", "rule": "stop", "request_id": "three"})
    assert answer.status_code == 422

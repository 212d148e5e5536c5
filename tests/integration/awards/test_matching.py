"""The matching of choices on the officer's pages: frozen, computed by a job, explained, downloaded with a reason."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.audit.models import AuditEvent
from portal.awards import service
from portal.awards.errors import TracksNotRanked
from portal.awards.models import Result, Scenario
from portal.awards.pages.matching import everybody
from portal.awards.placing import place
from portal.awards.queries.matching import matchings
from portal.awards.queries.scenarios import scenarios
from portal.conflicts import service as conflicts
from portal.conflicts.models import Severity
from portal.platform.db import db
from portal.platform.language import speaking
from portal.ranking.models import RankingRun
from portal.ranking.rules import digest
from tests.databases import both_databases
from tests.factories.accounts import member, signed_in
from tests.factories.base import committed, context, person
from tests.factories.budgets import plan
from tests.factories.matching import CHOICES, Matched, definition, lines, matched
from workers.wake import run_all_due

WHY = "배정을 심의회에서 함께 살핍니다."


def computed(stage_id: int) -> Scenario:
    """A new matching of the stage, computed by its job."""
    number = committed(lambda: service.save_matching(context(), stage_id).id)
    run_all_due()
    db.session.rollback()
    return db.session.get_one(Scenario, number)


def names(made: dict[str, str], found: Any) -> dict[str, Any]:
    """By the applicants' names of the factory."""
    return {name: found.get(public_id) for name, public_id in made.items()}


def _world(**more: Any) -> tuple[int, dict[str, str], str]:
    made: Matched = committed(lambda: matched(**more))
    return made.stage.id, {name: made.entry(name) for name in made.entries}, made.call.public_id


@both_databases
def test_who_finds_the_first_choice_filled_gets_the_next_in_the_order_of_totals(app: object) -> None:
    stage_id, ids, _ = _world()
    found = computed(stage_id)
    assert found.result is not None
    assert names(ids, found.result["placed"]) == {
        "a1": "llm", "a2": "hydrogen", "a3": None, "a4": None, "b1": "drug", "b2": None, "c1": "hydrogen",
    }  # fmt: skip
    assert found.result["missed"].get(ids["a1"]) is None
    (llm, *_) = found.result["missed"][ids["a2"]]
    assert llm == ["llm", "filled", 2, 1, 1]
    changes = {one.entry: one.change for one in everybody(found) if one.change}
    assert changes == {ids["a2"]: "gains"}


@both_databases
def test_a_failed_condition_is_placed_nowhere_and_frees_the_place(app: object) -> None:
    stage_id, ids, _ = _world(failed=["a1"])
    found = computed(stage_id)
    assert found.result is not None
    assert ids["a1"] not in found.result["placed"] and found.result["placed"][ids["a2"]] == "llm"
    assert found.result["placed"][ids["a3"]] == "hydrogen"
    one = next(o for o in everybody(found) if o.entry == ids["a1"])
    assert (one.out, one.plain, one.placed) == ("condition", None, None)


@both_databases
def test_an_institutes_head_count_binds_below_its_groups(app: object) -> None:
    committed(lambda: plan(lines(kaist=1, everything=2)))
    stage_id, _, _ = _world(made=definition({"llm": 2, "drug": 2, "hydrogen": 2}))
    found = computed(stage_id)
    assert found.result is not None
    assert {i["code"]: i["places"] for i in found.inputs["institutes"]} == {"kaist": 1, "unist": 2}
    assert found.inputs["all_places"] == 2
    placed = found.result["placed"]
    assert sum(group in ("llm", "drug") for group in placed.values()) == 1 and len(placed) == 2
    assert {why for rows in found.result["missed"].values() for _, why, *_ in rows} >= {"institute", "all"}


def test_the_order_of_the_input_changes_nothing() -> None:
    entries = [
        {"entry": name, "track": wanted[0], "rank": n, "total": f"{90 - n}/1", "ties": ["40/1"], "choices": wanted,
         "out": None, "inside": False}
        for n, (name, wanted) in enumerate(CHOICES.items())
    ]  # fmt: skip
    inputs: dict[str, Any] = {
        "groups": [{"code": c, "institute": "i", "places": 2} for c in ("llm", "drug", "hydrogen")],
        "institutes": [{"code": "i", "places": 5}], "all_places": 4, "held": {}, "gone": [],
    }  # fmt: skip
    one = place(inputs | {"entries": entries})
    assert digest(place(inputs | {"entries": entries[::-1]})) == digest(one)
    tied = [entry | {"total": "80/1", "rank": 1} for entry in entries]
    assert digest(place(inputs | {"entries": tied[::-1]})) == digest(place(inputs | {"entries": tied}))


@both_databases
def test_saved_inputs_replay_to_the_same_hashes_and_the_same_inputs_are_one_matching(app: object) -> None:
    stage_id, ids, _ = _world()
    first = computed(stage_id)
    kept = first.public_id, first.inputs_hash, digest(first.result)
    again = computed(stage_id)
    assert again.public_id == kept[0] and len(matchings(stage_id)) == 1
    read = json.loads(json.dumps(again.inputs))
    assert (digest(read), digest(place(read))) == kept[1:]
    committed(partial(_fails, ids["a1"]))
    other = computed(stage_id)
    assert other.public_id != kept[0] and digest(place(other.inputs)) == digest(other.result)
    assert other.inputs_hash == digest(other.inputs) != kept[1]
    assert [one.public_id for one in matchings(stage_id)] == [other.public_id, kept[0]]


def _fails(entry: str) -> None:
    from portal.applications.models import StageEntry
    from portal.ranking.queries import conditions

    found = db.session.scalars(select(StageEntry).where(StageEntry.public_id == entry)).one()
    conditions([found.id])[found.id]["independent"].passed = False


@both_databases
def test_every_track_has_to_be_ranked(app: object) -> None:
    stage_id, _, _ = _world()

    def discard() -> None:
        run = db.session.scalars(select(RankingRun).where(RankingRun.track == "drug")).one()
        run.discarded_at = run.created_at

    committed(discard)
    with pytest.raises(TracksNotRanked):
        committed(lambda: service.save_matching(context(), stage_id))


@both_databases
def test_places_that_were_decided_are_held_and_whom_a_group_declined_it_does_not_get_again(app: object) -> None:
    committed(lambda: plan(lines()))
    made: Matched = committed(lambda: matched())
    stage_id, ids = made.stage.id, {name: made.entry(name) for name in made.entries}
    track = {name: entry.id for name, entry in made.entries.items() if CHOICES[name][0] == "llm"}
    officer = committed(lambda: context(person(), "officer"))
    administrator = committed(lambda: context(person(), "administrator"))
    outcomes = [(id_, Result.AWARD if name == "a1" else Result.DECLINE, WHY) for name, id_ in track.items()]
    number = committed(lambda: service.propose(officer, stage_id, outcomes, WHY, "llm").id)
    committed(partial(service.approve, administrator, number))
    found = computed(stage_id)
    assert found.inputs["held"] == {ids["a1"]: "llm"} and found.result is not None
    assert found.result["placed"][ids["a1"]] == "llm"
    assert found.result["missed"][ids["a2"]][0][:2] == ["llm", "unranked"]


@both_databases
def test_the_officer_computes_reads_and_downloads(app: object, client: FlaskClient) -> None:
    stage_id, _, call = _world()
    officer = signed_in(client, member("officer", name="담당자"))
    at = f"/office/calls/{call}/matching"
    assert "아직 저장한 배정이 없습니다" in officer.get(f"{at}?stage=final").get_data(as_text=True)
    assert officer.post(at, data={"stage": "final", "request_id": "one"}).status_code == 303
    assert "계산 중" in officer.get(f"{at}?stage=final").get_data(as_text=True)
    run_all_due()
    db.session.rollback()
    text = officer.get(f"{at}?stage=final").get_data(as_text=True)
    assert "2지망에 배정되었습니다." in text and "1위로 정원이 찼습니다(본인 2위)." in text
    assert "새로 배정" in text and "1지망 분야에서 한 번만" in text
    changed = officer.get(f"{at}?stage=final&show=changed").get_data(as_text=True)
    assert "연구 a2" in changed and "연구 a1" not in changed
    assert "연구 a1" in officer.get(f"{at}?stage=final&page=99").get_data(as_text=True)
    english = officer.get(f"{at}?stage=final&lang=en").get_data(as_text=True)
    assert "filled by rank 1; own rank 2." in english
    (saved,) = matchings(stage_id)
    sent = {"stage": "final", "matching": saved.public_id, "request_id": "two"}
    assert officer.post(f"{at}/export", data=sent | {"reason": ""}).status_code == 422
    with speaking("ko"):
        file = officer.post(f"{at}/export", data=sent | {"reason": WHY})
    assert file.mimetype == "text/csv" and "연구 a2" in file.get_data(as_text=True)
    db.session.rollback()
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.kind == "MatchingExported")).one()
    assert {"matching", "inputs", "result", "format", "reason"} <= set(event.fields)


@both_databases
def test_whom_a_conflict_bars_sees_nothing(app: object, client: FlaskClient) -> None:
    made: Matched = committed(lambda: matched())
    stage_id, call, about = made.stage.id, made.call.public_id, made.entries["a1"].application_id
    computed(stage_id)
    barred = member("officer", name="참여자")
    committed(lambda: conflicts.write(context(), barred.id, about, "participant", Severity.ABSOLUTE))
    at = f"/office/calls/{call}/matching"
    officer = signed_in(client, barred)
    assert officer.get(f"{at}?stage=final").status_code == 404
    assert officer.post(at, data={"stage": "final", "request_id": "one"}).status_code == 404
    (saved,) = matchings(stage_id)
    sent = {"stage": "final", "matching": saved.public_id, "reason": WHY, "request_id": "two"}
    assert officer.post(f"{at}/export", data=sent).status_code == 404


@both_databases
def test_scenarios_and_matchings_stand_apart_and_calls_without_choices_have_none(
    app: object, client: FlaskClient
) -> None:
    committed(lambda: plan(lines()))
    stage_id, _, call = _world()
    matching = computed(stage_id).public_id
    scenario = committed(
        lambda: service.save_scenario(context(), stage_id, "llm", "순위대로", "stop", (), ()).public_id
    )
    run_all_due()
    db.session.rollback()
    assert [one.public_id for one in matchings(stage_id)] == [matching]
    assert [one.public_id for one in scenarios(stage_id, "llm")] == [scenario]
    officer = signed_in(client, member("officer", name="담당자"))
    link = f"/office/calls/{call}/matching?stage=final"
    for shown in ("scenarios", "awards"):
        assert link in officer.get(f"/office/calls/{call}/{shown}?stage=final").get_data(as_text=True)
    plain = committed(lambda: matched(made=definition(track_by=None))).call.public_id
    assert officer.get(f"/office/calls/{plain}/matching?stage=final").status_code == 404
    assert "/matching" not in officer.get(f"/office/calls/{plain}/scenarios?stage=final").get_data(as_text=True)
    assert officer.get(f"/office/calls/{call}/matching?stage=paper").status_code == 404

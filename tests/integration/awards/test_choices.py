"""Places by choices, decided: each track's decision follows one matching, places of other tracks count there, declines
are filled round by round, and every applicant reads why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask

from portal.accounts.models import Person
from portal.awards import service
from portal.awards.errors import MatchingStale, MayNotApprove, NoPlaceFree, PlacesTaken
from portal.awards.models import Award, AwardState, Outcome, Result, Scenario
from portal.awards.queries.awards import awards_of_call
from portal.awards.queries.places import taken
from portal.platform.context import Context
from portal.platform.db import db
from portal.ranking.models import RankingRun
from tests.databases import both_databases
from tests.factories.accounts import account, member, signed_in
from tests.factories.base import committed, context, person
from tests.factories.budgets import plan, used
from tests.factories.matching import CHOICES, GROUPS, definition, lines, matched
from tests.integration.awards.test_matching import computed

pytestmark = both_databases
WHY = "순위와 지망을 함께 살핀 결과입니다."
RULES = {"max_count": 20, "acceptance_days": 14, "promote": True}


@dataclass
class Scene:
    """Ids by the applicants' names of the factory."""

    stage: int
    call: int
    call_address: str
    scope: str
    ids: dict[str, int]
    public: dict[str, str]
    officer: Context
    second: Context
    decisions: dict[str, int] = field(default_factory=dict)

    def propose(self, track: str, saved: Scenario | None, **results: Result) -> int:
        """Whom the matching places is awarded, the others stand on the reserve list."""
        own = [name for name in self.ids if CHOICES[name][0] == track]
        assert saved is None or saved.result is not None
        placed = set() if saved is None else set((saved.result or {})["placed"])

        def result(name: str) -> Result:
            return results.get(name, Result.AWARD if self.public[name] in placed else Result.RESERVE)

        outcomes = [(self.ids[name], result(name), WHY) for name in own]
        made = committed(lambda: service.propose(self.officer, self.stage, outcomes, WHY, track, saved).id)
        self.decisions[track] = made
        return made

    def publish(self, track: str) -> None:
        number = self.decisions[track]
        committed(lambda: service.approve(self.second, number))
        committed(lambda: service.publish(self.second, number))

    def held(self) -> dict[str, str]:
        """name -> track of its place, of awards that stand."""
        found = {}
        for award in awards_of_call(self.call):
            if award.state in (AwardState.OFFERED, AwardState.ACCEPTED, AwardState.RESERVED):
                outcome = db.session.get_one(Outcome, award.outcome_id)
                name = next(n for n, id_ in self.ids.items() if id_ == outcome.entry_id)
                found[name] = outcome.placed_track or outcome.decision.track
        return found

    def decline(self, name: str) -> None:
        def answer() -> None:
            award = next(a for a in awards_of_call(self.call) if a.outcome.entry_id == self.ids[name])
            owner = db.session.get_one(Person, award.application.owner_id)
            service.decline_award(context(owner), award.id, "다른 기관에서 일하게 되었습니다.")

        committed(answer)

    def promote(self, saved: Scenario, by: Context | None = None) -> list[Award]:
        name = saved.public_id
        return committed(lambda: service.promote_round(by or self.second, self.stage, name, WHY))


@pytest.fixture
def scene(app: Flask) -> Scene:
    def make() -> Scene:
        plan(lines())
        made = matched(made=definition(awards=RULES))
        scope = made.call.scopes[1]
        return Scene(
            made.stage.id, made.call.id, made.call.public_id, scope,
            {name: entry.id for name, entry in made.entries.items()}, {name: made.entry(name) for name in made.entries},
            context(person(), "officer", scope=scope), context(person(), "administrator", scope=scope),
        )  # fmt: skip

    return committed(make)


def decided(scene: Scene) -> Scenario:
    saved = computed(scene.stage)
    for track in GROUPS:
        scene.propose(track, saved)
    for track in GROUPS:
        scene.publish(track)
    return saved


def test_each_decision_gives_the_places_of_the_matching_and_each_line_its_own(scene: Scene) -> None:
    decided(scene)
    assert scene.held() == {"a1": "llm", "b1": "drug", "c1": "hydrogen", "a2": "hydrogen"}
    assert used("t_places_llm", "t_places_drug", "t_places_hydrogen") == {
        "t_places_llm": 1, "t_places_drug": 1, "t_places_hydrogen": 2,
    }  # fmt: skip
    assert taken(scene.stage) == {"llm": 1, "drug": 1, "hydrogen": 2}


def test_a_track_gives_no_more_places_than_it_keeps_whoever_proposes_them(scene: Scene) -> None:
    saved = computed(scene.stage)
    scene.propose("llm", saved)  # a2 takes one of the two places of hydrogen
    with pytest.raises(PlacesTaken):
        scene.propose("drug", saved, b2=Result.AWARD)  # drug keeps one
    scene.propose("hydrogen", saved)


def test_a_proposal_that_follows_a_matching_of_former_rankings_is_refused(scene: Scene) -> None:
    saved = computed(scene.stage)

    def another() -> None:
        run = db.session.query(RankingRun).filter_by(stage_id=scene.stage, track="drug").one()
        run.result_hash = "0" * 64

    committed(another)
    with pytest.raises(MatchingStale):
        scene.propose("llm", saved)


def test_declined_places_are_filled_round_by_round_until_nobody_is_left(scene: Scene) -> None:
    decided(scene)
    scene.decline("a1")
    first = computed(scene.stage)
    (award,) = scene.promote(first)
    assert scene.held() == {"a3": "llm", "b1": "drug", "c1": "hydrogen", "a2": "hydrogen"}
    assert award.state is AwardState.OFFERED
    scene.decline("a2")
    second = computed(scene.stage)
    scene.promote(second)
    assert scene.held() == {"a3": "llm", "b1": "drug", "c1": "hydrogen", "a4": "hydrogen"}
    scene.decline("b1")
    scene.promote(computed(scene.stage))
    assert scene.held()["b2"] == "drug"
    assert used("t_places_llm", "t_places_drug", "t_places_hydrogen") == {
        "t_places_llm": 1, "t_places_drug": 1, "t_places_hydrogen": 2,
    }  # fmt: skip
    scene.decline("b2")
    with pytest.raises(NoPlaceFree):
        scene.promote(computed(scene.stage))


def test_a_round_is_promoted_once_and_only_from_a_matching_of_this_very_moment(scene: Scene) -> None:
    before = decided(scene)
    scene.decline("a1")
    with pytest.raises(MatchingStale):
        scene.promote(before)
    saved = computed(scene.stage)
    with pytest.raises(MayNotApprove):
        scene.promote(saved, scene.officer)
    scene.promote(saved)
    with pytest.raises(MatchingStale):
        scene.promote(saved)


def test_the_form_starts_from_the_matching_and_the_applicant_reads_why(scene: Scene, app: Flask) -> None:
    saved = computed(scene.stage)
    browser = signed_in(app.test_client(), member("administrator"))
    page = browser.get(f"/office/calls/{scene.call_address}/awards?stage=final&track=llm").text
    assert "여러 지망의 배정을 따릅니다" in page and saved.public_id in page
    for track in GROUPS:
        scene.propose(track, saved)
        scene.publish(track)

    def owner_of(name: str) -> tuple[Any, str]:
        award = db.session.query(Outcome).filter_by(entry_id=scene.ids[name]).one()
        application = award.entry.application
        return account(db.session.get_one(Person, application.owner_id)), application.public_id

    for name, said in (
        ("a2", "2지망에 배정되었습니다."),
        ("a2", "정원이 찼습니다(본인 2위)"),
        ("a4", "배정되지 않았습니다."),
    ):
        if name != "a2" or said.startswith("2"):
            who, application = committed(lambda name=name: owner_of(name))  # type: ignore[misc]
            told = signed_in(app.test_client(), who).get(f"/applications/{application}").text
        assert said in told


def test_without_a_matching_a_track_decides_by_itself_as_before(scene: Scene) -> None:
    scene.propose("llm", None, a1=Result.AWARD)
    scene.publish("llm")
    assert scene.held() == {"a1": "llm"}

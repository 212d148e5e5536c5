"""The reserve list: a place given up goes to the next, checked anew, once, by a named administrator with a reason."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from flask import Flask

from portal.accounts.models import Sanction
from portal.applications.models import EntryState, StageEntry
from portal.awards import service
from portal.awards.errors import (
    MayNotApprove,
    NoPlaceFree,
    NotEligibleNow,
    NotTheNext,
    ReasonTooShort,
    ReserveListOver,
    TooMany,
)
from portal.awards.jobs import OFFER
from portal.awards.models import AwardState, Decision, Result
from portal.awards.queries import awards as award_queries
from portal.awards.queries import reserves
from portal.platform import clock
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.jobs import Job
from portal.programs.definition import Track
from portal.screening.models import Screening, ScreeningState
from tests.databases import both_databases
from tests.factories.awards import ranking, ready
from tests.factories.base import committed, context, person
from tests.factories.budgets import used
from tests.factories.reserves import WHY, fellowships, published, with_places

pytestmark = [both_databases, pytest.mark.usefixtures("app")]


class Scene:
    """A published decision: two awards offered, two on the reserve list, the last not selected."""

    def __init__(self, places: int = 2, **awards: object) -> None:
        committed(lambda: with_places(places))
        made = committed(lambda: ready(5, made=fellowships(**awards), wanted=()))
        self.entries = [entry.id for entry in made.entries]
        self.organisations = [organisation.id for organisation in made.organisations]
        self.owners = [context(owner) for owner in made.owners]
        self.officer = context(person(), "officer", scope=made.call.scopes[1])
        self.administrator = context(person(), "administrator", scope=made.call.scopes[1])
        db.session.commit()
        self.decision = committed(lambda: published(made, self.officer, self.administrator))

    def awards(self) -> list[tuple[int, AwardState]]:
        """(which entry, state)."""
        found = award_queries.awards_of_decision(self.decision)
        return [(self.entries.index(award.outcome.entry_id), award.state) for award in found]

    def give_up(self, number: int) -> None:
        award = award_queries.awards_of_decision(self.decision)[number]
        committed(partial(service.decline_award, self.owners[number], award.id, WHY))

    def following(self, count: int = 1) -> list[str]:
        return [outcome.public_id for outcome in reserves.standing(self.decision)[:count]]

    def promote(self, outcomes: list[str], by: Context | None = None, reason: str = WHY) -> None:
        committed(partial(service.promote, by or self.administrator, self.decision, outcomes, reason))


def test_the_next_on_the_list_gets_the_place_and_an_offer() -> None:
    scene = Scene()
    scene.give_up(0)
    scene.promote(scene.following())
    assert scene.awards() == [(0, AwardState.DECLINED), (1, AwardState.OFFERED), (2, AwardState.OFFERED)]
    assert db.session.get_one(StageEntry, scene.entries[2]).state is EntryState.ADVANCED
    assert (used("t_places")["t_places"], used("t_pay_2025")["t_pay_2025"], used("t_pay_2026")["t_pay_2026"]) == (
        2,
        10_000,
        14_000,
    )
    offered = db.session.query(Job).filter(Job.kind == OFFER.code).count()
    assert offered == 3


def test_without_a_free_place_nobody_is_promoted() -> None:
    scene = Scene()
    with pytest.raises(NoPlaceFree):
        scene.promote(scene.following())
    scene.give_up(1)
    with pytest.raises(NoPlaceFree):
        scene.promote(scene.following(2))


def test_nobody_is_promoted_past_the_one_before_them() -> None:
    scene = Scene()
    scene.give_up(0)
    with pytest.raises(NotTheNext):
        scene.promote(scene.following(2)[1:])
    first = scene.following()[0]
    committed(partial(service.pass_over, scene.administrator, scene.decision, first, WHY))
    scene.promote(scene.following())
    assert (3, AwardState.OFFERED) in scene.awards()


def test_eligibility_is_checked_anew_as_it_stands_today() -> None:
    scene = Scene()
    scene.give_up(0)

    def barred() -> None:
        day = clock.now().date()
        db.session.add(
            Sanction(
                organisation_id=scene.organisations[2], ground="참여제한", since=day, until=day + timedelta(days=30)
            )
        )

    committed(barred)
    with pytest.raises(NotEligibleNow):
        scene.promote(scene.following())
    assert len(scene.awards()) == 2 and used("t_places")["t_places"] == 1


def test_an_administrator_promotes_with_a_reason_while_the_list_is_valid() -> None:
    scene = Scene(reserve_days=20)
    scene.give_up(0)
    with pytest.raises(MayNotApprove):
        scene.promote(scene.following(), by=scene.officer)
    with pytest.raises(ReasonTooShort):
        scene.promote(scene.following(), reason="짧음")
    with time_machine.travel(clock.now() + timedelta(days=21)), pytest.raises(ReserveListOver):
        later = Context(actor=scene.administrator.actor, now=clock.now())
        scene.promote(scene.following(), by=later)


def test_a_call_without_a_reserve_list_promotes_nobody() -> None:
    scene = Scene(promote=False)
    scene.give_up(0)
    with pytest.raises(ReserveListOver):
        scene.promote(scene.following())


def test_one_place_promoted_by_two_at_once_is_given_once(app: Flask) -> None:
    scene = Scene()
    scene.give_up(0)
    following, answers = scene.following(), list[str]()
    db.session.remove()

    def attempt() -> None:
        with app.app_context():
            try:
                scene.promote(following)
                answers.append("promoted")
            except (NoPlaceFree, NotTheNext):
                answers.append("refused")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["promoted", "refused", "refused", "refused"]
    assert used("t_places")["t_places"] == 2


def test_what_was_decided_stays_what_it_was() -> None:
    scene = Scene()
    scene.give_up(0)
    scene.promote(scene.following())
    decision = db.session.get_one(Decision, scene.decision)
    assert [outcome.result for outcome in decision.outcomes][2] is Result.RESERVE
    assert decision.outcomes[2].reserve_by_id == scene.administrator.actor.person_id
    assert not db.session.query(Screening).filter(Screening.state == ScreeningState.INELIGIBLE).count()


def test_two_tracks_approved_one_after_the_other_never_pass_the_calls_count() -> None:
    """Each proposal fits when it is made; the second is refused when the first has taken the places."""
    committed(lambda: with_places(9))
    tracks = [
        {"code": code, "names": {"ko": code, "en": code}, "keep": {"paper": 3, "final": 2}} for code in ("one", "two")
    ]

    def make() -> tuple[list[int], Context, Context]:
        made = ready(4, made=fellowships(max_count=3).model_copy(update={"tracks": _tracks(tracks)}), wanted=())
        officer = context(person(), "officer", scope=made.call.scopes[1])
        halves = {"one": made.entries[:2], "two": made.entries[2:]}
        decisions = []
        for code, entries in halves.items():
            for entry in entries:
                entry.track = code
            ranking(made.stage, entries).track = code
            db.session.flush()
            outcomes = [(entry.id, Result.AWARD, WHY) for entry in entries]
            decisions.append(service.propose(officer, made.stage.id, outcomes, WHY, code).id)
        return decisions, officer, context(person(), "administrator", scope=made.call.scopes[1])

    (first, second), _, administrator = committed(make)
    committed(partial(service.approve, administrator, first))
    with pytest.raises(TooMany):
        committed(partial(service.approve, administrator, second))
    assert used("t_places")["t_places"] == 2


def _tracks(rows: list[dict[str, object]]) -> list[Track]:
    return [Track.model_validate(row) for row in rows]

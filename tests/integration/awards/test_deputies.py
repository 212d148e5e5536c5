"""Who can approve a decision now: by name, with who is away and who stands in; and what happens when nobody does."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts import service as accounts
from portal.accounts.models import Person
from portal.accounts.rules import korean_day
from portal.audit.models import AuditEvent
from portal.audit.service import verify
from portal.awards import service
from portal.awards.errors import DecisionStateRefused, MayNotApprove
from portal.awards.models import Decision, DecisionState, Result
from portal.awards.rules import Bar
from portal.conflicts.models import Severity
from portal.conflicts.service import write
from portal.notifications.service import write_letters
from portal.platform import clock
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.jobs import Job
from tests.databases import both_databases
from tests.factories.accounts import account, signed_in
from tests.factories.awards import affiliate, ready, with_plan
from tests.factories.base import committed, context, grant, person

WHY = "종합 점수와 조건을 함께 살핀 결과"


class Scene:
    """A decision of the paper stage, proposed by the first of four administrators of the program."""

    def __init__(self) -> None:
        with_plan()
        made = ready(3, "paper")
        self.call = made.call.public_id
        scope = made.call.scopes[1]
        self.proposer, self.absent, self.deputy, self.third = (
            account(person(name), "administrator", scope=scope) for name in ("제안자", "부재자", "대리자", "셋째")
        )
        self.scope, self.made = scope, made
        outcomes = [
            (e.id, r, WHY) for e, r in zip(made.entries, (Result.ADVANCE, Result.ADVANCE, Result.DECLINE), strict=True)
        ]
        by = context(self.proposer, "administrator", scope=scope)
        self.decision = service.propose(by, made.stage.id, outcomes, WHY).id

    def found(self) -> Decision:
        return db.session.get_one(Decision, self.decision)

    def by(self, who: Person) -> Context:
        return context(who, "administrator", scope=self.scope)

    def approve(self, who: Person) -> None:
        committed(lambda: service.approve(self.by(who), self.decision, "동의"))

    def approvers(self) -> dict[str, service.Approver]:
        return {a.actor.name: a for a in service.approvers_of(self.found(), clock.now())}


@pytest.fixture
def scene(app: Flask) -> Scene:
    return committed(Scene)


def away(who: Person, deputy: Person | None = None) -> None:
    today, key = korean_day(clock.now()), deputy.public_id if deputy else ""
    committed(lambda: accounts.say_absent(context(), who.id, today, today + timedelta(days=3), key))


def test_the_proposer_a_colleague_and_the_conflicted_are_never_among_those_who_can(scene: Scene) -> None:
    committed(lambda: affiliate(scene.third, scene.made.organisations[0]))
    committed(
        lambda: write(context(), scene.deputy.id, scene.made.entries[0].application_id, "relative", Severity.ABSOLUTE)
    )
    bars = {name: a.bar for name, a in scene.approvers().items()}
    assert bars == {"제안자": Bar.PROPOSER, "부재자": None, "대리자": Bar.CONFLICT, "셋째": Bar.INSTITUTION}


def test_whoever_is_away_or_shut_out_cannot_now(scene: Scene) -> None:
    away(scene.absent, scene.deputy)
    committed(lambda: accounts.disable_account(context(), scene.third.id))
    found = scene.approvers()
    assert "셋째" not in found
    assert [name for name, a in found.items() if a.can_now] == ["대리자"]
    assert [a.actor.name for a in found["대리자"].stands_in_for] == ["부재자"]


@both_databases
def test_a_deputy_approves_in_their_own_name_noted_for_whom(scene: Scene) -> None:
    away(scene.absent, scene.deputy)
    scene.approve(scene.deputy)
    found = scene.found()
    assert (found.approved_by_id, found.approved_for_id) == (scene.deputy.id, scene.absent.id)
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.kind == "DecisionApproved")).one()
    assert event.actor_id == scene.deputy.id and "deputy_of" in event.fields
    assert verify() is None


def test_who_is_nobodys_deputy_approves_for_themselves(scene: Scene) -> None:
    away(scene.absent, scene.deputy)
    scene.approve(scene.third)
    assert scene.found().approved_for_id is None


def test_nobody_stands_in_for_the_proposer(scene: Scene) -> None:
    """Otherwise a proposer could have their own proposal approved in their stead."""
    away(scene.proposer, scene.deputy)
    assert scene.approvers()["대리자"].stands_in_for == ()
    scene.approve(scene.deputy)
    assert scene.found().approved_for_id is None


def test_a_deputy_without_the_right_to_this_decision_is_refused(scene: Scene) -> None:
    away(scene.absent, scene.deputy)
    committed(lambda: affiliate(scene.deputy, scene.made.organisations[0]))
    with pytest.raises(MayNotApprove):
        scene.approve(scene.deputy)


@both_databases
def test_deputy_and_others_at_once_approve_once(app: Flask, scene: Scene) -> None:
    away(scene.absent, scene.deputy)
    contexts, decision, outcomes = [scene.by(who) for who in (scene.deputy, scene.third) * 3], scene.decision, []

    def approve(by: Context) -> None:
        with app.app_context():
            try:
                committed(lambda: service.approve(by, decision, "동의"))
                outcomes.append(by.actor.person_id)
            except DecisionStateRefused:
                outcomes.append(None)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=approve, args=[by]) for by in contexts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [who for who in outcomes if who is not None]
    db.session.rollback()  # what the threads committed
    found = scene.found()
    assert found.approved_by_id == winner
    assert found.approved_for_id == (scene.absent.id if winner == scene.deputy.id else None)
    assert db.session.scalar(select(func.count()).where(AuditEvent.kind == "DecisionApproved")) == 1
    assert verify() is None


# --- nobody moves ---


def runs_at(kind: str) -> datetime:
    return db.session.scalars(select(Job.run_at).where(Job.kind == kind)).one()


def test_reminders_come_after_two_and_four_working_days(scene: Scene) -> None:
    proposed = scene.found().proposed_at.astimezone(ZoneInfo("Asia/Seoul"))
    for kind, least in (("awards.approval_reminder", 2), ("awards.approval_overdue", 4)):
        at = runs_at(kind).astimezone(ZoneInfo("Asia/Seoul"))
        assert at.weekday() < 5
        assert at.time() == proposed.time()
        assert (at.date() - proposed.date()).days >= least


def written(scene: Scene, kind: str) -> set[str]:
    payload = {"decision_id": scene.decision}
    names = {p.id: p.name for p in db.session.scalars(select(Person))}
    return {names[m.person_id] for m in committed(lambda: write_letters(context(), kind, payload)) if m.person_id}


def test_the_reminder_goes_to_those_who_can_and_the_later_notice_to_every_administrator(scene: Scene) -> None:
    away(scene.absent, scene.deputy)
    assert written(scene, "awards.approval_reminder") == {"대리자", "셋째"}
    assert written(scene, "awards.approval_overdue") == {"제안자", "부재자", "대리자", "셋째"}


@pytest.mark.parametrize("end", ["approved", "returned"])
def test_nobody_is_reminded_of_what_is_done(scene: Scene, end: str) -> None:
    if end == "approved":
        scene.approve(scene.third)
    else:
        committed(lambda: service.return_decision(scene.by(scene.third), scene.decision, WHY))
    assert scene.found().state is not DecisionState.PROPOSED
    assert written(scene, "awards.approval_reminder") == written(scene, "awards.approval_overdue") == set()


# --- the pages ---


def test_the_page_names_who_can_who_is_away_and_the_deputy(app: Flask, scene: Scene) -> None:
    away(scene.absent, scene.deputy)
    browser = signed_in(app.test_client(), scene.deputy)
    page = browser.get(f"/office/calls/{scene.call}/awards?stage=paper").text
    assert "까지 부재" in page and "대리: 대리자" in page and "부재자 님의 대리" in page
    assert "지금 승인할 수 있는 사람이 없습니다" not in page
    assert "부재자 님을" in browser.get("/office").text
    scene.approve(scene.deputy)
    file = browser.get(f"/decisions/{scene.found().public_id}").text
    assert "대리자 (부재자 님의 대리)" in file


def test_the_page_says_what_to_do_when_nobody_can(app: Flask, scene: Scene) -> None:
    away(scene.absent)
    away(scene.third)
    committed(lambda: affiliate(scene.deputy, scene.made.organisations[0]))
    browser = signed_in(app.test_client(), scene.proposer)
    for address in (f"/office/calls/{scene.call}/awards?stage=paper", f"/decisions/{scene.found().public_id}"):
        page = browser.get(address).text
        assert "지금 승인할 수 있는 사람이 없습니다" in page
        assert "대리 없음" in page


def test_the_office_counts_approvals_as_deputy_only_in_the_absent_ones_scope(app: Flask, scene: Scene) -> None:
    away(scene.absent, scene.deputy)
    browser = signed_in(app.test_client(), scene.deputy)
    assert "부재자 님의 대리로도" in browser.get("/office").text
    other = committed(lambda: account(person("전체"), "administrator"))
    committed(lambda: grant(scene.third, "administrator", "program:NONE"))
    assert "대리로도" not in signed_in(app.test_client(), other).get("/office").text

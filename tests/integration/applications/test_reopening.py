"""What a stage asks for itself, what an officer asks to complete: only the named places open, each time a new version
stands beside the old one, and nothing moves after the time is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from portal.accounts.models import Person
from portal.applications import service
from portal.applications.errors import (
    AlreadyReopened,
    CallClosed,
    Incomplete,
    NothingReopened,
    NothingToComplete,
    ReopeningOver,
    TooShortTime,
)
from portal.applications.jobs import CLOSE_REOPENING, ENTERED, REOPENED, REOPENING_MISSED, REOPENING_REMINDED
from portal.applications.models import Application, EntryState, Reopening, StageEntry, Submission
from portal.applications.queries.submissions import content_of
from portal.applications.service.close import enter_stage
from portal.platform import clock
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import Forbidden, NotFound
from portal.platform.jobs import Job, JobKind
from portal.programs.definition import CallDefinition
from portal.screening import service as screening
from portal.screening.models import Screening, ScreeningState
from tests.databases import both_databases
from tests.factories import base, routing
from tests.factories.base import committed
from tests.factories.consortia import words
from tests.factories.routing import definition
from tests.factories.screening import rule

pytestmark = [both_databases, pytest.mark.usefixtures("app")]
PLAN = "sections.plan"
WHY = "방법을 조금 더 자세히 적어 주십시오."
FILM = {"code": "film", "names": words("시연", "Demonstration"),
        "questions": [{"code": "story", "names": words("설명", "Story"), "kind": "long_text", "limit": 100}]}  # fmt: skip


def two_stages() -> CallDefinition:
    """A first stage by paper, a second that asks for a story of its own within ten days."""
    made = definition().model_dump(mode="json")
    second = made["stages"][0] | {"code": "show", "sections": ["film"], "own_days": 10}
    return CallDefinition.model_validate(
        made | {"stages": [made["stages"][0], second], "sections": [*made["sections"], FILM]}
    )


def demanding() -> CallDefinition:
    made = definition().model_dump(mode="json")
    return CallDefinition.model_validate(made | {"screening": [rule("must_include", kinds=["public_body"])]})


class Case:
    """One entry of a closed call, its owner and an officer; every transaction loads its own objects."""

    def __init__(self, made: CallDefinition, state: EntryState = EntryState.ENTERED) -> None:
        def make() -> tuple[int, int, int, int]:
            call = routing.closed_call(made)
            one = routing.applied(call, call.stages[0], state=state)
            officer = base.person()
            base.grant(officer, "officer")
            return one.application.id, one.entry.id, one.pi.id, officer.id

        self.application_id, self.entry_id, self.owner, self.officer = committed(make)

    def as_(self, who: int) -> Context:
        return base.context(db.session.get_one(Person, who))

    def screened(self) -> int:
        return committed(lambda: screening.screen(base.context(), self.entry_id).id)

    def ask(self, screening_id: int, places: list[str] | None = None, days: float = 5) -> int:
        asked = [PLAN] if places is None else places
        return committed(
            lambda: (
                screening.ask_to_complete(
                    self.as_(self.officer), screening_id, asked, WHY, clock.now() + timedelta(days=days)
                ).id
            )
        )

    def write(self, method: str = "새 방법", section: str = "plan", **more: str) -> None:
        answers = more or {"aim": "새 목표", "method": method}
        committed(lambda: service.save_section(self.as_(self.owner), self.application_id, section, "", answers, 0))

    def hand_in(self, reopening_id: int, who: int | None = None) -> None:
        committed(lambda: service.hand_in(self.as_(who or self.owner), reopening_id))

    def content(self) -> dict[str, Any]:
        return content_of(db.session.get_one(StageEntry, self.entry_id).submission)


def jobs(kind: JobKind) -> list[Job]:
    return list(db.session.scalars(select(Job).where(Job.kind == kind.code).order_by(Job.run_at, Job.id)))


@pytest.fixture
def case() -> Case:
    return Case(demanding())


def test_only_the_named_place_opens(case: Case) -> None:
    case.ask(case.screened())
    case.write()
    with pytest.raises(CallClosed):
        case.write(section="impact", use="다른 활용")
    with pytest.raises(CallClosed):
        committed(lambda: service.rename(case.as_(case.owner), case.application_id, "다른 제목"))


def test_handing_in_makes_a_new_version_and_keeps_the_old_one(case: Case) -> None:
    before = case.content()
    asked = case.ask(case.screened())
    case.write("자세한 방법")
    case.hand_in(asked)
    after = case.content()
    assert after["sections"]["plan"][""]["method"] == "자세한 방법"
    changed = {key for key in after if after[key] != before.get(key)}
    assert changed <= {"sections", "members", "declaration"}
    assert {k: v for k, v in after["sections"].items() if k != "plan"} == {
        k: v for k, v in before["sections"].items() if k != "plan"
    }
    numbers = db.session.scalars(
        select(Submission.number).where(Submission.application_id == case.application_id).order_by(Submission.number)
    ).all()
    assert list(numbers) == [1, 2]


def test_what_was_completed_is_screened_anew(case: Case) -> None:
    screening_id = case.screened()
    asked = case.ask(screening_id)
    case.write()
    case.hand_in(asked)
    assert [job.payload["entry_id"] for job in jobs(ENTERED)] == [case.entry_id]
    committed(lambda: screening.screen(base.context(), case.entry_id))
    found = db.session.get_one(Screening, screening_id)
    entry = db.session.get_one(StageEntry, case.entry_id)
    assert (found.submission_id, found.state) == (entry.submission_id, ScreeningState.WAITING)


def test_unchanged_content_is_not_handed_in_again(case: Case) -> None:
    first = case.ask(case.screened())
    case.write()
    case.hand_in(first)
    again = case.ask(case.screened())
    with pytest.raises(NothingToComplete):
        case.hand_in(again)


def test_an_empty_place_is_not_handed_in(case: Case) -> None:
    asked = case.ask(case.screened())
    with pytest.raises(Incomplete):
        case.hand_in(asked)


def test_after_the_due_time_nothing_is_taken(case: Case) -> None:
    asked = case.ask(case.screened())
    case.write()
    with time_machine.travel(clock.now() + timedelta(days=6)):
        with pytest.raises(ReopeningOver):
            case.hand_in(asked)
        with pytest.raises(CallClosed):
            case.write("늦은 방법")
        committed(lambda: service.close_reopening(base.context(), asked))
        committed(lambda: service.close_reopening(base.context(), asked))
    assert len(jobs(REOPENING_MISSED)) == 1
    assert db.session.get_one(Reopening, asked).closed_at is not None


def test_closing_waits_for_the_due_time(case: Case) -> None:
    asked = case.ask(case.screened())
    committed(lambda: service.close_reopening(base.context(), asked))
    assert db.session.get_one(Reopening, asked).closed_at is None


def test_who_asks_names_a_place_and_leaves_time(case: Case) -> None:
    screening_id = case.screened()
    with pytest.raises(NothingReopened):
        case.ask(screening_id, ["sections.nothing"])
    with pytest.raises(TooShortTime):
        case.ask(screening_id, days=0.5)
    case.ask(screening_id)
    with pytest.raises(AlreadyReopened):
        case.ask(screening_id)


def test_a_decision_ends_the_request(case: Case) -> None:
    screening_id = case.screened()
    asked = case.ask(screening_id)
    committed(lambda: screening.decide(case.as_(case.officer), screening_id, False, WHY))
    assert db.session.get_one(Reopening, asked).closed_at is not None
    with pytest.raises(CallClosed):
        case.write()


def test_a_member_who_does_not_lead_cannot_hand_in(case: Case) -> None:
    def join() -> int:
        who = base.person()
        routing.add_member(case.application_id, who).may_edit = True
        return who.id

    member = committed(join)
    asked = case.ask(case.screened())
    case.write()
    with pytest.raises(Forbidden):
        case.hand_in(asked, member)


def test_it_is_announced_and_reminded_of(case: Case) -> None:
    asked = db.session.get_one(Reopening, case.ask(case.screened(), days=5))
    due, reopened_at = asked.due_at, asked.opened_at
    assert len(jobs(REOPENED)) == 1
    assert [due - job.run_at for job in jobs(REOPENING_REMINDED)] == [timedelta(days=3), timedelta(days=1)]
    assert all(job.run_at > reopened_at for job in jobs(REOPENING_REMINDED))
    assert [job.run_at >= due for job in jobs(CLOSE_REOPENING)] == [True]


# --- what a stage asks for itself ---


def second_entry(case: Case) -> int:
    def enter() -> int:
        entry = db.session.get_one(StageEntry, case.entry_id)
        second = entry.stage.call.stages[1]
        return enter_stage(base.context(), second.id, entry.application_id, entry.submission_id).id

    return committed(enter)


@pytest.fixture
def staged() -> Case:
    return Case(two_stages(), EntryState.ADVANCED)


def test_a_stage_with_sections_of_its_own_opens_them_and_waits(staged: Case) -> None:
    entry_id = second_entry(staged)
    asked = db.session.scalars(select(Reopening)).one()
    assert (asked.entry_id, asked.places) == (entry_id, ["sections.film"])
    assert jobs(ENTERED) == []  # nothing is screened before it is handed in


def test_before_that_stage_nobody_writes_its_sections(staged: Case) -> None:
    with pytest.raises(CallClosed):
        staged.write(section="film", story="미리 쓴 글")


def test_an_open_draft_takes_no_answer_that_a_later_stage_asks_for() -> None:
    def start() -> tuple[int, int]:
        call = base.open_call(two_stages())
        owner = base.person()
        made = service.start(base.context(owner), call.id, "모델", service.Lead(name="새봄", kind="company_sme"))
        return made.id, owner.id

    application_id, owner_id = committed(start)
    with pytest.raises(NotFound):
        committed(
            lambda: service.save_section(
                base.context(db.session.get_one(Person, owner_id)), application_id, "film", "", {"story": "글"}, 0
            )
        )


def test_its_answers_join_what_was_handed_in_before(staged: Case) -> None:
    first = db.session.get_one(StageEntry, staged.entry_id).submission_id
    entry_id = second_entry(staged)
    staged.write(section="film", story="시연 설명")
    staged.hand_in(db.session.scalars(select(Reopening.id)).one())
    entry = db.session.get_one(StageEntry, entry_id)
    content = content_of(entry.submission)
    assert content["sections"]["film"][""] == {"story": "시연 설명"}
    assert content["sections"]["plan"] == staged.content()["sections"]["plan"]
    assert db.session.get_one(StageEntry, staged.entry_id).submission_id == first  # the first stage keeps its version
    assert [job.payload["entry_id"] for job in jobs(ENTERED)] == [entry_id]


def test_without_an_answer_the_entry_is_screened_as_it_stands(staged: Case) -> None:
    entry_id = second_entry(staged)
    asked = db.session.scalars(select(Reopening.id)).one()
    with time_machine.travel(clock.now() + timedelta(days=11)):
        committed(lambda: service.close_reopening(base.context(), asked))
    assert [job.payload["entry_id"] for job in jobs(ENTERED)] == [entry_id]


def test_its_deadline_is_the_evening_of_the_last_day(staged: Case) -> None:
    second_entry(staged)
    asked = db.session.scalars(select(Reopening)).one()
    zone = db.session.get_one(Application, staged.application_id).call.definition.time_zone
    local = asked.due_at.astimezone(__import__("zoneinfo").ZoneInfo(zone))
    assert (local.hour, local.minute) == (18, 0)
    assert (local.date() - asked.opened_at.astimezone(local.tzinfo).date()).days == 10

"""From scores to a decision in the browser: a panel meets with a conflicted member, changes a score, votes; two
scenarios are compared; the committee confirms; it is decided with reasons, published, and read by the applicants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select

from portal.accounts.models import Person
from portal.applications.models import Application
from portal.conflicts.models import Severity
from portal.conflicts.service import write
from portal.notifications.models import Letter
from portal.platform.db import db
from portal.programs.definition import CallDefinition
from portal.ranking.queries import latest_run
from portal.reviews.models import ReviewVersion
from portal.routing.models import Panel
from portal.routing.service import revoke_barred
from tests.e2e.eyes import Eyes
from tests.e2e.house import House
from tests.factories import reviews
from tests.factories.accounts import account
from tests.factories.awards import plan_lines
from tests.factories.base import committed, context, person
from tests.factories.budgets import plan
from tests.factories.consortia import words
from tests.factories.reviews import UnderReview

See = Callable[..., Eyes]
TITLES = ("가온 법률 모델", "나래 의료 모델", "다솜 번역 모델", "라온 음성 모델")
NAMES = ("강하늘", "남바다", "도솔빛")
POINTS = ((58, 36), (50, 31), (50, 30), (30, 20))
CHANGED = "질의응답에서 계획의 근거를 확인하여 점수를 올립니다."
SELECTED = "계획이 구체적이고 예산이 알맞아 선정합니다."
DECLINED = "다른 과제보다 계획의 근거가 모자라 선정하지 않았습니다."


def _call() -> CallDefinition:
    """Two of four are awarded half a million each; the line holds just that."""
    data = reviews.definition(
        meeting={"quorum": 50, "changes": True, "votes": True, "mark": "P"}, keep=2, awards=True, conditions=[]
    ).model_dump(mode="json")
    data["awards"] = {
        "max_count": 2, "acceptance_days": 14,
        "committee": {"names": words("심의위원회", "Deliberation committee"), "mark": "P"},
    }  # fmt: skip
    data |= {"years": [2025], "first_month": "2025-08", "months": 5}
    data["components"] = [
        {"code": "data", "names": words("데이터 구축비", "Data"), "kind": "monthly", "unit": "KRW", "line": "t_data",
         "fixed": 100_000, "months": 5},
    ]  # fmt: skip
    return CallDefinition.model_validate(data)


@dataclass
class Scene:
    field: UnderReview
    panel: str
    officer: int
    administrator: int
    winner: tuple[int, str]  # owner, public id of the application
    loser: tuple[int, str]

    def entry(self, place: int) -> str:
        return reviews.entry_of(self.field, place).public_id


def _reviewed() -> Scene:
    """Reviewed by three; the third turned out to be a relative of the second team. Everybody is somebody."""
    committed(lambda: plan(plan_lines(data=1_000_000)))
    field = reviews.under_review(4, 3, made=_call())

    def name() -> tuple[int, int, str]:
        for place, title in enumerate(TITLES):
            reviews.entry_of(field, place).application.title = title
        for who, known in zip(field.reviewers, NAMES, strict=True):
            account(db.session.get_one(Person, who)).name = known
        for who in field.field.principals:
            account(db.session.get_one(Person, who))
        panel = db.session.get_one(Panel, field.field.panel_id).public_id
        return account(person("최담당"), "officer").id, account(person("정관리"), "administrator").id, panel

    officer, administrator, panel = committed(name)
    second = reviews.entry_of(field, 1).application_id
    committed(lambda: write(context(), field.reviewers[2], second, "relative", Severity.ABSOLUTE))
    committed(lambda: revoke_barred(context(), second))
    for entry, (tech, plan_points) in enumerate(POINTS):
        for reviewer in range(3):
            if (entry, reviewer) != (1, 2):
                reviews.submitted(field, entry, reviewer, tech + reviewer - 1, plan_points)
    applications = [db.session.get_one(Application, a).public_id for a in field.field.applications]
    return Scene(
        field, panel, officer, administrator, (field.field.principals[1], applications[1]),
        (field.field.principals[2], applications[2]),
    )  # fmt: skip


def test_a_panel_meets_and_a_decision_is_made_confirmed_published_and_read(house: House, eyes: See) -> None:
    scene = house.within_app(_reviewed)
    house.wait_for_jobs()
    meet(house, eyes, scene)
    house.wait_for_jobs()
    compare(house, eyes, scene)
    decide(house, eyes, scene)
    read(house, eyes, scene)


def meet(house: House, eyes: See, scene: Scene) -> None:
    here = f"/panels/{scene.panel}/meeting"
    second = house.reading(lambda: scene.entry(1))
    office = eyes("officer", scene.officer)
    office.go(f"/office/calls/{scene.field.field.call}/ranking")
    office.follow("평가위원회 회의로 가기: 갈린 신청과 선에 가까운 신청부터")
    office.press("회의 열기")
    office.says("회의를 열었습니다.")
    chair, member, barred = (
        eyes(name, person_id, phone=phone)
        for name, person_id, phone in zip(("chair", "member", "barred"), scene.field.reviewers, (False, True, True), strict=True)
    )  # fmt: skip
    for who in (chair, member, barred):
        who.go(here)
        who.press("출석합니다")
        who.says("출석을 적었습니다.")

    # the second team is discussed; its relative knows nothing of it but that the room is to be left
    assert TITLES[1] in chair.page.content() and TITLES[1] not in barred.page.content()
    chair.follow(TITLES[1])
    chair.press("지금 논의하기")
    barred.go(here)
    barred.says("잠시 자리를 비워 주십시오")
    assert TITLES[1] not in barred.page.content()
    with barred.refused(404):
        barred.page.goto(f"{here}/items/{second}")
    assert TITLES[1] not in barred.page.content()

    # a member changes their points, with a reason; both versions are there
    member.go(f"{here}/items/{second}")
    member.page.get_by_text("평가표 열기").click()
    member.page.locator("#points_tech").fill("56")
    member.page.locator("#why").fill(CHANGED)
    member.press("고친 평가 잠그기")
    member.says("회의에서 고침")
    assert house.reading(lambda: db.session.scalars(select(ReviewVersion.reason)).all()) == [CHANGED]

    # a vote on it: the two who may
    chair.go(here)
    chair.page.get_by_text("표결에 부치기").click()
    chair.page.locator("#question").fill("나래 의료 모델을 추천 대상으로 봅니다.")
    chair.tick("entries", second)
    chair.press("표결 시작")
    member.go(here)
    member.follow("표결로 가기")
    member.tick("choice", "yes")
    member.press("표 내기")
    barred.go(here)
    assert "추천 대상으로" not in barred.page.content()
    chair.tick("choice", "yes")
    chair.press("표 내기")
    chair.press("표결 마감")
    chair.says("가결")

    # concluded, written down, closed
    chair.go(f"{here}/items/{second}")
    chair.page.locator("#note").fill("한 위원이 점수를 올렸고 추천 대상으로 의결하였습니다.")
    chair.press("논의를 마치고 결과 적기")
    chair.go(here)
    chair.page.locator("textarea#text").fill("네 과제를 논의하였고 한 과제를 표결하였습니다.")
    chair.press("회의록 저장")
    chair.press("회의 마치기")
    chair.says("회의를 마쳤습니다.")


def compare(house: House, eyes: See, scene: Scene) -> None:
    assert house.reading(lambda: _mean(scene)) == "167/2"  # 80 and, in place of 81, 87
    office = eyes("officer", scene.officer)
    page = f"/office/calls/{scene.field.field.call}/scenarios?stage=paper"
    for name, inside in (("순위대로", None), ("번역 모델을 넣으면", house.reading(lambda: scene.entry(2)))):
        office.go(page)
        office.page.locator("#name").fill(name)
        if inside is not None:
            office.page.get_by_text("꼭 넣거나 뺄 과제 고르기").click()
            office.tick("inside", inside)
        office.press("저장하고 계산")
        house.wait_for_jobs()
    office.go(page)
    office.says("나란히 보기")
    office.says("번역 모델을 넣으면")


def _mean(scene: Scene) -> str:
    run = latest_run(scene.field.stage_id)
    assert run is not None
    return str(next(row["mean"] for row in run.result if row["entry_id"] == scene.field.entries[1]))


def decide(house: House, eyes: See, scene: Scene) -> None:
    here = f"/office/calls/{scene.field.field.call}/awards?stage=paper"
    office, second = eyes("officer", scene.officer), eyes("administrator", scene.administrator)
    office.go(here)
    for place, entry in enumerate(scene.field.entries):
        office.page.locator(f"#reason_{entry}").fill(SELECTED if place < 2 else DECLINED)
    office.page.locator("form textarea[name=reason]").fill("평가위원회의 회의와 순위에 따라 두 과제를 선정합니다.")
    office.press("의결안 올리기")
    for name, n in (("members", 9), ("present", 7), ("in_favour", 6)):
        office.page.locator(f"input[name={name}]").fill(str(n))
    office.tick("resolved", "confirmed")
    office.page.locator("#committee ~ form textarea[name=reason]").fill("평가 결과를 심의하여 그대로 확정합니다.")
    office.press("심의 결과 적기")
    office.says("심의 결과를 적었습니다.")
    second.go(here)
    second.press("승인")
    second.press("발표")
    second.says("발표했습니다")
    house.wait_for_jobs()


def read(house: House, eyes: See, scene: Scene) -> None:
    """Each of the two reads why; the letter says the same; the reviewers' words come without a name."""
    for (owner, application), why in ((scene.winner, SELECTED), (scene.loser, DECLINED)):
        told = eyes("applicant", owner)
        told.go(f"/applications/{application}")
        told.says(why)
        assert CHANGED not in told.page.content()
        told.follow("평가위원의 의견 읽기 (이름 없음)")
        told.says(reviews.COMMENT)
        assert not any(name in told.page.content() for name in (*NAMES, CHANGED))
        letters = house.reading(partial(_letters_to, owner))
        assert any(why in body for body in letters)


def _letters_to(person_id: int) -> list[str]:
    return list(db.session.scalars(select(Letter.body).where(Letter.person_id == person_id)))

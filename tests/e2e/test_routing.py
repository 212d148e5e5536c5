"""An officer routes a stage: runs it, reads a pair's card, tries a what-if, adopts and publishes; a reviewer declines by
the letter's link and the nearest free member takes over, all seen in the browser."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlalchemy import select

from portal.accounts.models import Person, ReviewerProfile
from portal.platform.db import db
from portal.routing.models import Assignment, AssignmentState
from portal.routing.queries import panels
from portal.routing.rules.panels import LIVE
from tests.e2e.eyes import Eyes
from tests.e2e.house import House
from tests.factories import routing
from tests.factories.accounts import account
from tests.factories.base import committed, person

See = Callable[..., Eyes]
TITLES = (
    "한국어 법률 언어모델",
    "로봇 강화학습",
    "기상 예측 모델",
    "의료 영상 진단",
    "반도체 시계열 이상 탐지",
    "다국어 음성 인식",
)
FIELDS = ("법률, 거대언어모델", "로봇, 강화학습", "기상 예측, 기후", "의료 영상, 진단", "반도체, 시계열, 음성 인식")
NAMES = ("강하늘", "남바다", "도솔빛", "류새벽", "문가람")
WHY = "위원의 부담을 줄이려고 고른 배정입니다."


def _stage() -> tuple[routing.Field, int]:
    """Six applications and five reviewers of as many fields, two reviews each; their office."""

    def make() -> tuple[routing.Field, int]:
        made = routing.definition(size=5, reviews=2, replaces=True)
        field = routing.field_of(0, 5, made)
        for title in TITLES:
            one = routing.applied(field.stage().call, field.stage(), title=title)
            field.applications.append(one.application.id)
            field.entries.append(one.entry.id)
        for who, name, fields in zip(field.reviewers, NAMES, FIELDS, strict=True):
            db.session.get_one(Person, who).name = name
            db.session.get_one(ReviewerProfile, who).keywords = fields
        db.session.get_one(ReviewerProfile, field.reviewers[-1]).capacity = 1
        return field, account(person("배정담당"), "officer").id

    return committed(make)


def _reviewers(entry: int, *states: AssignmentState) -> list[int]:
    return sorted(a.person_id for a in panels.pairs_of_entries([entry]) if a.state in states)


def test_an_officer_routes_tries_publishes_and_a_declined_place_is_filled(house: House, eyes: See) -> None:
    field, officer = house.within_app(_stage)
    office = eyes("the officer", officer)
    page = f"/office/calls/{field.call}/routing?stage=paper"
    office.go(page)
    office.press("배정 실행")
    house.wait_for_jobs()
    office.go(page)
    office.says("증명된 최댓값")
    office.says("어느 신청서의 위원이 분야에서 가장 먼가?")

    # the card of a pair: why this reviewer, who else, and what if not
    law = field.entries[0]
    lawyer = field.reviewers[0]
    assert lawyer in house.reading(lambda: _reviewers(law, AssignmentState.DRAFT))
    row = office.page.locator("tr", has_text=TITLES[0])
    office.leaves(row.get_by_role("link", name=NAMES[0]).first.click)
    office.says("왜 다른 위원이 아닌가")
    office.says("법률")
    assert re.search(r"5명 가운데 1번째", office.page.locator("main").inner_text())
    office.press("이 위원이 맡지 않으면?")
    house.wait_for_jobs()
    office.go(page)
    office.follow(f"{NAMES[0]} 위원이 ‘{TITLES[0]}’을(를) 맡지 않는다")
    office.says("빠지는 위원")
    office.page.get_by_label("사유").fill(WHY)
    office.press("배정안으로 받아들이기")
    assert lawyer not in house.reading(lambda: _reviewers(law, AssignmentState.DRAFT))

    office.press("배정 확정하고 알리기")
    house.wait_for_jobs()
    before = house.reading(lambda: _reviewers(law, *LIVE))
    assert len(before) == 2

    # who has a single application may decline it by the letter's link
    quiet = field.reviewers[-1]
    declined = house.reading(lambda: _one(quiet))
    reviewer = eyes("the reviewer")
    reviewer.open_letter(house.letters("routing.assigned", quiet)[0])
    reviewer.page.get_by_label("사양 사유").fill("출장")
    reviewer.press("사양합니다")
    reviewer.says("사양하셨습니다")
    house.wait_for_jobs()
    now = house.reading(lambda: _reviewers(declined, *LIVE))
    assert quiet not in now and len(now) == 2
    office.go(page)
    office.says("거절")


def _one(who: int) -> int:
    return db.session.scalars(
        select(Assignment.entry_id).where(Assignment.person_id == who, Assignment.state.in_(LIVE))
    ).one()

"""The demonstration's own WBL and INNO, lived up to routing, then routed by an officer in the browser."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from sqlalchemy import func, select

from portal.applications.models import EntryState, StageEntry
from portal.demo.acting import Steps, play, read, wait_for_worker
from portal.demo.life import lay_foundations, plan_of, stories_of
from portal.demo.papers import Papers
from portal.demo.reviewing import stage_of
from portal.platform import clock
from portal.platform.db import db
from portal.programs.models import Call
from portal.routing.models import Assignment, AssignmentState, Panel
from portal.routing.queries import panels
from portal.routing.rules.panels import LIVE
from tests.e2e.conftest import house
from tests.e2e.eyes import Eyes
from tests.e2e.house import House

__all__ = ["house"]
pytestmark = pytest.mark.prove
See = Callable[..., Eyes]
WHY = "분야가 더 가까운 위원으로 고른 배정입니다."


def _proposed(code: str) -> bool:
    """Every application of the first stage is in review and every panel has a proposal."""
    stage_id = stage_of(code, 0).stage_id
    waiting = select(func.count()).where(StageEntry.stage_id == stage_id, StageEntry.state == EntryState.ENTERED)
    found = _panels(stage_id)
    return bool(found) and not db.session.scalar(waiting) and all(panels.current_run(panel) for panel in found)


def _until_proposed(story: Steps, code: str) -> Iterator[datetime]:
    for moment in story:
        if read(lambda: _opened(code)) and read(lambda: _proposed(code)):
            return
        yield moment


def _opened(code: str) -> bool:
    return db.session.scalar(select(Call.opened_at).where(Call.code == code)) is not None


def _live(house: House, program: str) -> tuple[int, str, int]:
    """(officer, the call's public id, its first stage)."""

    def lived() -> tuple[int, str, int]:
        life = plan_of(program, "small")
        clock.move_to(life.plan.opens.replace(day=1))
        cast, houses = lay_foundations(life.pool, random.Random(7))
        first, *rest = stories_of(life.plan, cast, houses, random.Random(8), Papers(own=False), f"{program}:7")
        worker = house.worker
        assert worker is not None
        play([_until_proposed(first, life.plan.code), *rest], wait_for_worker(lambda: worker.poll() is None))  # type: ignore[list-item]
        stage = stage_of(life.plan.code, 0)
        return cast.officers[0], stage.call, stage.stage_id

    return house.within_app(lived)


def _panels(stage_id: int) -> list[int]:
    return list(db.session.scalars(select(Panel.id).where(Panel.stage_id == stage_id).order_by(Panel.id)))


def _pairs(panel_id: int, *states: AssignmentState) -> list[tuple[int, int, int]]:
    """(assignment, entry, person), in order."""
    rows = db.session.execute(
        select(Assignment.id, Assignment.entry_id, Assignment.person_id)
        .where(Assignment.panel_id == panel_id, Assignment.state.in_(states))
        .order_by(Assignment.id)
    )
    return [(a, e, p) for a, e, p in rows]


def _page(house: House, call: str, panel_id: int) -> str:
    panel = house.reading(lambda: (lambda p: (p.stage.code, p.track))(panels.panel_by_id(panel_id)))
    return f"/office/calls/{call}/routing?stage={panel[0]}" + (f"&track={panel[1]}" if panel[1] else "")


def _route(house: House, office: Eyes, call: str, panel_id: int) -> None:
    """Run anew, read the first pair's card, try what happens without it, adopt that, publish."""
    page = _page(house, call, panel_id)
    office.go(page)
    office.press("다시 실행")
    house.wait_for_jobs()
    office.go(page)
    office.says("쌍의 평균 유사도")
    office.says("어느 신청서의 위원이 분야에서 가장 먼가?")
    _, entry, person = house.reading(lambda: _pairs(panel_id, AssignmentState.DRAFT))[0]
    table = office.page.locator("table", has_text="위원과 공통 용어").last
    office.leaves(table.locator("tbody tr").first.get_by_role("link").first.click)
    office.says("왜 다른 위원이 아닌가")
    office.press("이 위원이 맡지 않으면?")
    house.wait_for_jobs()
    office.go(page)
    office.leaves(office.page.get_by_role("row").filter(has_text="맡지 않는다").get_by_role("link").first.click)
    office.page.get_by_label("사유").fill(WHY)
    office.press("배정안으로 받아들이기")
    drafts = {(e, p) for _, e, p in house.reading(lambda: _pairs(panel_id, AssignmentState.DRAFT))}
    assert drafts and (entry, person) not in drafts
    office.press("배정 확정하고 알리기")
    house.wait_for_jobs()
    assert {(e, p) for _, e, p in house.reading(lambda: _pairs(panel_id, *LIVE))} == drafts


def test_the_models_stage_is_routed(house: House, eyes: See) -> None:
    """The whole panel reviews every application, so a pair that is ruled out leaves a place empty, which is told."""
    officer, call, stage = _live(house, "wbl")
    office = eyes("the officer", officer)
    panel = house.reading(lambda: _panels(stage))[0]
    _route(house, office, call, panel)
    office.go(_page(house, call, panel))
    office.look()


def test_the_postdocs_stage_is_routed_and_a_declined_place_is_filled(house: House, eyes: See) -> None:
    officer, call, stage = _live(house, "inno")
    office = eyes("the officer", officer)
    panel = house.reading(lambda: _panels(stage))[0]
    _route(house, office, call, panel)
    id_, entry, person = house.reading(lambda: _pairs(panel, *LIVE))[0]
    before = {p for _, e, p in house.reading(lambda: _pairs(panel, *LIVE)) if e == entry}
    public_id = house.reading(lambda: db.session.get_one(Assignment, id_).public_id)
    reviewer = eyes("the reviewer", person)
    reviewer.go(f"/reviews/{public_id}/conflict")
    reviewer.page.get_by_text("이해관계는 없으나 맡을 수 없습니다.").click()
    reviewer.page.get_by_label("설명").fill("출장")
    reviewer.press("답변 제출")
    house.wait_for_jobs()
    now = {p for _, e, p in house.reading(lambda: _pairs(panel, *LIVE)) if e == entry}
    assert person not in now and len(now) == len(before) and now - before
    office.go(_page(house, call, panel))
    office.says("거절")

"""In a browser: what is refused is told beside the field, the summary leads there, everything typed is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.accounts.models import Person
from portal.applications.models import Application, PlannedCost
from portal.platform.db import db
from portal.programs.loader import load_call
from tests.e2e.eyes import Eyes
from tests.e2e.house import House
from tests.factories.accounts import account
from tests.factories.base import open_call, person


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Pages only: nothing here waits for a job."""
    made = House(tmp_path, f"sqlite:///{tmp_path / 'portal.db'}")
    made.start_web()
    yield made
    made.stop()


def refuses(eyes: Eyes, field: str, kept: dict[str, str]) -> None:
    """A sentence beside the field, described by it, a link to it in the summary that has the focus; all is kept."""
    page = eyes.page
    box = page.locator(f"[id='{field}']")
    assert box.get_attribute("aria-invalid") == "true"
    described = (box.get_attribute("aria-describedby") or "").split()
    assert any(page.locator(f"[id='{i}']").inner_text().strip().endswith((".", "다")) for i in described), described
    assert page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    page.locator(f"[data-error-summary] a[href='#{field}']").first.click()
    assert page.evaluate("document.activeElement.id") == field
    for name, typed in kept.items():
        assert page.locator(f"main [name='{name}']").first.input_value() == typed, name


def test_refusals_in_a_browser(house: House, eyes: Callable[..., Eyes]) -> None:
    call, owner = house.within(lambda: (open_call(load_call("wbl")).public_id, account(person("김하늘")).id))
    _register(house, eyes("visitor"))
    writer = eyes("writer", owner)
    _start(house, writer, call)
    _section_and_budget(house, writer)


def _register(house: House, visitor: Eyes) -> None:
    before = house.count(Person)
    page = visitor.go("/register")
    page.fill("#name", "박새롬")
    page.fill("#email", "주소가 아님")
    page.fill("#password", "짧다")
    with visitor.refused(422):
        visitor.press("계정 만들기")
    refuses(visitor, "email", {"name": "박새롬", "email": "주소가 아님"})
    assert house.count(Person) == before


def _start(house: House, writer: Eyes, call: str) -> None:
    page = writer.go(f"/calls/{call}/apply")
    page.fill("#name", "늘솔연구소")
    page.select_option("#kind", "research_institute")
    with writer.refused(422):
        writer.press("신청서 만들기")
    refuses(writer, "title", {"name": "늘솔연구소", "kind": "research_institute"})
    assert house.count(Application) == 0
    page.fill("#title", "말을 배우는 모델")
    page.locator("label[for=consent]").click()
    writer.press("신청서 만들기")
    assert house.count(Application) == 1


def _section_and_budget(house: House, writer: Eyes) -> None:
    here = writer.page.url.partition("#")[0]
    page = writer.go(f"{here}/sections/goal")
    page.fill("#q_final_goal", "세계 최고 수준에 이릅니다.")
    page.fill("#q_target_percent", "40")
    with writer.refused(422):
        writer.press("저장")
    refuses(writer, "q_target_percent", {"q_final_goal": "세계 최고 수준에 이릅니다.", "q_target_percent": "40"})
    bad, good = "b_2025-labour-government", "b_2026-labour-government"
    page = writer.go(f"{here}/budget")
    page.fill(f"[name='{bad}']", "1e9")
    page.fill(f"[name='{good}']", "1억 2천만")
    page.locator(f"[name='{good}']").press("Tab")
    assert "1억 2,000만 원" in page.locator("[data-row-sum=labour]").nth(1).inner_text()
    with writer.refused(422):
        writer.press("사업비 저장")
    refuses(writer, bad, {bad: "1e9", good: "1억 2천만"})
    assert house.count(PlannedCost) == 0
    page.fill(f"[name='{bad}']", "1,000")
    writer.press("사업비 저장")
    writer.says("사업비를 저장했습니다.")
    costs = house.reading(lambda: sorted(db.session.scalars(select(PlannedCost.government))))
    assert costs == [1_000, 120_000_000]

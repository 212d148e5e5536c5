"""A long ranking is read page by page; where the line is is said on every page."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from portal.platform.db import db
from portal.programs.definition import CallDefinition
from portal.ranking.models import ConditionResult
from tests.factories.accounts import member, signed_in
from tests.factories.awards import definition, ready
from tests.factories.base import committed

pytestmark = pytest.mark.usefixtures("app")


def _call(keep: int = 60) -> CallDefinition:
    data = definition(awards={"max_count": keep, "acceptance_days": 14}).model_dump(mode="json")
    data["stages"][1]["keep"] = keep
    return CallDefinition.model_validate(data)


def _long(keep: int = 60) -> tuple[str, int]:
    """120 ranked; the condition of the 111th is not judged. The call and that entry."""

    def make() -> tuple[str, int]:
        made = ready(120, made=_call(keep))
        entry = made.entries[110].id
        for row in db.session.query(ConditionResult).filter_by(entry_id=entry):
            db.session.delete(row)
        return made.call.public_id, entry

    return committed(make)


def ranks(page: str) -> list[int]:
    table = page[page.index('id="table"') : page.index('id="certainty"')]
    return [int(n) for n in re.findall(r'<td class="number" data-label="순위">(\d+)</td>', table)]


def test_fifty_rows_a_page_and_the_line_where_it_is(client: FlaskClient) -> None:
    call, _ = _long()
    browser = signed_in(client, member("administrator"))
    first, second, third = (browser.get(f"/office/calls/{call}/ranking?page={n}").text for n in (1, 2, 3))
    assert (ranks(first), ranks(second), ranks(third)) == ([*range(1, 51)], [*range(51, 101)], [*range(101, 121)])
    assert "선(60위까지)은 2쪽에 있습니다" in first and "선(60위까지)은 2쪽에 있습니다" in third
    assert "쪽에 있습니다" not in second
    line = second.index('<tr class="line-above">', second.index('id="table"'))
    assert ranks(second[:line] + 'id="certainty"')[-1] == 60
    assert len(first) < 250_000


def test_what_is_not_judged_yet_is_counted_over_all_and_linked_where_it_stands(client: FlaskClient) -> None:
    call, _ = _long()
    browser = signed_in(client, member("administrator"))
    page = browser.get(f"/office/calls/{call}/ranking").text
    assert "판정하지 않은 조건 1건" in page and re.search(r'href="[^"]*page=3[^"]*#conditions"', page)


@pytest.mark.parametrize(("typed", "shown"), [("0", 1), ("99", 101), ("x", 1), ("", 1), ("-3", 1), ("９", 1)])
def test_a_page_that_is_not_there_is_the_nearest(client: FlaskClient, typed: str, shown: int) -> None:
    call, _ = _long()
    browser = signed_in(client, member("administrator"))
    assert ranks(browser.get(f"/office/calls/{call}/ranking?page={typed}").text)[0] == shown


def test_a_line_at_the_end_of_a_page_is_drawn_there(client: FlaskClient) -> None:
    call, _ = _long(50)
    page = signed_in(client, member("administrator")).get(f"/office/calls/{call}/ranking").text
    assert "이 쪽의 마지막 줄(50위)까지가 선입니다" in page and 'class="strip-cut"' in page

"""The budget and the requested means as pages: bad cells, sheets, who sees what."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import Person
from portal.applications.queries import drafts
from portal.platform.db import db
from tests.factories.accounts import account, signed_in
from tests.factories.applications import Consortium, consortium
from tests.factories.base import committed

CELL = "b_2025-people-government"


@pytest.fixture
def team(app: Flask) -> Consortium:
    made = consortium()
    committed(lambda: [account(db.session.get_one(Person, number)) for number in made.people])
    return made


@pytest.fixture
def visit(app: Flask, team: Consortium) -> Callable[[int], FlaskClient]:
    return lambda number: signed_in(app.test_client(), db.session.get_one(Person, team.people[number]))


def address(team: Consortium, of: int = 0, path: str = "budget") -> str:
    return f"/applications/{team.public_id}/{path}?slice={team.institutions[of]}"


def grid(team: Consortium, of: int = 0) -> dict[tuple[int, str], tuple[int, int, int]]:
    db.session.expire_all()
    rows = drafts.costs_of_institution(team.institution_id(of))
    return {(c.year, c.category): (c.government, c.cash, c.in_kind) for c in rows}


def test_grid_is_saved_as_people_write_amounts(team: Consortium, visit: Any) -> None:
    data = {"version": "0", CELL: "7억 5천만", "b_2025-people-cash": "25,000,000", "b_2026-gear-in_kind": "１０"}
    assert visit(0).post(address(team), data=data).status_code == 303
    assert grid(team) == {(2025, "people"): (750_000_000, 25_000_000, 0), (2026, "gear"): (0, 0, 10)}


@pytest.mark.parametrize("typed", ["-1", "0.5", "1e9", "NaN", str(2**63), str(10**14), "많이"])
def test_bad_cell_gets_a_sentence_and_nothing_is_saved(team: Consortium, visit: Any, typed: str) -> None:
    answer = visit(0).post(address(team), data={"version": "0", CELL: typed, "b_2026-gear-cash": "123,456"})
    assert answer.status_code == 422
    assert f'id="{CELL}-error"' in answer.text and f'value="{typed}"' in answer.text and "123,456" in answer.text
    assert grid(team) == {}


def test_matching_is_said_to_the_won_with_its_article(team: Consortium, visit: Any) -> None:
    data = {"version": "0", CELL: "76", "b_2025-people-cash": "2", "b_2025-people-in_kind": "22"}
    client = visit(0)
    client.post(address(team), data=data)
    page = client.get(address(team)).text
    assert "75원" in page and "3원" in page and "시행령 제19조" in page and "기준 미달" in page


def test_everybody_sees_the_totals_but_not_the_others_grids(team: Consortium, visit: Any) -> None:
    visit(0).post(address(team), data={"version": "0", CELL: "123,000,000"})
    page = visit(1).get(f"/applications/{team.public_id}/budget").text
    assert "1억 2,300만 원" in page
    assert visit(1).get(address(team)).status_code == 404
    assert visit(1).post(address(team), data={"version": "1", CELL: "1"}).status_code == 403
    owner_reads = visit(0).get(address(team, 1))
    assert owner_reads.status_code == 200 and 'name="b_2025' not in owner_reads.text


def test_older_tab_of_the_grid_sees_the_saved_amount(team: Consortium, visit: Any) -> None:
    client = visit(0)
    client.post(address(team), data={"version": "0", CELL: "111"})
    answer = client.post(address(team), data={"version": "0", CELL: "222"})
    assert answer.status_code == 409
    assert "111원" in answer.text and 'value="222"' in answer.text and 'name="version" value="1"' in answer.text
    assert grid(team) == {(2025, "people"): (111, 0, 0)}


def test_pasted_sheet_fills_the_grid(team: Consortium, visit: Any) -> None:
    sheet = "연도\t코드\t비목\t정부\t현금\t현물\r\n2025\tpeople\t인건비\t7,000\t1,000\t2,000\r\n2026\tgear\t장비\t5\t\t"
    answer = visit(0).post(address(team, path="budget/sheet"), data={"version": "0", "grid": sheet})
    assert answer.status_code == 303
    assert grid(team) == {(2025, "people"): (7000, 1000, 2000), (2026, "gear"): (5, 0, 0)}


def test_pasted_sheet_with_bad_cells_names_each_and_saves_nothing(team: Consortium, visit: Any) -> None:
    sheet = "2025\tpeople\t\t-1\t1e9\t2\n2030\tpeople\t\t1\t1\t1"
    answer = visit(0).post(address(team, path="budget/sheet"), data={"version": "0", "grid": sheet})
    assert answer.status_code == 422
    assert "D1: " in answer.text and "E1: " in answer.text and "A2: " in answer.text and "1e9" in answer.text
    assert grid(team) == {}


def workbook(change: dict[str, Any], template: bytes) -> io.BytesIO:
    book = openpyxl.load_workbook(io.BytesIO(template))
    for cell, value in change.items():
        book.active[cell] = value
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def test_template_filled_in_comes_back(team: Consortium, visit: Any) -> None:
    client = visit(0)
    template = client.get(address(team, path="budget/template.xlsx")).data
    file = (workbook({"D2": 7000, "E2": 1000.0, "F3": "2천"}, template), "budget.xlsx")
    answer = client.post(address(team, path="budget/sheet"), data={"version": "0", "file": file})
    assert answer.status_code == 303, answer.text
    assert grid(team) == {(2025, "people"): (7000, 1000, 0), (2025, "gear"): (0, 0, 2000)}


def test_template_with_a_bad_cell_names_it(team: Consortium, visit: Any) -> None:
    client = visit(0)
    template = client.get(address(team, path="budget/template.xlsx")).data
    file = (workbook({"D2": -5, "E3": 0.5}, template), "budget.xlsx")
    answer = client.post(address(team, path="budget/sheet"), data={"version": "0", "file": file})
    assert answer.status_code == 422 and "D2: " in answer.text and "E3: " in answer.text
    assert client.post(
        address(team, path="budget/sheet"), data={"version": "0", "file": (io.BytesIO(b"nothing"), "budget.xlsx")}
    ).status_code in (413, 422)
    assert client.post(address(team, path="budget/sheet"), data={"version": "0"}).status_code == 422
    assert grid(team) == {}


def test_means_are_saved_and_their_worth_is_shown(team: Consortium, visit: Any) -> None:
    client, path = visit(0), f"/applications/{team.public_id}/means"
    data = {"version": "0", "m_data-2025": "10억", "m_gpu-b200": "512", "n_gpu-b200": "6"}
    assert client.post(path, data=data).status_code == 303
    page = client.get(path).text
    assert "92억 1,600만 원" in page and "512장" in page
    assert [(m.component, m.option, m.year, m.quantity, m.months) for m in drafts.means_of(team.id)] == [
        ("data", "", 2025, 1_000_000_000, 0), ("gpu", "b200", 0, 512, 6),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "typed"),
    [("m_data-2025", "1,000,000,001"), ("m_data-2025", "-1"), ("m_data-2026", "NaN"), ("m_gpu-b200", "1025"),
     ("m_gpu-b200", "0.5"), ("n_gpu-b200", "7"), ("m_gpu-h100", str(2**63))],
)  # fmt: skip
def test_bad_request_gets_a_sentence_and_stays_typed(team: Consortium, visit: Any, field: str, typed: str) -> None:
    data = {"version": "0", "m_gpu-b200": "1", "n_gpu-b200": "6", "m_data-2025": "77,777"} | {field: typed}
    answer = visit(0).post(f"/applications/{team.public_id}/means", data=data)
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text and "form-hint-invalid" in answer.text
    assert not drafts.means_of(team.id)


def test_partner_reads_the_request_but_does_not_change_it(team: Consortium, visit: Any) -> None:
    path = f"/applications/{team.public_id}/means"
    assert visit(1).get(path).status_code == 200
    assert visit(1).post(path, data={"version": "0", "m_data-2025": "1"}).status_code == 403

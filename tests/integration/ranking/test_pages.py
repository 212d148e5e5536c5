"""The ranking page: what officers see, what a conflict keeps from them, exports that no spreadsheet computes."""

from __future__ import annotations

import re
from io import BytesIO

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts.models import Person
from portal.audit.models import AuditEvent
from portal.conflicts.models import Severity
from portal.conflicts.service import write
from portal.platform.db import db
from portal.ranking import queries, service
from tests.factories.accounts import account, signed_in
from tests.factories.base import committed, context, person
from tests.factories.reviews import UnderReview, all_submitted, entry_of, under_review

pytestmark = pytest.mark.usefixtures("app")
REASON = "가중치를 다시 쓰지 않은 것을 학습 기록으로 확인했습니다."


@pytest.fixture
def officer() -> Person:
    return committed(lambda: account(person("담당자"), "officer"))


@pytest.fixture
def browser(app: Flask, officer: Person) -> FlaskClient:
    return signed_in(app.test_client(), officer)


def _ranked(*titles: str) -> UnderReview:
    field = under_review(3, 2)

    def name() -> None:
        for place, title in enumerate(titles):
            entry_of(field, place).application.title = title

    committed(name)
    all_submitted(field, [[(50, 30), (50, 31)], [(50, 30), (50, 31)], [(60, 40), (40, 40)]])
    committed(lambda: service.rank(context(), field.stage_id).id)
    return field


def _page(field: UnderReview) -> str:
    return f"/office/calls/{field.field.call}/ranking"


def _id(client: FlaskClient, page: str, last: bool = False) -> str:
    found = re.findall(r'name="request_id" value="([a-z0-9]+)"', client.get(page).text)
    return str(found[-1 if last else 0])


def test_the_page_shows_means_the_tie_at_the_line_and_hashes(browser: FlaskClient) -> None:
    field = _ranked()
    page = browser.get(_page(field)).text
    assert "90.00" in page and "80.50" in page and "161/2" in page
    assert "선에 동점이 있습니다" in page
    run = queries.latest_run(field.stage_id)
    assert run is not None
    assert run.result_hash in page and run.inputs_hash in page
    assert "아직 하지 않음" in page
    assert "판정하지 않은 조건 3건" in page


def test_no_reviewers_name_is_on_the_page(browser: FlaskClient) -> None:
    field = _ranked()
    page = browser.get(_page(field)).text
    assert field.assignment(0, 0).pseudonym in page
    assert not [r for r in range(2) if field.person(r).name in page]


def test_computing_again_says_that_the_hash_is_the_same(browser: FlaskClient) -> None:
    field = _ranked()
    data = {"stage": "paper", "track": "", "request_id": "a" * 26}
    done = browser.post(f"{_page(field)}/again", data=data, follow_redirects=True)
    assert "해시가 그대로입니다" in done.text
    assert len(queries.runs(field.stage_id)) == 1


def test_an_officer_whom_a_conflict_bars_sees_no_ranking_at_all(browser: FlaskClient, officer: Person) -> None:
    field = _ranked("첫째 과제", "둘째 과제", "셋째 과제")
    who, application = officer.id, entry_of(field, 1).application_id
    committed(lambda: write(context(), who, application, "relative", Severity.WAIVABLE))
    page = browser.get(_page(field))
    assert page.status_code == 200
    assert "이 공고의 순위를 볼 수 없습니다" in page.text
    assert "과제" not in re.findall(r"(?:첫째|둘째|셋째) (과제)", page.text)
    for address in ("again", "export"):
        assert browser.post(f"{_page(field)}/{address}", data={"stage": "paper"}).status_code == 404
    entry = entry_of(field, 0).public_id
    assert browser.get(f"{_page(field)}/entries/{entry}").status_code == 404


def test_a_condition_is_judged_on_a_page_of_its_own(browser: FlaskClient) -> None:
    field = _ranked()
    address = f"{_page(field)}/entries/{entry_of(field, 0).public_id}"
    assert (
        browser.post(address, data={"condition": "independent", "outcome": "fail", "reason": "예"}).status_code == 422
    )
    data = {"condition": "independent", "outcome": "fail", "reason": REASON, "request_id": _id(browser, address)}
    assert browser.post(address, data=data).status_code == 303
    page = browser.get(_page(field)).text
    assert "독자성: 미충족" in page and REASON in page and "담당자" in page


def test_an_entry_of_another_call_is_not_judged_here(browser: FlaskClient) -> None:
    one, other = _ranked(), _ranked()
    address = f"{_page(one)}/entries/{entry_of(other, 0).public_id}"
    assert browser.get(address).status_code == 404


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_holds_pseudonyms_is_formula_safe_and_logged(browser: FlaskClient, kind: str) -> None:
    field = _ranked("=HYPERLINK(1)", "+1", "과제")
    refused = browser.post(f"{_page(field)}/export", data={"stage": "paper", "kind": kind, "reason": ""})
    assert refused.status_code == 422
    got = browser.post(f"{_page(field)}/export", data={"stage": "paper", "kind": kind, "reason": "위원회 자료"})
    assert got.status_code == 200
    assert got.headers["Content-Disposition"].endswith(f".{kind}")
    if kind == "csv":
        text = got.data.decode("utf-8-sig")
        assert "'=HYPERLINK(1)" in text and "'+1" in text
        cells = [text]
    else:
        book = openpyxl.load_workbook(BytesIO(got.data))
        assert all(c.data_type != "f" for sheet in book for row in sheet for c in row)
        cells = [str(c.value) for sheet in book for row in sheet for c in row]
        assert "'=HYPERLINK(1)" in cells
    assert field.assignment(0, 0).pseudonym in " ".join(cells)
    assert field.person(0).name not in " ".join(cells)
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.kind == "RankingExported")).one()
    assert {"reason", "result", "format"} <= set(event.fields)


def test_the_page_speaks_english(browser: FlaskClient) -> None:
    field = _ranked()
    page = browser.get(f"{_page(field)}?lang=en").text
    assert "Who is above the line, and how surely?" in page
    assert "There is a tie at the line" in page

"""What the scores tell and cannot tell, as officers see it: stored = shown = exported, nobody named, others see nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from portal.accounts.models import Person
from portal.conflicts.models import Severity
from portal.conflicts.service import write
from portal.platform.db import db
from portal.platform.formats import number
from portal.platform.jobs import Job
from portal.ranking import queries, rules, service
from portal.ranking.jobs import CALIBRATE
from portal.ranking.models import RankingRun
from portal.ranking.pages.certainty import Reviewer, _both_ends
from tests.factories.accounts import account, signed_in
from tests.factories.base import committed, context, person
from tests.factories.reviews import UnderReview, all_submitted, entry_of, under_review
from workers.wake import run_all_due

pytestmark = pytest.mark.usefixtures("app")
TOTALS = [[(50, 30), (50, 31), (40, 25)], [(45, 30), (50, 28), (40, 25)], [(60, 40), (55, 38), (40, 25)]]
HEADING = "점수가 말해 주는 것과 말해 주지 못하는 것"


@pytest.fixture
def officer() -> Person:
    return committed(lambda: account(person("담당자"), "officer"))


@pytest.fixture
def browser(app: Flask, officer: Person) -> FlaskClient:
    return signed_in(app.test_client(), officer)


@pytest.fixture
def field() -> UnderReview:
    """The third reviewer always gives 65."""
    made = under_review(3, 3)
    all_submitted(made, TOTALS)
    committed(lambda: _name(made))
    run_all_due()
    return made


def _name(field: UnderReview) -> None:
    for n in range(3):
        entry_of(field, n).application.title = f"과제 {n}"


def page_of(field: UnderReview) -> str:
    return f"/office/calls/{field.field.call}/ranking"


def run_of(field: UnderReview) -> RankingRun:
    db.session.rollback()
    run = queries.latest_run(field.stage_id)
    assert run is not None
    return run


def change(field: UnderReview, **values: Any) -> None:
    run_id = run_of(field).id
    committed(lambda: db.session.execute(update(RankingRun).where(RankingRun.id == run_id).values(**values)))


def part(page: str) -> str:
    """The section's text without tags."""
    text = re.sub(r"<[^>]*>", " ", page[page.index(HEADING) : page.index("조건 판정</h2>")])
    return re.sub(r"\s+", " ", text)


def told(field: UnderReview) -> dict[str, Any]:
    found = run_of(field).calibration
    assert found is not None
    return found


def test_the_page_shows_the_numbers_that_are_stored(browser: FlaskClient, field: UnderReview) -> None:
    page = part(browser.get(page_of(field)).text)
    for row in told(field)["entries"].values():
        for shown in (
            f"{number(row['score'], 2)} {number(row['score90'][0], 2)} ~ {number(row['score90'][1], 2)}",
            f"{number(row['expected'], 2)} {row['rank50'][0]} ~ {row['rank50'][1]} {row['rank90'][0]} ~ {row['rank90'][1]}",
            f"{number(row['inside'] * 100, 1)}%",
        ):
            assert shown in page
    assert "순위는 원점수 평균이 정합니다" in page and "약 70%만" in page


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_export_holds_the_numbers_that_are_stored(browser: FlaskClient, field: UnderReview, kind: str) -> None:
    got = browser.post(f"{page_of(field)}/export", data={"stage": "paper", "kind": kind, "reason": "위원회 자료"})
    if kind == "csv":
        lines = [line.split(",") for line in got.data.decode("utf-8-sig").splitlines()]
    else:
        lines = [[str(c.value) for c in row] for row in openpyxl.load_workbook(BytesIO(got.data)).worksheets[0]]
    column = lines[0].index("보정 점수(점)")
    assert lines[0][column + 8 : column + 10] == ["선 안에 들 확률(0~1)", "점수로 본 자리"]
    stored = told(field)["entries"]
    titles = {entry_of(field, n).application.title: entry_of(field, n).public_id for n in range(3)}
    for line in lines[1:]:
        row = stored[titles[line[1]]]
        wanted = [row["score"], *row["score90"], row["expected"], *row["rank50"], *row["rank90"], row["inside"]]
        assert [float(cell) for cell in line[column : column + 9]] == wanted
    assert not [word for word in ("엄격", "관대") if word in str(lines)]


def test_no_reviewers_name_and_no_number_of_a_reviewer_is_told(browser: FlaskClient, field: UnderReview) -> None:
    for kind in ("csv", "xlsx"):
        data = {"stage": "paper", "kind": kind, "reason": "위원회 자료"}
        content = browser.post(f"{page_of(field)}/export", data=data).data
        assert not [r for r in range(3) if field.person(r).name.encode() in content]
    whole = browser.get(page_of(field)).text
    assert not [r for r in range(3) if field.person(r).name in whole]
    severity = whole[whole.index("위원의 엄격함 (담당자만") : whole.index("어떻게 계산했는가")]
    assert not [p for p in (field.assignment(e, r).pseudonym for e in range(3) for r in range(3)) if p in severity]


def test_a_constant_scorer_is_said_plainly(browser: FlaskClient, field: UnderReview) -> None:
    place = next(n for n, r in enumerate(told(field)["reviewers"], start=1) if r["constant"])
    assert f"3명 가운데 {place}번째 위원이 3건 모두에 같은 총점을 주었습니다" in part(browser.get(page_of(field)).text)


def test_until_the_job_is_done_the_order_stands_and_the_page_says_what_is_missing(browser: FlaskClient) -> None:
    field = under_review(3, 3)
    all_submitted(field, TOTALS)
    committed(lambda: service.rank(context(), field.stage_id))
    page = browser.get(page_of(field)).text
    assert "확실성을 계산하는 중입니다" in page and "순위표" in page
    committed(lambda: db.session.execute(update(Job).where(Job.kind == CALIBRATE.code).values(state="parked")))
    assert "점수 보정을 계산하지 못했습니다" in browser.get(page_of(field)).text


def test_a_run_from_before_calibration_is_shown_as_such(browser: FlaskClient, field: UnderReview) -> None:
    change(field, inputs=rules.as_first_version(run_of(field).inputs), calibration=None, calibration_hash=None)
    page = browser.get(page_of(field)).text
    assert "점수 보정을 함께 남기기 전에" in page
    assert browser.get(f"{page_of(field)}?lang=en").status_code == 200


def test_isolated_panels_are_said(browser: FlaskClient, field: UnderReview) -> None:
    change(field, calibration=told(field) | {"panels": [2, 1]})
    page = part(browser.get(page_of(field)).text)
    assert "위원을 함께 쓰지 않는 묶음이 2개 있습니다" in page and "2, 1건" in page


def test_a_replay_is_asked_for_and_its_result_shown_with_its_time(browser: FlaskClient, field: UnderReview) -> None:
    data = {"stage": "paper", "track": "", "request_id": "b" * 26}
    done = browser.post(f"{page_of(field)}/replay", data=data, follow_redirects=True)
    assert "재현을 시작했습니다" in done.text and "처음부터 다시 하는 중" in done.text
    run_all_due()
    page = browser.get(page_of(field)).text
    assert "해시 같음" in page and "처음부터 다시 하는 중" not in page


def test_an_officer_barred_from_one_application_sees_and_replays_nothing(
    browser: FlaskClient, officer: Person, field: UnderReview
) -> None:
    who, application = officer.id, entry_of(field, 1).application_id
    committed(lambda: write(context(), who, application, "relative", Severity.WAIVABLE))
    page = browser.get(page_of(field)).text
    assert HEADING not in page and "보정" not in page
    assert browser.post(f"{page_of(field)}/replay", data={"stage": "paper"}).status_code == 404


def test_applicants_see_none_of_it(app: Flask, field: UnderReview) -> None:
    application = entry_of(field, 0).application
    owner, address = application.owner, f"/applications/{application.public_id}"
    committed(lambda: account(owner))
    client = signed_in(app.test_client(), owner)
    page = client.get(address)
    assert page.status_code == 200
    assert not [word for word in ("보정", "기대 순위", "엄격", "가를 수 없음") if word in page.text]
    assert client.get(page_of(field)).status_code == 404


def test_the_section_speaks_english(browser: FlaskClient, field: UnderReview) -> None:
    page = browser.get(f"{page_of(field)}?lang=en").text
    section = page[page.index("What the scores tell") : page.index('id="conditions"')]
    titles = [entry_of(field, n).application.title for n in range(3)]
    for said in [*titles, *(field.assignment(e, r).pseudonym for e in range(3) for r in range(3))]:
        section = section.replace(said, "")
    assert not re.findall(r"[가-힣]+", section)


def test_a_view_of_the_page_loads_no_numeric_library() -> None:
    said = (
        "import sys, portal.ranking.routes, portal.ranking.service, portal.ranking.pages;"
        "print(*{'scipy', 'portal.ranking.engine'} & set(sys.modules))"
    )
    assert not subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True).stdout.split()


def test_many_reviewers_are_open_at_both_ends_only() -> None:
    many = [Reviewer(n, 90, 0.0, (0, 0), (0, 0), 3, False) for n in range(1, 91)]
    assert [(p.first, len(p.rows)) for p in _both_ends(many)] == [(1, 30), (31, 30), (61, 30)]

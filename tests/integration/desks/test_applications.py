"""The office's list: found in the database, filters kept under a name, the same rows as a file; sealed and barred
applications are not there."""

from __future__ import annotations

import csv
import io
import re
from urllib.parse import parse_qsl

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from portal.accounts import queries as accounts
from portal.accounts import service
from portal.accounts.errors import FilterNameTaken, NothingToSave, TooManyFilters
from portal.accounts.models import SavedFilter
from portal.applications.models import Application
from portal.audit.models import AuditEvent, AuditValue
from portal.conflicts.models import Severity
from portal.conflicts.service import write
from portal.desks.officer.queries.filter import ALL_IN, SOME_MISSING, Filter
from portal.platform.db import db
from portal.platform.errors import NotFound
from tests.databases import both_databases
from tests.factories import base, reviews
from tests.factories.accounts import member, signed_in
from tests.factories.base import committed
from tests.factories.office import TITLES, Office, office
from tests.factories.reviews import submitted

pytestmark = pytest.mark.usefixtures("app")
ALL = set(TITLES)
FIRST, SECOND, THIRD = TITLES


@pytest.fixture
def made(app: Flask) -> Office:
    return office()


@pytest.fixture
def browser(app: Flask, made: Office) -> FlaskClient:
    return signed_in(app.test_client(), made.officer)


@both_databases
def test_each_condition_finds_what_it_says(made: Office) -> None:
    for reviewer in (0, 1):
        submitted(made.field, 0, reviewer)
    submitted(made.field, 1, 0)
    assert made.titles(Filter(reviews=ALL_IN)) == [FIRST]
    assert made.titles(Filter(reviews=SOME_MISSING)) == [SECOND, THIRD]
    assert made.titles(Filter(language="en")) == [THIRD]
    assert set(made.titles(Filter(stage="paper"))) == ALL
    assert set(made.titles(Filter(screening="eligible"))) == ALL
    assert made.titles(Filter(screening="waiting")) == []
    assert made.titles(Filter(outcome="award")) == []
    assert made.titles(Filter(q="나래")) == [SECOND]
    assert made.titles(Filter(q="신청자 1")) == [SECOND], "every word has to be there"
    assert made.titles(Filter(q="%_'")) and made.titles(Filter(q="없는말")) == []
    assert set(made.titles(Filter(state="closed"))) == ALL
    assert made.titles(Filter(language="ko", reviews=SOME_MISSING)) == [SECOND]


@both_databases
def test_it_is_sorted_either_way_and_what_is_sealed_stands_last(made: Office) -> None:
    for sort in ("title", "applicant", "requested"):
        assert made.titles(Filter(sort=sort)) == [*TITLES, ""], sort
        assert made.titles(Filter(sort=f"-{sort}")) == [*reversed(TITLES), ""], sort
    submitted(made.field, 1, 0)
    assert made.titles(Filter(sort="reviews"))[0] == SECOND
    assert made.titles(Filter(sort="-reviews"))[2] == SECOND


def test_a_published_outcome_is_found_and_a_proposed_one_is_not(app: Flask) -> None:
    from portal.awards import service as awards
    from portal.awards.models import Result
    from portal.desks.officer.queries import listing
    from portal.programs.models import Call
    from tests.factories import awards as decided
    from tests.factories.accounts import account

    def make() -> tuple[int, int, int, int, int]:
        decided.with_plan()
        ready = decided.ready(2, made=decided.definition(awards={"max_count": 1, "acceptance_days": 14}))
        table = awards.open_table(base.context(ready.chair, "chair"), ready.panel.id)
        awards.close_table(base.context(ready.chair, "chair"), table.id)
        officer = account(base.person("담당자"), "officer", "administrator")
        second = account(base.person("승인자"), "administrator")
        results = [
            (ready.entries[0].id, Result.AWARD, "선정 범위에 든 뛰어난 과제입니다."),
            (ready.entries[1].id, Result.DECLINE, "선정 범위에 들지 못하였습니다."),
        ]
        number = awards.propose(
            base.context(officer, "officer"), ready.stage.id, results, "순위의 순서대로 정합니다."
        ).id
        return ready.call.id, number, officer.id, second.id, ready.entries[0].application_id

    call_id, number, officer_id, second_id, first = committed(make)

    def found(outcome: str) -> list[int]:
        from portal.accounts.models import Person

        who = base.context(db.session.get_one(Person, officer_id), "officer").actor
        call = db.session.get_one(Call, call_id)
        return list(db.session.scalars(listing.matching(who, call, Filter(outcome=outcome))))

    assert found("award") == []

    def publish() -> None:
        from portal.accounts.models import Person

        second = base.context(db.session.get_one(Person, second_id), "administrator")
        awards.approve(second, number)
        awards.publish(second, number)

    committed(publish)
    assert found("award") == [first]
    assert len(found("decline")) == 1


def test_what_is_sealed_is_counted_and_never_found_by_its_content(made: Office, browser: FlaskClient) -> None:
    page = browser.get(made.list).text
    assert "봉인모델" not in page and "4건" in page
    for query in ("language=ko&state=draft", "sort=title", "q=봉인"):
        assert "봉인모델" not in browser.get(f"{made.list}?{query}").text, query
    assert "조건에 맞는 신청이 없습니다" in browser.get(f"{made.list}?q=봉인모델").text
    assert "1건" in browser.get(f"{made.list}?state=draft").text


def test_what_bars_the_officer_is_neither_listed_nor_counted_nor_downloaded(made: Office, browser: FlaskClient) -> None:
    committed(
        lambda: write(
            base.context(), made.officer_id, made.field.field.applications[1], "participant", Severity.ABSOLUTE
        )
    )
    page = browser.get(made.list).text
    assert SECOND not in page and FIRST in page and "3건" in page
    rows = _csv(browser, made, "")
    assert [row[1] for row in rows[1:]] == [FIRST, THIRD, ""]


@pytest.mark.parametrize("odd", ["state=x", "stage=x&track=y", "page=99", "page=-1", "sort=--title", "reviews=all"])
def test_an_odd_address_is_answered(made: Office, browser: FlaskClient, odd: str) -> None:
    assert browser.get(f"{made.list}?{odd}").status_code == 200


def test_fifty_stand_on_a_page_and_the_filter_stays_in_the_address(made: Office, browser: FlaskClient) -> None:
    from tests.factories import routing

    def more() -> None:
        stage = made.field.field.stage()
        for _ in range(60):
            routing.applied(made.call, stage, title="더하기")

    committed(more)
    page = browser.get(f"{made.list}?state=closed&sort=-title").text
    assert page.count('name="chosen"') == 50
    links = [
        dict(parse_qsl(q))
        for q in re.findall(r'href="[^"]*/applications\?([^"]*page=2[^"]*)"', page.replace("&amp;", "&"))
    ]
    assert {"page": "2", "state": "closed", "sort": "-title"} in links
    assert browser.get(f"{made.list}?state=closed&page=2").text.count('name="chosen"') == 13


# --- saved filters ---


def _saved(of: Office) -> dict[str, str]:
    return {
        row.name: row.query
        for row in db.session.scalars(select(SavedFilter).where(SavedFilter.person_id == of.officer_id))
    }


def _save(of: Office, name: str, query: str) -> None:
    committed(lambda: service.save_filter(of.context(), "p", name, query).id)


@both_databases
def test_the_same_filter_is_renamed_and_the_same_name_gets_the_new_filter(made: Office) -> None:
    _save(made, "늦은 것", "reviews=missing")
    _save(made, "덜 된 것", "reviews=missing")
    assert _saved(made) == {"덜 된 것": "reviews=missing"}
    _save(made, "덜 된 것", "reviews=in")
    assert _saved(made) == {"덜 된 것": "reviews=in"}
    _save(made, "영어", "language=en")
    with pytest.raises(FilterNameTaken):
        _save(made, "덜 된 것", "language=en")
    with pytest.raises(NothingToSave):
        _save(made, "모두", "")
    assert len(_saved(made)) == 2


def test_twenty_filters_are_kept_on_one_page(made: Office) -> None:
    for n in range(20):
        _save(made, f"조건 {n}", f"q={n}")
    with pytest.raises(TooManyFilters):
        _save(made, "하나 더", "q=x")


def test_nobody_deletes_or_sees_the_filter_of_another(made: Office, browser: FlaskClient) -> None:
    other = member("officer", name="다른 담당자")
    other_id = other.id
    own = base.context(other, "officer")
    kept = committed(
        lambda: service.save_filter(own, f"applications:{made.field.field.call}", "남의 조건", "state=closed").public_id
    )
    assert "남의 조건" not in browser.get(made.list).text
    with pytest.raises(NotFound):
        committed(lambda: service.delete_filter(made.context(), f"applications:{made.field.field.call}", kept))
    answer = browser.post(f"{made.list}/filters/{kept}/delete", data={"request_id": "r1"})
    assert answer.status_code == 404
    assert db.session.scalars(select(SavedFilter).where(SavedFilter.person_id == other_id)).one().name == "남의 조건"


def test_a_saved_filter_is_a_chip_without_a_place_in_the_list(made: Office, browser: FlaskClient) -> None:
    answer = browser.post(f"{made.list}/filters?state=closed&page=7", data={"request_id": "r1", "name": "확정된 것"})
    assert answer.status_code == 303
    assert _saved(made) == {"확정된 것": "state=closed"}
    page = browser.get(answer.location).text
    assert "확정된 것" in page and 'value="확정된 것"' in page, "to rename it, its name stands in the form"
    kept = db.session.scalars(select(SavedFilter.public_id)).one()
    assert browser.post(f"{made.list}/filters/{kept}/delete?state=closed", data={"request_id": "r2"}).status_code == 303
    assert _saved(made) == {}


@both_databases
def test_the_database_refuses_two_filters_of_one_name(made: Office) -> None:
    from sqlalchemy.exc import IntegrityError

    def twice() -> None:
        for n in range(2):
            db.session.add(
                SavedFilter(
                    public_id=f"f{n}", person_id=made.officer_id, page="p", name="같은 이름", query=f"q={n}",
                    saved_at=base.context().now,
                )
            )  # fmt: skip
        db.session.flush()

    with pytest.raises(IntegrityError):
        committed(twice)
    assert accounts.saved_filters(made.context().actor, "p") == []


@both_databases
def test_saved_filters_are_a_persons_own_and_go_with_them(made: Office) -> None:
    _save(made, "늦은 것", "reviews=missing")
    held = [row for holding in service.export_person([made.officer_id]) for row in holding.rows]
    assert any(row.get("query") == "reviews=missing" for row in held)
    committed(lambda: service.erase_person(base.context(), [made.officer_id]))
    assert _saved(made) == {}


# --- the same rows as a file ---


def _download(browser: FlaskClient, of: Office, query: str, kind: str) -> bytes:
    data = {"request_id": "r", "kind": kind, "download_reason": "위원회에 보고합니다."}
    answer = browser.post(f"{of.list}/download?{query}", data=data)
    assert answer.status_code == 200, answer.text
    assert "attachment" in answer.headers["Content-Disposition"]
    return answer.data


def _csv(browser: FlaskClient, of: Office, query: str) -> list[list[str]]:
    data = _download(browser, of, query, "csv")
    assert data.startswith(b"\xef\xbb\xbf"), "a spreadsheet takes Korean for another encoding without it"
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_the_file_holds_every_row_that_is_found_and_no_formula(made: Office, browser: FlaskClient) -> None:
    def bait() -> None:
        made.application(0).title = '=HYPERLINK("http://x";"y")'

    committed(bait)
    rows = _csv(browser, made, "state=closed&sort=-title")
    assert [row[1] for row in rows[1:]] == [THIRD, SECOND, '\'=HYPERLINK("http://x";"y")']
    assert rows[1][6] == "3000000"
    sheet = openpyxl.load_workbook(io.BytesIO(_download(browser, made, "state=closed", "xlsx"))).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert sheet.max_row == 4 and all(cell.data_type != "f" for cell in cells)
    assert sheet.cell(2, 2).value == '\'=HYPERLINK("http://x";"y")' and sheet.cell(2, 7).value == 1_000_000


def test_the_file_shows_nothing_that_the_list_seals(made: Office, browser: FlaskClient) -> None:
    for kind in ("csv", "xlsx"):
        data = _download(browser, made, "", kind)
        text = (
            data.decode() if kind == "csv" else str(list(openpyxl.load_workbook(io.BytesIO(data)).worksheets[0].values))
        )
        assert FIRST in text and "봉인모델" not in text


def test_a_download_needs_a_reason_and_stands_in_the_chain(made: Office, browser: FlaskClient) -> None:
    assert browser.post(f"{made.list}/download", data={"request_id": "r", "kind": "csv"}).status_code == 422
    query = select(AuditEvent).where(AuditEvent.kind == "ApplicationsDownloaded")
    assert db.session.scalars(query).all() == []
    _download(browser, made, "state=closed&q=나래", "csv")
    found = db.session.scalars(query).one()
    values = {v.name: v for v in db.session.scalars(select(AuditValue).where(AuditValue.sequence == found.sequence))}
    assert found.actor_id == made.officer_id and values["rows"].value == "1"
    assert values["reason"].personal and values["text"].personal, "what a person typed can be erased"


def test_a_file_of_many_rows_is_read_with_as_many_queries(made: Office, browser: FlaskClient) -> None:
    from tests.factories import routing

    def count(query: str) -> int:
        said: list[str] = []

        def hear(_: object, __: object, statement: str, *___: object) -> None:
            said.append(statement)

        engine = db.engine
        event.listen(engine, "before_cursor_execute", hear)
        try:
            _download(browser, made, query, "xlsx")
        finally:
            event.remove(engine, "before_cursor_execute", hear)
        return len(said)

    count("")  # what is asked only once, by the first request
    few = count("")

    def more() -> None:
        for _ in range(40):
            routing.applied(made.call, made.field.field.stage(), title="더하기")

    committed(more)
    assert db.session.scalar(select(func.count()).select_from(Application)) == 44
    assert count("") == few


@both_databases
def test_of_several_entries_and_submissions_the_latest_counts(made: Office) -> None:
    def again() -> None:
        from portal.applications.models import Submission

        entry = reviews.entry_of(made.field, 0)
        old = entry.submission
        new = Submission(
            public_id="newer", application_id=old.application_id, number=2, receipt="R-NEW", content=old.content,
            sha256=old.sha256, submitted_at=old.submitted_at, requested_total=9,
        )  # fmt: skip
        db.session.add(new)
        db.session.flush()

    committed(again)
    from portal.desks.officer.queries import listing

    rows = listing.page_of(made.context().actor, made.call, Filter(state="closed"), 1)
    assert [(row.receipt, row.requested) for row in rows if row.title == FIRST] == [("R-NEW", 9)]
    assert len(rows) == 3

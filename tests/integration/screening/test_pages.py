"""The officer's pages of screening."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from portal.accounts.models import Person
from portal.applications.models import EntryState, StageEntry
from portal.conflicts.models import Severity
from portal.conflicts.service import write
from portal.platform.db import db
from portal.programs.queries import stage_by_code
from portal.screening import service
from portal.screening.models import Screening, ScreeningState
from tests.factories import routing
from tests.factories.accounts import member, signed_in
from tests.factories.base import committed, context
from tests.factories.screening import content

REASON = "주관기관 요건을 갖추지 못했습니다."


@pytest.fixture
def officer(client: FlaskClient) -> Person:
    who = member("officer", name="담당자")
    signed_in(client, who)
    return who


def _screened(*broken: bool) -> tuple[str, list[tuple[int, str]]]:
    """(call, [(entry, screening)])."""

    def make() -> tuple[str, list[tuple[int, str]]]:
        call = routing.closed_call(routing.definition("has_pi", "page_limits"))
        stage = stage_by_code(call, "paper")
        found = []
        for n, wrong in enumerate(broken):
            given = content() | {"n": n}
            if wrong:
                given["members"][0]["role"] = "researcher"
            one = routing.applied(call, stage, state=EntryState.ENTERED, handed_in=given, title=f"과제 {n}")
            found.append((one.entry.id, service.screen(context(), one.entry.id).public_id))
        return call.public_id, found

    return committed(make)


@pytest.mark.usefixtures("officer")
def test_the_queue_lists_what_waits_with_the_rule_that_is_not_met(client: FlaskClient) -> None:
    call, _ = _screened(True, False)
    page = client.get(f"/office/calls/{call}/screening").text
    assert page.index("과제 0") < page.index("과제 1")
    assert "has_pi" in page
    assert "과제 1" not in client.get(f"/office/calls/{call}/screening?state=waiting").text
    assert "Nothing matches" in client.get(f"/office/calls/{call}/screening?rule=page_limits&lang=en").text


@pytest.mark.usefixtures("officer")
def test_an_empty_queue_says_why(client: FlaskClient) -> None:
    call, _ = _screened()
    assert "아직 검토한 신청서가 없습니다" in client.get(f"/office/calls/{call}/screening").text


@pytest.mark.usefixtures("officer")
def test_the_queue_takes_the_same_number_of_queries_for_many(client: FlaskClient) -> None:
    from sqlalchemy import event

    def count(call: str) -> int:
        seen: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
        assert client.get(f"/office/calls/{call}/screening").status_code == 200
        return len(seen)

    one, _ = _screened(True)
    many, _ = _screened(*[True] * 12)
    first = count(one)
    assert count(many) <= 2 * first + 2  # the listener of the first count still counts


@pytest.mark.usefixtures("officer")
def test_a_decision_is_recorded_with_its_reason(client: FlaskClient) -> None:
    _, ((entry, screening),) = _screened(True)
    page = client.get(f"/office/screenings/{screening}")
    assert "연구책임자가 없습니다." in page.text
    assert "There is no principal investigator." in client.get(f"/office/screenings/{screening}?lang=en").text
    short = client.post(f"/office/screenings/{screening}", data={"outcome": "ineligible", "reason": "짧음"})
    assert short.status_code == 422
    done = client.post(f"/office/screenings/{screening}", data={"outcome": "ineligible", "reason": REASON})
    assert done.status_code == 303
    found = db.session.query(Screening).filter_by(public_id=screening).one()
    assert (found.state, found.reason) == (ScreeningState.INELIGIBLE, REASON)
    assert db.session.get_one(StageEntry, entry).state is EntryState.NOT_ADVANCED
    assert REASON in client.get(f"/office/screenings/{screening}").text
    again = client.post(f"/office/screenings/{screening}", data={"outcome": "eligible", "reason": REASON})
    assert again.status_code == 409


@pytest.mark.usefixtures("officer")
def test_the_review_can_be_opened_early(client: FlaskClient) -> None:
    call, _ = _screened(True, False)
    done = client.post(f"/office/calls/{call}/screening/open-review", data={"stage": "paper"})
    assert done.status_code == 303
    assert done.location.endswith(f"/office/calls/{call}/routing?stage=paper")


def test_a_conflict_hides_the_screening_from_the_officer(client: FlaskClient, officer: Person) -> None:
    call, ((entry, screening),) = _screened(True)
    application = db.session.get_one(StageEntry, entry).application_id
    who = officer.id
    committed(lambda: write(context(), who, application, "relative", Severity.WAIVABLE))
    assert client.get(f"/office/screenings/{screening}").status_code == 404
    assert "과제 0" not in client.get(f"/office/calls/{call}/screening").text


@pytest.mark.parametrize("role", ["reviewer", "auditor", "budget_officer"])
def test_nobody_but_officers_gets_in(client: FlaskClient, role: str) -> None:
    call, ((_, screening),) = _screened(True)
    signed_in(client, member(role))
    for address in (f"/office/screenings/{screening}", f"/office/calls/{call}/screening"):
        assert client.get(address).status_code == 404


def test_visitors_are_sent_to_sign_in(client: FlaskClient) -> None:
    call, _ = _screened(True)
    assert re.search("sign-in", client.get(f"/office/calls/{call}/screening").location)

"""Every form refuses bad input with a sentence beside the field, keeps what was typed, and saves nothing (TRUST.md 8)."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.applications.models import Member, PlannedCost, SectionAnswer
from portal.audit.models import AuditEvent
from portal.awards.models import Decision
from portal.budgets.models import BudgetLine
from portal.platform.db import db
from portal.reviews.models import Review
from tests.factories.accounts import account, member, signed_in
from tests.factories.applications import consortium
from tests.factories.awards import ready, with_plan
from tests.factories.base import committed
from tests.factories.consortia import complete_team
from tests.factories.reviews import COMMENT, REASON, under_review


def refused(answer, field: str, *kept: str) -> None:  # type: ignore[no-untyped-def]
    assert 400 <= answer.status_code < 500, answer.status_code
    found = re.search(rf'id="{re.escape(field)}-error"[^>]*>(.*?)</', answer.text, re.S)
    assert found is not None, answer.text[-3000:]
    assert len(found[1].strip()) > 5
    for typed in kept:
        assert html.escape(typed, quote=True).replace("&#x27;", "&#39;") in answer.text, typed


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("-1", None), ("0.5", None), ("1e9", None), ("NaN", None), (str(2**63), None), ("많이", None),
     ("１，０００", 1_000), ("1,000", 1_000), ("1 000", 1_000), ("0", 0), ("3억 5천만", 350_000_000)],
)  # fmt: skip
def test_every_amount_has_a_defined_answer(app: Flask, typed: str, stored: int | None) -> None:
    team = consortium()
    owner = committed(lambda: account(db.session.get_one(Person, team.people[0])))
    cell, other = "b_2025-people-government", "b_2026-gear-cash"
    address = f"/applications/{team.public_id}/budget?slice={team.institutions[0]}"
    answer = signed_in(app.test_client(), owner).post(address, data={"version": "0", cell: typed, other: "77,000"})
    rows = {(c.year, c.category): c for c in db.session.scalars(select(PlannedCost))}
    if stored is None:
        refused(answer, cell, typed, "77,000")
        assert rows == {}
    else:
        assert answer.status_code == 303
        assert (rows[2025, "people"].government if (2025, "people") in rows else 0) == stored
        assert rows[2026, "gear"].cash == 77_000


@pytest.mark.parametrize("typed", ["61", "-1", "5.5", "많이", str(2**63)])
def test_a_score_outside_its_criterion_is_refused(app: Flask, typed: str) -> None:
    field = under_review(1)
    reviewer = committed(lambda: account(field.person(0)))
    data = {
        "version": "0", "points_tech": typed, "reason_tech": REASON, "points_plan": "30", "reason_plan": REASON,
        "comment": COMMENT, "note": "담당자께",
    }  # fmt: skip
    browser = signed_in(app.test_client(), reviewer)
    refused(
        browser.post(f"/reviews/{field.assignment().public_id}", data=data), "points_tech", typed, COMMENT, "담당자께"
    )
    assert _count(Review) == 0


@pytest.mark.parametrize("typed", ["-1", "0.5", "1e9", "NaN", str(2**63), "400,001"])
def test_an_amount_that_the_table_cannot_take_is_refused(app: Flask, typed: str) -> None:
    table, chair, entry, _ = _table(app)
    chair.post(f"{table}/open", data={"request_id": "a"})
    cell = f"q-{entry}-data--2025"
    data = _typed(chair.get(table).text) | {cell: typed, f"reason-{entry}": "가용한 자원을 살펴 줄였습니다."}
    refused(chair.post(table, data=data | {"request_id": "b"}), cell, typed, "가용한 자원을 살펴 줄였습니다.")
    assert f'value="{typed}"' not in chair.get(table).text


def test_a_decision_without_a_reason_is_refused(app: Flask) -> None:
    table, chair, _, office = _table(app)
    chair.post(f"{table}/open", data={"request_id": "a"})
    chair.post(f"{table}/close", data={"request_id": "b"})
    officer = signed_in(app.test_client(), member("officer", name="담당자"))
    data = _typed(officer.get(office).text)
    mine = next(name for name in data if name.startswith("reason_"))
    told = data | {mine: "짧음", "reason": "순위에 따라 선정하고자 합니다."}
    refused(officer.post(office, data=told | {"request_id": "c"}), mine, "짧음", "순위에 따라 선정하고자 합니다.")
    refused(officer.post(office, data=data | {"reason": " ", mine: "충분히 긴 사유입니다.", "request_id": "d"}), "reason",
            "충분히 긴 사유입니다.")  # fmt: skip
    assert _count(Decision) == 0


def test_a_cap_that_is_no_amount_is_refused(app: Flask) -> None:
    committed(lambda: with_plan())
    line = db.session.scalars(select(BudgetLine).order_by(BudgetLine.id)).first()
    assert line is not None
    address, cap = f"/office/budget/{line.public_id}", line.cap
    client = signed_in(app.test_client(), member("budget_officer"))
    refused(
        client.post(address, data={"cap": "-5", "reason": "예산을 다시 봅니다."}), "cap", "-5", "예산을 다시 봅니다."
    )
    refused(client.post(address, data={"cap": "1,000", "reason": "뭐"}), "reason", "1,000", "뭐")
    assert _fresh(BudgetLine, line.id).cap == cap


def test_words_of_an_application_are_refused_where_they_stand(app: Flask) -> None:
    team = complete_team()
    owner = committed(lambda: account(db.session.get_one(Person, team.owner_id)))
    here, client = f"/applications/{team.public_id}", signed_in(app.test_client(), owner)
    people, answers = _count(Member), _count(SectionAnswer)
    wrong = {"name": "이<나>래", "email": "나래", "department": "통계학과", "institution": team.lead}
    refused(client.post(f"{here}/members", data=wrong), "email", "이<나>래", "나래", "통계학과")
    refused(client.post(f"{here}/title", data={"title": "가" * 301}), "title", "가" * 301)
    refused(client.post(f"{here}/withdraw", data={"reason": " "}), "reason")
    refused(client.post(f"{here}/institutions", data={"name": "늘봄대학교", "contact_email": "@"}), "contact_email",
            "늘봄대학교")  # fmt: skip
    assert (_count(Member), _count(SectionAnswer)) == (people, answers)


def test_a_refused_post_leaves_no_event_behind(app: Flask) -> None:
    team = complete_team()
    owner = committed(lambda: account(db.session.get_one(Person, team.owner_id)))
    client = signed_in(app.test_client(), owner)
    before = _count(AuditEvent)
    client.post(f"/applications/{team.public_id}/withdraw", data={"reason": ""})
    client.post(f"/applications/{team.public_id}/title", data={"title": ""})
    assert _count(AuditEvent) == before


def _table(app: Flask) -> tuple[str, FlaskClient, str, str]:
    """The address of a panel's table, its chair's browser, the first entry, the office's page of the call."""

    def make() -> tuple[str, Person, str, str]:
        with_plan()
        made = ready(2)
        return (
            f"/panels/{made.panel.public_id}/award", account(made.chair), made.entries[0].public_id,
            f"/office/calls/{made.call.public_id}/awards",
        )  # fmt: skip

    table, chair, entry, office = committed(make)
    return table, signed_in(app.test_client(), chair), entry, office


def _typed(page: str) -> dict[str, str]:
    """What a browser would send of the page's form with a version or a stage, unchanged."""
    forms = re.findall(r"<form[^>]*method=\"post\".*?</form>", page, re.S)
    form = next(f for f in forms if 'name="version"' in f or 'name="stage"' in f)
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name:
            found[name[1]] = value[1] if value else ""
    for name, words in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\s*(.*?)</textarea>', form, re.S):
        found[name] = words
    for name, options in re.findall(r'<select name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def _count(model: type) -> int:
    db.session.expire_all()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def _fresh(model: type, row_id: int):  # type: ignore[no-untyped-def]
    db.session.expire_all()
    return db.session.get_one(model, row_id)

"""A preview walks the call as applicant and reviewer, and is found nowhere: no count, mail, export, cap."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.accounts.models import Account, Person
from portal.applications import service as applications
from portal.applications.models import Application
from portal.budgets.models import Movement
from portal.desks.preview import queries as previews
from portal.notifications.models import Letter
from portal.platform.db import db
from portal.programs import queries as programs
from portal.programs.models import Call
from tests.databases import both_databases
from tests.factories.accounts import member, signed_in
from tests.factories.base import actor, committed, context
from tests.factories.seed_call import seed_call, written
from workers.wake import run_all_due

pytestmark = both_databases
LOOKED_AT = (
    "/", "/programs", "/awards", "/office", "/office/programs", "/applications", "/reviews", "/inbox",
    "/office/budget", "/office/people", "/office/calls/{id}", "/office/calls/{id}/applications",
    "/office/calls/{id}/screening", "/office/calls/{id}/routing", "/office/calls/{id}/reviews", "/office/calls/{id}/ranking",
    "/office/calls/{id}/awards", "/office/calls/{id}/messages", "/office/calls/{id}/settings",
)  # fmt: skip
MOVES = (r'name="(csrf_token|request_id)" value="[^"]*"', r'nonce="[^"]*"', r"<code[^>]*data-audit-head.*?</code>", r"data-now=\S+", r"\d\d:\d\d:\d\d", r"\d+ (days?|hours?|minutes?|seconds?)")  # fmt: skip


def seen(client: FlaskClient, call_id: str) -> dict[str, tuple[int, str]]:
    """Every page where something could be counted, without what changes by itself."""
    found = {}
    client.get(f"/office/calls/{call_id}/preview")  # takes the last act's message away
    for address in LOOKED_AT:
        answer = client.get(address.format(id=call_id))
        text = answer.text[answer.text.find("<main") : answer.text.find('aria-labelledby="history"')]
        for pattern in MOVES:
            text = re.sub(pattern, "", text)
        found[address] = answer.status_code, text
    return found


def counts() -> dict[str, int]:
    return {
        table.__tablename__: db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in (Letter, Movement)
    }


@pytest.fixture
def officer(client: FlaskClient) -> FlaskClient:
    return signed_in(client, member("officer", "administrator", "budget_officer", "auditor", language="en"))


def the_officer() -> Person:
    """The first who has an account."""
    db.session.rollback()
    return db.session.scalars(select(Person).join(Account, Account.person_id == Person.id).order_by(Person.id)).first()  # type: ignore[return-value]


def walk(client: FlaskClient, call: str) -> str:
    """Make the preview, apply, hand in, close, review; returns the address of the review."""
    assert client.post(f"/office/calls/{call}/preview").status_code == 303
    copy = programs.latest_preview(db.session.scalars(select(Call.id).where(Call.public_id == call)).one())
    assert copy is not None
    shown = client.get(f"/calls/{copy.public_id}")
    assert shown.status_code == 200 and "This is a preview" in shown.text
    assert client.get(f"/calls/{copy.public_id}/apply").status_code == 200
    copy_id = copy.id
    me = context(the_officer(), "officer", "administrator")
    here = committed(lambda: written(me, copy_id))
    committed(lambda: applications.submit(me, here))
    address = db.session.get_one(Application, here).public_id
    assert client.get(f"/applications/{address}").status_code == 200
    reviewed = client.post(f"/office/calls/{call}/preview/review")
    assert reviewed.status_code == 303
    run_all_due()
    answer = client.get(reviewed.location)
    assert answer.status_code == 200 and "Cheaper reading of old maps" in answer.text
    return str(reviewed.location)


def test_what_is_done_in_a_preview_is_found_nowhere(officer: FlaskClient) -> None:
    call = committed(lambda: seed_call().public_id)
    assert officer.post(f"/office/calls/{call}/preview").status_code == 303
    before, numbers = seen(officer, call), counts()
    assert all(status == 200 for status, _ in before.values()), {a: s for a, (s, _) in before.items()}
    review = walk(officer, call)
    after = seen(officer, call)
    for address, (status, text) in after.items():
        changed = set(text.splitlines()) ^ set(before[address][1].splitlines())
        assert (status, changed) == (200, set()), address
    assert counts() == numbers
    assert officer.get(review).status_code == 200
    again = officer.post(f"/office/calls/{call}/preview/review")
    assert again.location == review
    steps = officer.get(f"/office/calls/{call}/preview").text
    assert "Go on as the reviewer" in steps and "Handed in" in steps


def test_an_office_page_of_the_preview_itself_is_nowhere(officer: FlaskClient) -> None:
    call = committed(lambda: seed_call().public_id)
    walk(officer, call)
    copy = programs.latest_preview(db.session.scalars(select(Call.id).where(Call.public_id == call)).one())
    assert copy is not None
    for place in (
        "",
        "/applications",
        "/screening",
        "/routing",
        "/reviews",
        "/ranking",
        "/awards",
        "/messages",
        "/settings",
    ):
        assert officer.get(f"/office/calls/{copy.public_id}{place}").status_code == 404, place


def test_nobody_but_its_office_reaches_a_preview(officer: FlaskClient) -> None:
    call = committed(lambda: seed_call().public_id)
    review = walk(officer, call)
    copy = programs.latest_preview(db.session.scalars(select(Call.id).where(Call.public_id == call)).one())
    assert copy is not None
    mine = previews.own_application(actor(the_officer()), copy.id)
    assert mine is not None
    addresses = [
        f"/calls/{copy.public_id}",
        f"/calls/{copy.public_id}/apply",
        f"/applications/{mine.public_id}",
        review,
    ]
    stranger = signed_in(officer.application.test_client(), member(language="en"))
    foreign = signed_in(officer.application.test_client(), member("officer", "reviewer", scope="program:OTHER"))
    for client in (stranger, foreign):
        assert [client.get(address).status_code for address in addresses] == [404] * 4

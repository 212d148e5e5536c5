"""No page asks the database more often because there is more in it (counted on two sizes)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from portal.accounts.models import Person
from portal.applications.models import Application, ApplicationState
from portal.demo import crowd
from portal.factory import create_app
from portal.platform.db import db
from portal.reviews.models import Review, ReviewState
from portal.routing.models import Assignment
from tests.bench.seed import draft
from tests.databases import SQLite, settings
from tests.factories.accounts import account, signed_in
from tests.factories.base import committed, open_call
from tests.integration.access.cells import Visitor, cells_of
from tests.integration.access.conftest import built
from tests.integration.access.growth import grow
from tests.integration.access.matrix import RULES
from tests.integration.access.world import World, nothing_kept

NO_QUERIES = ("SAVEPOINT", "RELEASE", "BEGIN", "PRAGMA")


@pytest.fixture(scope="module")
def world(sqlite: SQLite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world of this module's own: it is going to grow."""
    yield from built(sqlite, tmp_path_factory.mktemp("growing"))


def counts(world: World) -> dict[str, int]:
    """Queries of every page that a role is shown, by role and address."""
    visitor, found = Visitor(world), {}
    with listening(world.app) as said, nothing_kept():
        for policy in RULES:
            for cell in cells_of(policy):
                if cell.method != "GET" or cell.expected != 200:
                    continue
                url = visitor.url(cell.row.endpoint, cell.row.arguments)
                said.clear()
                assert visitor.ask(cell.role, "GET", url)[0] == 200
                found[f"{cell.role}: {url}"] = len(said)
    return found


@contextmanager
def listening(app: Flask) -> Iterator[list[str]]:
    """The statements that the app's database is asked meanwhile."""
    said: list[str] = []

    def hear(*told: object) -> None:
        statement = str(told[2])
        if not statement.startswith(NO_QUERIES):
            said.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", hear)


def test_no_page_asks_more_of_a_larger_database(world: World) -> None:
    small = counts(world)
    with world.app.app_context():
        grow(4)
        db.session.remove()
    large = counts(world)
    grown = {page: (small[page], n) for page, n in large.items() if n > small[page]}
    assert grown == {}, "join or load together what is asked for row by row"


AT_MOST = {  # statements of what is measured, signing in included; on PostgreSQL the chain takes two less of a hand-in
    "officer's list": 6, "officer's list, filtered": 6, "officer's list, searched": 6, "officer's application": 8,
    "reviewer's application": 5, "reviewer's desk": 6, "progress": 9, "screening": 10, "applicant's list": 8,
    "applicant's application": 9, "apply form": 4, "hand in an application": 14, "hand in a review": 12,
}  # fmt: skip


def measured(sqlite: SQLite, folder: Path, applications: int) -> dict[str, int]:
    """Statements of the measured pages, of a call with so many applications, once everything is parsed."""
    app = create_app(settings(folder, sqlite.fresh()))
    with app.app_context():
        made = crowd.seed(applications, 3 * applications, 1, lambda _: None)
        first = db.session.scalars(
            select(Application).where(Application.state == ApplicationState.CLOSED).order_by(Application.id).limit(1)
        ).one()
        read = select(Assignment.public_id).join(Review).where(Assignment.person_id == made.reviewer_id)
        review = db.session.scalars(read.where(Review.state == ReviewState.DRAFT).order_by(Assignment.id)).first()
        people = {"officer": made.officer_id, "reviewer": made.reviewer_id, "owner": first.owner_id}
        who = {n: signed_in(app.test_client(), db.session.get_one(Person, id_)) for n, id_ in people.items()}
        public_id = db.session.scalars(select(Application.public_id).where(Application.id == 1)).one()
        db.session.remove()
    applicant, draft_id = complete_draft(app)
    call = f"/office/calls/{made.call}"
    pages = {
        "officer's list": ("officer", f"{call}/applications"),
        "officer's list, filtered": ("officer", f"{call}/applications?state=closed"),
        "officer's list, searched": ("officer", f"{call}/applications?q=모델"),
        "officer's application": ("officer", f"/office/applications/{public_id}"),
        "reviewer's application": ("reviewer", f"/reviews/{review}"),
        "reviewer's desk": ("reviewer", "/reviews"),
        "progress": ("officer", f"{call}/reviews"),
        "screening": ("officer", f"{call}/screening"),
        "applicant's list": ("owner", "/applications"),
        "applicant's application": ("owner", f"/applications/{public_id}"),
        "apply form": ("applicant", f"/applications/{draft_id}/sections/team"),
    }
    posts = {
        "hand in an application": ("applicant", f"/applications/{draft_id}/submit", {"declaration": "y"}),
        "hand in a review": ("reviewer", f"/reviews/{review}/submit", {}),
    }
    who["applicant"] = applicant
    found = {}
    with listening(app) as said:
        for page, (role, url) in pages.items():
            for _ in range(2):
                said.clear()
                assert who[role].get(url).status_code == 200, url
            found[page] = len(said)
        for post, (role, url, fields) in posts.items():
            said.clear()
            assert who[role].post(url, data=fields | {"request_id": post}).status_code == 303, url
            found[post] = len(said)
    with app.app_context():
        db.engine.dispose()
    return found


def complete_draft(app: Flask) -> tuple[FlaskClient, str]:
    """An application of an open call that lacks nothing, and its owner's browser."""
    with app.app_context():
        owner = committed(account)
        public_id = committed(lambda: draft(open_call(), owner, 0).public_id)
        return signed_in(app.test_client(), owner), public_id


def test_measured_pages_ask_the_same_of_200_applications_as_of_10_and_never_much(
    sqlite: SQLite, tmp_path: Path
) -> None:
    few, many = measured(sqlite, tmp_path / "few", 10), measured(sqlite, tmp_path / "many", 200)
    assert many == few, "join or load together what is asked for row by row"
    assert {page: n for page, n in many.items() if n > AT_MOST[page]} == {}

"""What is measured: the operations of SPEED with their goals, and pages beside them for which nothing was promised."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import Person
from portal.platform.context import RandomIds
from portal.platform.db import db
from tests.bench.load import Request
from tests.bench.measure import Ask
from tests.bench.seed import Seeded
from tests.factories.accounts import signed_in


@dataclass(frozen=True)
class Goal:
    """CPU as a multiple of the floor, statements, milliseconds of the 95th percentile with eight at once."""

    ratio: float
    statements: int
    p95: float


@dataclass
class Row:
    """One line of the table. `ask` makes one request in this process, `requests` give the same for the server."""

    name: str
    floor: str  # R or W
    ask: Ask
    requests: Iterator[Request]
    goal: Goal | None = None
    once: bool = field(default=False)  # every request can be made once only


class Browser:
    """One signed-in person: in this process and, with the same cookie, at the server."""

    def __init__(self, app: Flask, person_id: int | None) -> None:
        self.client: FlaskClient = app.test_client()
        if person_id is not None:
            with app.app_context():
                signed_in(self.client, db.session.get_one(Person, person_id))
        cookie = self.client.get_cookie(str(app.config["SESSION_COOKIE_NAME"]))
        self.cookie = f"{cookie.key}={cookie.value}" if cookie is not None else ""

    def token(self, page: str) -> str:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.client.get(page).text)
        if found is None:
            raise RuntimeError(f"{page} has no form")
        cookie = self.client.get_cookie("portal")
        assert cookie is not None
        self.cookie = f"{cookie.key}={cookie.value}"
        return found[1]


def rows(app: Flask, of: Seeded) -> list[Row]:
    officer, reviewer, visitor = Browser(app, of.officer), Browser(app, of.reviewer), Browser(app, None)
    owner = Browser(app, of.owners[0])
    list_, calls = f"/office/calls/{of.call}/applications", f"/office/calls/{of.call}"
    form = f"/applications/{of.drafts[0]}/sections/{of.section}"
    offices = [f"/office/applications/{a}" for a in of.applications[:400]]
    searched = f"{list_}?q=한국어+음성"
    return [
        _page("public home page", visitor, "/"),
        _page("page of a call", visitor, f"/calls/{of.open_call}"),
        _page(f"apply form, {_fields(owner, form)} fields", owner, form, goal=Goal(7, 4, 60)),
        _page("applicant's dashboard", owner, "/applications", goal=Goal(5, 5, 50)),
        _page("applicant's cockpit", owner, f"/applications/{of.drafts[0]}"),
        _page("officer's list, page of 50", officer, list_, goal=Goal(11, 6, 100)),
        _page("officer's list, filtered, page 5", officer, f"{list_}?state=closed&page=5", goal=Goal(11, 6, 100)),
        _page("officer's list, searched", officer, searched, goal=Goal(18, 6, 150)),
        _page("one application, officer's", officer, *offices, goal=Goal(11, 8, 100)),
        _page("one application, reviewer's", reviewer, *(f"/reviews/{a}" for a in of.read), goal=Goal(11, 8, 100)),
        _page("reviewer's desk", reviewer, "/reviews"),
        _page("progress of the reviews", officer, f"{calls}/reviews"),
        _page("screening queue", officer, f"{calls}/screening"),
        _submit(app, of),
        _review(reviewer, of),
    ]


def _page(name: str, who: Browser, *paths: str, goal: Goal | None = None) -> Row:
    def requests() -> Iterator[Request]:
        while True:
            yield from (Request(path.replace("한국어+음성", SEARCHED), who.cookie) for path in paths)

    return Row(name, "R", lambda n: who.client.get(paths[n % len(paths)]), requests(), goal)


SEARCHED = "%ED%95%9C%EA%B5%AD%EC%96%B4+%EC%9D%8C%EC%84%B1"  # what is searched, as an address holds it


def _posts(name: str, made: list[tuple[Browser, str, dict[str, str]]], goal: Goal) -> Row:
    """Each of them once, in this process or at the server."""
    left = iter(made)

    def ask(_: int) -> object:
        who, path, fields = next(left)
        return who.client.post(path, data=fields)

    requests = (Request(path, who.cookie, fields) for who, path, fields in left)
    return Row(name, "W", ask, requests, goal, once=True)  # type: ignore[arg-type]


def _submit(app: Flask, of: Seeded) -> Row:
    made = []
    for owner_id, draft in zip(of.owners, of.drafts, strict=True):
        owner = Browser(app, owner_id)
        fields = {"csrf_token": owner.token(f"/applications/{draft}/check"), "request_id": RandomIds().public_id()}
        made.append((owner, f"/applications/{draft}/submit", fields | {"declaration": "y"}))
    return _posts("submit an application", made, Goal(14, 10, 60))


def _review(reviewer: Browser, of: Seeded) -> Row:
    token = reviewer.token(f"/reviews/{of.assignments[0]}/submit")
    made = [
        (reviewer, f"/reviews/{a}/submit", {"csrf_token": token, "request_id": RandomIds().public_id()})
        for a in of.assignments
    ]
    return _posts("submit a review", made, Goal(11, 8, 50))


def _fields(who: Browser, page: str) -> int:
    """Inputs a person fills in; choices of one question count once."""
    found = re.findall(r"<(?:input|textarea|select)\b[^>]*\bname=\"(q_[^\"]+)\"", who.client.get(page).text)
    return len(set(found))

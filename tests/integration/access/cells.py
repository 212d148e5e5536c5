"""The matrix as single cells: one role, one method, one address, one expected answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask import url_for
from flask.testing import FlaskClient

from tests.integration.access.matrix import OK, RULES, SIGHTS, Answer, Row, Rule, Sight
from tests.integration.access.world import ROLES, WHY, World

BROKEN = 500
HEAD = re.compile(rb"<code[^>]* data-audit-head>[0-9a-f]+</code>")  # a hash over salted hashes of every secret
SIGNED_OUT = ("anonymous", "disabled")  # a disabled person's session is no session


@dataclass(frozen=True)
class Cell:
    policy: str
    role: str
    method: str
    row: Row
    expected: Answer

    def __str__(self) -> str:
        return f"{self.role}: {self.method} {self.row.endpoint} {self.row.arguments} {self.row.body}".rstrip()


def _pairs(world: World, text: str) -> dict[str, str]:
    return {name: world.id(value) for name, _, value in (part.partition("=") for part in text.split())}


def address(world: World, endpoint: str, arguments: str, query: str = "") -> str:
    with world.app.test_request_context():
        made: str = url_for(endpoint, **_pairs(world, arguments))
    return f"{made}?{query}" if query else made


def expected(rule: Rule, row: Row, role: str, method: str) -> Answer:
    allowed = (rule.allowed if row.allowed is None else row.allowed).split()
    if role in SIGNED_OUT and not rule.visitors:
        return 302 if method == "GET" else 401
    if role in row.but:
        return row.but[role]
    if role in allowed:
        return row.get if method == "GET" else OK
    if row.allowed is None and role in rule.but:
        return rule.but[role]
    return rule.refused if row.refused is None else row.refused


def cells_of(policy: str, roles: Iterable[str] = ROLES) -> Iterator[Cell]:
    """Every cell of one policy; POSTs after GETs."""
    rule = RULES[policy]
    for method in ("GET", "POST"):
        for row in rule.rows:
            if method in row.methods.split():
                for role in (asked for asked in roles if asked in rule.asked):
                    yield Cell(policy, role, method, row, expected(rule, row, role, method))


def one_endpoint_each() -> Iterator[Cell]:
    """The policy-bearing cells: the first endpoint of every policy, for every role."""
    for policy, rule in RULES.items():
        first = rule.rows[0].endpoint
        yield from (cell for cell in cells_of(policy) if cell.row.endpoint == first)


class Visitor:
    """Asks as each role, over one client."""

    def __init__(self, world: World, language: str = "ko") -> None:
        self.world, self.language = world, language
        self.client: FlaskClient = world.app.test_client(use_cookies=False)
        self._cookies = {role: world.cookie(role, language) for role in ROLES}
        self._addresses: dict[tuple[str, str, str], str] = {}

    def url(self, endpoint: str, arguments: str, query: str = "") -> str:
        key = (endpoint, arguments, query)
        if key not in self._addresses:
            self._addresses[key] = address(self.world, *key)
        return self._addresses[key]

    def ask(
        self, role: str, method: str, url: str, body: dict[str, str] | None = None, accept: str = "text/html"
    ) -> tuple[int, str]:
        """Status and, for a page, its text. Asked for as JSON a refusal is answered without drawing its page."""
        headers = {"Cookie": self._cookies[role], "Accept": accept}
        try:
            response = self.client.open(url, method=method, data=body, headers=headers)
        except Exception as error:  # what would be a 500
            return BROKEN, repr(error)
        return response.status_code, response.get_data(as_text=True) if response.mimetype == "text/html" else ""

    def whole(self, role: str, method: str, url: str, body: dict[str, str] | None) -> tuple[object, ...]:
        """Everything that an onlooker of that role could compare: status, headers and the answer's bytes."""
        headers = {"Cookie": self._cookies[role]}
        response = self.client.open(url, method=method, data=body, headers=headers)
        return response.status_code, sorted(response.headers.items()), HEAD.sub(b"", response.get_data())

    def body(self, cell: Cell) -> dict[str, str]:
        return _pairs(self.world, cell.row.body)

    def differs(self, cell: Cell) -> str | None:
        """What is wrong with the answer, or nothing."""
        body = self.body(cell) if cell.method == "POST" else None
        url = self.url(cell.row.endpoint, cell.row.arguments)
        status, page = self.ask(cell.role, cell.method, url, body, "application/json")
        if cell.expected == OK:
            right = status < 500 and status not in (401, 403, 404)
        else:
            right = status == cell.expected
        told = f"{status} {page[:200]}" if status == BROKEN else str(status)
        return None if right else f"{cell} -> {told}, expected {cell.expected}"

    def sees_otherwise(self, sight: Sight, role: str) -> str | None:
        """A page shows this role what it must not, or hides what it must show."""
        text = WHY if sight.text == "WHY" else self.world.id(sight.text)
        url = self.url(sight.endpoint, sight.arguments, sight.query)
        _, page = self.ask(role, "GET", url, accept="application/json")
        there, meant = text in page, role in sight.seen_by.split()
        if there is meant:
            return None
        return f"{role} {'sees' if there else 'does not see'} {sight.text!r} on {sight.endpoint} {sight.arguments}"


def wrong(visitor: Visitor, cells: Iterable[Cell]) -> list[str]:
    return [found for cell in cells if (found := visitor.differs(cell))]


def wrong_sights(visitor: Visitor, roles: Iterable[str] = ROLES) -> list[str]:
    roles = list(roles)
    return [found for s in SIGHTS for role in roles if (found := visitor.sees_otherwise(s, role))]

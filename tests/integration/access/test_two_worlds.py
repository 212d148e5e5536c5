"""Two worlds that differ only in a secret answer alike to everybody who may not know it (TRUST.md, blind review).

Ids, clock and chance are the same in both. Every cell of the matrix is asked, GETs also with searches for what is
hidden and with every filter the pages know; then the mail of both worlds is compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import ImmutableMultiDict

from portal.accounts.models import Person
from portal.awards.models import Result
from portal.factory import create_app, open_rooms
from portal.notifications.models import Letter
from portal.platform.db import db
from portal.platform.language import use_language
from portal.platform.transaction import publish_with
from tests.databases import SQLite, settings
from tests.integration.access.cells import Visitor, cells_of
from tests.integration.access.matrix import OK, RULES
from tests.integration.access.world import READERS, ROLES, Chance, Secret, World, build, determined, nothing_kept
from workers.wake import run_all_due

# Who works in the office of the calls knows who reviews and what is proposed; auditors look behind every decision.
OFFICE = ("officer", "barred_officer", "administrator", "auditor")
SECRETS: dict[str, tuple[Secret, tuple[str, ...]]] = {
    "who wrote the first review": (Secret(readers=("나루터", "구름이")), OFFICE),
    "the other one is to be awarded": (Secret(undecided=(Result.DECLINE, Result.AWARD)), OFFICE),
    # what is reserved shows in the live figures of those who hold a budget role
    "nobody is to be awarded": (
        Secret(undecided=(Result.DECLINE, Result.DECLINE)), (*OFFICE, "budget_officer", "line_officer"),
    ),
    "a team did not come to its session": (
        Secret(came=False), ("officer", "administrator", "auditor", "assigned", "chair"),
    ),
}  # fmt: skip
# What a page is asked for besides, wherever it reads the parameter: words of what is hidden, orders, filters.
ASKED = {
    "q": ("구름", "나루"),
    "sort": ("title", "state", "person", "-changed"),
    "page": ("2",),
    "state": ("in_review", "waiting"),
    "kind": ("declared", "money"),
    "show": ("all",),
    "role": ("reviewer",),
    "track": ("x",),
    "stage": ("paper", "final"),
    "number": ("1",),
    "rule": ("lead",),
    "screening": ("waiting",),
    "reviews": ("missing",),
    "outcome": ("award", "decline"),
    "language": ("en",),
    "id": ("none",),
    "next": ("/reviews",),
}


NO_PAGE = ("health",)  # measures the real clock


class Heard(ImmutableMultiDict[str, str]):
    """A request's parameters that remember which were read."""

    read: ClassVar[set[str]] = set()

    def get(self, key: str, *more: Any, **options: Any) -> Any:
        self.read.add(key)
        return super().get(key, *more, **options)

    def getlist(self, key: str, *more: Any, **options: Any) -> Any:
        self.read.add(key)
        return super().getlist(key, *more, **options)


@dataclass
class Pair:
    """Both worlds, asked with the same chance."""

    one: Visitor
    other: Visitor
    chance: Chance

    def answers(self, role: str, method: str, url: str, body: dict[str, str] | None) -> Iterator[tuple[object, ...]]:
        for visitor in (self.one, self.other):
            self.chance.begin(url)
            yield visitor.whole(role, method, url, body)

    def differs(self, role: str, method: str, url: str, body: dict[str, str] | None = None) -> str | None:
        Heard.read.clear()
        one, other = self.answers(role, method, url, body)
        return None if one == other else f"{role}: {method} {url}: {_first_difference(one, other)}"


def _first_difference(one: tuple[object, ...], other: tuple[object, ...]) -> str:
    for mine, yours in zip(one, other, strict=True):
        if mine != yours:
            a, b = str(mine), str(yours)
            at = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
            return f"...{a[max(0, at - 80) : at + 60]!r} / {b[max(0, at - 80) : at + 60]!r}"
    return "equal"


@pytest.fixture(scope="module")
def chance() -> Iterator[Chance]:
    with determined() as made:
        yield made


def built(server: SQLite, folder: Path, chance: Chance, secret: Secret) -> World:
    app: Flask = create_app(settings(folder, server.fresh()))
    app.request_class = type("Listening", (app.request_class,), {"parameter_storage_class": Heard})
    publish_with(None)
    with app.app_context():
        use_language("ko")
        return build(app, chance, secret)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files stand under the hash of their content: the worlds share them."""
    return tmp_path_factory.mktemp("worlds")


@pytest.fixture(scope="module")
def plain(sqlite: SQLite, folder: Path, chance: Chance) -> World:
    return built(sqlite, folder, chance, Secret())


@pytest.fixture(scope="module", params=list(SECRETS))
def pair(
    request: pytest.FixtureRequest, sqlite: SQLite, folder: Path, chance: Chance, plain: World
) -> tuple[str, Pair]:
    world = built(sqlite, folder, chance, SECRETS[request.param][0])
    return request.param, Pair(Visitor(plain), Visitor(world), chance)


def _cells(pair: Pair, roles: Iterable[str], *, refused: bool) -> Iterator[str | None]:
    """What differs, cell by cell; `refused`: also the cells in which the role gets nothing but a refusal."""
    for policy in RULES:
        for cell in cells_of(policy, roles):
            if cell.row.endpoint in NO_PAGE or (not refused and cell.expected not in (OK, 200)):
                continue
            url = pair.one.url(cell.row.endpoint, cell.row.arguments)
            body = pair.one.body(cell) if cell.method == "POST" else None
            yield pair.differs(cell.role, cell.method, url, body)
            if cell.method == "GET" and cell.expected == 200:
                for query in [f"{key}={value}" for key in sorted(Heard.read) for value in ASKED.get(key, ())]:
                    yield pair.differs(cell.role, "GET", f"{url}?{query}")


def _all_alike(pair: tuple[str, Pair], *, refused: bool) -> None:
    secret, both = pair
    kept_from = [role for role in ROLES if role not in SECRETS[secret][1]]
    with nothing_kept():
        assert [found for found in _cells(both, kept_from, refused=refused) if found] == []


def test_every_page_answers_alike(pair: tuple[str, Pair]) -> None:
    _all_alike(pair, refused=False)


@pytest.mark.prove
def test_every_refusal_answers_alike(pair: tuple[str, Pair]) -> None:
    _all_alike(pair, refused=True)


def test_the_office_sees_the_difference(pair: tuple[str, Pair]) -> None:
    """The comparison can fail: those who may know the secret are shown it."""
    _, both = pair
    with nothing_kept():
        assert any(_cells(both, ["officer"], refused=False))


def _mail(world: World, chance: Chance, knowing: Iterable[str]) -> list[tuple[object, ...]]:
    """Every letter written so far and by the jobs that wait, as others than `knowing` got it."""
    told = {world.people[role] for role in knowing}
    open_rooms(world.app)
    publish_with(None)
    chance.begin("mail")
    with world.app.app_context():
        run_all_due()
        rows = db.session.scalars(select(Letter).order_by(Letter.id)).all()
        staff = _staff()
        return sorted(
            (row.person_id or 0, row.email, row.kind, row.subject, row.body, row.language, str(row.link))
            for row in rows
            if row.person_id not in told | staff
        )


def _staff() -> set[int]:
    return set(db.session.scalars(select(Person.id).where(Person.name.in_(("담당자", "위원장", "위원")))))


@pytest.mark.parametrize("secret", SECRETS)
def test_mail_is_alike(secret: str, sqlite: SQLite, folder: Path, chance: Chance) -> None:
    differing, knowing = SECRETS[secret]
    worlds = [built(sqlite, folder, chance, held) for held in (Secret(), differing)]
    one, other = (_mail(world, chance, (*knowing, *READERS)) for world in worlds)
    assert one
    assert one == other

"""The same post many times at once has the effect of one (TRUST.md 8)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import BigInteger, Integer, func, select
from werkzeug.exceptions import HTTPException

from portal.factory import create_app, open_rooms
from portal.platform.db import db
from portal.platform.language import use_language
from portal.platform.transaction import publish_with
from tests.databases import PostgreSQL, SQLite, settings
from tests.factories import base
from tests.integration.access.cells import address
from tests.integration.access.forms import Form, forms_of
from tests.integration.access.posts import POSTS, Post, code
from tests.integration.access.world import Chance, World, build, determined

# Each answer brings the browser a session or answers of its own (it keeps the last one's), or a copy, each of them logged.
EACH_DELIVERS = {
    "accounts.sign_in",
    "accounts.try_as",
    "ranking.export",
    "awards.export_matching",
    "programs.eligibility",
    "desks_officer.download",
    "routing.download_pairs",
}
# A one-time right is used up by the first: the others are told so.
ONE_TIME = {
    "accounts.confirm",
    "accounts.reset",
    "accounts.password",
    "accounts.second_factor",
    "accounts.ask_reset",
    "desks_person.close",
}
THROTTLED = {
    "desks_person.close",
    "accounts.register",
    "accounts.sign_in",
    "accounts.second_factor",
    "accounts.ask_reset",
    "applications.late_code",
}
NOT_COUNTED = {"throttle"}  # tries, not effects

Numbers = dict[str, tuple[int, ...]]


class House:
    """The world on a database that is put back to its beginning before every post."""

    def __init__(self, server: SQLite | PostgreSQL, folder: Path, chance: Chance) -> None:
        self.server, self.chance = server, chance
        self.url = server.fresh()
        self.app: Flask = create_app(settings(folder, self.url))
        publish_with(None)
        with self.app.app_context():
            use_language("ko")
            self.world: World = build(self.app, chance)
            db.session.remove()
            db.engine.dispose()
        self.kept = server.kept_copy(self.url)
        self.ids = dict(self.world.ids)

    def anew(self, post: Post) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        self.server.put_back(self.kept, self.url)
        open_rooms(self.app)
        publish_with(None)
        self.world.ids = dict(self.ids)
        self.chance.begin("before")
        if post.before is not None:
            before = post.before
            with self.app.app_context():
                base.committed(lambda: before(self.world))
                db.session.remove()

    def numbers(self) -> Numbers:
        """Of every table the rows, the sums of whole numbers that are no keys (versions, amounts, counters), and how
        many rows hold a value where there may be none."""
        found = {}
        with self.app.app_context():
            for table in db.metadata.sorted_tables:
                if table.name in NOT_COUNTED:
                    continue
                sums = [
                    func.coalesce(func.sum(column), 0)
                    for column in table.columns
                    if isinstance(column.type, Integer | BigInteger) and not column.primary_key
                    and not column.foreign_keys and not column.name.endswith("_id")
                ]  # fmt: skip
                sums += [func.count(column) for column in table.columns if column.nullable]
                row = db.session.execute(select(func.count(), *sums).select_from(table)).one()
                found[table.name] = tuple(int(value) for value in row)
        return found

    def request(self, endpoint: str, post: Post) -> tuple[str, dict[str, Any]]:
        """Address and content of the post, as the browser of its role would send it from the page."""
        typed = {
            name: code() if value == "CODE" else value if value is None else self.world.id(value)
            for name, value in post.typed.items()
        }
        page = address(self.world, *post.page, post.query.format_map(self.world.ids))
        if post.raw:
            return address(self.world, endpoint, post.page[1]), dict(typed)
        self.chance.begin("page")
        client = self.app.test_client(use_cookies=False)
        answer = client.get(page, headers={"Cookie": self.world.cookie(post.role)})
        assert answer.status_code == 200, f"{post.role} {page}: {answer.status_code}"
        form = self._form(endpoint, post, forms_of(page, answer.text))
        return form.action, form.filled(typed)

    def _form(self, endpoint: str, post: Post, forms: list[Form]) -> Form:
        wanted = {name: self.world.id(value) for name, _, value in (p.partition("=") for p in post.at.split())}
        for form in forms:
            try:
                found, arguments = self.app.url_map.bind("x").match(urlsplit(form.action).path, method="POST")
            except HTTPException:
                continue
            if found == endpoint and wanted.items() <= arguments.items():
                return form
        raise AssertionError(f"no form of {endpoint} on {post.page}: {[f.action for f in forms]}")

    def send(self, endpoint: str, post: Post, times: int) -> tuple[list[tuple[int, str]], Numbers]:
        """Status and place of every answer, and the numbers after."""
        self.anew(post)
        url, data = self.request(endpoint, post)
        answers: list[tuple[int, str]] = []
        ready = threading.Barrier(times)

        def once() -> None:
            client = self.app.test_client(use_cookies=False)
            body = data | ({post.file: post.content()} if post.file else {})
            headers = {"Cookie": self.world.cookie(post.role)} | post.headers
            ready.wait()
            response = client.post(url, data=body, headers=headers)
            answers.append((response.status_code, response.headers.get("Location", "")))

        self.chance.begin("post")
        threads = [threading.Thread(target=once) for _ in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(answers) == times, "a post ended in an exception"
        return answers, self.numbers()


def one_effect(house: House, endpoint: str, times: int) -> str | None:
    """What is wrong with `times` identical posts at once, or nothing."""
    post = POSTS[endpoint]
    ((status, place),), once = house.send(endpoint, post, 1)
    if status not in (200, 303) or (status == 200 and endpoint not in ANSWERS_200):
        return f"{endpoint}: a single post is answered {status}"
    answers, many = house.send(endpoint, post, times)
    if endpoint in THROTTLED:
        answers = [answer for answer in answers if answer[0] != 429]
    if endpoint in EACH_DELIVERS:
        return None if all(answer[0] == status for answer in answers) else f"{endpoint}: {sorted(set(answers))}"
    house.anew(post)
    if endpoint in DRY_RUNS:
        return None if once == many == house.numbers() else f"{endpoint}: a dry run changes something"
    if once == house.numbers():
        return f"{endpoint}: one post has no effect"
    if once != many:
        differing = {name: (once[name], many[name]) for name in once if once[name] != many[name]}
        return f"{endpoint}: {differing}"
    if endpoint in ONE_TIME:
        return None if any(answer[0] == status for answer in answers) else f"{endpoint}: {sorted(set(answers))}"
    alike = len(set(answers)) == 1 and answers[0][0] == status
    return None if alike else f"{endpoint}: {sorted(set(answers))} instead of {(status, place)}"


DRY_RUNS = {"reviews.sheet"}
ANSWERS_200 = {
    "applications.autosave",
    "reviews.autosave",
    "ranking.export",
    "awards.export_matching",
    "desks_officer.download",
    "routing.download_pairs",
    *DRY_RUNS,
}


def built(server: SQLite | PostgreSQL, folder: Path) -> Iterator[House]:
    with determined() as chance:
        yield House(server, folder, chance)


@pytest.fixture(scope="module")
def house(sqlite: SQLite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    yield from built(sqlite, tmp_path_factory.mktemp("posts"))


@pytest.fixture(scope="module")
def house_on_postgresql(postgresql: PostgreSQL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    yield from built(postgresql, tmp_path_factory.mktemp("posts"))


def test_every_post_is_listed(house: House) -> None:
    there = {rule.endpoint for rule in house.app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert set(POSTS) == there, "say in tests/integration/access/posts.py who posts it, from where, with what"


@pytest.mark.parametrize("endpoint", POSTS)
def test_the_same_post_at_once_has_one_effect(house: House, endpoint: str) -> None:
    assert one_effect(house, endpoint, 4) is None


@pytest.mark.prove
@pytest.mark.parametrize("endpoint", POSTS)
def test_fifty_posts_at_once_have_one_effect(house: House, endpoint: str) -> None:
    assert one_effect(house, endpoint, 50) is None


@pytest.mark.prove
@pytest.mark.parametrize("endpoint", POSTS)
def test_fifty_posts_at_once_have_one_effect_on_postgresql(house_on_postgresql: House, endpoint: str) -> None:
    assert one_effect(house_on_postgresql, endpoint, 50) is None

"""A form's id is claimed in its transaction: the same post has one effect, a refused one does not burn it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask, g
from sqlalchemy import select

from portal.accounts.models import Person
from portal.platform.context import Actor, Context
from portal.platform.db import db
from portal.platform.errors import DomainError
from portal.platform.requests import RequestReused
from portal.platform.web import body_hash, carry_out
from tests.databases import both_databases
from tests.factories.base import actor, committed, person

pytestmark = both_databases


class Poster:
    """Posts as a browser would, each with its own request."""

    def __init__(self, app: Flask, by: Actor) -> None:
        self.app, self.by = app, by
        self.effects = 0

    def post(self, request_id: str, action: Any = None, path: str = "/x", **fields: str) -> str:
        with self.app.test_request_context(path, method="POST", data=fields):
            g.actor, g.now = self.by, datetime.now(UTC)
            return carry_out(request_id, action or self._effect)

    def _effect(self, context: Context) -> str:
        self.effects += 1
        return f"/made/{person(f'사람 {self.effects}').id}"


@pytest.fixture
def poster(app: Flask) -> Poster:
    return Poster(app, actor(committed(lambda: person("김하늘"))))


def test_the_same_post_again_answers_what_the_first_did(poster: Poster) -> None:
    first = poster.post("r1", title="모델")
    assert poster.post("r1", title="모델") == first
    assert poster.effects == 1


def test_the_same_id_with_another_body_is_refused(poster: Poster) -> None:
    poster.post("r1", title="모델")
    with pytest.raises(RequestReused):
        poster.post("r1", title="다른 모델")
    with pytest.raises(RequestReused):
        poster.post("r1", path="/y", title="모델")
    assert poster.effects == 1


def test_the_same_id_by_another_person_is_refused(app: Flask, poster: Poster) -> None:
    poster.post("r1", title="모델")
    with pytest.raises(RequestReused):
        Poster(app, actor(committed(lambda: person("남")))).post("r1", title="모델")


def test_a_refused_post_does_not_burn_its_id(poster: Poster) -> None:
    def refuse(_: Context) -> str:
        raise DomainError

    with pytest.raises(DomainError):
        poster.post("r1", refuse, title="모델")
    assert poster.post("r1", title="고친 모델").startswith("/made/")


def test_eight_twins_at_once_have_one_effect(app: Flask, poster: Poster) -> None:
    answers: list[str] = []

    def post() -> None:
        with app.app_context():
            answers.append(poster.post("r1", title="모델"))

    threads = [threading.Thread(target=post) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert len(set(answers)) == 1
    db.session.rollback()
    assert len(db.session.scalars(select(Person)).all()) == 2


def test_the_token_and_the_id_are_no_part_of_the_body(app: Flask) -> None:
    def hashed(**fields: str) -> str:
        with app.test_request_context("/x", method="POST", data=fields):
            return body_hash()

    assert hashed(a="1", csrf_token="x", request_id="r") == hashed(a="1", csrf_token="y", request_id="s")
    assert hashed(a="1") != hashed(a="2")
    assert hashed(ab="c") != hashed(a="bc")

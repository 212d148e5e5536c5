"""Search finds Korean by syllable pairs and Latin by whole words, alike on both databases."""

from __future__ import annotations

import unicodedata

import pytest
from flask import Flask
from sqlalchemy import column, select

from portal.accounts.models import Person
from portal.platform import search
from portal.platform.db import db
from tests.databases import both_databases
from tests.factories.base import committed, person

TEXTS = {
    "거대": "독자 AI 파운데이션 모델 2025",
    "의료": "의료 영상 판독 인공지능",
    "english": "Sovereign Foundation Models for Korean",
}


@pytest.fixture
def indexed(app: Flask) -> dict[int, str]:
    def make() -> dict[int, str]:
        found = {person(name).id: name for name in TEXTS}
        for id_, name in found.items():
            search.index("application", id_, TEXTS[name])
        return found

    return committed(make)


def _found(indexed: dict[int, str], query: str) -> set[str]:
    clause = search.matches("application", Person.id, query)  # type: ignore[arg-type]
    assert clause is not None
    return {indexed[id_] for id_ in db.session.scalars(select(Person.id).where(clause))}


@both_databases
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("파운데이션", {"거대"}),
        ("데이", {"거대"}),
        ("공지능", {"의료"}),
        ("영상 의료", {"의료"}),
        ("의료 모델", set()),
        ("모", {"거대"}),
        ("ai", {"거대"}),
        ("FOUNDATION", {"english"}),
        ("found", set()),
        ("2025", {"거대"}),
        ("AI모델", {"거대"}),
        (unicodedata.normalize("NFD", "의료"), {"의료"}),
    ],
)
def test_what_a_query_finds(indexed: dict[int, str], query: str, names: set[str]) -> None:
    assert _found(indexed, query) == names


@both_databases
def test_indexing_again_replaces_what_was_found(indexed: dict[int, str]) -> None:
    first = min(indexed)
    committed(lambda: search.index("application", first, "새 제목"))
    assert _found(indexed, "파운데이션") == set()
    assert _found(indexed, "새 제목") == {"거대"}


@both_databases
def test_another_kind_is_another_room(indexed: dict[int, str]) -> None:
    committed(lambda: search.index("person", min(indexed), "비밀"))
    assert _found(indexed, "비밀") == set()


@pytest.mark.parametrize("query", ["", "  ", "%_'\";--", "…"])
def test_nothing_is_asked_by_a_query_without_words(query: str) -> None:
    assert search.matches("application", column("id"), query) is None


def test_a_word_as_long_as_one_likes_is_cut_alike() -> None:
    assert search.terms("x" * 500) == {"x" * 40}

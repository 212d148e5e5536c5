"""Affinity in two languages: the bridge, the shared terms, what counts for more."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from portal.routing.engine import affinities, affinity
from portal.routing.engine.terms import CONCEPTS, HANGUL, form
from tests.factories.corpus import FIELDS, corpus, hits


def test_korean_and_english_names_of_one_concept_meet() -> None:
    found = affinities(["거대 언어 모델의 사전 학습", "Grasping robots"], ["LLM, pretraining", "로봇"])
    assert found.affinity[0, 0] > 0
    assert found.affinity[1, 1] > 0
    assert found.affinity[0, 1] == found.affinity[1, 0] == 0


def test_texts_of_one_language_find_their_field_in_the_other() -> None:
    theirs, texts, ours, profiles = corpus(1, 120, 60)
    found = hits(affinities(texts, profiles).affinity.tolist(), theirs, ours)
    chance = 1 / len(FIELDS)
    assert chance <= 0.2
    assert found >= 4 * chance


def test_without_the_term_table_they_meet_at_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(affinity, "CONCEPT_OF", {})
    theirs, texts, ours, profiles = corpus(1, 120, 60)
    random.Random(2).shuffle(ours)  # ties must not follow the order of the list
    assert hits(affinities(texts, profiles).affinity.tolist(), theirs, ours) < 2 / len(FIELDS)


def test_the_shared_terms_are_the_reviewers_own_words_first() -> None:
    found = affinities(["독자 LLM 개발과 말뭉치 품질"], ["Large Language Model; 로봇", "corpora and corpus"])
    assert found.shared(0, 0) == ["large language model"]
    assert found.shared(0, 1) == ["말뭉치"]


def test_a_keyword_that_the_table_does_not_know_is_found_as_a_phrase() -> None:
    found = affinities(["그래프 색칠 문제의 새 풀이", "그래프와 문제"], ["그래프 색칠 문제"])
    assert found.affinity[0, 0] > found.affinity[1, 0] > 0
    assert "그래프 색칠 문제" in found.shared(0, 0)


def test_korean_words_meet_whatever_their_endings() -> None:
    assert affinities(["촉각을 다룬다"], ["촉각에서 얻은"]).affinity[0, 0] > 0


def test_a_latin_keyword_matches_whole_words_only() -> None:
    assert affinities(["storage of fragments"], ["RAG"]).affinity[0, 0] == 0


def test_a_rare_keyword_counts_more_than_one_that_everybody_has() -> None:
    found = affinities(["llm 반도체"], ["llm, 로봇", "반도체, 로봇", "llm, 저작권", "llm, 벤치마크"])
    assert found.affinity[0, 1] > found.affinity[0, 0]


def test_empty_texts_and_profiles_are_at_distance() -> None:
    assert affinities(["", "llm"], ["", "llm"]).affinity.tolist() == [[0, 0], [0, 1_000_000]]


def test_a_name_stands_for_one_concept_and_every_concept_has_both_languages() -> None:
    doubled = [name for name, n in Counter(form(name) for names in CONCEPTS for name in names).items() if n > 1]
    assert not doubled
    assert not [names for names in CONCEPTS if len({bool(HANGUL.search(name)) for name in names}) < 2]

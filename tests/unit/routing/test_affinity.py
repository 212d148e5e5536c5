from __future__ import annotations

from portal.routing.engine import affinities


def test_korean_and_english_names_of_one_concept_meet() -> None:
    found = affinities(["거대 언어 모델의 사전 학습", "Grasping robots"], ["LLM, pretraining", "로봇"])
    assert found.affinity[0, 0] > 0
    assert found.affinity[1, 1] > 0
    assert found.affinity[0, 1] == found.affinity[1, 0] == 0


def test_the_shared_terms_are_the_reviewers_own_words() -> None:
    assert affinities(["독자 LLM 개발"], ["Large Language Model; 로봇"]).terms == {(0, 0): ["large language model"]}


def test_a_latin_keyword_matches_whole_words_only() -> None:
    assert affinities(["storage of fragments"], ["RAG"]).affinity[0, 0] == 0


def test_a_rare_keyword_counts_more_than_one_that_everybody_has() -> None:
    found = affinities(["llm 반도체"], ["llm, 로봇", "반도체, 로봇", "llm, 저작권", "llm, 벤치마크"])
    assert found.affinity[0, 1] > found.affinity[0, 0]


def test_empty_texts_and_profiles_are_at_distance() -> None:
    assert affinities(["", "llm"], ["", "llm"]).affinity.tolist() == [[0, 0], [0, 1_000_000]]

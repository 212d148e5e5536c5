"""Every code of the matching has its sentence in both languages, every place in it filled."""

from __future__ import annotations

import re

import pytest
from hypothesis import given

from portal.awards.engine.matching import WHYS, Places, match
from portal.awards.pages.explained import NOBODY_THERE, NOT_ACCEPTED, WHY, explain
from portal.awards.placing import DECLINED, NOWHERE, ranks_of
from portal.platform.language import speaking
from tests.unit.awards.test_matching import Choices, Ranks, instances

NAMES = {code: {"ko": f"그룹 {code}", "en": f"Group {code}"} for code in ("a", "b", "c", "d", "e")}
HANGUL = re.compile("[가-힣]")


def said(language: str, *args: object) -> str:
    with speaking(language):
        return " ".join(sentence.said() for sentence in explain(*args, NAMES))  # type: ignore[arg-type]


@given(instances())
def test_the_engine_says_nothing_that_has_no_sentence(case: tuple[Places, Choices, Ranks]) -> None:
    places, choices, ranks = case
    first = next(iter(choices))
    for held in ({}, {first: next(iter(places.groups))} if places.groups[next(iter(places.groups))][1] else {}):
        for gone in ((), (first,)):
            found = match(places, choices, ranks, held, gone)
            assert {missed.why for own in found.missed.values() for missed in own} <= set(WHYS)


@pytest.mark.parametrize("why", WHYS)
@pytest.mark.parametrize("ranks", [(51, 1, 50), (51, 1, 1), (51, None, None), (None, None, None)])
def test_every_code_has_a_sentence_in_both_languages(why: str, ranks: tuple[int | None, ...]) -> None:
    for language in ("ko", "en"):
        text = said(language, [["a", why, *ranks]], ["a", "b"], "b", None)
        assert "{" not in text and "None" not in text and text.count(".") >= 2, text
        assert bool(HANGUL.search(text)) == (language == "ko")
    assert set(WHY) == set(WHYS) and set(NOBODY_THERE) <= set(WHYS)


@pytest.mark.parametrize("out", NOWHERE)
def test_whom_nobody_accepts_is_told_once_why(out: str) -> None:
    missed = [["a", "unranked", None, None, None], ["b", "unranked", None, None, None]]
    assert "지망" not in said("ko", missed, ["a", "b"], None, out)
    assert not HANGUL.search(said("en", missed, ["a", "b"], None, out))
    assert set(NOT_ACCEPTED) == set(NOWHERE)


def test_the_second_choice_is_told_with_the_ranks_that_filled_the_first() -> None:
    given = ([["a", "filled", 51, 1, 50]], ["a", "b"], "b", None)
    assert said("ko", *given) == "2지망에 배정되었습니다. 1지망(그룹 a)은 1~50위로 정원이 찼습니다(본인 51위)."
    assert said("en", *given) == ("Second choice. First choice (Group a): filled by ranks 1 to 50; own rank 51.")


def test_whoever_stands_above_a_place_that_does_not_move_is_told_so() -> None:
    assert "움직이지 않는" in said("ko", [["a", "filled", 2, 1, 9]], ["a"], None, None)


def test_equals_are_separated_by_the_tie_rule_the_rank_then_the_lot_alone() -> None:
    def entry(name: str, rank: int, tie: str, out: str | None = None) -> dict[str, object]:
        return {"entry": name, "track": "a", "rank": rank, "total": "80/1", "ties": [tie], "choices": ["a"], "out": out}

    entries = [entry("x", 2, "40/1"), entry("y", 3, "41/1"), entry("z", 1, "40/1"), entry("w", 1, "40/1")]
    entries += [entry("no", 0, "99/1", DECLINED), entry("gone", 0, "99/1", "condition")]
    found = ranks_of({"groups": [{"code": "a"}], "entries": entries})["a"]
    assert sorted(found, key=lambda name: found[name]) in (["y", "z", "w", "x"], ["y", "w", "z", "x"])
    assert found == ranks_of({"groups": [{"code": "a"}], "entries": entries[::-1]})["a"]

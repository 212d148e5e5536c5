"""Places in the office's words, and two lists of recipients compared."""

from __future__ import annotations

import pytest

from portal.notifications.rules import PLACES, Addressee, differences, fill, unknown_places


@pytest.mark.parametrize("place", PLACES)
def test_every_known_place_is_filled(place: str) -> None:
    assert unknown_places(f"앞 {{{place}}} 뒤") == []
    assert fill(f"앞 {{{place}}} 뒤", dict.fromkeys(PLACES, "값")) == "앞 값 뒤"


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("아무 자리도 없는 글", []),
        ("{titel}", ["{titel}"]),
        ("{title} {titel} {titel}", ["{titel}"]),
        ("{} {0} {a.b}", ["{}", "{0}", "{a.b}"]),
        ("{ name }", ["{ name }"]),
        ("열린 { 괄호", ["{"]),
        ("닫힌 } 괄호", ["}"]),
        ("{{title}}", ["{", "}"]),
    ],
)
def test_what_cannot_be_filled_is_named_in_the_order_of_the_text(text: str, unknown: list[str]) -> None:
    assert unknown_places(text) == unknown


def test_a_filled_value_is_not_filled_again() -> None:
    assert fill("{title}: {name}", {"title": "{name} {link}", "name": "김하늘"}) == "{name} {link}: 김하늘"


def test_two_lists_differ_by_who_and_by_language() -> None:
    first, second = Addressee(1, 10, "ko"), Addressee(2, 20, "ko")
    found = differences([first, second], [Addressee(2, 20, "en"), Addressee(3, 20, "ko")])
    assert found.added == (Addressee(3, 20, "ko"),)
    assert found.removed == (first,)
    assert found.changed == (Addressee(2, 20, "en"),)
    assert found.any


def test_the_order_of_two_lists_makes_no_difference() -> None:
    rows = [Addressee(n, n, "ko") for n in range(4)]
    assert not differences(rows, rows[::-1]).any

"""What a panel discusses first."""

from __future__ import annotations

import random
from fractions import Fraction

from portal.ranking.agenda import Placed, discussion_order


def placed(name: str, mean: int | None, spread: int = 0) -> Placed:
    return Placed(name, ord(name), None if mean is None else Fraction(mean), Fraction(spread))


def order(ranked: list[Placed], keep: int) -> list[tuple[str, bool]]:
    return [(one.entry, near) for one, near in discussion_order(ranked, keep)]


def test_the_two_beside_the_line_come_first() -> None:
    found = order([placed("a", 95), placed("b", 80), placed("c", 78), placed("d", 60)], 2)
    assert found[:2] == [("b", True), ("c", True)]
    assert not any(near for _, near in found[2:])


def test_who_reaches_the_line_with_the_deviation_of_its_marks_is_near_it() -> None:
    found = dict(order([placed("a", 95, 17), placed("b", 80), placed("c", 78), placed("d", 60, 3)], 2))
    assert found == {"a": True, "b": True, "c": True, "d": False}


def test_away_from_the_line_disagreement_decides() -> None:
    rows = [placed("a", 99, 1), placed("b", 98, 5), placed("c", 80), placed("d", 79), placed("e", 30, 9)]
    assert [name for name, near in order(rows, 3) if not near] == ["e", "b", "a"]


def test_without_anybody_outside_there_is_no_line() -> None:
    assert order([placed("a", 90, 2), placed("b", 80, 7)], 5) == [("b", False), ("a", False)]


def test_who_has_no_mark_comes_last() -> None:
    assert order([placed("a", 90), placed("b", 80), placed("c", None)], 1)[-1] == ("c", False)


def test_equal_entries_stand_by_public_id_whatever_the_draw() -> None:
    rows = [placed(name, 70, 4) for name in "abcdef"]
    wanted = order(rows, 3)
    for seed in range(20):
        again = [*rows]
        random.Random(seed).shuffle(again)
        assert {n for n, _ in order(again, 3)} == {n for n, _ in wanted}
        assert order(sorted(again), 3) == wanted

"""Means are exact; one highest and one lowest go, from five scores on."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.ranking.engine import raw_mean, trimmed_mean


def test_79_995_is_not_80() -> None:
    almost = raw_mean([Decimal("79.99"), Decimal("80.00")])
    assert almost == Fraction(79_995, 1000)
    assert almost is not None and almost < 80


def test_weights_are_exact() -> None:
    assert raw_mean([1, 2], [Decimal("0.1"), Decimal("0.2")]) == Fraction(5, 3)


def test_without_scores_there_is_no_mean() -> None:
    assert raw_mean([]) is None
    assert trimmed_mean([]) is None


def test_four_scores_are_not_trimmed() -> None:
    assert trimmed_mean([1, 9, 9, 9]) == 7


def test_a_reviewer_withdrawn_late_leaves_four_of_five_untrimmed() -> None:
    assert trimmed_mean([50, 80, 80, 80, 85]) == 80
    assert trimmed_mean([50, 80, 80, 80]) == Fraction(145, 2)


def test_of_two_equal_highest_one_goes() -> None:
    assert trimmed_mean([1, 2, 3, 9, 9]) == Fraction(14, 3)


def test_trimming_changes_the_order() -> None:
    first, second = [60, 85, 85, 85, 86], [80, 80, 80, 81, 100]
    raw = [raw_mean(first), raw_mean(second)]
    trimmed = [trimmed_mean(first), trimmed_mean(second)]
    assert raw[0] is not None and raw[1] is not None and raw[0] < raw[1]
    assert trimmed[0] is not None and trimmed[1] is not None and trimmed[0] > trimmed[1]


def test_of_equal_extremes_the_lighter_goes() -> None:
    assert trimmed_mean([1, 1, 5, 9, 9], [1, 2, 1, 3, 1]) == Fraction(2 + 5 + 27, 6)


@given(st.permutations([(3, 1), (3, 2), (7, 2), (9, 1), (9, 3), (5, 1)]))
def test_the_order_of_scores_does_not_matter(pairs: list[tuple[int, int]]) -> None:
    assert trimmed_mean([v for v, _ in pairs], [w for _, w in pairs]) == Fraction(6 + 14 + 27 + 5, 8)


def test_what_cannot_be_weighed_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        raw_mean([1, 2], [1, 0])
    with pytest.raises(ValueError, match="weights"):
        raw_mean([1, 2], [1])
    with pytest.raises(ValueError, match="at least 3"):
        trimmed_mean([1, 2], minimum=2)

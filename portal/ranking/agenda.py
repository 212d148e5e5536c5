"""What a panel discusses first. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple


class Placed(NamedTuple):
    """An entry as ranked: `spread` is the mean deviation of its marks in points."""

    entry: str
    entry_id: int
    mean: Fraction | None
    spread: Fraction


def discussion_order(ranked: Sequence[Placed], keep: int) -> list[tuple[Placed, bool]]:
    """`ranked` in the order of the ranking. What is discussed first, each with whether it lies near the line: those no
    further from the line than their marks deviate on average, or next to it, nearest first; then the others, those on
    which opinions differ most first; those without a mark last.

    The line is the middle between the last inside and the first outside; without one there, nothing lies near it.
    Exact; ties by public id, so that the result depends on nothing else.
    """
    means = [one.mean for one in ranked if one.mean is not None]
    line = (means[keep - 1] + means[keep]) / 2 if 0 < keep < len(means) else None

    def away(one: Placed) -> Fraction:
        return abs(one.mean - line) if one.mean is not None and line is not None else Fraction(0)

    def near(place: int, one: Placed) -> bool:
        return line is not None and one.mean is not None and (place in (keep - 1, keep) or away(one) <= one.spread)

    def order(judged: tuple[Placed, bool]) -> tuple[bool, bool, Fraction, Fraction, str]:
        one, close = judged
        first, second = (away(one), -one.spread) if close else (-one.spread, away(one))
        return one.mean is None, not close, first, second, one.entry

    return sorted(((one, near(place, one)) for place, one in enumerate(ranked)), key=order)

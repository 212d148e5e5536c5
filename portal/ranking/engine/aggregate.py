"""Means that stay exact: what is given as integers, Decimals or Fractions is never rounded."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

Exact = int | Decimal | Fraction
TRIM_FROM: Final = 5  # scores from which one highest and one lowest are dropped, where a call says nothing else


def _exact(values: Sequence[Exact], weights: Sequence[Exact] | None) -> list[tuple[Fraction, Fraction]]:
    shares = [1] * len(values) if weights is None else weights
    if len(shares) != len(values):
        raise ValueError(f"{len(values)} scores, but {len(shares)} weights")
    pairs = [(Fraction(v), Fraction(w)) for v, w in zip(values, shares, strict=True)]
    if any(weight <= 0 for _, weight in pairs):
        raise ValueError("a weight is above 0")
    return pairs


def _mean(pairs: Sequence[tuple[Fraction, Fraction]]) -> Fraction | None:
    return sum((v * w for v, w in pairs), Fraction(0)) / sum(w for _, w in pairs) if pairs else None


def raw_mean(values: Sequence[Exact], weights: Sequence[Exact] | None = None) -> Fraction | None:
    """Weighted mean of the scores [n] in points; None without scores. Raises ValueError on a weight of 0 or below."""
    return _mean(_exact(values, weights))


def trimmed_mean(
    values: Sequence[Exact], weights: Sequence[Exact] | None = None, minimum: int = TRIM_FROM
) -> Fraction | None:
    """The mean without one highest and one lowest score, from `minimum` scores on; below that the raw mean.

    Of several equal extremes one is dropped: the one of the smallest weight, so that the result depends on no order.
    Raises ValueError where dropping two would leave nothing (`minimum` below 3).
    """
    if minimum < 3:
        raise ValueError("trimming needs at least 3 scores")
    pairs = _exact(values, weights)
    if len(pairs) < minimum:
        return _mean(pairs)
    lowest = min(pairs)
    pairs.remove(lowest)
    pairs.remove(min(pairs, key=lambda pair: (-pair[0], pair[1])))
    return _mean(pairs)

"""The matching rule of one institution's slice (for `kr_rnd`: Innovation Act, Decree 19 and its table 1).

Computed per institution on its own slice, never on the project's total. Shares are basis points of integers; each
bound is rounded in the state's favour: the government's part down, the own parts up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from portal.programs.definition import MatchingRate

WHOLE = 10_000  # basis points


@dataclass(frozen=True)
class Costs:
    """Integer minor units of the call's currency."""

    government: int = 0
    cash: int = 0
    in_kind: int = 0

    @property
    def own(self) -> int:
        return self.cash + self.in_kind

    @property
    def total(self) -> int:
        return self.government + self.own

    def __add__(self, other: Costs) -> Costs:
        return Costs(self.government + other.government, self.cash + other.cash, self.in_kind + other.in_kind)


@dataclass(frozen=True)
class Matching:
    """One slice against its rate. `rate` None: the regime asks this kind of institution for nothing."""

    costs: Costs
    rate: MatchingRate | None
    government_max: int
    cash_min: int

    @property
    def government_over(self) -> int:
        """By how much the government's part exceeds its bound."""
        return max(0, self.costs.government - self.government_max)

    @property
    def own_missing(self) -> int:
        """How much more own share, with the government's part as it is, would meet the rate."""
        if self.rate is None or not self.government_over:
            return 0
        if self.rate.government_max == 0:
            return self.costs.government
        return -(-self.costs.government * WHOLE // self.rate.government_max) - self.costs.total

    @property
    def cash_missing(self) -> int:
        return max(0, self.cash_min - self.costs.cash)

    @property
    def holds(self) -> bool:
        return not self.government_over and not self.cash_missing


def sum_of(costs: Iterable[Costs]) -> Costs:
    return sum(costs, Costs())


def rate_for(kind: str, rates: Iterable[MatchingRate]) -> MatchingRate | None:
    return next((rate for rate in rates if kind in rate.kinds), None)


def matching(costs: Costs, rate: MatchingRate | None) -> Matching:
    """Government's part at most `government_max` of the slice's total; own cash at least `cash_min` of the own."""
    if rate is None:
        return Matching(costs, None, costs.total, 0)
    return Matching(
        costs, rate, costs.total * rate.government_max // WHOLE, -(-costs.own * rate.cash_min // WHOLE)
    )  # fmt: skip

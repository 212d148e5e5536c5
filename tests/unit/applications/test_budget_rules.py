"""Matching to the won, and a sheet read back cell by cell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.applications.rules.budget import by_year, problems, read_sheet, sheet_rows, year_cap
from portal.applications.rules.matching import Costs, matching, rate_for
from tests.factories.applications import rich_definition

DEFINITION = rich_definition()
RATES = DEFINITION.regime.matching


@pytest.mark.parametrize(
    ("kind", "costs", "government_max", "cash_min", "holds"),
    [
        ("company_sme", Costs(75, 3, 22), 75, 3, True),  # 10 % of 25 is 2.5: rounded up
        ("company_sme", Costs(75, 2, 23), 75, 3, False),
        ("company_sme", Costs(76, 3, 22), 75, 3, False),  # 75 % of 101 is 75.75: rounded down
        ("company_large", Costs(50, 8, 42), 50, 8, True),  # 15 % of 50 is 7.5
        ("company_large", Costs(51, 8, 42), 50, 8, False),
        ("university", Costs(100, 0, 0), 100, 0, True),
        ("university", Costs(0, 0, 0), 0, 0, True),
        ("public_body", Costs(9, 0, 0), 9, 0, True),  # no rate: nothing is asked
    ],
)
def test_matching_to_the_won(kind: str, costs: Costs, government_max: int, cash_min: int, holds: bool) -> None:
    found = matching(costs, rate_for(kind, RATES))
    assert (found.government_max, found.cash_min, found.holds) == (government_max, cash_min, holds)


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 10**12), st.sampled_from(RATES))
def test_the_own_share_said_to_be_missing_is_exactly_enough(
    government: int, cash: int, in_kind: int, rate: object
) -> None:
    found = matching(Costs(government, cash, in_kind), rate)  # type: ignore[arg-type]
    if found.own_missing:
        more = Costs(government, cash + found.own_missing, in_kind)
        assert not matching(more, found.rate).government_over
        less = Costs(government, cash + found.own_missing - 1, in_kind)
        assert matching(less, found.rate).government_over


def test_each_institution_stands_on_its_own_slice() -> None:
    sme, university = Costs(90, 1, 9), Costs(10, 0, 90)
    assert not matching(sme, rate_for("company_sme", RATES)).holds
    assert matching(sme + university, rate_for("company_sme", RATES)).government_over == 0


def test_amounts_that_would_overflow_and_unknown_places_are_refused() -> None:
    assert [p.path for p in problems(DEFINITION, {(2025, "people"): Costs(10**14, -1, 0)})] == [
        "b_2025-people-government", "b_2025-people-cash",
    ]  # fmt: skip
    assert len(problems(DEFINITION, {(2031, "people"): Costs(1), (2025, "secret"): Costs(1)})) == 2


def test_sheet_comes_back_as_it_went_out() -> None:
    cells = {(2025, "people"): Costs(7, 1, 2), (2026, "gear"): Costs(1_000, 0, 0)}
    rows = [(n, row) for n, row in enumerate([["연도"], *sheet_rows(DEFINITION, cells)], start=1)]
    read, found = read_sheet(DEFINITION, rows, 0)
    assert not found
    assert {place: costs for place, costs in read.items() if costs.total} == cells


@pytest.mark.parametrize("bad", ["-1", "0.5", "1e9", "NaN", str(2**63), "많이", "=1+1"])
def test_bad_cell_is_named(bad: str) -> None:
    rows = [(1, ["연도", "코드"]), (5, ["2025", "people", "", "10", bad, ""])]
    _, found = read_sheet(DEFINITION, rows, 0)
    assert [p.cell for p in found] == ["E5"]
    assert found[0].words().startswith("E5: ")


def test_unknown_or_repeated_rows_are_named() -> None:
    rows = [(1, ["2025", "people"]), (2, ["2025", "people"]), (3, ["1999", "people"]), (4, ["2025", "no"])]
    assert [p.cell for p in read_sheet(DEFINITION, rows, 0)[1]] == ["A2", "A3", "A4"]


def test_sums_by_year_and_the_calls_ceiling() -> None:
    cells = {(2025, "people"): Costs(1, 2, 3), (2025, "gear"): Costs(10, 0, 0)}
    assert by_year(cells) == {2025: Costs(11, 2, 3)}
    assert year_cap(DEFINITION, 2025) == 1_000_000_000

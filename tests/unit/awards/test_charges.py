"""Which lines a bundle charges, checked against figures worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.awards.rules import (
    Piece,
    award_months,
    bundle_charges,
    chargeable_lines,
    charges,
    total_value,
    value_of,
)
from tests.factories.awards import definition

CALL = definition()
DATA, GPU = CALL.component("data"), CALL.component("gpu")


def test_money_is_charged_to_the_line_of_its_year() -> None:
    assert charges(DATA, "", 2026, 2_800_000_000, 0, CALL) == {"t_data_2026": 2_800_000_000}


def test_cards_take_their_pool_in_each_month_and_their_value_from_each_year() -> None:
    # 512 cards for 7 months from August 2025: five months in 2025, two in 2026, at 1,000 won a card and month.
    assert charges(GPU, "b200", 0, 512, 7, CALL) == {
        "t_b200_2025_08": 512, "t_b200_2025_09": 512, "t_b200_2025_10": 512, "t_b200_2025_11": 512,
        "t_b200_2025_12": 512, "t_b200_2026_01": 512, "t_b200_2026_02": 512,
        "t_gpu_2025": 512 * 5 * 1_000, "t_gpu_2026": 512 * 2 * 1_000,
    }  # fmt: skip


def test_an_award_within_one_year_draws_on_that_year_only() -> None:
    assert "t_gpu_2026" not in charges(GPU, "b200", 0, 10, 5, CALL)
    assert charges(GPU, "b200", 0, 10, 5, CALL)["t_gpu_2025"] == 50_000


def test_nothing_charges_nothing() -> None:
    assert charges(GPU, "b200", 0, 0, 12, CALL) == {} == charges(DATA, "", 2025, 0, 0, CALL)


def test_an_option_without_pool_or_value_charges_no_such_line() -> None:
    option = {"code": "own", "names": {"ko": "자체", "en": "own"}}
    bare = GPU.model_validate(GPU.model_dump() | {"options": [option]})
    assert charges(bare, "own", 0, 5, 3, CALL) == {}


def test_an_unknown_option_is_an_error() -> None:
    with pytest.raises(ValueError, match="no option"):
        charges(GPU, "h900", 0, 1, 1, CALL)


def test_months_run_over_the_year_end() -> None:
    assert award_months(CALL, 6) == [(2025, 8), (2025, 9), (2025, 10), (2025, 11), (2025, 12), (2026, 1)]


def test_a_bundle_sums_per_line_and_its_value_counts_kind() -> None:
    bundle = [Piece("data", "", 2025, 400, 0), Piece("data", "", 2026, 300, 0), Piece("gpu", "b200", 0, 2, 6)]
    assert bundle_charges(bundle, CALL)["t_gpu_2025"] == 10_000
    assert value_of(bundle[2], CALL) == 12_000
    assert total_value(bundle, CALL) == 12_700


@given(cards=st.integers(1, 10**6), months=st.integers(1, 60), first=st.sampled_from(["2025-01", "2025-08", "2025-12"]))
def test_the_split_over_years_and_months_loses_nothing(cards: int, months: int, first: str) -> None:
    call = definition(first_month=first, months=60)
    made = charges(call.component("gpu"), "b200", 0, cards, months, call)
    money = sum(amount for line, amount in made.items() if line.startswith("t_gpu_"))
    pooled = sum(amount for line, amount in made.items() if line.startswith("t_b200_"))
    assert money == cards * months * 1_000 == value_of(Piece("gpu", "b200", 0, cards, months), call)
    assert pooled == cards * months
    assert sum(line.startswith("t_b200_") for line in made) == months


def test_every_line_an_award_can_charge_is_known() -> None:
    lines = chargeable_lines(CALL)
    assert {"t_data_2025", "t_data_2026", "t_gpu_2025", "t_gpu_2026", "t_b200_2025_08", "t_b200_2026_07"} <= set(lines)
    assert len(lines) == 4 + 12


def test_shared_pools_are_no_part_of_a_bundle() -> None:
    shared = DATA.model_dump() | {"code": "joint", "line": "t_joint", "shared": True}
    call = definition(components=[DATA.model_dump(), shared])
    assert chargeable_lines(call) == ["t_data_2025", "t_data_2026"]


def plan_of_postdocs(first_month: str, caps: dict[str, int], awards: int, months: int) -> int:
    """How many awards of 7.5 million won a month (a salary floor of 90 million a year) the caps carry."""
    post = GPU.model_dump() | {
        "code": "post", "line": "inno", "unit": "person",
        "options": [{"code": "post", "names": {"ko": "연구원", "en": "post"}, "unit_value": 7_500_000}],
    }  # fmt: skip
    call = definition(components=[post], first_month=first_month, months=12)
    used: dict[str, int] = {}
    for n in range(awards):
        wanted = charges(call.component("post"), "post", 0, 1, months, call)
        if any(used.get(line, 0) + amount > caps.get(line, 0) for line, amount in wanted.items()):
            return n
        for line, amount in wanted.items():
            used[line] = used.get(line, 0) + amount
    return awards


def test_four_hundred_half_year_postdocs_fit_and_the_334th_full_year_one_does_not() -> None:
    """DOMAIN 00: 30 billion; July to December 18.0 billion fit; January to December 30.06 > 30.00 at the 334th."""
    caps = {"inno_2025": 30_000_000_000}
    assert plan_of_postdocs("2025-07", caps, 400, 6) == 400
    assert plan_of_postdocs("2025-01", caps, 400, 12) == 333


def test_an_award_that_crosses_the_year_end_draws_on_two_lines() -> None:
    caps = {"inno_2025": 30_000_000_000, "inno_2026": 7_500_000 * 3}
    assert plan_of_postdocs("2025-10", caps, 400, 4) == 3

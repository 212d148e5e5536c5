"""The announcement's own numbers, reserved in the real plan on both databases."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.awards.rules import Piece, bundle_charges, fixed_pieces
from portal.budgets import service as budgets
from portal.budgets.errors import CapExceeded
from portal.programs.definition import CallDefinition
from portal.programs.loader import load_call, load_plan
from tests.databases import both_databases
from tests.factories.base import committed, context
from tests.factories.budgets import used

pytestmark = both_databases
FLOOR = 7_500_000  # a month: 90 million a year


def fellowship(first_month: str, months: int, **more: object) -> CallDefinition:
    """The postdocs at the salary floor alone."""
    inno = load_call("inno")
    pay = inno.component("salary").model_copy(update={"fixed": FLOOR})
    return inno.model_copy(update={"components": [pay], "first_month": first_month, "months": months} | more)


def reserve(charges: dict[str, int], number: int) -> None:
    committed(lambda: budgets.reserve(context(), f"case:{number}", charges, "award", f"case-{number}"))


@pytest.fixture(autouse=True)
def plan(app: Flask) -> None:
    committed(lambda: budgets.load_plan(context(), load_plan()))


def test_from_july_to_december_four_hundred_fit() -> None:
    charges = bundle_charges(fixed_pieces(fellowship("2025-07", 6), ""), fellowship("2025-07", 6))
    assert charges == {"inno_2025": 45_000_000}
    for n in range(400):
        reserve(charges, n)
    assert used("inno_2025")["inno_2025"] == 18_000_000_000


def test_from_january_to_december_the_334th_is_refused() -> None:
    made = fellowship("2025-01", 12)
    charges = bundle_charges(fixed_pieces(made, ""), made)
    assert charges == {"inno_2025": 90_000_000}
    reserve({"inno_2025": 332 * 90_000_000}, 0)
    reserve(charges, 333)
    with pytest.raises(CapExceeded):
        reserve(charges, 334)
    assert used("inno_2025")["inno_2025"] == 333 * 90_000_000 == 29_970_000_000


def test_an_award_that_crosses_the_year_end_draws_on_two_lines() -> None:
    made = fellowship("2025-10", 12)
    charges = bundle_charges(fixed_pieces(made, ""), made)
    assert charges == {"inno_2025": 3 * FLOOR, "inno_2026": 9 * FLOOR}
    reserve(charges, 1)
    assert (used("inno_2025")["inno_2025"], used("inno_2026")["inno_2026"]) == (3 * FLOOR, 9 * FLOOR)


def test_the_401st_place_is_refused_whatever_money_is_left() -> None:
    for track in load_call("inno").tracks:
        reserve({f"inno_places_{track.code}": 50}, hash(track.code))
    with pytest.raises(CapExceeded):
        reserve({"inno_places_solar": 1}, 401)
    assert used("inno_places")["inno_places"] == 400


def test_the_second_pathfinder_award_of_two_billion_in_a_year_is_refused() -> None:
    path = load_call("path")
    charges = bundle_charges([Piece("talent", "", 2025, 2_000_000_000, 0)], path)
    reserve(charges, 1)
    with pytest.raises(CapExceeded):
        reserve(charges, 2)
    assert used("path_2025")["path_2025"] == 2_000_000_000


def test_the_talent_of_a_model_team_draws_on_pathfinders_line() -> None:
    wbl, path = load_call("wbl"), load_call("path")
    reserve(bundle_charges([Piece("talent", "", 2025, 500_000_000, 0)], wbl), 1)
    with pytest.raises(CapExceeded):
        reserve(bundle_charges([Piece("talent", "", 2025, 1_500_000_001, 0)], path), 2)
    reserve(bundle_charges([Piece("talent", "", 2025, 1_500_000_000, 0)], path), 3)
    assert used("path_2025")["path_2025"] == 2_000_000_000

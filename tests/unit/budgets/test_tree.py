"""Which lines a charge touches, who sees figures, in which order a plan is loaded."""

from __future__ import annotations

import pytest

from portal.budgets.rules import Line, Tree, may_change_cap, parents_first, sees_figures
from portal.platform.context import Actor, Grant

TREE = Tree(
    Line(i, code, parent, unit, {}, {}, False)
    for i, code, parent, unit in (
        (1, "root", None, "KRW"),
        (2, "program", 1, "KRW"),
        (3, "year", 2, "KRW"),
        (4, "pool", 2, "card_month"),
        (5, "month", 4, "card"),
    )
)


def holder(role: str, scope: str) -> Actor:
    return Actor(person_id=1, grants=frozenset({Grant(role, scope)}))


def test_a_charge_reaches_every_line_above_in_id_order() -> None:
    assert TREE.affected({"year": 5, "program": 7}) == {1: 12, 2: 12, 3: 5}
    assert list(TREE.affected({"year": 1})) == [1, 2, 3]


def test_lines_of_another_unit_are_not_charged() -> None:
    assert TREE.affected({"month": 9}) == {5: 9}
    assert TREE.affected({"month": 9, "year": 2}) == {1: 2, 2: 2, 3: 2, 5: 9}


@pytest.mark.parametrize(
    ("role", "scope", "seen"),
    [
        ("budget_officer", "line:year", True),
        ("budget_officer", "line:program", True),
        ("budget_officer", "*", True),
        ("budget_officer", "line:month", False),
        ("auditor", "*", True),
        ("administrator", "*", False),
        ("officer", "line:year", False),
    ],
)
def test_figures_are_for_holders_of_a_budget_role_on_the_line_or_above(role: str, scope: str, seen: bool) -> None:
    path = TREE.path(TREE.by_code["year"])
    assert sees_figures(holder(role, scope), path) is seen


def test_an_auditor_reads_and_changes_nothing() -> None:
    path = TREE.path(TREE.by_code["year"])
    assert not may_change_cap(holder("auditor", "*"), path)
    assert may_change_cap(holder("budget_officer", "line:root"), path)


def test_parents_are_loaded_before_their_children() -> None:
    assert parents_first({"c": "b", "b": "a", "a": None}) == ["a", "b", "c"]


@pytest.mark.parametrize("parents", [{"a": "b", "b": "a"}, {"a": "missing"}])
def test_a_plan_with_a_loop_or_a_gap_is_refused(parents: dict[str, str | None]) -> None:
    with pytest.raises(ValueError, match="above"):
        parents_first(parents)

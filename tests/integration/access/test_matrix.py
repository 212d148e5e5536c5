"""Every role on every route: the answers written by hand in `matrix.py`."""

from __future__ import annotations

import pytest

from portal.platform.access import policies
from tests.integration.access.cells import Visitor, cells_of, one_endpoint_each, wrong, wrong_sights
from tests.integration.access.matrix import RULES, SIGHTS
from tests.integration.access.world import ROLES, World

CURE = "give it a row in tests/integration/access/matrix.py: who gets what is written by hand"


def test_every_endpoint_stands_in_the_matrix_under_its_policy(world: World) -> None:
    listed: dict[tuple[str, str], set[str]] = {}
    for policy, rule in RULES.items():
        for row in rule.rows:
            for method in row.methods.split():
                listed.setdefault((row.endpoint, method), set()).add(policy)
    there = {}
    for route in world.app.url_map.iter_rules():
        if route.endpoint == "static":
            continue
        held = getattr(world.app.view_functions[route.endpoint], "policy", None)
        for method in (route.methods or set()) - {"HEAD", "OPTIONS"}:
            there[route.endpoint, method] = {held}
    missing = sorted(f"{m} {e} ({p})" for (e, m), p in there.items() if listed.get((e, m)) != p)
    assert not missing, f"{CURE}: {missing}"
    gone = sorted(f"{m} {e}" for e, m in listed if (e, m) not in there)
    assert not gone, f"the matrix lists what is not there: {gone}"


def test_every_policy_guards_an_endpoint(world: World) -> None:
    unlisted = sorted(set(policies) - set(RULES))
    assert not unlisted, f"{CURE}, or remove a policy that guards nothing: {unlisted}"


@pytest.mark.parametrize("role", ROLES)
def test_role_gets_what_the_matrix_says(world: World, role: str) -> None:
    visitor = Visitor(world)
    cells = (cell for policy in RULES for cell in cells_of(policy, [role]))
    assert wrong(visitor, cells) == []


@pytest.mark.parametrize("role", ROLES)
def test_role_sees_what_the_matrix_says(world: World, role: str) -> None:
    assert wrong_sights(Visitor(world), [role]) == []
    assert SIGHTS


def test_language_changes_no_right(world: World) -> None:
    sample = (cell for cell in one_endpoint_each() if cell.role in ("anonymous", "owner", "conflicted", "officer"))
    assert wrong(Visitor(world, "en"), sample) == []

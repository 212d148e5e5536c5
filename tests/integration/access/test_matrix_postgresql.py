"""The policy-bearing cells of the matrix on PostgreSQL: one endpoint for every policy, all roles."""

from __future__ import annotations

import pytest

from tests.integration.access.cells import Visitor, one_endpoint_each, wrong, wrong_sights
from tests.integration.access.world import World

pytestmark = pytest.mark.postgres


def test_rights_are_the_same_on_postgresql(world_on_postgresql: World) -> None:
    visitor = Visitor(world_on_postgresql)
    assert wrong(visitor, one_endpoint_each()) == []
    assert wrong_sights(visitor, ["owner", "assigned", "barred_officer", "officer"]) == []

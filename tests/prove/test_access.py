"""Every policy and every visibility clause broken in turn: the matrix must turn red each time (TRUST: access)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from portal.platform.access import policies
from tests.databases import SQLite
from tests.integration.access.cells import Visitor
from tests.integration.access.conftest import built
from tests.integration.access.mutations import SHOWN_BY, allowable, allowing, denying, let_in, missed, shut_out
from tests.integration.access.world import nothing_kept

pytestmark = pytest.mark.prove


@pytest.fixture(scope="module")
def visitor(sqlite: SQLite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    for world in built(sqlite, tmp_path_factory.mktemp("world")):
        with nothing_kept():
            yield Visitor(world)


def test_each_policy_that_denies_shuts_somebody_out(visitor: Visitor) -> None:
    green = []
    for name in sorted(policies):
        with denying(name):
            if shut_out(visitor, name) is None:
                green.append(name)
    assert green == []


def test_each_policy_that_allows_lets_somebody_in(visitor: Visitor) -> None:
    green = []
    for name in allowable():
        with allowing(name):
            if let_in(visitor, name) is None:
                green.append(name)
    assert green == []


def test_each_clause_is_missed(visitor: Visitor) -> None:
    assert [name for name in sorted(SHOWN_BY) if missed(visitor, name) is None] == []

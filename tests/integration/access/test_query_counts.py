"""No page asks the database more often because there is more in it (counted on two sizes)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import event

from portal.platform.db import db
from tests.databases import SQLite
from tests.integration.access.cells import Visitor, cells_of
from tests.integration.access.conftest import built
from tests.integration.access.growth import grow
from tests.integration.access.matrix import RULES
from tests.integration.access.world import World, nothing_kept

NO_QUERIES = ("SAVEPOINT", "RELEASE", "BEGIN", "PRAGMA")


@pytest.fixture(scope="module")
def world(sqlite: SQLite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world of this module's own: it is going to grow."""
    yield from built(sqlite, tmp_path_factory.mktemp("growing"))


def counts(world: World) -> dict[str, int]:
    """Queries of every page that a role is shown, by role and address."""
    visitor, found, said = Visitor(world), {}, list[str]()

    def hear(*told: object) -> None:
        statement = str(told[2])
        if not statement.startswith(NO_QUERIES):
            said.append(statement)

    with world.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", hear)
    try:
        with nothing_kept():
            for policy in RULES:
                for cell in cells_of(policy):
                    if cell.method != "GET" or cell.expected != 200:
                        continue
                    url = visitor.url(cell.row.endpoint, cell.row.arguments)
                    said.clear()
                    assert visitor.ask(cell.role, "GET", url)[0] == 200
                    found[f"{cell.role}: {url}"] = len(said)
    finally:
        event.remove(engine, "before_cursor_execute", hear)
    return found


def test_no_page_asks_more_of_a_larger_database(world: World) -> None:
    small = counts(world)
    with world.app.app_context():
        grow(4)
        db.session.remove()
    large = counts(world)
    grown = {page: (small[page], n) for page, n in large.items() if n > small[page]}
    assert grown == {}, "join or load together what is asked for row by row"

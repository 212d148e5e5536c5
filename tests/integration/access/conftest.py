"""The world is built once for a module; its requests keep nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from portal.factory import create_app
from portal.platform.db import db
from portal.platform.language import use_language
from portal.platform.transaction import publish_with
from tests.databases import PostgreSQL, SQLite, settings
from tests.integration.access.world import World, build, determined, nothing_kept


def built(server: SQLite | PostgreSQL, folder: Path) -> Iterator[World]:
    """A world on a fresh database of `server`, for as long as the caller wants it."""
    url = server.fresh()
    app: Flask = create_app(settings(folder, url))
    publish_with(None)
    with determined() as chance:
        with app.app_context():
            use_language("ko")
            made = build(app, chance)
            db.session.remove()
        yield made  # without a context around: each request brings its own, as in the wild
        with app.app_context():
            db.engine.dispose()
    server.drop(url)


@pytest.fixture(scope="module")
def world(sqlite: SQLite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    for made in built(sqlite, tmp_path_factory.mktemp("world")):
        with nothing_kept():
            yield made


@pytest.fixture(scope="module")
def world_on_postgresql(postgresql: PostgreSQL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    for made in built(postgresql, tmp_path_factory.mktemp("world")):
        with nothing_kept():
            yield made

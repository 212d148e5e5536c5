"""The app on a fresh real database for every test that asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.factory import create_app
from portal.platform import clock
from portal.platform.db import db
from portal.platform.language import use_language
from tests.databases import PostgreSQL, SQLite, postgresql_server, settings


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> SQLite:
    return SQLite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgreSQL]:
    folder = tmp_path_factory.mktemp("postgresql")
    server = PostgreSQL(folder, postgresql_server(folder))
    yield server
    server.end()


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a fresh database: SQLite unless the test is parametrised with `both_databases`."""
    server = request.getfixturevalue(getattr(request, "param", "sqlite"))
    url = server.fresh()
    yield url
    server.drop(url)


@pytest.fixture
def app(database: str, tmp_path: Path) -> Iterator[Flask]:
    made = create_app(settings(tmp_path, database))
    with made.app_context():
        use_language("ko")
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def now() -> datetime:
    """The portal's clock as a test sees it."""
    return clock.now()


@pytest.fixture
def noon() -> datetime:
    return datetime(2026, 7, 21, 3, 0, tzinfo=UTC)

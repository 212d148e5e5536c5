"""The same world with more in it: applications, people, calls, letters, jobs, budget lines, each several times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import String, Table, UniqueConstraint, insert, select, update

from portal.audit import service as audit
from portal.platform.context import RandomIds
from portal.platform.db import db
from portal.ranking.models import RankingRun
from portal.ranking.rules import digest
from tests.factories.base import committed, context

Row = dict[str, Any]
ALONE = (
    ("person", "account", "reviewer_profile", "affiliation", "role_grant", "sanction", "panel_seat"),
    ("call", "stage", "panel", "amendment"),
    ("sign_in_session",), ("letter",), ("letter_batch",), ("letter_template",), ("saved_filter",), ("job",), ("organisation", "department"),
    ("budget_movement", "budget_entry"), ("routing_run",), ("ranking_run",),
    ("public_question",), ("late_code",),
)  # fmt: skip
KEPT = {"audit_event", "audit_value", "audit_head", "audit_anchor", "request_claim", "throttle"}


def _tables() -> dict[str, Table]:
    return {table.name: table for table in db.metadata.sorted_tables}


def below(root: str) -> list[str]:
    """This table and every table with a reference into it, parents first."""
    names = [root]
    for table in db.metadata.sorted_tables:
        parents = {key.column.table.name for key in table.foreign_keys} - {table.name}
        if parents & set(names) and table.name not in (*names, *KEPT):
            names.append(table.name)
    return names


def _must_differ(table: Table) -> set[str]:
    """Columns that hold a value only once by themselves."""
    alone = {column.name for column in table.columns if column.unique}
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint) and len(constraint.columns) == 1:
            alone.add(next(iter(constraint.columns)).name)
    return alone | {index.columns[0].name for index in table.indexes if index.unique and len(index.columns) == 1}


def _copy(table: Table, row: Row, moved: dict[tuple[str, int], int]) -> Row:
    made = {name: value for name, value in row.items() if name != "id"}
    for key in table.foreign_keys:
        name, parent = key.parent.name, key.column.table.name
        if made.get(name) is not None and (parent, made[name]) in moved:
            made[name] = moved[parent, made[name]]
    for name in (_must_differ(table) | _differs_within(table, row, moved)) & set(made):
        column = table.c[name]
        if name == "public_id":
            made[name] = RandomIds().public_id()
        elif isinstance(column.type, String) and made[name] is not None:
            made[name] = RandomIds().public_id()[: column.type.length]
    return made


def _differs_within(table: Table, row: Row, moved: dict[tuple[str, int], int]) -> set[str]:
    """Words that may stand once in a parent which is not copied: an address among the members of a team."""
    found = set()
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint) and len(constraint.columns) > 1:
            keys = [key for key in table.foreign_keys if key.parent.name in constraint.columns]
            if not any((key.column.table.name, row[key.parent.name]) in moved for key in keys):
                words = [c.name for c in constraint.columns if isinstance(c.type, String) and not c.foreign_keys]
                found.update(words[-1:])
    return found


def multiply(times: int, names: Sequence[str]) -> dict[tuple[str, int], list[int]]:
    """Copy the rows of these tables so many times, the first's all, the others' that belong to something copied.

    Returns (table, id) -> ids of its copies.
    """
    tables = [_tables()[name] for name in names]
    rows = {
        table.name: [dict(r._mapping) for r in db.session.execute(select(table).order_by(*table.primary_key.columns))]
        for table in tables
    }
    copies: dict[tuple[str, int], list[int]] = {}
    for _ in range(times):
        moved: dict[tuple[str, int], int] = {}
        for table in tables:
            for row in rows[table.name]:
                if not _moves(table, row, moved, names[0]):
                    continue
                made = insert(table).values(_copy(table, row, moved))
                if "id" not in row:  # what is kept under its person's id
                    db.session.execute(made)
                else:
                    moved[table.name, row["id"]] = db.session.execute(made.returning(table.c.id)).scalar_one()
        for key, value in moved.items():
            copies.setdefault(key, []).append(value)
    return copies


def _moves(table: Table, row: Row, moved: dict[tuple[str, int], int], root: str) -> bool:
    """A row of the root, or one that belongs to something copied and may stand beside the first."""
    if table.name == root:
        return True
    refers = [(key.column.table.name, row[key.parent.name]) for key in table.foreign_keys]
    if not any(ref in moved for ref in refers):
        return False
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint) and len(constraint.columns) > 1:
            names = {column.name for column in constraint.columns}
            keys = [key for key in table.foreign_keys if key.parent.name in names]
            if not any((key.column.table.name, row[key.parent.name]) in moved for key in keys):
                return False
    return True


def _rank_the_copies(copies: dict[tuple[str, int], list[int]]) -> None:
    """Runs hold their result as a frozen list: the copies of an entry stand in it as well."""
    entry = _tables()["stage_entry"]
    rows = db.session.execute(select(entry.c.id, entry.c.public_id)).all()
    public, ids = {row.id: row.public_id for row in rows}, {row.public_id: row.id for row in rows}
    for run in db.session.scalars(select(RankingRun)):
        more = [
            row | {"entry": public[copy], "id": copy, "rank": len(run.result) + place}
            for place, (row, copy) in enumerate(
                ((row, copy) for row in run.result for copy in copies.get(("stage_entry", ids[row["entry"]]), [])),
                start=1,
            )
        ]
        result = [*run.result, *more]
        db.session.execute(
            update(RankingRun).where(RankingRun.id == run.id).values(result=result, result_hash=digest(result))
        )


def grow(times: int) -> None:
    """Everything that a page may list, `times` times more. Committed."""

    def make() -> None:
        _rank_the_copies(multiply(times, below("application")))
        for names in ALONE:
            multiply(times, names)
        for n in range(20 * times):
            audit.record(context(), "ThingHappened", "thing", f"more{n}")

    committed(make)

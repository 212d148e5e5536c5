"""Append-only by trigger, on both databases: the audit chain, budget entries and movements, submissions.

Migrations install them; a test asserts that they are still there.
"""

from __future__ import annotations

# table -> columns that may never change; an empty tuple forbids every UPDATE and DELETE
FROZEN: dict[str, tuple[str, ...]] = {
    "audit_event": (),
    "audit_value": ("salt", "value", "name", "sequence"),  # may be deleted (erasure), never changed
    "budget_entry": (),
    "budget_movement": ("request_id", "body_hash", "kind", "subject_type", "subject_id", "at"),
    "submission": ("content", "sha256", "number", "receipt", "submitted_at"),
}
ERASABLE = {"audit_value"}
# table -> the column that may be emptied when its term is over, and nothing else with it
EMPTIABLE = {"submission": "content"}


def statements(dialect: str, only: str | None = None) -> list[str]:
    """The DDL that creates every trigger, or those of one table."""
    tables = {table: columns for table, columns in FROZEN.items() if only in (None, table)}
    return _sqlite(tables) if dialect == "sqlite" else _postgresql(tables)


def drop_statements(dialect: str, table: str) -> list[str]:
    of = "" if dialect == "sqlite" else f" ON {table}"
    return [f"DROP TRIGGER {table}_no_update{of}", f"DROP TRIGGER {table}_no_delete{of}"]


def _when(table: str, columns: tuple[str, ...]) -> str:
    if table not in EMPTIABLE:
        return ""
    emptied = EMPTIABLE[table]
    others = " OR ".join(f"NEW.{c} <> OLD.{c}" for c in columns if c != emptied)
    return f" WHEN (NEW.{emptied} <> '' OR {others})"


def _sqlite(tables: dict[str, tuple[str, ...]]) -> list[str]:
    made = []
    for table, columns in tables.items():
        of = f" OF {', '.join(columns)}" if columns else ""
        made.append(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE{of} ON {table}{_when(table, columns)} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
        if table not in ERASABLE:
            made.append(
                f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    return made


def _postgresql(tables: dict[str, tuple[str, ...]]) -> list[str]:
    made = [
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    ]
    for table, columns in tables.items():
        of = f" OF {', '.join(columns)}" if columns else ""
        made.append(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE{of} ON {table} "
            f"FOR EACH ROW{_when(table, columns)} EXECUTE FUNCTION refuse_change()"
        )
        if table not in ERASABLE:
            made.append(
                f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
    return made

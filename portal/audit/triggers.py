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


def statements(dialect: str) -> list[str]:
    """The DDL that creates every trigger."""
    return _sqlite() if dialect == "sqlite" else _postgresql()


def _sqlite() -> list[str]:
    made = []
    for table, columns in FROZEN.items():
        of = f" OF {', '.join(columns)}" if columns else ""
        made.append(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE{of} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
        if table not in ERASABLE:
            made.append(
                f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    return made


def _postgresql() -> list[str]:
    made = [
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    ]
    for table, columns in FROZEN.items():
        of = f" OF {', '.join(columns)}" if columns else ""
        made.append(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE{of} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        if table not in ERASABLE:
            made.append(
                f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
    return made

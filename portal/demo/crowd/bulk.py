"""Many rows at once: written with ids of their own through SQLAlchemy core, parents before children."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import func, insert, select, text

from portal.accounts.models import Account, Affiliation, Consent, Person, ReviewerProfile, RoleGrant
from portal.applications.models import (
    Application,
    Attachment,
    Member,
    SectionAnswer,
    StageEntry,
    Submission,
)
from portal.platform.db import Model, db
from portal.platform.search import SearchTerm
from portal.reviews.models import Review, Score
from portal.routing.models import Assignment, Seat
from portal.screening.models import Finding, Screening

CHUNK: Final = 5_000  # rows that wait before they are written
TABLES: Final[tuple[type[Model], ...]] = (
    Person, Account, Affiliation, Consent, RoleGrant, ReviewerProfile, Seat, Application, Member, SectionAnswer,
    Attachment, Submission, StageEntry, Screening, Finding, SearchTerm, Assignment, Review, Score,
)  # fmt: skip
NUMBERED: Final = tuple(model for model in TABLES if "id" in model.__table__.columns)


class Bulk:
    """Rows to be written in the running transaction; the next ids are asked of the database once."""

    def __init__(self) -> None:
        self._rows: dict[type[Model], list[dict[str, Any]]] = {model: [] for model in TABLES}
        self._last = {m: db.session.scalar(select(func.max(m.__table__.c.id))) or 0 for m in NUMBERED}
        self._waiting = 0

    def add(self, model: type[Model], **row: Any) -> int:
        """One row; its id (0 where the table has none of its own)."""
        number = 0
        if model in self._last:
            number = self._last[model] = self._last[model] + 1
            row["id"] = number
        self._rows[model].append(row)
        self._waiting += 1
        return number

    def write_when_many(self) -> None:
        """Between two whole things, so that no row waits for its parent."""
        if self._waiting >= CHUNK:
            self.write()

    def write(self) -> None:
        for model, rows in self._rows.items():
            if rows:
                db.session.connection().execute(insert(model), rows)
                rows.clear()
        self._waiting = 0

    def finish(self) -> None:
        """What is left; and what is written after it is numbered after it."""
        self.write()
        if db.session.get_bind().dialect.name == "postgresql":
            for model, last in self._last.items():
                if last:
                    sequence = func.pg_get_serial_sequence(model.__tablename__, "id")
                    db.session.execute(select(func.setval(sequence, last)))


def refresh_statistics() -> None:
    """What a database does by itself after a while: it plans with the sizes it has now; outside any transaction."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if connection.dialect.name == "postgresql" else "ANALYZE"))

"""Names beside the events of a page."""

from __future__ import annotations

from sqlalchemy import select

from portal.accounts.models import Person
from portal.platform.db import db


def person_names(ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {row[0]: row[1] for row in rows}

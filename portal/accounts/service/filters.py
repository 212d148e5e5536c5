"""Keeping what one looks for again and again."""

from __future__ import annotations

from sqlalchemy import select

from portal.accounts import queries
from portal.accounts.errors import FilterNameTaken, NothingToSave, TooManyFilters
from portal.accounts.models import Person, SavedFilter
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import NotFound
from portal.platform.names import nfc

MOST = 20  # on one page


def save_filter(context: Context, page: str, name: str, query: str) -> SavedFilter:
    """Under a name of one's own; the same filter again is renamed, the same name again gets the new filter.

    Raises NothingToSave, FilterNameTaken (by another filter, when one is renamed), TooManyFilters.
    """
    person_id = context.actor.person_id
    assert person_id is not None
    name = nfc(name).strip()
    if not query or not name:
        raise NothingToSave("name")
    db.session.scalars(select(Person.id).where(Person.id == person_id).with_for_update()).one()
    known = queries.saved_filters(context.actor, page)
    same_name = next((row for row in known if row.name == name), None)
    same_query = next((row for row in known if row.query == query), None)
    if same_query is not None and same_name is not None and same_query is not same_name:
        raise FilterNameTaken("name", name=name)
    found = same_query or same_name
    if found is None:
        if len(known) >= MOST:
            raise TooManyFilters("name", most=MOST)
        found = SavedFilter(public_id=context.ids.public_id(), person_id=person_id, page=page)
        db.session.add(found)
    found.name, found.query, found.saved_at = name, query, context.now
    db.session.flush()
    return found


def delete_filter(context: Context, page: str, public_id: str) -> None:
    found = queries.saved_filter(context.actor, page, public_id)
    if found is None:
        raise NotFound
    db.session.delete(found)

"""Saved filters: a person's own, and nobody else's."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select

from portal.accounts.models import SavedFilter
from portal.platform.context import Actor
from portal.platform.db import db
from portal.platform.visibility import clause


@clause
def filter_is_mine(actor: Actor) -> ColumnElement[bool]:
    return SavedFilter.person_id.in_(actor.same_as)


def saved_filters(actor: Actor, page: str) -> Sequence[SavedFilter]:
    """By name."""
    return db.session.scalars(
        select(SavedFilter)
        .where(SavedFilter.page == page, filter_is_mine(actor))
        .order_by(SavedFilter.name, SavedFilter.id)
    ).all()


def saved_filter(actor: Actor, page: str, public_id: str) -> SavedFilter | None:
    return db.session.scalars(
        select(SavedFilter).where(SavedFilter.public_id == public_id, SavedFilter.page == page, filter_is_mine(actor))
    ).one_or_none()

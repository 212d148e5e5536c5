"""A person's letters and the office's log of them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, ScalarSelect, func, select

from portal.notifications.models import Letter, LetterState
from portal.platform.context import Actor
from portal.platform.db import db
from portal.platform.visibility import clause

PAGE = 50


@clause
def letter_is_mine(actor: Actor) -> ColumnElement[bool]:
    return Letter.person_id.in_(actor.same_as)


def unread_count(actor: Actor) -> ScalarSelect[int]:
    """How many letters of this person are not opened yet, as a part of the frame's query; on an index."""
    return (
        select(func.count())
        .select_from(Letter)
        .where(letter_is_mine(actor), Letter.read_at.is_(None))
        .scalar_subquery()
    )


def inbox(actor: Actor, page: int = 1) -> tuple[Sequence[Letter], int]:
    """Newest first; (letters of the page, number of all)."""
    total = db.session.scalar(select(func.count()).select_from(Letter).where(letter_is_mine(actor))) or 0
    letters = db.session.scalars(
        select(Letter).where(letter_is_mine(actor)).order_by(Letter.id.desc()).limit(PAGE).offset((page - 1) * PAGE)
    ).all()
    return letters, total


def my_letter(actor: Actor, public_id: str) -> Letter | None:
    return db.session.scalars(select(Letter).where(Letter.public_id == public_id, letter_is_mine(actor))).one_or_none()


def call_letters(call_id: int, state: str = "", page: int = 1) -> tuple[Sequence[Letter], int, dict[str, int]]:
    """The log of one call's letters, newest first; (page, number of all found, count by state)."""
    counts = {
        str(found): count
        for found, count in db.session.execute(
            select(Letter.state, func.count()).where(Letter.call_id == call_id).group_by(Letter.state)
        )
    }
    query = select(Letter).where(Letter.call_id == call_id)
    if state in {s.value for s in LetterState}:
        query = query.where(Letter.state == LetterState(state))
    total = counts.get(state, 0) if state else sum(counts.values())
    letters = db.session.scalars(query.order_by(Letter.id.desc()).limit(PAGE).offset((page - 1) * PAGE)).all()
    return letters, total, counts

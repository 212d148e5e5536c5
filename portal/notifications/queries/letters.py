"""A person's letters and the office's log of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, func, or_, select

from portal.accounts.models import Person
from portal.applications.models import Application
from portal.applications.queries.submissions import readable_by_officer
from portal.conflicts.queries import not_barred
from portal.notifications.models import Letter, LetterState
from portal.platform.context import Actor
from portal.platform.db import db
from portal.platform.visibility import ME, clause

PAGE = 50


@clause
def letter_is_mine(actor: Actor | None) -> ColumnElement[bool]:
    """None: of whoever is ME."""
    return Letter.person_id.in_(ME if actor is None else actor.same_as)


def unread_count() -> ScalarSelect[int]:
    """How many letters of whoever is ME are not opened yet, as a part of the frame's query; on an index."""
    return (
        select(func.count()).select_from(Letter).where(letter_is_mine(None), Letter.read_at.is_(None)).scalar_subquery()
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


@clause
def letter_in_log(actor: Actor) -> ColumnElement[bool]:
    """A letter about an application stands in the office's log for those whom no conflict keeps from it."""
    return or_(Letter.application_id.is_(None), not_barred(actor.same_as, Letter.application_id))


class LogRow(NamedTuple):
    """A letter with its recipient's name, and the application it is about. `sealed`: before that one's close nobody
    in the office is to know who applies, so that only kind and state may be shown."""

    letter: Letter
    name: str | None
    application: str | None  # public id
    title: str | None
    sealed: bool


def call_letters(
    actor: Actor,
    call_id: int,
    *,
    state: str = "",
    kind: str = "",
    application: str = "",
    words: str = "",
    page: int = 1,
) -> tuple[list[LogRow], int, dict[str, int]]:
    """The log of one call's letters, newest first; (page, number of all found, count by state of what is found)."""
    found = [Letter.call_id == call_id, letter_in_log(actor)]
    if kind:
        found.append(Letter.kind == kind)
    if application or words:
        found.append(or_(Letter.application_id.is_(None), Letter.application_id.in_(_open_to_office(call_id))))
    if application:
        found.append(Letter.application_id.in_(_open_to_office(call_id).where(Application.public_id == application)))
    if words:
        named = select(Person.id).where(Person.name.contains(words, autoescape=True))
        found.append(or_(Letter.email.contains(words.casefold(), autoescape=True), Letter.person_id.in_(named)))
    counts = {
        str(one): count
        for one, count in db.session.execute(select(Letter.state, func.count()).where(*found).group_by(Letter.state))
    }
    if state in {s.value for s in LetterState}:
        found.append(Letter.state == LetterState(state))
        total = counts.get(state, 0)
    else:
        total = sum(counts.values())
    rows = db.session.execute(
        select(
            Letter, Person.name, Application.public_id, Application.title,
            case((and_(Letter.application_id.is_not(None), ~readable_by_officer()), 1), else_=0),
        )
        .outerjoin(Person, Person.id == Letter.person_id)
        .outerjoin(Application, Application.id == Letter.application_id)
        .where(*found)
        .order_by(Letter.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )  # fmt: skip
    return [LogRow(row[0], row[1], row[2], row[3], bool(row[4])) for row in rows], total, counts


def _open_to_office(call_id: int) -> Select[int]:
    return select(Application.id).where(Application.call_id == call_id, readable_by_officer())


def application_named(actor: Actor, call_id: int, public_id: str) -> str | None:
    """The title of the application whose letters are asked for."""
    return db.session.scalar(
        select(Application.title).where(
            Application.id.in_(_open_to_office(call_id)), Application.public_id == public_id,
            not_barred(actor.same_as, Application.id),
        )
    )  # fmt: skip


def kinds_of_call(actor: Actor, call_id: int) -> list[str]:
    """Kinds of letters that stand in the log."""
    return list(
        db.session.scalars(
            select(Letter.kind)
            .where(Letter.call_id == call_id, letter_in_log(actor))
            .group_by(Letter.kind)
            .order_by(Letter.kind)
        )
    )


def call_letter(actor: Actor, call_id: int, public_id: str) -> Letter | None:
    return db.session.scalars(
        select(Letter).where(Letter.public_id == public_id, Letter.call_id == call_id, letter_in_log(actor))
    ).one_or_none()

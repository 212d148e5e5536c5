"""Templates, batches and their recipients. A batch with an application that bars the officer is not there for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, func, or_, select, union

from portal.accounts.models import Person
from portal.applications.models import Application, Institution, Member, MemberRole
from portal.conflicts.queries import not_barred
from portal.notifications.models import BatchRecipient, Letter, LetterBatch, LetterState, LetterTemplate
from portal.notifications.rules import Addressee
from portal.platform.context import Actor
from portal.platform.db import db
from portal.platform.visibility import clause
from portal.programs.models import Call, Program
from portal.programs.queries import OFFICE_ROLES, call_in_scope

PAGE = 50


@clause
def batch_bars_nobody(actor: Actor) -> ColumnElement[bool]:
    """No conflict between the actor and any recipient's application: with a row missing, the rest would tell."""
    barred = select(BatchRecipient.id).where(
        BatchRecipient.batch_id == LetterBatch.id, ~not_barred(actor.same_as, BatchRecipient.application_id)
    )
    return ~barred.correlate(LetterBatch).exists()


# --- templates ---


def templates_of(call_id: int) -> Sequence[LetterTemplate]:
    """The call's own, then those of every call; by name."""
    return db.session.scalars(
        select(LetterTemplate)
        .where(or_(LetterTemplate.call_id == call_id, LetterTemplate.call_id.is_(None)))
        .order_by(LetterTemplate.call_id.is_(None), LetterTemplate.name, LetterTemplate.id)
    ).all()


def template_in_office(actor: Actor, public_id: str, template_id: str) -> LetterTemplate | None:
    """A template that may be used in a call of the officer."""
    return db.session.scalars(
        select(LetterTemplate)
        .join(Call, or_(Call.id == LetterTemplate.call_id, LetterTemplate.call_id.is_(None)))
        .join(Program, Call.program_id == Program.id)
        .where(
            Call.public_id == public_id, LetterTemplate.public_id == template_id, call_in_scope(actor, *OFFICE_ROLES)
        )
    ).one_or_none()


# --- batches ---


def batch_in_office(actor: Actor, public_id: str, batch_id: str) -> LetterBatch | None:
    return db.session.scalars(
        select(LetterBatch)
        .join(Call, LetterBatch.call_id == Call.id)
        .join(Program, Call.program_id == Program.id)
        .where(
            Call.public_id == public_id, LetterBatch.public_id == batch_id, call_in_scope(actor, *OFFICE_ROLES),
            batch_bars_nobody(actor),
        )
    ).one_or_none()  # fmt: skip


def batches_of(actor: Actor, call_id: int) -> Sequence[LetterBatch]:
    """The latest twenty that were not given up."""
    return db.session.scalars(
        select(LetterBatch)
        .where(LetterBatch.call_id == call_id, LetterBatch.discarded_at.is_(None), batch_bars_nobody(actor))
        .order_by(LetterBatch.id.desc())
        .limit(20)
    ).all()


def held_batch(batch_id: int) -> LetterBatch:
    """Locked until the transaction ends."""
    return db.session.scalars(select(LetterBatch).where(LetterBatch.id == batch_id).with_for_update()).one()


def teams_of(found: Select[int], languages: Sequence[str]) -> list[Addressee]:
    """Of these applications the owner, everybody who joined for an institution and the principal investigators, each
    once, in their own language where it is one of the call's; by application."""
    chosen = found.subquery()
    ids = select(chosen.c[0])
    owners = select(Application.id.label("application_id"), Application.owner_id.label("person_id")).where(
        Application.id.in_(ids)
    )
    joined = select(Institution.application_id, Institution.joined_by_id).where(
        Institution.application_id.in_(ids), Institution.joined_by_id.is_not(None)
    )
    leading = select(Member.application_id, Member.person_id).where(
        Member.application_id.in_(ids), Member.role == MemberRole.PI, Member.person_id.is_not(None)
    )
    team = union(owners, joined, leading).subquery()
    rows = db.session.execute(
        select(team.c.application_id, team.c.person_id, Person.language)
        .join(Person, Person.id == team.c.person_id)
        .where(Person.erased_at.is_(None))
        .order_by(team.c.application_id, team.c.person_id)
    )
    return [Addressee(a, p, language if language in languages else languages[0]) for a, p, language in rows]


def staged(batch_id: int) -> list[Addressee]:
    rows = db.session.execute(
        select(BatchRecipient.application_id, BatchRecipient.person_id, BatchRecipient.language)
        .where(BatchRecipient.batch_id == batch_id)
        .order_by(BatchRecipient.application_id, BatchRecipient.person_id)
    )
    return [Addressee(*row) for row in rows]


class RecipientRow(NamedTuple):
    """Who gets which letter; `letter` once it is written."""

    id: int
    name: str
    email: str
    language: str
    application: str  # public id
    title: str
    letter: LetterState | None


def recipients_page(batch_id: int, page: int) -> list[RecipientRow]:
    rows = db.session.execute(
        select(
            BatchRecipient.id, Person.name, Person.email, BatchRecipient.language, Application.public_id,
            Application.title, Letter.state,
        )
        .join(Person, Person.id == BatchRecipient.person_id)
        .join(Application, Application.id == BatchRecipient.application_id)
        .outerjoin(Letter, Letter.id == BatchRecipient.letter_id)
        .where(BatchRecipient.batch_id == batch_id)
        .order_by(BatchRecipient.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )  # fmt: skip
    return [RecipientRow(*row) for row in rows]


def progress_of(batch_id: int) -> tuple[int, int]:
    """(letters written, letters to write)."""
    row = db.session.execute(
        select(func.count(BatchRecipient.letter_id), func.count()).where(BatchRecipient.batch_id == batch_id)
    ).one()
    return row[0], row[1]


def unwritten(batch_id: int, most: int) -> Sequence[BatchRecipient]:
    return db.session.scalars(
        select(BatchRecipient)
        .where(BatchRecipient.batch_id == batch_id, BatchRecipient.letter_id.is_(None))
        .order_by(BatchRecipient.id)
        .limit(most)
    ).all()


def people_named(addressees: Iterable[Addressee]) -> list[tuple[str, str, str]]:
    """(name, title, language) of each, for showing who was added or is gone."""
    wanted = list(addressees)
    names = dict(
        db.session.execute(select(Person.id, Person.name).where(Person.id.in_({one.person_id for one in wanted}))).all()
    )
    titles = dict(
        db.session.execute(
            select(Application.id, Application.title).where(Application.id.in_({one.application_id for one in wanted}))
        ).all()
    )
    return [(names[one.person_id], titles[one.application_id], one.language) for one in wanted]

"""Later deadlines of single applications, and late codes, for officers and for who has one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Person
from portal.applications.models import Application, ApplicationState, Extension, LateCode, Submission
from portal.conflicts.queries import not_barred
from portal.platform.context import Actor
from portal.platform.db import db

LIVING = (ApplicationState.DRAFT, ApplicationState.SUBMITTED)


def of_receipt(actor: Actor, call_id: int, receipt: str) -> Sequence[int]:
    """Id of the application of that receipt number; nothing where a conflict bars the actor. Ids alone: whoever
    changes it loads it under its lock."""
    return db.session.scalars(
        select(Application.id)
        .join(Submission, Submission.application_id == Application.id)
        .where(Application.call_id == call_id, Submission.receipt == receipt, not_barred(actor.same_as, Application.id))
        .order_by(Application.id)
    ).all()


def of_owner(actor: Actor, call_id: int, email_key: str) -> Sequence[int]:
    """Ids of what the person of that address has begun or handed in, else of what is over; nothing of which a conflict
    bars the actor."""
    rows = db.session.execute(
        select(Application.id, Application.state)
        .join(Person, Application.owner_id == Person.id)
        .where(
            Application.call_id == call_id,
            Person.email_key == email_key,
            not_barred(actor.same_as, Application.id),
        )
        .order_by(Application.id)
    ).all()
    return [row.id for row in rows if row.state in LIVING] or [row.id for row in rows]


def extensions_of_call(actor: Actor, call_id: int) -> Sequence[tuple[Extension, str | None]]:
    """Every later deadline given, the newest first, each with the last receipt number of its application."""
    receipt = (
        select(Submission.receipt)
        .where(Submission.application_id == Extension.application_id)
        .order_by(Submission.number.desc())
        .limit(1)
        .correlate(Extension)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Extension, receipt)
        .join(Application, Extension.application_id == Application.id)
        .where(Application.call_id == call_id, not_barred(actor.same_as, Application.id))
        .options(joinedload(Extension.application).joinedload(Application.owner))
        .order_by(Extension.id.desc())
    )
    return [(row[0], row[1]) for row in rows]


def latest_extension(application_id: int) -> Extension | None:
    return db.session.scalars(
        select(Extension).where(Extension.application_id == application_id).order_by(Extension.id.desc()).limit(1)
    ).first()


def codes_of_call(call_id: int) -> Sequence[LateCode]:
    """The newest first."""
    return db.session.scalars(select(LateCode).where(LateCode.call_id == call_id).order_by(LateCode.id.desc())).all()


def people_to_tell(call_id: int) -> int:
    """How many applications of a call an extension for everybody is told to."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Application)
            .where(Application.call_id == call_id, Application.state != ApplicationState.WITHDRAWN)
        )
        or 0
    )


def late_drafts(actor: Actor, call_id: int, now: datetime) -> Sequence[Application]:
    """Drafts of the actor that missed the deadline, which a code could let in."""
    return db.session.scalars(
        select(Application)
        .where(
            Application.call_id == call_id, Application.owner_id.in_(actor.same_as),
            Application.state == ApplicationState.DRAFT,
            or_(Application.closes_at.is_(None), Application.closes_at <= now),
        )
        .order_by(Application.id)
    ).all()  # fmt: skip

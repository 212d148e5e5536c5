"""Reopened applications."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.applications.models import Application, Institution, Reopening
from portal.applications.queries.drafts import member_of_application
from portal.platform.context import Actor
from portal.platform.db import db


def live(application_id: int, now: datetime) -> Sequence[Reopening]:
    """Those in which something may be written now, the first due first."""
    return live_of([application_id], now)


def live_of(application_ids: Sequence[int], now: datetime) -> Sequence[Reopening]:
    """The same of many applications."""
    return db.session.scalars(
        select(Reopening)
        .where(
            Reopening.application_id.in_(application_ids),
            Reopening.answered_at.is_(None),
            Reopening.closed_at.is_(None),
            Reopening.due_at > now,
        )
        .order_by(Reopening.due_at, Reopening.id)
    ).all()


def of_application(application_id: int) -> Sequence[Reopening]:
    return db.session.scalars(
        select(Reopening)
        .where(Reopening.application_id == application_id)
        .options(joinedload(Reopening.entry))
        .order_by(Reopening.id)
    ).all()


def of_entry(entry_id: int) -> Sequence[Reopening]:
    return db.session.scalars(select(Reopening).where(Reopening.entry_id == entry_id).order_by(Reopening.id)).all()


def locked(reopening_id: int) -> Reopening:
    return db.session.scalars(select(Reopening).where(Reopening.id == reopening_id).with_for_update(of=Reopening)).one()


def reopening_for(actor: Actor, public_id: str, reopening_id: str) -> Reopening | None:
    """A reopening of an application to whose team the actor belongs."""
    return db.session.scalars(
        select(Reopening)
        .join(Application, Reopening.application_id == Application.id)
        .where(
            Reopening.public_id == reopening_id,
            Application.public_id == public_id,
            member_of_application(actor),
        )
        .options(
            joinedload(Reopening.entry),
            joinedload(Reopening.application)
            .selectinload(Application.institutions)
            .joinedload(Institution.organisation),
        )
    ).one_or_none()

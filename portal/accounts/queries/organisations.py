"""Organisations, departments, restrictions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select

from portal.accounts import rules
from portal.accounts.models import (
    Department,
    Organisation,
    Sanction,
)
from portal.platform.db import db


def search_organisations(words: str, limit: int = 20) -> Sequence[Organisation]:
    """By a part of the Korean or English name, or the registration number; nothing asked finds nothing."""
    if not words.strip():
        return []
    number = rules.registration_key(words) or ""
    return db.session.scalars(
        select(Organisation)
        .where(
            or_(
                Organisation.name.icontains(words.strip(), autoescape=True),
                Organisation.name_en.icontains(words.strip(), autoescape=True),
                Organisation.registration == number,
            )
        )
        .order_by(Organisation.name, Organisation.id)
        .limit(limit)
    ).all()


def organisation_by_public_id(public_id: str) -> Organisation | None:
    return db.session.scalars(select(Organisation).where(Organisation.public_id == public_id)).one_or_none()


def departments_of(organisation_id: int) -> Sequence[Department]:
    return db.session.scalars(
        select(Department).where(Department.organisation_id == organisation_id).order_by(Department.name, Department.id)
    ).all()


def sanctioned(at: date, *, person_ids: Sequence[int] = (), organisation_ids: Sequence[int] = ()) -> Sequence[Sanction]:
    """Restrictions in force on that day for any of these people or organisations."""
    return db.session.scalars(
        select(Sanction)
        .where(
            Sanction.since <= at,
            Sanction.until >= at,
            or_(Sanction.person_id.in_(person_ids), Sanction.organisation_id.in_(organisation_ids)),
        )
        .order_by(Sanction.id)
    ).all()

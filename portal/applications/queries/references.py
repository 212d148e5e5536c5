"""Referees and their letters. What a team is shown of a referee holds nothing of the letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.accounts.models import Person
from portal.accounts.rules import secret_hash
from portal.applications.models import Application, Institution, Member, Reference
from portal.applications.queries.submissions import readable_by_officer
from portal.applications.rules.references import ENDED
from portal.platform.db import db


@dataclass(frozen=True)
class Referee:
    """What the team may know: who was asked, and on which day the letter came."""

    public_id: str
    name: str
    email: str
    relation: str
    language: str
    invited_at: datetime
    declined_at: datetime | None
    received_at: datetime | None
    arrived_on: date | None


def referees_of(application: Application) -> list[Referee]:
    """In the order in which they were named; a call that asks for no letters is not looked up."""
    if application.call.definition.references is None:
        return []
    rows = db.session.execute(
        select(
            Reference.public_id, Reference.name, Reference.email, Reference.relation, Reference.language,
            Reference.invited_at, Reference.declined_at, Reference.received_at,
        )
        .where(Reference.application_id == application.id)
        .order_by(Reference.id)
    )  # fmt: skip
    zone = ZoneInfo(application.call.definition.time_zone)
    return [Referee(*row, row.received_at.astimezone(zone).date() if row.received_at else None) for row in rows]


def reference_of(application_id: int, public_id: str) -> Reference | None:
    return db.session.scalars(
        select(Reference).where(Reference.application_id == application_id, Reference.public_id == public_id)
    ).one_or_none()


def reference_by_public_id(public_id: str) -> Reference | None:
    """For the jobs that write its letters; it may be gone."""
    return db.session.scalars(
        select(Reference)
        .where(Reference.public_id == public_id)
        .options(joinedload(Reference.application).joinedload(Application.call))
    ).one_or_none()


def reference_behind(token: str) -> Reference | None:
    """Whom the link was sent to, with the application and its call; a withdrawn application's links are dead."""
    return db.session.scalars(
        select(Reference)
        .join(Reference.application)
        .where(Reference.token_hash == secret_hash(token), Application.state.not_in(ENDED))
        .options(
            contains_eager(Reference.application).options(joinedload(Application.call), joinedload(Application.owner))
        )
    ).one_or_none()


def reference_by_email(application_id: int, key: str) -> Reference | None:
    return db.session.scalars(
        select(Reference).where(Reference.application_id == application_id, Reference.email_key == key)
    ).one_or_none()


def is_of_team(application: Application, key: str) -> bool:
    """The address of the owner, a member or somebody who joined for an institution."""
    people = select(Person.id).where(
        Person.email_key == key,
        or_(
            Person.id == application.owner_id,
            Person.id.in_(
                select(Institution.joined_by_id).where(
                    Institution.application_id == application.id, Institution.joined_by_id.is_not(None)
                )
            ),
        ),
    )
    members = select(Member.id).where(Member.application_id == application.id, Member.email_key == key)
    return any(db.session.scalar(query.limit(1)) is not None for query in (people, members))


def letters_of(application_id: int) -> Sequence[Reference]:
    """The letters that have come, for whoever reads the application; like everything in it sealed until the close."""
    return db.session.scalars(
        select(Reference)
        .join(Reference.application)
        .where(Reference.application_id == application_id, Reference.received_at.is_not(None), readable_by_officer())
        .order_by(Reference.id)
    ).all()


def references_of(application: Application) -> Sequence[Reference]:
    """Everybody asked, with letter or reason, for the office; sealed until the close."""
    if application.call.definition.references is None:
        return []
    return db.session.scalars(
        select(Reference)
        .join(Reference.application)
        .where(Reference.application_id == application.id, readable_by_officer())
        .order_by(Reference.id)
    ).all()


def named_hashes(hashes: set[str]) -> set[str]:
    """Which of the hashes a letter has; for the sweeper."""
    found = db.session.execute(
        select(Reference.sha256, Reference.clean_sha256)
        .where(or_(Reference.sha256.in_(hashes), Reference.clean_sha256.in_(hashes)))
        .order_by(Reference.id)
    ).all()
    return {h for row in found for h in row if h} & hashes

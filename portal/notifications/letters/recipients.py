"""Who gets a letter. Each letter is rendered for one recipient and sent to that recipient alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import select

from portal.accounts.models import Account, Person, Role, RoleGrant
from portal.accounts.queries import grant_is_valid
from portal.applications.models import Application, Institution, InstitutionRole, Member, MemberRole
from portal.notifications.drafts import Recipient
from portal.platform.db import db
from portal.platform.language import Text, say


def line(ko: str, en: str, **params: Callable[[], str] | str) -> Callable[[], str]:
    """A paragraph put into words when it is written, so that amounts and dates follow the reader's language."""

    def words() -> str:
        return say(Text(ko, en), **{k: v() if callable(v) else v for k, v in params.items()})

    return words


def person(of: Person) -> Recipient:
    return Recipient(of.email, of.language, of.id, of.name)


def people(ids: Iterable[int]) -> list[Recipient]:
    rows = db.session.scalars(select(Person).where(Person.id.in_(set(ids))).order_by(Person.id))
    return [person(row) for row in rows]


def team(application: Application) -> list[Recipient]:
    """The owner, everybody who joined for an institution, and the principal investigators: each once."""
    ids = {application.owner_id}
    ids |= set(
        db.session.scalars(
            select(Institution.joined_by_id).where(
                Institution.application_id == application.id, Institution.joined_by_id.is_not(None)
            )
        )
    )
    ids |= set(
        db.session.scalars(
            select(Member.person_id).where(
                Member.application_id == application.id, Member.role == MemberRole.PI, Member.person_id.is_not(None)
            )
        )
    )
    return people(i for i in ids if i is not None)


def leaders(application: Application) -> list[Person]:
    """Who answers for the team: the owner and whoever joined for its lead institution, each once."""
    ids = {application.owner_id}
    ids |= {
        institution.joined_by_id
        for institution in application.institutions
        if institution.role is InstitutionRole.LEAD and institution.joined_by_id is not None
    }
    return list(db.session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.id)))


def holders(now: datetime, role: Role, *scopes: str) -> list[Recipient]:
    """Everybody who holds the role now, globally or for one of the scopes, and whose account is not disabled."""
    disabled = select(Account.person_id).where(Account.disabled_at.is_not(None))
    ids = db.session.scalars(
        select(RoleGrant.person_id).where(
            RoleGrant.role == role,
            grant_is_valid(now),
            RoleGrant.scope.in_(("*", *scopes)),
            RoleGrant.person_id.not_in(disabled),
        )
    )
    return people(ids)

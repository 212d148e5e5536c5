"""People, organisations, departments, roles with scope, sessions, sanctions."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.platform.db import Model, one_of, pk, public


class Role(enum.StrEnum):
    REVIEWER = "reviewer"
    CHAIR = "chair"
    OFFICER = "officer"
    ADMINISTRATOR = "administrator"  # holds the right to issue awards
    BUDGET_OFFICER = "budget_officer"
    AUDITOR = "auditor"


NEEDS_SECOND_FACTOR = {
    Role.REVIEWER, Role.CHAIR, Role.OFFICER, Role.ADMINISTRATOR, Role.BUDGET_OFFICER, Role.AUDITOR,
}  # fmt: skip


class Organisation(Model):
    """`kind` is a code of programs.definition.INSTITUTION_KINDS; `registration` its business number."""

    __tablename__ = "organisation"

    id: Mapped[pk]
    public_id: Mapped[public]
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    kind: Mapped[str] = mapped_column(String(32))
    country: Mapped[str] = mapped_column(String(2), default="KR")
    registration: Mapped[str | None] = mapped_column(String(40), unique=True)
    gpu_supplier_until: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime]


class Department(Model):
    """The tree below an organisation; conflicts look at the lowest level (Decree 27(3)4)."""

    __tablename__ = "department"

    id: Mapped[pk]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    name: Mapped[str] = mapped_column(String(200))
    organisation: Mapped[Organisation] = relationship()


class Person(Model):
    """A human. Doubles are joined by `same_as_id`, ids never rewritten. A person is not an account."""

    __tablename__ = "person"

    id: Mapped[pk]
    public_id: Mapped[public]
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), unique=True)
    language: Mapped[str] = mapped_column(String(2), default="ko")
    time_zone: Mapped[str] = mapped_column(String(40), default="Asia/Seoul")
    name_latin: Mapped[str] = mapped_column(String(120), default="")  # as on papers; no other name is derived from it
    researcher_number: Mapped[str | None] = mapped_column(String(20), unique=True)
    orcid: Mapped[str | None] = mapped_column(String(19), unique=True)  # 0000-0002-1825-0097
    same_as_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]  # name and addresses are gone, the id stays


class Address(Model):
    """Another address by which a person is known. Nobody has proved it, and it bars like their own."""

    __tablename__ = "person_address"
    __table_args__ = (UniqueConstraint("person_id", "email_key"), Index("ix_person_address_email_key", "email_key"))

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254))
    added_at: Mapped[datetime]


class Double(Model):
    """Two records that may be one human: by which signs, and what an officer found. `low_id` is the smaller id."""

    __tablename__ = "suspected_double"
    __table_args__ = (CheckConstraint("low_id < high_id", name="in_order"),)

    low_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    high_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    signs: Mapped[list[Any]]  # codes, the strongest first
    found_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    same: Mapped[bool | None]
    reason: Mapped[str | None] = mapped_column(Text)
    low: Mapped[Person] = relationship(foreign_keys=[low_id])
    high: Mapped[Person] = relationship(foreign_keys=[high_id])


class RelationKind(enum.StrEnum):
    RELATIVE = "relative"
    ADVISER_STUDENT = "adviser_student"
    CO_AUTHOR = "co_author"
    JOINT_PROJECT = "joint_project"
    SHARES = "shares"  # shares, options or a gain, of an organisation


class Relation(Model):
    """What ties a person to another one or to an organisation, with dates: conflicts of interest follow from it.

    A relation of one day (a paper) has its last day too; one without a last day goes on.
    """

    __tablename__ = "relation"
    __table_args__ = (
        CheckConstraint("(other_id IS NULL) <> (organisation_id IS NULL)", name="one_subject"),
        CheckConstraint("until IS NULL OR since <= until", name="days_in_order"),
        CheckConstraint("other_id <> person_id", name="not_oneself"),
    )

    id: Mapped[pk]
    public_id: Mapped[public]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    other_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    kind: Mapped[RelationKind] = mapped_column(one_of(RelationKind))
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str] = mapped_column(String(300), default="")  # title of the paper or project
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]  # recorded by mistake
    withdrawn_reason: Mapped[str | None] = mapped_column(Text)
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    other: Mapped[Person | None] = relationship(foreign_keys=[other_id])
    organisation: Mapped[Organisation | None] = relationship()


class Participation(Model):
    """Somebody's part in a running project, written when an award is accepted. Without an account they are known by
    their address alone."""

    __tablename__ = "participation"
    __table_args__ = (
        UniqueConstraint("project", "email_key"),
        Index("ix_participation_email_key", "email_key"),
        Index("ix_participation_person_id", "person_id"),
    )

    id: Mapped[pk]
    project: Mapped[str] = mapped_column(String(32))  # public id of the award
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    email_key: Mapped[str] = mapped_column(String(254))
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)


class Account(Model):
    __tablename__ = "account"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    confirmed_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]  # closed by its owner
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int | None]
    person: Mapped[Person] = relationship()


class Affiliation(Model):
    """Where a person works or worked, with dates; the current one has no end."""

    __tablename__ = "affiliation"

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    title: Mapped[str] = mapped_column(String(80), default="")
    representative: Mapped[bool] = mapped_column(default=False)  # may confirm for the institution
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    organisation: Mapped[Organisation] = relationship()
    department: Mapped[Department | None] = relationship()


class RoleGrant(Model):
    __tablename__ = "role_grant"
    __table_args__ = (Index("ix_role_grant_person_role", "person_id", "role"),)

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role] = mapped_column(one_of(Role))
    scope: Mapped[str] = mapped_column(String(80))
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class SignInSession(Model):
    """One signed-in browser; checked on every request, so that revoking takes effect at the next one."""

    __tablename__ = "sign_in_session"

    id: Mapped[pk]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    second_factor_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    device: Mapped[str] = mapped_column(String(200), default="")


class TokenPurpose(enum.StrEnum):
    CONFIRM = "confirm"
    RESET = "reset"


class MailToken(Model):
    """A one-time link sent by mail; only its hash is kept."""

    __tablename__ = "mail_token"

    id: Mapped[pk]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[TokenPurpose] = mapped_column(one_of(TokenPurpose))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Throttle(Model):
    """Failed tries per (purpose, key): an account together with an address, so that a rival cannot lock out."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    tries: Mapped[int] = mapped_column(default=0)
    since: Mapped[datetime]


class Sanction(Model):
    """A participation restriction of a person or an organisation (Act 32); bars applying and reviewing."""

    __tablename__ = "sanction"
    __table_args__ = (CheckConstraint("(person_id IS NULL) <> (organisation_id IS NULL)", name="one_subject"),)

    id: Mapped[pk]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    ground: Mapped[str] = mapped_column(String(40))
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date] = mapped_column(Date)


class ReviewerProfile(Model):
    """What routing needs of a reviewer: keywords in both languages, titles of papers and projects, kind, capacity."""

    __tablename__ = "reviewer_profile"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    keywords: Mapped[str] = mapped_column(String(2000), default="")
    works: Mapped[str] = mapped_column(Text, default="")  # titles, one a line
    kind: Mapped[str] = mapped_column(String(24), default="academia")  # academia, industry, foreign
    capacity: Mapped[int] = mapped_column(default=20)


class Absence(Model):
    """Days on which a person is away, the first and the last included; of an approver, who stands in meanwhile.

    A deputy holds the same right themselves: nothing is passed on. Days are days in Korea.
    """

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("since <= until", name="days_in_order"),
        Index("ix_absence_person_until", "person_id", "until"),
    )

    id: Mapped[pk]
    public_id: Mapped[public]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date] = mapped_column(Date)
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # called off, or back early
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    deputy: Mapped[Person | None] = relationship(foreign_keys=[deputy_id])


class Consent(Model):
    """A consent with the purpose, version and hash of the text that was agreed to."""

    __tablename__ = "consent"
    __table_args__ = (UniqueConstraint("person_id", "purpose", "version"),)

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(20))
    text_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class PersonalCopy(Model):
    """A copy of what the portal holds of a person, made at their wish; the file is kept under its hash for days."""

    __tablename__ = "personal_copy"

    id: Mapped[pk]
    public_id: Mapped[public]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    asked_at: Mapped[datetime]
    made_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(default=0)
    taken_at: Mapped[datetime | None]  # first download


class SavedFilter(Model):
    """A person's own name for what they look for on one page: the query of its address, never a place in the list."""

    __tablename__ = "saved_filter"
    __table_args__ = (UniqueConstraint("person_id", "page", "name"),)

    id: Mapped[pk]
    public_id: Mapped[public]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    page: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(500))
    saved_at: Mapped[datetime]

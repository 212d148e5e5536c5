"""Drafting, the consortium, attachments, submissions, stage entries."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Organisation, Person
from portal.platform.db import Model, one_of, pk, public
from portal.programs.models import Call, Stage


class ApplicationState(enum.StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Application(Model):
    """The request, from draft to decision. `closes_at` gives this one application longer than the call's deadline."""

    __tablename__ = "application"
    __table_args__ = (Index("ix_application_call_state", "call_id", "state", "id"),)

    id: Mapped[pk]
    public_id: Mapped[public]
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    title: Mapped[str] = mapped_column(String(300), default="")
    applicant: Mapped[str] = mapped_column(String(200), default="")  # the lead institution, or the owner, by name
    state: Mapped[ApplicationState] = mapped_column(one_of(ApplicationState), default=ApplicationState.DRAFT)
    language: Mapped[str] = mapped_column(String(2), default="ko")
    closes_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str | None] = mapped_column(Text)
    erased_at: Mapped[datetime | None]  # its term is over: content and names are gone, the row stays
    call: Mapped[Call] = relationship()
    owner: Mapped[Person] = relationship()
    institutions: Mapped[list[Institution]] = relationship(
        order_by="Institution.position", back_populates="application"
    )

    @property
    def deadline(self) -> datetime:
        """Its own, never earlier than the call's: that one may have been moved past it since."""
        return max(self.closes_at, self.call.closes_at) if self.closes_at else self.call.closes_at


class InstitutionRole(enum.StrEnum):
    LEAD = "lead"
    JOINT = "joint"
    CONSIGNED = "consigned"


class Institution(Model):
    """One institution of the consortium. It joins by a link; `kind` decides its matching rate, at submission time."""

    __tablename__ = "application_institution"
    __table_args__ = (UniqueConstraint("application_id", "organisation_id"),)

    id: Mapped[pk]
    public_id: Mapped[public]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    position: Mapped[int]
    role: Mapped[InstitutionRole] = mapped_column(one_of(InstitutionRole))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(32))
    country: Mapped[str] = mapped_column(String(2), default="KR")
    contact_email: Mapped[str] = mapped_column(String(254), default="")
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)  # invitation to join
    invited_at: Mapped[datetime | None]
    joined_at: Mapped[datetime | None]
    joined_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    application: Mapped[Application] = relationship(back_populates="institutions")
    organisation: Mapped[Organisation | None] = relationship()


class MemberRole(enum.StrEnum):
    PI = "pi"
    RESEARCHER = "researcher"
    STUDENT = "student"
    TALENT = "talent"  # named talent to be brought in


class Member(Model):
    """A person of the team; of one of its institutions, where the call is for institutions.

    Consent to the use of personal data is given by the person through a link.
    """

    __tablename__ = "application_member"
    __table_args__ = (
        UniqueConstraint("application_id", "email_key"),
        Index("ix_application_member_unlinked", "email_key", "person_id"),
    )

    id: Mapped[pk]
    public_id: Mapped[public]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("application_institution.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254))
    role: Mapped[MemberRole] = mapped_column(one_of(MemberRole))
    may_edit: Mapped[bool] = mapped_column(default=False)
    department: Mapped[str] = mapped_column(String(200), default="")
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    invited_at: Mapped[datetime | None]
    consented_at: Mapped[datetime | None]
    consent_version: Mapped[str | None] = mapped_column(String(20))
    declined_at: Mapped[datetime | None]
    institution: Mapped[Institution | None] = relationship()
    application: Mapped[Application] = relationship()


class SectionAnswer(Model):
    """The answers of one section: one row for the team's sections, one per institution for slices.

    `version` counts saves; a save names the version it started from, an older one is refused with a comparison.
    """

    __tablename__ = "section_answer"
    __table_args__ = (UniqueConstraint("application_id", "section", "slice"),)

    id: Mapped[pk]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    section: Mapped[str] = mapped_column(String(40))
    slice: Mapped[str] = mapped_column(String(32), default="")  # institution's public id; empty for the team's
    answers: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=0)
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class PlannedCost(Model):
    """Budget by institution x year x category, split by who pays; integer minor units."""

    __tablename__ = "planned_cost"
    __table_args__ = (
        UniqueConstraint("institution_id", "year", "category"),
        CheckConstraint("government >= 0 AND cash >= 0 AND in_kind >= 0", name="not_negative"),
    )

    id: Mapped[pk]
    institution_id: Mapped[int] = mapped_column(ForeignKey("application_institution.id"), index=True)
    year: Mapped[int]
    category: Mapped[str] = mapped_column(String(40))
    government: Mapped[int] = mapped_column(default=0)
    cash: Mapped[int] = mapped_column(default=0)
    in_kind: Mapped[int] = mapped_column(default=0)


class RequestedMeans(Model):
    """What the team asks for of one component: money of a year, or a quantity of an option for months."""

    __tablename__ = "requested_means"
    __table_args__ = (
        UniqueConstraint("application_id", "component", "option", "year"),
        CheckConstraint("quantity >= 0 AND months >= 0", name="not_negative"),
    )

    id: Mapped[pk]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    component: Mapped[str] = mapped_column(String(40))
    option: Mapped[str] = mapped_column(String(40), default="")
    year: Mapped[int] = mapped_column(default=0)  # 0 for resources
    quantity: Mapped[int]  # money: minor units; resource: units
    months: Mapped[int] = mapped_column(default=0)  # resources: from the call's first month


class Attachment(Model):
    """A file in a slot (or a section's document question). A new file replaces the old one, which is kept."""

    __tablename__ = "attachment"
    __table_args__ = (Index("ix_attachment_place", "application_id", "slot", "slice"),)

    id: Mapped[pk]
    public_id: Mapped[public]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    slot: Mapped[str] = mapped_column(String(80))  # slot code, or `section.question`
    slice: Mapped[str] = mapped_column(String(32), default="")
    filename: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    clean_sha256: Mapped[str | None] = mapped_column(String(64), index=True)  # reviewers' copy without metadata
    size: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))
    pages: Mapped[int | None]
    seconds: Mapped[int | None]  # of a film
    text: Mapped[str] = mapped_column(Text, default="")
    scan: Mapped[str] = mapped_column(String(16), default="off")
    uploaded_at: Mapped[datetime]
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    replaced_at: Mapped[datetime | None]


class Confirmation(Model):
    """A representative's confirmation of one section (or slice) for an institution, over the content's hash."""

    __tablename__ = "confirmation"
    __table_args__ = (UniqueConstraint("institution_id", "section"),)

    id: Mapped[pk]
    institution_id: Mapped[int] = mapped_column(ForeignKey("application_institution.id"), index=True)
    section: Mapped[str] = mapped_column(String(40))
    content_hash: Mapped[str] = mapped_column(String(64))
    content: Mapped[dict[str, Any]]  # as confirmed, for the diff
    confirmed_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmed_name: Mapped[str] = mapped_column(String(120))


class ConfirmationLink(Model):
    """The link sent to an institution's representative; opens one page, without an account, on a phone."""

    __tablename__ = "confirmation_link"

    id: Mapped[pk]
    institution_id: Mapped[int] = mapped_column(ForeignKey("application_institution.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Reference(Model):
    """A referee whom the team names, and the letter that this person hands in behind a link.

    The letter stands beside the submission, not in it; the team never sees it. The latest one counts.
    """

    __tablename__ = "reference"
    __table_args__ = (UniqueConstraint("application_id", "email_key"),)

    id: Mapped[pk]
    public_id: Mapped[public]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254))
    relation: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(2), default="ko")
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    invited_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    decline_reason: Mapped[str] = mapped_column(Text, default="")
    received_at: Mapped[datetime | None]
    filename: Mapped[str] = mapped_column(String(255), default="")
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    clean_sha256: Mapped[str | None] = mapped_column(String(64), index=True)  # reviewers' copy without metadata
    size: Mapped[int] = mapped_column(default=0)
    pages: Mapped[int | None]
    text: Mapped[str] = mapped_column(Text, default="")
    application: Mapped[Application] = relationship()

    @property
    def kind(self) -> str:
        """Like an attachment's: a letter is always a PDF."""
        return "pdf"


class Submission(Model):
    """One immutable version handed in. `content` is canonical JSON, `sha256` its hash."""

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("application_id", "number"),)

    id: Mapped[pk]
    public_id: Mapped[public]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    number: Mapped[int]
    receipt: Mapped[str] = mapped_column(String(40), unique=True)
    content: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    submitted_at: Mapped[datetime]
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    requested_total: Mapped[int] = mapped_column(default=0)
    language: Mapped[str] = mapped_column(String(2), default="ko")


class ReopeningCause(enum.StrEnum):
    STAGE = "stage"  # the stage asks for sections of its own
    COMPLETION = "completion"  # an officer asks to complete what was handed in


class Reopening(Model):
    """Some places of a closed application may be written again, until `due_at`.

    Handing in makes a new Submission to which the entry points; the old one stays. `places` are `sections.<code>` and
    `attachments.<code>`. It ends answered, or closed: by its time or by an officer.
    """

    __tablename__ = "reopening"
    __table_args__ = (Index("ix_reopening_application", "application_id", "due_at"),)

    id: Mapped[pk]
    public_id: Mapped[public]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("stage_entry.id"), index=True)
    cause: Mapped[ReopeningCause] = mapped_column(one_of(ReopeningCause))
    places: Mapped[list[Any]]
    message: Mapped[str] = mapped_column(Text, default="")
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    due_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    closed_at: Mapped[datetime | None]
    application: Mapped[Application] = relationship()
    entry: Mapped[StageEntry] = relationship()


class LateCode(Model):
    """Lets one application of a closed call in until `until`, once. Only the code's hash is kept.

    A code for an address is minted when its letter is written; until then it has no hash and opens nothing.
    """

    __tablename__ = "late_code"

    id: Mapped[pk]
    public_id: Mapped[public]
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    code_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    until: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    for_email: Mapped[str | None] = mapped_column(String(254))  # as `email_key` writes it; empty: whoever has the code
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    issued_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"), index=True)
    call: Mapped[Call] = relationship()


class Extension(Model):
    """A later deadline for one application: given by an officer before its deadline, or by a late code after it."""

    __tablename__ = "extension"

    id: Mapped[pk]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    old_closes_at: Mapped[datetime]
    new_closes_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime]
    code_id: Mapped[int | None] = mapped_column(ForeignKey("late_code.id"))
    application: Mapped[Application] = relationship()


class EntryState(enum.StrEnum):
    ENTERED = "entered"
    IN_REVIEW = "in_review"
    ADVANCED = "advanced"
    NOT_ADVANCED = "not_advanced"
    WITHDRAWN = "withdrawn"


class StageEntry(Model):
    """An application in a stage and track: what screening, assignments, reviews and rankings hang on."""

    __tablename__ = "stage_entry"
    __table_args__ = (
        UniqueConstraint("stage_id", "application_id", "track"),
        Index("ix_stage_entry_stage_state", "stage_id", "state"),
    )

    id: Mapped[pk]
    public_id: Mapped[public]
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    track: Mapped[str] = mapped_column(String(40), default="")
    state: Mapped[EntryState] = mapped_column(one_of(EntryState), default=EntryState.ENTERED)
    entered_at: Mapped[datetime]
    stage: Mapped[Stage] = relationship()
    application: Mapped[Application] = relationship()
    submission: Mapped[Submission] = relationship()

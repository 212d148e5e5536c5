"""The institutions of a consortium: add, invite by link, join, remind, remove."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sqlalchemy import delete, update

from portal.accounts.models import Organisation
from portal.accounts.rules import secret_hash
from portal.accounts.service import find_or_create_organisation
from portal.applications.errors import (
    ForeignOnlyJoint,
    InstitutionTwice,
    InvitationUnknown,
    LeadStays,
    RegistrationUnreadable,
    RemindedJustNow,
    TooManyInstitutions,
)
from portal.applications.jobs import INSTITUTION_INVITED
from portal.applications.models import (
    Application,
    Attachment,
    Confirmation,
    ConfirmationLink,
    Institution,
    InstitutionRole,
    Member,
    PlannedCost,
    SectionAnswer,
)
from portal.applications.queries import consortium as queries
from portal.applications.queries.drafts import institution_of, institutions_of, standing_of
from portal.applications.rules import Standing, can_edit_slice, can_lead
from portal.applications.service.draft import opened
from portal.audit.service import record
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import Forbidden, NotFound
from portal.platform.files import refuse_resident_numbers
from portal.platform.jobs import enqueue
from portal.platform.names import email_key

REMIND_EVERY = timedelta(minutes=10)
_KOREAN_REGISTRATION = re.compile(r"\d{10}")


def open_draft(context: Context, application_id: int) -> tuple[Application, Standing]:
    """The application locked for a change, with the actor's standing; raises when it may not be changed now."""
    application = opened(context, application_id)
    return application, standing_of(context.actor, application)


def of_application(application_id: int, institution: str) -> Institution:
    found = institution_of(application_id, institution)
    if found is None:
        raise NotFound
    return found


def not_just_now(last: datetime | None, now: datetime) -> None:
    """A reminder goes out at most every ten minutes for one person."""
    if last is not None and now - last < REMIND_EVERY:
        raise RemindedJustNow(minutes=-(-int((REMIND_EVERY - (now - last)).total_seconds()) // 60))


def add_institution(
    context: Context, application_id: int, *, name: str, kind: str, role: InstitutionRole, contact_email: str,
    country: str = "KR",
) -> Institution:  # fmt: skip
    """A joint or consigned institution; with a contact address its invitation goes out at once."""
    application, standing = open_draft(context, application_id)
    if not can_lead(standing):
        raise Forbidden
    refuse_resident_numbers(name, "name")
    if country != application.call.definition.regime.country and role is not InstitutionRole.JOINT:
        raise ForeignOnlyJoint("role")
    present = institutions_of(application_id)
    most = application.call.definition.max_institutions
    if len(present) >= most:
        raise TooManyInstitutions(most=most)
    if any(row.name.casefold() == name.casefold() for row in present):
        raise InstitutionTwice("name")
    institution = Institution(
        public_id=context.ids.public_id(), application_id=application_id, name=name, kind=kind, role=role,
        country=country, contact_email=contact_email, position=queries.last_position(application_id) + 1,
    )  # fmt: skip
    if contact_email:
        email_key(contact_email, "contact_email")
    db.session.add(institution)
    application.changed_at = context.now
    db.session.flush()
    record(
        context, "InstitutionAdded", "application", application.public_id, institution=institution.public_id,
        role=role.value, kind=kind, country=country,
    )  # fmt: skip
    if contact_email:
        _invite(context, institution)
    return institution


def invite_institution(context: Context, application_id: int, institution: str) -> Institution:
    """Invite again, or remind: a new link is sent, the old one stops working."""
    _, standing = open_draft(context, application_id)
    found = of_application(application_id, institution)
    if not can_lead(standing):
        raise Forbidden
    if found.joined_at is not None:
        raise InstitutionTwice
    not_just_now(found.invited_at, context.now)
    _invite(context, found)
    return found


def _invite(context: Context, institution: Institution) -> None:
    institution.invited_at = context.now
    key = f"{institution.id}:{context.now.isoformat()}"
    enqueue(INSTITUTION_INVITED, {"institution_id": institution.id}, key=key, now=context.now)


def mint_institution_link(context: Context, institution_id: int) -> str:
    """The token of a new invitation, for the letter that is being written; only its hash is kept."""
    token = context.ids.token()
    queries.institution_by_id(institution_id).token_hash = secret_hash(token)
    return token


def join_institution(
    context: Context, token: str, *, registration: str, name_en: str = "", kind: str | None = None
) -> Institution:
    """The signed-in person joins for the invited institution and becomes the editor of its slice.

    The organisation is found by its registration number, or created. The link works once.
    """
    found = queries.invitation(context.actor, token)
    if found is None:
        raise InvitationUnknown
    application, _ = open_draft(context, found.application_id)
    institution = queries.invitation(context.actor, token)
    if institution is None or context.actor.person_id is None:
        raise InvitationUnknown
    if kind is not None:
        institution.kind = kind
    refuse_resident_numbers(registration, "registration")
    organisation = _organisation(context, institution, registration, name_en)
    if any(row.organisation_id == organisation.id for row in institutions_of(application.id)):
        raise InstitutionTwice("registration")
    institution.organisation_id, institution.token_hash = organisation.id, None
    institution.joined_at, institution.joined_by_id = context.now, context.actor.person_id
    application.changed_at = context.now
    db.session.flush()
    record(
        context, "InstitutionJoined", "application", application.public_id, institution=institution.public_id,
        organisation=organisation.public_id,
    )  # fmt: skip
    return institution


def registration_of(country: str, typed: str) -> str:
    """The one form of a registration number: ten digits in Korea, elsewhere `<country>:<number>`."""
    plain = "".join(c for c in typed if c.isalnum()).upper()
    if country == "KR":
        if not _KOREAN_REGISTRATION.fullmatch(plain):
            raise RegistrationUnreadable("registration")
        return f"{plain[:3]}-{plain[3:5]}-{plain[5:]}"
    if not 3 <= len(plain) <= 30:
        raise RegistrationUnreadable("registration")
    return f"{country}:{plain}"


def _organisation(context: Context, institution: Institution, typed: str, name_en: str) -> Organisation:
    return find_or_create_organisation(
        context, institution.name, institution.kind, name_en=name_en, country=institution.country,
        registration=registration_of(institution.country, typed),
    )  # fmt: skip


def remove_institution(context: Context, application_id: int, institution: str) -> None:
    """With its members, costs, answers and confirmations; its files are kept but no longer handed in."""
    application, standing = open_draft(context, application_id)
    found = of_application(application_id, institution)
    if not (can_lead(standing) or can_edit_slice(standing, institution)):
        raise Forbidden
    if found.role is InstitutionRole.LEAD:
        raise LeadStays
    for table in (Confirmation, ConfirmationLink, PlannedCost, Member):
        db.session.execute(delete(table).where(table.institution_id == found.id))
    here = (SectionAnswer.application_id == application_id, SectionAnswer.slice == institution)
    db.session.execute(delete(SectionAnswer).where(*here))
    db.session.execute(
        update(Attachment)
        .where(
            Attachment.application_id == application_id,
            Attachment.slice == institution,
            Attachment.replaced_at.is_(None),
        )
        .values(replaced_at=context.now)
    )
    db.session.delete(found)
    application.changed_at = context.now
    db.session.flush()
    record(context, "InstitutionRemoved", "application", application.public_id, institution=institution)

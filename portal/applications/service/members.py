"""The people of a team: add, remind, remove; consent by link, without an account."""

from __future__ import annotations

from sqlalchemy import select

from portal.accounts.models import Consent
from portal.accounts.rules import secret_hash
from portal.applications.consent import CURRENT, PURPOSE
from portal.applications.errors import (
    InvitationUnknown,
    MemberTwice,
    OnePrincipal,
    PrincipalOfLead,
    RefereeIsNoMember,
    TeamFull,
)
from portal.applications.jobs import MEMBER_INVITED
from portal.applications.models import Application, Institution, InstitutionRole, Member, MemberRole
from portal.applications.queries import consortium as queries
from portal.applications.queries.drafts import members_of
from portal.applications.queries.references import reference_by_email
from portal.applications.rules import Standing, can_edit_slice, can_lead, team_size
from portal.applications.service.consortium import not_just_now, of_application, open_draft
from portal.applications.service.draft import opened
from portal.audit.service import record
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import Forbidden, NotFound
from portal.platform.files import refuse_resident_numbers
from portal.platform.jobs import enqueue
from portal.platform.names import email_key


def _may_change(standing: Standing, institution: Institution | None) -> None:
    """The lead names everybody; each institution its own people."""
    own = institution is not None and can_edit_slice(standing, institution.public_id)
    if not (can_lead(standing) or own):
        raise Forbidden


def add_member(
    context: Context, application_id: int, *, institution: str, name: str, email: str, role: MemberRole,
    department: str = "", may_edit: bool = False,
) -> Member:  # fmt: skip
    """A person of the team; the request for consent goes out at once. Nobody stands twice.

    `institution` is empty where the call is for teams. Raises TeamFull, MemberTwice, RefereeIsNoMember, OnePrincipal,
    PrincipalOfLead.
    """
    application, standing = open_draft(context, application_id)
    definition = application.call.definition
    found = of_application(application_id, institution) if definition.has_institutions else None
    _may_change(standing, found)
    if not definition.has_institutions and len(members_of(application_id)) >= team_size(definition)[1]:
        raise TeamFull(most=team_size(definition)[1])
    refuse_resident_numbers(name, "name")
    refuse_resident_numbers(department, "department")
    key = email_key(email, "email")
    if queries.member_by_email(application_id, key) is not None:
        raise MemberTwice("email")
    if reference_by_email(application_id, key) is not None:
        raise RefereeIsNoMember("email")
    if role is MemberRole.PI:
        _only_principal(application, found)
    person = queries.person_by_email(key)
    member = Member(
        public_id=context.ids.public_id(), application_id=application_id, institution_id=found.id if found else None,
        person_id=person.id if person else None, name=name, email=email.strip(), email_key=key, role=role,
        department=department, may_edit=may_edit,
    )  # fmt: skip
    db.session.add(member)
    application.changed_at = context.now
    db.session.flush()
    record(
        context, "MemberAdded", "application", application.public_id, member=member.public_id,
        institution=institution, role=role.value, may_edit=may_edit,
    )  # fmt: skip
    _ask(context, member)
    return member


def _only_principal(application: Application, institution: Institution | None) -> None:
    if institution is not None and institution.role is not InstitutionRole.LEAD:
        raise PrincipalOfLead("role")
    principal = next((m for m in members_of(application.id) if m.role is MemberRole.PI), None)
    if principal is not None:
        raise OnePrincipal("role", name=principal.name)


def _ask(context: Context, member: Member) -> None:
    member.invited_at = context.now
    enqueue(MEMBER_INVITED, {"member_id": member.id}, key=f"{member.id}:{context.now.isoformat()}", now=context.now)


def remind_member(context: Context, application_id: int, member: str) -> Member:
    """Ask for the consent again: a new link is sent, the old one stops working."""
    _, standing = open_draft(context, application_id)
    found = _member(application_id, member)
    _may_change(standing, found.institution)
    not_just_now(found.invited_at, context.now)
    _ask(context, found)
    return found


def _member(application_id: int, member: str) -> Member:
    found = queries.member_of(application_id, member)
    if found is None:
        raise NotFound
    return found


def remove_member(context: Context, application_id: int, member: str) -> None:
    application, standing = open_draft(context, application_id)
    found = _member(application_id, member)
    _may_change(standing, found.institution)
    db.session.delete(found)
    application.changed_at = context.now
    db.session.flush()
    record(context, "MemberRemoved", "application", application.public_id, member=member)


def mint_member_link(context: Context, member_id: int) -> str:
    """The token of the request for consent, for the letter that is being written; only its hash is kept."""
    token = context.ids.token()
    db.session.get_one(Member, member_id).token_hash = secret_hash(token)
    return token


def consent(context: Context, token: str, agree: bool) -> Member:
    """Agree or decline, as often as one changes one's mind before the deadline. The text's version is kept."""
    found = queries.consent_request(context.actor, token)
    if found is None:
        raise InvitationUnknown
    application = opened(context, found.application_id)
    member = queries.consent_request(context.actor, token)
    if member is None:
        raise InvitationUnknown
    return _answer(context, application, member, agree)


def withdraw_consent(context: Context, member: str) -> Member:
    """A signed-in person takes their consent back in one application, until its deadline; others' is not there."""
    found = queries.own_membership(context.actor, member)
    if found is None or found.consented_at is None:
        raise NotFound
    application = opened(context, found.application_id)
    return _answer(context, application, found, agree=False)


def _answer(context: Context, application: Application, member: Member, agree: bool) -> Member:
    member.consented_at = context.now if agree else None
    member.declined_at = None if agree else context.now
    member.consent_version = CURRENT.version
    person = queries.person_by_email(member.email_key)
    if person is not None:
        member.person_id = person.id
        _keep(context, person.id, agree)
    db.session.flush()
    record(
        context, "MemberConsented" if agree else "MemberDeclined", "application", application.public_id,
        member=member.public_id, version=CURRENT.version, text_hash=CURRENT.sha256,
    )  # fmt: skip
    return member


def _keep(context: Context, person_id: int, agree: bool) -> None:
    """One consent for each purpose and version, whichever application asked for it."""
    kept = db.session.scalars(
        select(Consent).where(
            Consent.person_id == person_id, Consent.purpose == PURPOSE, Consent.version == CURRENT.version
        )
    ).one_or_none()
    if agree and kept is None:
        db.session.add(
            Consent(
                person_id=person_id, purpose=PURPOSE, version=CURRENT.version, text_hash=CURRENT.sha256,
                at=context.now,
            )
        )  # fmt: skip
    elif agree and kept is not None and kept.withdrawn_at is not None:
        kept.at, kept.withdrawn_at = context.now, None


def link_memberships(context: Context) -> int:
    """The signed-in person takes the places that wait under the same confirmed e-mail; how many."""
    if context.actor.person_id is None:
        return 0
    waiting = queries.unlinked_memberships(context.actor.person_id)
    for member_id in waiting:
        member = db.session.get_one(Member, member_id)
        member.person_id = context.actor.person_id
        record(context, "MemberLinked", "member", member.public_id, person=context.actor.person_id)
    return len(waiting)

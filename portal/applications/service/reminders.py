"""Reminders from the cockpit's matrix: one button for each cell that waits for somebody else."""

from __future__ import annotations

from sqlalchemy import select

from portal.applications.errors import NothingToRemind, RemindedJustNow
from portal.applications.jobs import PART_REMINDED
from portal.applications.models import Institution, Member
from portal.applications.queries import consortium as queries
from portal.applications.queries.drafts import members_of
from portal.applications.rules import can_lead
from portal.applications.service.confirm import ask_confirmation
from portal.applications.service.consortium import invite_institution, of_application, open_draft
from portal.applications.service.members import remind_member
from portal.audit.service import record
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import Forbidden
from portal.platform.jobs import Job, enqueue


def remind(context: Context, application_id: int, institution: str, what: str) -> None:
    """`what`: joined, part, consents or confirmed. Raises NothingToRemind, RemindedJustNow, Forbidden."""
    found = of_application(application_id, institution)
    if what == "joined":
        invite_institution(context, application_id, institution)
    elif what == "part":
        _remind_part(context, application_id, found)
    elif what == "consents":
        _remind_consents(context, application_id, found)
    elif what == "confirmed":
        link = queries.latest_link(found.id)
        if link is None:
            raise NothingToRemind
        ask_confirmation(context, application_id, institution, link.name, link.email)
    else:
        raise NothingToRemind


def _remind_part(context: Context, application_id: int, institution: Institution) -> None:
    """To whoever joined for the institution, at most once an hour."""
    application, standing = open_draft(context, application_id)
    if not can_lead(standing):
        raise Forbidden
    if institution.joined_by_id is None:
        raise NothingToRemind
    key = f"{institution.id}:{context.now:%Y-%m-%dT%H}"
    if db.session.scalar(select(Job.id).where(Job.dedupe_key == f"{PART_REMINDED.code}:{key}")) is not None:
        raise RemindedJustNow(minutes=60 - context.now.minute)
    enqueue(PART_REMINDED, {"institution_id": institution.id}, key=key, now=context.now)
    record(context, "PartReminded", "application", application.public_id, institution=institution.public_id)


def _remind_consents(context: Context, application_id: int, institution: Institution) -> None:
    waiting = [m for m in members_of(application_id) if m.institution_id == institution.id and _waits(m)]
    if not waiting:
        raise NothingToRemind
    for member in waiting:
        remind_member(context, application_id, member.public_id)


def _waits(member: Member) -> bool:
    return member.consented_at is None and member.declined_at is None

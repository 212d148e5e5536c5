"""Confirmation by an institution's representative, through a link, without an account.

Confirming is over the content's hash: what changes later asks again for that section only. Confirmations may follow
a submission; a missing one never stops it where the call says so.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from portal.accounts.rules import secret_hash
from portal.applications.content import Whole
from portal.applications.errors import ChangedMeanwhile, InvitationUnknown, SectionUnknown
from portal.applications.jobs import CONFIRMATION_ASKED
from portal.applications.models import Application, ApplicationState, Confirmation, ConfirmationLink, Institution
from portal.applications.queries import consortium as queries
from portal.applications.queries.drafts import standing_of
from portal.applications.queries.submissions import locked, whole
from portal.applications.rules import can_edit_slice, can_lead
from portal.applications.rules.confirmation import Place, PlaceState, places_of
from portal.applications.service.consortium import not_just_now, of_application
from portal.audit.service import record
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import Forbidden
from portal.platform.files import refuse_resident_numbers
from portal.platform.jobs import enqueue
from portal.platform.names import email_key

LINK_LIVES = timedelta(days=30)  # past the deadline, because confirmations may follow [P]


def ask_confirmation(
    context: Context, application_id: int, institution: str, name: str, email: str
) -> ConfirmationLink:
    """Send the representative a link; an earlier link of the institution stops working. Also the reminder."""
    application = locked(application_id)
    found = of_application(application_id, institution)
    standing = standing_of(context.actor, application)
    if not (can_lead(standing) or can_edit_slice(standing, institution)):
        raise Forbidden
    email_key(email, "email")
    refuse_resident_numbers(name, "name")
    link = queries.latest_link(found.id)
    expires_at = max(application.deadline, context.now) + LINK_LIVES
    if link is not None:
        not_just_now(link.sent_at if link.email == email.strip() else None, context.now)
    else:
        link = ConfirmationLink(institution_id=found.id, token_hash=secret_hash(context.ids.token()))
    link.name, link.email, link.sent_at, link.expires_at = name, email.strip(), context.now, expires_at
    db.session.add(link)
    db.session.flush()
    key = f"{link.id}:{context.now.isoformat()}"
    enqueue(CONFIRMATION_ASKED, {"link_id": link.id}, key=key, now=context.now)
    record(
        context, "ConfirmationAsked", "application", application.public_id, institution=institution, email=link.email
    )
    return link


def mint_confirmation_link(context: Context, link_id: int) -> str:
    """The token for the letter that is being written; only its hash is kept."""
    token = context.ids.token()
    db.session.get_one(ConfirmationLink, link_id).token_hash = secret_hash(token)
    return token


def behind_link(context: Context, token: str) -> tuple[ConfirmationLink, Institution, Whole]:
    """What the link opens. Raises InvitationUnknown when it is unknown or its time has passed."""
    link = queries.confirmation_link(context.actor, token)
    if link is None or context.now >= link.expires_at:
        raise InvitationUnknown
    institution = queries.institution_by_id(link.institution_id)
    if institution.application.state is ApplicationState.WITHDRAWN:
        raise InvitationUnknown
    return link, institution, whole(institution.application)


def confirm(
    context: Context, token: str, sections: Collection[str], shown: dict[str, str] | None = None
) -> list[Confirmation]:
    """Confirm these sections as they stand now. `shown`: section -> the hash that the page showed.

    Raises SectionUnknown, InvitationUnknown, ChangedMeanwhile (a section is not what the page showed).
    """
    link = queries.confirmation_link(context.actor, token)
    if link is None:
        raise InvitationUnknown
    application = locked(queries.institution_by_id(link.institution_id).application_id)
    link, institution, draft = behind_link(context, token)
    places = [place for place in places_of(draft, institution) if place.section.code in sections]
    if not places:
        raise SectionUnknown
    if shown is not None and any(shown.get(place.section.code) != place.content_hash for place in places):
        raise ChangedMeanwhile
    made = [
        _confirmed(context, link, institution, place) for place in places if place.state is not PlaceState.CONFIRMED
    ]
    db.session.flush()
    _record(context, application, institution, made)
    return made


def _confirmed(context: Context, link: ConfirmationLink, institution: Institution, place: Place) -> Confirmation:
    row = place.confirmation
    if row is None:
        row = Confirmation(institution_id=institution.id, section=place.section.code)
    row.content, row.content_hash = place.content, place.content_hash
    row.confirmed_at, row.confirmed_name = context.now, link.name
    row.confirmed_by_id = context.actor.person_id
    db.session.add(row)
    return row


def _record(context: Context, application: Application, institution: Institution, made: list[Confirmation]) -> None:
    for row in made:
        record(
            context, "SectionConfirmed", "application", application.public_id, institution=institution.public_id,
            section=row.section, content_hash=row.content_hash, name=row.confirmed_name,
        )  # fmt: skip

"""Referees: name, send the link anew, remove; behind the link hand in a letter or decline."""

from __future__ import annotations

from portal.accounts.rules import secret_hash
from portal.applications.errors import (
    LetterPlaceTaken,
    LettersClosed,
    LinkSpent,
    RefereeAnswered,
    RefereesComplete,
    RefereeTwice,
    RefersToOneself,
    Withdrawn,
)
from portal.applications.jobs import (
    REFERENCE_ARRIVED,
    REFERENCE_ASKED,
    REFERENCE_DECLINED,
    REFERENCE_REMINDED,
    REFERENCE_THANKED,
)
from portal.applications.models import Application, ApplicationState, Reference
from portal.applications.queries import references as queries
from portal.applications.queries.consortium import person_by_email
from portal.applications.queries.drafts import standing_of
from portal.applications.queries.submissions import locked
from portal.applications.rules import can_lead
from portal.applications.rules.attachments import Place
from portal.applications.rules.references import (
    AT_ONCE,
    Answer,
    answer_of,
    asked_now,
    ended_at,
    letters_open,
    place_of_letter,
    reminder_at,
)
from portal.applications.service.attachments import NewFile, fits
from portal.applications.service.consortium import not_just_now
from portal.audit.service import record
from portal.conflicts import service as conflicts
from portal.conflicts.models import Severity
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import Forbidden, NotFound
from portal.platform.files import refuse_resident_numbers
from portal.platform.formats import moment
from portal.platform.jobs import JobKind, enqueue
from portal.platform.names import email_key
from portal.programs.definition import ReferenceRule

GROUND = "direct_interest"  # whoever has written for an applicant does not judge them


def name_referee(
    context: Context, application_id: int, *, name: str, email: str, relation: str, language: str
) -> Reference:
    """Somebody is asked for a letter; the link goes out at once. Also after handing in, while letters may come.

    Raises LettersClosed, Withdrawn, Forbidden, RefereesComplete, RefereeTwice, RefersToOneself.
    """
    application, rule = _open(context, application_id)
    refuse_resident_numbers(name, "name")
    refuse_resident_numbers(relation, "relation")
    key = email_key(email, "email")
    if queries.is_of_team(application, key):
        raise RefersToOneself("email")
    if queries.reference_by_email(application_id, key) is not None:
        raise RefereeTwice("email")
    if asked_now(queries.referees_of(application)) >= rule.count:
        raise RefereesComplete(count=rule.count)
    made = Reference(
        public_id=context.ids.public_id(), application_id=application_id, name=name, email=email.strip(),
        email_key=key, relation=relation, language=language, invited_at=context.now, decline_reason="", filename="",
        size=0, text="",
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    record(context, "RefereeNamed", "application", application.public_id, reference=made.public_id)
    _ask(context, application, made)
    return made


def _open(context: Context, application_id: int) -> tuple[Application, ReferenceRule]:
    """The application locked, while its referees may change."""
    application = locked(application_id)
    rule = application.call.definition.references
    if rule is None:
        raise NotFound
    if not can_lead(standing_of(context.actor, application)):
        raise Forbidden
    if application.state is ApplicationState.WITHDRAWN:
        raise Withdrawn
    _in_time(context, application)
    return application, rule


def _in_time(context: Context, application: Application) -> None:
    if not letters_open(application, context.now):
        zone = application.call.definition.time_zone
        raise LettersClosed(due=moment(ended_at(application), zone))


def _ask(context: Context, application: Application, reference: Reference) -> None:
    reference.invited_at = context.now
    _tell(context, REFERENCE_ASKED, reference)
    _remind_later(context, application, reference)


def _tell(context: Context, kind: JobKind, reference: Reference) -> None:
    key = f"{reference.public_id}:{context.now.isoformat()}"
    enqueue(kind, {"reference": reference.public_id}, key=key, now=context.now)


def _remind_later(context: Context, application: Application, reference: Reference) -> None:
    at = reminder_at(application)
    if context.now < at - AT_ONCE:
        key = f"{reference.public_id}:{at.isoformat()}"
        enqueue(REFERENCE_REMINDED, {"reference": reference.public_id}, key=key, now=context.now, run_at=at)


def send_again(context: Context, application_id: int, reference: str) -> Reference:
    """A new link; the old one stops working. Raises RefereeAnswered, RemindedJustNow."""
    application, found = _waiting(context, application_id, reference)
    not_just_now(found.invited_at, context.now)
    record(context, "RefereeAskedAgain", "application", application.public_id, reference=reference)
    _ask(context, application, found)
    return found


def remove_referee(context: Context, application_id: int, reference: str) -> None:
    """Who has not answered yet is forgotten, and the link with them. Raises RefereeAnswered."""
    application, found = _waiting(context, application_id, reference)
    db.session.delete(found)
    db.session.flush()
    record(context, "RefereeRemoved", "application", application.public_id, reference=reference)


def _waiting(context: Context, application_id: int, reference: str) -> tuple[Application, Reference]:
    application, _ = _open(context, application_id)
    found = queries.reference_of(application_id, reference)
    if found is None:
        raise NotFound
    if answer_of(found) is not Answer.WAITING:
        raise RefereeAnswered
    return application, found


# --- the letters with the link ---


def mint_reference_link(context: Context, reference: Reference) -> str:
    """The token for the letter that is being written; only its hash is kept, an earlier link is dead."""
    token = context.ids.token()
    reference.token_hash = secret_hash(token)
    return token


def is_waited_for(context: Context, reference: Reference) -> bool:
    """Nothing has come yet, and it still may."""
    return answer_of(reference) is Answer.WAITING and letters_open(reference.application, context.now)


def reminder_is_due(context: Context, reference: Reference) -> bool:
    """Whether to remind now; where the deadline has moved, the reminder moves with it."""
    if not is_waited_for(context, reference):
        return False
    if context.now < reminder_at(reference.application):
        _remind_later(context, reference.application, reference)
        return False
    reference.reminded_at = context.now
    return True


# --- behind the link, without an account ---


def behind_reference(context: Context, token: str) -> Reference:
    """Whom the link was sent to. Raises LinkSpent: replaced, taken back or withdrawn."""
    found = queries.reference_behind(token)
    if found is None:
        raise LinkSpent
    return found


def still_taken(context: Context, token: str) -> tuple[Application, Reference, ReferenceRule]:
    """The same under the lock, while letters may come. Raises LinkSpent, LettersClosed."""
    locked(behind_reference(context, token).application_id)
    found = behind_reference(context, token)
    application, rule = found.application, found.application.call.definition.references
    if rule is None:
        raise LinkSpent
    _in_time(context, application)
    return application, found, rule


def letter_place(reference: Reference) -> Place:
    """Where the letter is checked. Raises LinkSpent."""
    rule = reference.application.call.definition.references
    if rule is None:
        raise LinkSpent
    return place_of_letter(rule)


def hand_in_letter(context: Context, token: str, file: NewFile) -> Reference:
    """The letter, or another in its place; handing one in takes an earlier refusal back.

    Raises LinkSpent, LettersClosed, LetterPlaceTaken (somebody else was named meanwhile), TooManyPages.
    """
    application, found, rule = still_taken(context, token)
    fits(place_of_letter(rule), file.pages, None, "file")
    if answer_of(found) is Answer.DECLINED and asked_now(queries.referees_of(application)) >= rule.count:
        raise LetterPlaceTaken
    first = found.received_at is None
    found.filename, found.sha256, found.clean_sha256 = file.filename, file.sha256, file.clean_sha256
    found.size, found.pages, found.text = file.size, file.pages, file.text
    found.received_at, found.declined_at, found.decline_reason = context.now, None, ""
    db.session.flush()
    record(
        context, "ReferenceReceived", "application", application.public_id, reference=found.public_id,
        sha256=file.sha256,
    )  # fmt: skip
    _tell(context, REFERENCE_THANKED, found)
    if first:
        enqueue(REFERENCE_ARRIVED, {"reference": found.public_id}, key=found.public_id, now=context.now)
    _bar(context, application, found)
    return found


def _bar(context: Context, application: Application, reference: Reference) -> None:
    """Whoever wrote the letter does not review what it is for."""
    person = person_by_email(reference.email_key)
    if person is not None:
        conflicts.write(
            context, person.id, application.id, GROUND, Severity.ABSOLUTE,
            evidence={"detector": "referee", "reference": reference.public_id},
        )  # fmt: skip


def decline_reference(context: Context, token: str, reason: str) -> Reference:
    """The referee does not write; the reason is for the office alone. Raises LinkSpent, LettersClosed, RefereeAnswered."""
    application, found, _ = still_taken(context, token)
    if answer_of(found) is Answer.ARRIVED:
        raise RefereeAnswered
    refuse_resident_numbers(reason, "reason")
    if answer_of(found) is Answer.WAITING:
        found.declined_at = context.now
        record(context, "ReferenceDeclined", "application", application.public_id, reference=found.public_id)
        _tell(context, REFERENCE_DECLINED, found)
    found.decline_reason = reason
    db.session.flush()
    return found

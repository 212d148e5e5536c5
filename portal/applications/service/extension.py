"""One application gets longer: an officer gives a later deadline, or a code lets a late one in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import or_, update

from portal.accounts.rules import secret_hash
from portal.accounts.service.throttles import forget
from portal.applications.errors import (
    ApplicationUnknown,
    CodeRefused,
    CodeTooShort,
    ExtensionTooEarly,
    NotExtendable,
    SeveralApplications,
)
from portal.applications.jobs import EXTENDED, LATE_CODE_ISSUED
from portal.applications.models import Application, Extension, LateCode
from portal.applications.queries import extensions
from portal.applications.queries.drafts import standing_of
from portal.applications.queries.submissions import locked
from portal.applications.rules import can_lead
from portal.applications.rules.extension import (
    GUESSES,
    can_extend,
    is_late,
    made_code,
    may_issue,
    read_code,
    takes_codes,
)
from portal.applications.rules.receipt import read_receipt_number
from portal.applications.service.draft import Lead, start
from portal.applications.service.submit import ask_to_close
from portal.audit.service import record
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import DomainError, Forbidden, NotFound
from portal.platform.files import refuse_resident_numbers
from portal.platform.formats import moment
from portal.platform.jobs import enqueue
from portal.platform.names import email_key
from portal.programs.models import Call


def extend_one(context: Context, call_id: int, who: str, closes_at: datetime, reason: str) -> Extension:
    """A later deadline for one application, told to its team with the reason.

    `who`: a receipt number or the owner's e-mail address. Raises ApplicationUnknown (also where a conflict bars the
    officer), SeveralApplications, NotExtendable (its deadline has passed), ExtensionTooEarly, ResidentNumberFound.
    """
    application = locked(_named(context, call_id, who))
    zone = application.call.definition.time_zone
    if not can_extend(application, context.now):
        raise NotExtendable("who", deadline=moment(application.deadline, zone))
    if closes_at <= application.deadline:
        raise ExtensionTooEarly("until", deadline=moment(application.deadline, zone))
    refuse_resident_numbers(reason, "reason")
    return _extend(context, application, closes_at, reason.strip(), context.actor.person_id, None)


def _named(context: Context, call_id: int, who: str) -> int:
    found: Sequence[int] = []
    if "@" in who:
        try:
            found = extensions.of_owner(context.actor, call_id, email_key(who))
        except DomainError as error:
            raise ApplicationUnknown("who") from error
    elif (receipt := read_receipt_number(who)) is not None:
        found = extensions.of_receipt(context.actor, call_id, receipt)
    if not found:
        raise ApplicationUnknown("who")
    if len(found) > 1:
        raise SeveralApplications("who", count=len(found))
    return found[0]


def _extend(
    context: Context, application: Application, until: datetime, reason: str, given_by: int | None, code_id: int | None
) -> Extension:
    made = Extension(
        application_id=application.id, old_closes_at=application.deadline, new_closes_at=until, reason=reason,
        given_by_id=given_by, given_at=context.now, code_id=code_id,
    )  # fmt: skip
    application.closes_at = until
    db.session.add(made)
    db.session.flush()
    record(
        context, "DeadlineExtended", "application", application.public_id, old=made.old_closes_at.isoformat(),
        new=until.isoformat(), reason=reason, by_code=code_id is not None,
    )  # fmt: skip
    ask_to_close(context, application)
    enqueue(EXTENDED, {"extension_id": made.id}, key=str(made.id), now=context.now)
    return made


# --- late codes ---


def issue_code(
    context: Context, call: Call, until: datetime, reason: str, for_email: str | None = None
) -> tuple[LateCode, str | None]:
    """A code for one late application. Without an address the code itself is returned, this once; for an address it is
    minted when the letter to it is written. Raises NotFound (the call takes no codes), CodeTooShort."""
    if not may_issue(call):
        raise NotFound
    if until <= max(call.closes_at, context.now):
        raise CodeTooShort("code_until")
    refuse_resident_numbers(reason, "code_reason")
    address = email_key(for_email, "for_email") if for_email else None
    made = LateCode(
        public_id=context.ids.public_id(), call_id=call.id, until=until, reason=reason.strip(), for_email=address,
        issued_by_id=context.actor.person_id, issued_at=context.now,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    record(
        context, "LateCodeIssued", "call", call.public_id, code=made.public_id, until=until.isoformat(), reason=reason
    )
    if address is None:
        return made, mint_code(context, made.id)
    enqueue(LATE_CODE_ISSUED, {"code_id": made.id}, key=str(made.id), now=context.now)
    return made, None


def mint_code(context: Context, code_id: int) -> str:
    """The code itself; only its hash is kept. One that was minted before stops working."""
    letters = made_code(context.ids.token())
    db.session.get_one(LateCode, code_id).code_hash = secret_hash(letters)
    return letters


def use_code(context: Context, application_id: int, typed: str) -> Extension:
    """A draft that missed the deadline gets until the code's. Raises NotFound, Forbidden, CodeRefused.

    Wrong, expired, used, foreign and not needed: the refusal is the same. The caller has counted the try.
    """
    application = locked(application_id)
    if not application.call.definition.late_codes:
        raise NotFound
    if not can_lead(standing_of(context.actor, application)):
        raise Forbidden
    if not is_late(application, context.now):
        raise CodeRefused("code")
    return let_in(context, application, typed)


def start_late(
    context: Context, call_id: int, title: str, lead: Lead | None, answers: Mapping[str, str], typed: str
) -> Application:
    """A new draft in a closed call, let in by a code. Raises NotFound, CodeRefused, and what `start` raises."""
    if not db.session.get_one(Call, call_id).definition.late_codes:
        raise NotFound
    made = start(context, call_id, title, lead, answers, late=True)
    let_in(context, made, typed)
    return made


def let_in(context: Context, application: Application, typed: str) -> Extension:
    """Use the code up for this application: one statement, so that of many tries at once one wins."""
    if not takes_codes(application.call, context.now):
        raise CodeRefused("code")
    used = db.session.scalars(
        update(LateCode)
        .where(
            LateCode.code_hash == secret_hash(read_code(typed)), LateCode.call_id == application.call_id,
            LateCode.used_at.is_(None), LateCode.until > context.now,
            or_(LateCode.for_email.is_(None), LateCode.for_email == application.owner.email_key),
        )
        .values(used_at=context.now, application_id=application.id)
        .returning(LateCode)
        .execution_options(synchronize_session=False)
    ).one_or_none()  # fmt: skip
    if used is None:
        raise CodeRefused("code")
    record(context, "LateCodeUsed", "call", application.call.public_id, code=used.public_id)
    if context.actor.person_id is not None:
        forget(GUESSES, context.actor.person_id)
    return _extend(context, application, used.until, used.reason, used.issued_by_id, used.id)

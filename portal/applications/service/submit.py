"""Hand in: freeze the draft, number it, hash it, give a receipt. Nothing else happens before the close."""

from __future__ import annotations

from portal.applications import content
from portal.applications.errors import Incomplete
from portal.applications.jobs import CLOSE, SUBMITTED
from portal.applications.models import Application, ApplicationState, Submission
from portal.applications.queries.drafts import standing_among
from portal.applications.queries.submissions import content_of, whole_and_last
from portal.applications.rules import can_lead
from portal.applications.rules.completeness import blocking, completeness
from portal.applications.rules.lifecycle import CLOSE_GRACE
from portal.applications.rules.receipt import receipt_number
from portal.applications.service.draft import opened
from portal.audit.service import record
from portal.platform.context import Context
from portal.platform.db import db, unless_there
from portal.platform.errors import Forbidden
from portal.platform.jobs import Asked, enqueue_all


def submit(context: Context, application_id: int) -> Submission:
    """One more immutable version. Unchanged content gives the receipt it already has.

    Raises CallClosed (`now < deadline` decides, to the microsecond), Withdrawn, Forbidden, Incomplete.
    """
    application = opened(context, application_id)
    draft, last = whole_and_last(application)
    standing = standing_among(context.actor, application, draft.institutions, draft.members)
    if not can_lead(standing):
        raise Forbidden
    today = context.now.date()
    if stops := blocking(completeness(draft, standing, today)):
        raise Incomplete(count=len(stops))
    now_frozen = content.frozen(draft, today)
    if last is not None and content.same_but_declaration(content_of(last), now_frozen):
        return last
    number, value = last.number + 1 if last else 1, content.requested_value(draft)
    submission = new_submission(context, application, now_frozen, number, value)
    application.state = ApplicationState.SUBMITTED
    db.session.flush()
    record(
        context, "ApplicationSubmitted", "application", application.public_id, sha256=submission.sha256,
        number=submission.number,
    )  # fmt: skip
    if not application.call.is_preview:
        told = Asked(SUBMITTED, {"submission_id": submission.id}, str(submission.id))
        enqueue_all([told, closing(application)], now=context.now)
    return submission


def new_submission(
    context: Context, application: Application, frozen: content.Content, number: int, value: int
) -> Submission:
    """The content as handed in now by the actor, with its hash and a receipt; `value`: what it asks for."""
    text = content.canonical_json(content.declared(frozen, context.actor.person_id, context.now))
    row = {
        "public_id": context.ids.public_id(), "application_id": application.id, "number": number, "content": text,
        "sha256": content.digest(text), "submitted_at": context.now, "submitted_by_id": context.actor.person_id,
        "requested_total": value, "language": application.language,
    }  # fmt: skip
    made: Submission | None = None
    while made is None:
        row["receipt"] = receipt_number(application.call.code, context.rng)
        made = db.session.scalars(unless_there(Submission, "receipt"), row).one_or_none()
    return made


def ask_to_close(context: Context, application: Application) -> None:
    enqueue_all([closing(application)], now=context.now)


def closing(application: Application) -> Asked:
    """One job for each effective deadline; it looks again when it runs, because the deadline may have moved."""
    deadline = application.deadline
    key = f"{application.id}:{deadline.isoformat()}"
    return Asked(CLOSE, {"application_id": application.id}, key, deadline + CLOSE_GRACE)

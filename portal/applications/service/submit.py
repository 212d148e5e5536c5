"""Hand in: freeze the draft, number it, hash it, give a receipt. Nothing else happens before the close."""

from __future__ import annotations

from portal.applications import content
from portal.applications.errors import Incomplete
from portal.applications.jobs import CLOSE, SUBMITTED
from portal.applications.models import Application, ApplicationState, Submission
from portal.applications.queries.drafts import standing_among
from portal.applications.queries.submissions import content_of, latest_submission, receipt_taken, whole
from portal.applications.rules import can_lead
from portal.applications.rules.completeness import blocking, completeness
from portal.applications.rules.lifecycle import CLOSE_GRACE
from portal.applications.rules.receipt import receipt_number
from portal.applications.service.draft import opened
from portal.audit.service import record
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import Forbidden
from portal.platform.jobs import enqueue


def submit(context: Context, application_id: int) -> Submission:
    """One more immutable version. Unchanged content gives the receipt it already has.

    Raises CallClosed (`now < deadline` decides, to the microsecond), Withdrawn, Forbidden, Incomplete.
    """
    application = opened(context, application_id)
    draft = whole(application)
    standing = standing_among(context.actor, application, draft.institutions, draft.members)
    if not can_lead(standing):
        raise Forbidden
    today = context.now.date()
    if stops := blocking(completeness(draft, standing, today)):
        raise Incomplete(count=len(stops))
    now_frozen = content.frozen(draft, today)
    last = latest_submission(application.id)
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
        enqueue(SUBMITTED, {"submission_id": submission.id}, key=str(submission.id), now=context.now)
        ask_to_close(context, application)
    return submission


def new_submission(
    context: Context, application: Application, frozen: content.Content, number: int, value: int
) -> Submission:
    """The content as handed in now by the actor, with its hash and a receipt; `value`: what it asks for."""
    text = content.canonical_json(content.declared(frozen, context.actor.person_id, context.now))
    submission = Submission(
        public_id=context.ids.public_id(), application_id=application.id, number=number,
        receipt=_receipt(context, application.call.code), content=text, sha256=content.digest(text),
        submitted_at=context.now, submitted_by_id=context.actor.person_id, requested_total=value,
        language=application.language,
    )  # fmt: skip
    db.session.add(submission)
    db.session.flush()
    return submission


def _receipt(context: Context, call_code: str) -> str:
    receipt = receipt_number(call_code, context.rng)
    while receipt_taken(receipt):
        receipt = receipt_number(call_code, context.rng)
    return receipt


def ask_to_close(context: Context, application: Application) -> None:
    """One job for each effective deadline; it looks again when it runs, because the deadline may have moved."""
    deadline = application.deadline
    enqueue(
        CLOSE, {"application_id": application.id}, key=f"{application.id}:{deadline.isoformat()}", now=context.now,
        run_at=deadline + CLOSE_GRACE,
    )  # fmt: skip

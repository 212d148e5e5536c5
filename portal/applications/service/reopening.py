"""Reopen places of a closed application, hand them in, close them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from portal.applications import content
from portal.applications.errors import (
    AlreadyReopened,
    Incomplete,
    NothingReopened,
    NothingToComplete,
    ReopeningOver,
    TooShortTime,
)
from portal.applications.jobs import (
    CLEAN_COPIES,
    CLOSE_REOPENING,
    COMPLETED,
    ENTERED,
    REOPENED,
    REOPENING_MISSED,
    REOPENING_REMINDED,
)
from portal.applications.models import Reopening, ReopeningCause, StageEntry, Submission
from portal.applications.queries import reopenings
from portal.applications.queries.drafts import standing_of
from portal.applications.queries.submissions import content_of, latest_submission, locked, whole
from portal.applications.rules import can_lead
from portal.applications.rules.completeness import blocking, completeness_of
from portal.applications.rules.lifecycle import CLOSE_GRACE
from portal.applications.rules.reopening import (
    LEAST_HOURS,
    REMIND_BEFORE,
    due_day,
    is_live,
    known_places,
    later_sections,
    own_places,
    places_to_ask,
)
from portal.applications.service.submit import new_submission
from portal.audit.service import record
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import Forbidden
from portal.platform.formats import moment
from portal.platform.jobs import enqueue
from portal.programs.models import Stage


def ask_for_own_sections(context: Context, entry: StageEntry, stage: Stage) -> Reopening | None:
    """What a stage asks for itself opens to a team that has come into it; None when it asks for nothing."""
    definition = stage.call.definition
    asked = definition.stage(stage.code)
    places = own_places(asked)
    if not places or asked.own_days is None:
        return None
    due = due_day(context.now, asked.own_days, definition.time_zone)
    return _open(context, entry, ReopeningCause.STAGE, places, "", due)


def ask_to_complete(
    context: Context, entry: StageEntry, places: Sequence[str], message: str, due_at: datetime
) -> Reopening:
    """An officer's request. The caller has checked that the entry still waits for an outcome and that they may.

    Raises NothingReopened (no place named), AlreadyReopened (one still runs), TooShortTime.
    """
    definition = entry.stage.call.definition
    named = known_places(places, places_to_ask(definition, entry.stage.code))
    if not named:
        raise NothingReopened("places")
    if reopenings.live(entry.application_id, context.now):
        raise AlreadyReopened
    if due_at < context.now + timedelta(hours=LEAST_HOURS):
        raise TooShortTime("due", hours=LEAST_HOURS)
    return _open(context, entry, ReopeningCause.COMPLETION, named, message.strip(), due_at)


def _open(
    context: Context, entry: StageEntry, cause: ReopeningCause, places: list[str], message: str, due: datetime
) -> Reopening:
    made = Reopening(
        public_id=context.ids.public_id(), application_id=entry.application_id, entry_id=entry.id, cause=cause,
        places=places, message=message, opened_at=context.now, opened_by_id=context.actor.person_id, due_at=due,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    record(
        context, "ApplicationReopened", "application", entry.application.public_id, reopening=made.public_id,
        cause=cause.value, places=places, due_at=due.isoformat(),
    )  # fmt: skip
    of = {"reopening_id": made.id}
    enqueue(REOPENED, of, key=str(made.id), now=context.now)
    for span in REMIND_BEFORE:
        if context.now < due - span - timedelta(days=1):
            enqueue(REOPENING_REMINDED, of, key=f"{made.id}:{span.days}", now=context.now, run_at=due - span)
    enqueue(CLOSE_REOPENING, of, key=str(made.id), now=context.now, run_at=due + CLOSE_GRACE)
    return made


def hand_in(context: Context, reopening_id: int) -> Submission:
    """The reopened places as they stand, inside a new immutable version; its entry points to that one.

    Raises ReopeningOver, Forbidden, Incomplete, NothingToComplete (a completion that changes nothing).
    """
    reopening = reopenings.locked(reopening_id)
    application = locked(reopening.application_id)
    if not is_live(reopening, context.now):
        raise ReopeningOver(due=moment(reopening.due_at, application.call.definition.time_zone))
    standing = standing_of(context.actor, application)
    if not can_lead(standing):
        raise Forbidden
    draft, today = whole(application), context.now.date()
    if stops := blocking(completeness_of(draft, standing, today, reopening.places)):
        raise Incomplete(count=len(stops))
    last = latest_submission(application.id)
    assert last is not None  # only a closed application is reopened
    handed_in = content_of(last)
    now = content.frozen(draft, today, later_sections(draft.definition, reopening.places))
    made = content.completed(handed_in, now, draft.definition, reopening.places)
    if reopening.cause is ReopeningCause.COMPLETION and content.same_but_declaration(handed_in, made):
        raise NothingToComplete
    submission = new_submission(context, application, made, last.number + 1, content.requested_value(draft))
    reopening.entry.submission_id = submission.id
    reopening.answered_at, reopening.answered_by_id = context.now, context.actor.person_id
    reopening.submission_id = submission.id
    record(
        context, "ReopenedHandedIn", "application", application.public_id, reopening=reopening.public_id,
        sha256=submission.sha256, number=submission.number,
    )  # fmt: skip
    key = f"{application.id}:{submission.number}"
    enqueue(CLEAN_COPIES, {"application_id": application.id}, key=key, now=context.now)
    enqueue(COMPLETED, {"submission_id": submission.id}, key=str(submission.id), now=context.now)
    _screen(context, reopening.entry, submission.number)
    db.session.flush()
    return submission


def _screen(context: Context, entry: StageEntry, number: int) -> None:
    enqueue(ENTERED, {"entry_id": entry.id}, key=f"{entry.id}:{number}", now=context.now)


def close_reopening(context: Context, reopening_id: int) -> Reopening:
    """At its due time, unanswered: nothing more is taken, and the entry is screened as it stands. Safe to run twice."""
    reopening = reopenings.locked(reopening_id)
    if reopening.answered_at is not None or reopening.closed_at is not None or context.now < reopening.due_at:
        return reopening
    reopening.closed_at = context.now
    record(context, "ReopeningClosed", "application", reopening.application.public_id, reopening=reopening.public_id)
    if reopening.cause is ReopeningCause.STAGE:
        _screen(context, reopening.entry, 0)
    enqueue(REOPENING_MISSED, {"reopening_id": reopening.id}, key=str(reopening.id), now=context.now)
    return reopening


def take_back(context: Context, reopening_id: int) -> Reopening:
    """An officer no longer needs it; what was typed meanwhile stays a draft that nobody reads. Raises ReopeningOver."""
    reopening = reopenings.locked(reopening_id)
    if not is_live(reopening, context.now) or reopening.cause is not ReopeningCause.COMPLETION:
        zone = reopening.application.call.definition.time_zone
        raise ReopeningOver(due=moment(reopening.due_at, zone))
    reopening.closed_at = context.now
    record(context, "ReopeningTakenBack", "application", reopening.application.public_id, reopening=reopening.public_id)
    return reopening

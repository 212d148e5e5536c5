"""The close of one application, and its way through the stages."""

from __future__ import annotations

from portal.applications.content import Content, track_of
from portal.applications.errors import EntryMoveRefused
from portal.applications.jobs import CLEAN_COPIES, ENTERED
from portal.applications.models import Application, ApplicationState, EntryState, StageEntry, Submission
from portal.applications.queries.entries import entry_in, entry_of, locked_entry
from portal.applications.queries.submissions import content_of, latest_submission, locked
from portal.applications.rules.lifecycle import before_deadline, close_is_due, entry_may_move
from portal.applications.service.reopening import ask_for_own_sections
from portal.applications.service.submit import ask_to_close
from portal.audit.service import record
from portal.platform import search
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import NotFound
from portal.platform.jobs import enqueue
from portal.programs.models import Stage
from portal.programs.queries import stages_of


def close(context: Context, application_id: int) -> StageEntry | None:
    """SUBMITTED -> CLOSED once the effective deadline has passed; its last submission enters the first stage.

    Safe to run twice. Before the deadline (it was moved) the job is asked for again, also for a draft with a deadline
    of its own; drafts and withdrawn applications stay what they are. Returns the entry, also on a repetition.
    """
    application = locked(application_id)
    own = application.closes_at is not None
    if (application.state is ApplicationState.SUBMITTED or own) and before_deadline(context.now, application.deadline):
        ask_to_close(context, application)
        return None
    if not close_is_due(application.state, context.now, application.deadline):
        return entry_in(stages_of(application.call)[0].id, application.id)
    return _closed(context, application)


def close_preview(context: Context, application_id: int) -> StageEntry:
    """The same for what was handed in to a preview, whenever its officer likes. Raises NotFound elsewhere."""
    application = locked(application_id)
    if not application.call.is_preview or application.state is ApplicationState.DRAFT:
        raise NotFound
    if application.state is ApplicationState.SUBMITTED:
        return _closed(context, application)
    entry = entry_in(stages_of(application.call)[0].id, application.id)
    assert entry is not None
    return entry


def _closed(context: Context, application: Application) -> StageEntry:
    submission = latest_submission(application.id)
    if submission is None:
        raise RuntimeError(f"application {application.id} is submitted without a submission")
    application.state = ApplicationState.CLOSED
    record(
        context, "ApplicationClosed", "application", application.public_id, number=submission.number,
        sha256=submission.sha256,
    )  # fmt: skip
    _index(application, content_of(submission), submission)
    enqueue(CLEAN_COPIES, {"application_id": application.id}, key=str(application.id), now=context.now)
    track = track_of(application.call.definition, content_of(submission))
    return enter_stage(context, stages_of(application.call)[0].id, application.id, submission.id, track)


def _index(application: Application, content: Content, submission: Submission) -> None:
    """What officers find it by; they search closed applications only."""
    institutions = [row["name"] for row in content["institutions"]]
    people = [row["name"] for row in content["members"]]
    search.index("application", application.id, content["title"], submission.receipt, *institutions, *people)


def enter_stage(
    context: Context, stage_id: int, application_id: int, submission_id: int, track: str = ""
) -> StageEntry:
    """The application's entry in a stage and track; made once, whoever asks. Where the stage asks for sections of its
    own, the entry is screened when they are handed in or their time is over."""
    found = entry_of(stage_id, application_id, track)
    if found is not None:
        return found
    stage = db.session.get_one(Stage, stage_id)
    if stage.opened_at is None:
        stage.opened_at = context.now
    entry = StageEntry(
        public_id=context.ids.public_id(), stage_id=stage_id, application_id=application_id,
        submission_id=submission_id, track=track, state=EntryState.ENTERED, entered_at=context.now,
    )  # fmt: skip
    db.session.add(entry)
    db.session.flush()
    record(context, "StageEntered", "stage_entry", entry.public_id, stage=stage.public_id, track=track)
    if ask_for_own_sections(context, entry, stage) is None:
        enqueue(ENTERED, {"entry_id": entry.id}, key=str(entry.id), now=context.now)
    return entry


def move_entry(context: Context, entry_id: int, to: EntryState) -> StageEntry:
    """Through the transition table only; the same state again changes nothing. Raises EntryMoveRefused."""
    entry = locked_entry(entry_id)
    if entry.state is to:
        return entry
    if not entry_may_move(entry.state, to):
        raise EntryMoveRefused(state=entry.state.value)
    old, entry.state = entry.state, to
    record(context, "StageEntryMoved", "stage_entry", entry.public_id, old=old.value, new=to.value)
    return entry

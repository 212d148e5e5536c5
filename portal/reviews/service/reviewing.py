"""The verbs of reviewing: save a draft, submit, close the review of a stage."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from sqlalchemy import select
from sqlalchemy.orm.attributes import set_committed_value

from portal.accounts.queries import away_on
from portal.accounts.rules import korean_day
from portal.applications.models import EntryState
from portal.audit.service import record
from portal.conflicts.rules import today
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import NotFound
from portal.platform.files.resident_number import refuse_resident_numbers
from portal.platform.jobs import Asked, enqueue, enqueue_all
from portal.platform.names import nfc
from portal.programs.models import Stage
from portal.reviews import queries, rules
from portal.reviews.errors import ReasonNeeded, ReviewIncomplete, ReviewLocked, ReviewNotOpen, StaleReview
from portal.reviews.jobs import REMINDER, STAGE_REVIEWED, SUBMITTED
from portal.reviews.models import Review, ReviewState, Score
from portal.reviews.rules import Marks
from portal.reviews.service.packets import remove_packets
from portal.routing.models import Assignment, AssignmentState
from portal.routing.queries.panels import identities

Own = tuple[Assignment, Review | None]


def _own(context: Context, held: Sequence[Assignment]) -> list[Own]:
    """These held assignments with their reviews, if the actor may review each of them now: assigned, accepted, not
    barred, window open."""
    found = queries.reviewed(context.actor, [assignment.id for assignment in held], today(context.now))
    me, own = identities(context.actor), list[Own]()
    for assignment in held:
        if assignment.person_id not in me or assignment.state is not AssignmentState.ACCEPTED:
            raise NotFound
        of = found[assignment.id]
        if of.barred:
            raise NotFound
        stage = of.entry.stage
        if of.entry.state not in (EntryState.ENTERED, EntryState.IN_REVIEW):
            raise ReviewNotOpen
        if not rules.window_open(stage.review_opens_at, stage.review_closed_at, context.now, assignment.late_until):
            raise ReviewNotOpen
        set_committed_value(assignment, "entry", of.entry)
        if of.review is not None:
            set_committed_value(of.review, "assignment", assignment)
        own.append((assignment, of.review))
    return own


def save_review(
    context: Context, assignment_id: int, marks: Marks, comment: str, note: str = "", version: int | None = None
) -> Review:
    """Keep a draft. Raises StaleReview when another window saved a newer one, ScoreOutOfRange, ResidentNumberFound.

    `version` is the one the form started from; None (an import) takes whatever is there.
    """
    held = queries.held(assignment_id)
    if held is None:
        raise NotFound
    ((assignment, review),) = _own(context, [held])
    criteria = assignment.entry.stage.call.definition.stage(assignment.entry.stage.code).criteria
    if review is not None and review.state is not ReviewState.DRAFT:
        raise ReviewLocked
    kept = {c.code: as_kept(*marks.get(c.code, (None, ""))) for c in criteria}
    texts = nfc(comment)[: rules.MAX_TEXT], nfc(note)[: rules.MAX_TEXT]
    if review is not None and version is not None and version != review.version:
        if (
            version + 1 == review.version
            and (review.comment, review.note_to_officer) == texts
            and marks_of(review) == kept
        ):
            return review  # the same save once more, because its answer was lost on the way
        raise StaleReview
    wrong = rules.check_marks(marks, criteria)
    if wrong:
        raise wrong[0]
    for text in (comment, note, *(reason for _, reason in marks.values())):
        refuse_resident_numbers(text)
    if review is None:
        review = Review(
            public_id=context.ids.public_id(), assignment_id=assignment.id, saved_at=context.now, version=0, scores=[]
        )
        db.session.add(review)
        db.session.flush()
    write_scores(review, kept)
    review.comment, review.note_to_officer = texts
    review.saved_at, review.version = context.now, review.version + 1
    return review


def write_scores(review: Review, marks: Marks) -> None:
    present = {score.criterion: score for score in review.scores}
    for criterion, (points, reason) in marks.items():
        score = present.get(criterion)
        if score is None:
            score = Score(criterion=criterion)
            review.scores.append(score)
        score.points, score.reason = points, reason


def as_kept(points: int | None, reason: str) -> tuple[int | None, str]:
    return points, nfc(reason)[: rules.MAX_TEXT]


def marks_of(review: Review) -> dict[str, tuple[int | None, str]]:
    return {score.criterion: (score.points, score.reason) for score in review.scores}


def submit_reviews(context: Context, assignment_ids: list[int]) -> list[Review]:
    """Lock and receipt complete reviews, all or none; the last one of a stage ends its review."""
    locked, incomplete, asked = list[Review](), list[str](), list[Asked]()
    held = queries.held_with_stages(assignment_ids)
    if len(held) != len(set(assignment_ids)):
        raise NotFound
    for assignment, review in _own(context, sorted((a for a, _ in held), key=attrgetter("id"))):
        stage = assignment.entry.stage.call.definition.stage(assignment.entry.stage.code)
        if review is not None and review.state is not ReviewState.DRAFT:
            locked.append(review)
            continue
        if review is None or rules.unfinished(marks_of(review), review.comment, stage):
            incomplete.append(assignment.entry.application.title)
            continue
        asked.append(_lock(context, assignment, review))
        locked.append(review)
    if incomplete:
        raise ReviewIncomplete(n=len(incomplete), which=", ".join(incomplete[:5]))
    enqueue_all(asked, now=context.now)
    for at in {stage.id: stage for _, stage in held}.values():
        _end_when_complete(context, at)
    return locked


def record_scores(
    context: Context, assignment_id: int, marks: Marks, comment: str, note: str = "", version: int | None = None
) -> Review:
    """Save and submit one review in one step."""
    queries.held_with_stages([assignment_id])
    review = save_review(context, assignment_id, marks, comment, note, version)
    stage = review.assignment.entry.stage
    missing = rules.unfinished(marks_of(review), review.comment, stage.call.definition.stage(stage.code))
    if missing:
        raise missing[0]
    return submit_reviews(context, [assignment_id])[0]


def _lock(context: Context, assignment: Assignment, review: Review) -> Asked:
    review.state, review.locked_at = ReviewState.LOCKED, context.now
    review.receipt = receipt_of(review)
    record(
        context, "ScoresRecorded", "review", review.public_id, entry=assignment.entry.public_id,
        pseudonym=assignment.pseudonym, receipt=review.receipt, total=rules.total(marks_of(review)),
    )  # fmt: skip
    if assignment.entry.stage.review_closed_at is not None:  # asked for late: the ranking follows
        enqueue(
            STAGE_REVIEWED, {"stage_id": assignment.entry.stage_id}, key=f"late:{assignment.public_id}", now=context.now
        )  # fmt: skip
    return Asked(SUBMITTED, {"review_id": review.id}, str(review.id))


def _end_when_complete(context: Context, stage: Stage) -> None:
    if queries.something_left(stage.id) or queries.unrouted_tracks(stage.id):
        return
    _close(context, stage)


def close_review(context: Context, stage_id: int, reason: str) -> Stage:
    """An officer ends the review although some reviews are missing; drafts stay drafts and do not count.

    Raises ReviewNotOpen, ReasonNeeded.
    """
    stage = db.session.scalars(select(Stage).where(Stage.id == stage_id).with_for_update(of=Stage)).one()
    if not rules.window_open(stage.review_opens_at, stage.review_closed_at, context.now):
        raise ReviewNotOpen
    reason = nfc(reason).strip()
    if len(reason) < rules.MIN_REASON:
        raise ReasonNeeded("reason", min=rules.MIN_REASON)
    _close(context, stage, reason=reason)
    return stage


def remind(context: Context, stage_id: int) -> int:
    """Ask for a letter to everybody who still owes the stage something, at most one a day, and to nobody who is
    away today; how many people."""
    stage = db.session.get_one(Stage, stage_id)
    if not rules.window_open(stage.review_opens_at, stage.review_closed_at, context.now):
        raise ReviewNotOpen
    late = _ask_for_reminders(context, stage_id)
    record(context, "ReviewersReminded", "stage", stage.public_id, people=late)
    return late


def remind_due(context: Context) -> int:
    """Three days before the due day, on it, and after it; how many people. Whoever is done is not among them."""
    return sum(
        _ask_for_reminders(context, stage.id)
        for stage in queries.stages_under_review()
        if rules.window_open(stage.review_opens_at, stage.review_closed_at, context.now)
        and rules.reminder_due(stage.review_due_at, context.now, stage.call.definition.time_zone)
    )


def _ask_for_reminders(context: Context, stage_id: int) -> int:
    """One letter a day and person, whoever asks for it; nobody who is away today is asked."""
    owing = queries.late_people(stage_id)
    away = away_on(owing, korean_day(context.now))
    late = [person_id for person_id in owing if person_id not in away]
    for person_id in late:
        enqueue(
            REMINDER, {"stage_id": stage_id, "person_id": person_id},
            key=f"{stage_id}:{person_id}:{today(context.now)}", now=context.now,
        )  # fmt: skip
    return len(late)


def _close(context: Context, stage: Stage, **why: str) -> None:
    if stage.review_closed_at is not None:
        return
    stage.review_closed_at = context.now
    remove_packets(context, stage.id)
    found = queries.progress(stage.id)
    record(context, "ReviewClosed", "stage", stage.public_id, accepted=found.accepted, locked=found.locked, **why)
    enqueue(STAGE_REVIEWED, {"stage_id": stage.id}, key=f"{stage.id}:{context.now.isoformat()}", now=context.now)


def receipt_of(review: Review) -> str:
    """The receipt computed anew from what is stored: equal to the one given as long as nothing was changed."""
    assert review.locked_at is not None
    assignment = review.assignment
    return rules.receipt(
        assignment.entry.public_id, assignment.pseudonym, marks_of(review), review.comment, review.locked_at
    )

"""A submitted review is changed in a meeting: with a reason, and what stood before is kept."""

from __future__ import annotations

from portal.audit.service import record
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import NotFound
from portal.platform.files.resident_number import refuse_resident_numbers
from portal.platform.jobs import enqueue
from portal.platform.names import nfc
from portal.reviews import queries, rules
from portal.reviews.errors import (
    NoChangesHere,
    NothingDiffers,
    NotPresent,
    NotUnderDiscussion,
    ReasonNeeded,
    StaleReview,
)
from portal.reviews.jobs import SUBMITTED
from portal.reviews.models import Review, ReviewState, ReviewVersion
from portal.reviews.queries import meetings
from portal.reviews.rules import Marks
from portal.reviews.service.meetings import may_know, own_seat, running
from portal.reviews.service.reviewing import as_kept, marks_of, receipt_of, write_scores
from portal.routing.models import AssignmentState


def revise_review(
    context: Context, meeting_id: int, assignment_id: int, marks: Marks, comment: str, why: str, version: int
) -> Review:
    """One's own submitted review of the application that is being discussed: complete, locked anew, with a receipt.

    Raises NoChangesHere, NotUnderDiscussion, NotPresent, NotFound, StaleReview, NothingDiffers, ReasonNeeded, and
    what a review may not hold.
    """
    meeting = running(context, meeting_id)
    rule = meetings.rule_of(meeting.panel)
    if rule is None or not rule.changes:
        raise NoChangesHere
    seat = own_seat(context, meeting.panel)
    assignment = queries.held(assignment_id)
    if assignment is None or assignment.person_id != seat.person_id or assignment.panel_id != meeting.panel_id:
        raise NotFound
    may_know(context, [assignment.entry_id])
    review = queries.review_of(assignment_id)
    if assignment.state is not AssignmentState.ACCEPTED or review is None or review.state is ReviewState.DRAFT:
        raise NotFound
    if meeting.current_id != assignment.entry_id:
        raise NotUnderDiscussion
    if seat.person_id not in meetings.present_people(meeting_id):
        raise NotPresent
    if review.version != version:
        raise StaleReview
    stage = assignment.entry.stage.call.definition.stage(assignment.entry.stage.code)
    kept = {c.code: as_kept(*marks.get(c.code, (None, ""))) for c in stage.criteria}
    comment, why = nfc(comment)[: rules.MAX_TEXT], nfc(why).strip()
    for error in (*rules.check_marks(kept, stage.criteria), *rules.unfinished(kept, comment, stage)):
        raise error
    if kept == marks_of(review) and comment == review.comment:
        raise NothingDiffers
    if len(why) < rules.MIN_REASON:
        raise ReasonNeeded("why", min=rules.MIN_REASON)
    for text in (comment, why, *(reason for _, reason in kept.values())):
        refuse_resident_numbers(text)
    before = _keep(context, review, meeting_id, why)
    write_scores(review, kept)
    review.comment, review.state, review.version = comment, ReviewState.REVISED, review.version + 1
    review.saved_at = review.locked_at = context.now
    review.receipt = receipt_of(review)
    record(
        context, "ScoresChanged", "review", review.public_id, entry=assignment.entry.public_id,
        pseudonym=assignment.pseudonym, before=before.receipt, receipt=review.receipt,
        total=rules.total(marks_of(review)), meeting=meeting.public_id, reason=why,
    )  # fmt: skip
    enqueue(SUBMITTED, {"review_id": review.id}, key=f"{review.id}:{before.number}", now=context.now)
    return review


def _keep(context: Context, review: Review, meeting_id: int, why: str) -> ReviewVersion:
    assert review.receipt is not None and review.locked_at is not None
    version = ReviewVersion(
        review_id=review.id, number=len(meetings.versions_of([review.id]).get(review.id, [])) + 1,
        meeting_id=meeting_id, marks={code: list(mark) for code, mark in marks_of(review).items()},
        comment=review.comment, receipt=review.receipt, locked_at=review.locked_at, replaced_at=context.now,
        reason=why,
    )  # fmt: skip
    db.session.add(version)
    return version

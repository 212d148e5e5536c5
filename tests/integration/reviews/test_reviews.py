"""Drafts, submission, closing: the rules on real databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.audit.models import AuditEvent
from portal.conflicts.models import Severity
from portal.conflicts.service import write
from portal.platform import clock
from portal.platform.db import db
from portal.platform.errors import NotFound
from portal.platform.files import ResidentNumberFound
from portal.platform.jobs import Job
from portal.reviews import queries, service
from portal.reviews.errors import (
    CommentTooShort,
    ReasonNeeded,
    ReviewIncomplete,
    ReviewLocked,
    ReviewNotOpen,
    ScoreOutOfRange,
    StaleReview,
)
from portal.reviews.jobs import REMINDER, STAGE_REVIEWED, SUBMITTED
from portal.reviews.models import ReviewState
from portal.routing.models import AssignmentState
from tests.databases import both_databases
from tests.factories.base import committed, context
from tests.factories.reviews import (
    COMMENT,
    REASON,
    UnderReview,
    all_submitted,
    declare,
    draft,
    entry_of,
    marks,
    review,
    reviewer_actor,
    submitted,
    under_review,
)

pytestmark = [both_databases, pytest.mark.usefixtures("app")]


def _save(field: UnderReview, entry: int = 0, reviewer: int = 0, **given: Any) -> int:
    values = {"marks": marks(), "comment": COMMENT, "note": "", "version": None} | given
    return committed(lambda: service.save_review(field.context(reviewer), field.id(entry, reviewer), **values).id)


def _bar(field: UnderReview, entry: int = 0, reviewer: int = 0) -> None:
    application = entry_of(field, entry).application_id
    committed(lambda: write(context(), field.reviewers[reviewer], application, "relative", Severity.WAIVABLE))


def _jobs(kind: str) -> int:
    return db.session.scalar(select(func.count()).select_from(Job).where(Job.kind == kind)) or 0


def test_a_draft_may_be_unfinished_and_counts_its_saves() -> None:
    field = under_review(1)
    first = _save(field, marks={"tech": (40, "")}, comment="")
    assert review(first).version == 1
    again = _save(field, marks={"tech": (None, "다시 생각"), "plan": (0, "")}, comment="", version=1)
    assert again == first
    found = review(first)
    assert (found.version, found.state) == (2, ReviewState.DRAFT)
    assert service.marks_of(found) == {"tech": (None, "다시 생각"), "plan": (0, "")}


def test_conflicted_reviewer_cannot_score() -> None:
    field = under_review(1)
    made = draft(field)
    _bar(field)
    with pytest.raises(NotFound):
        _save(field)
    with pytest.raises(NotFound):
        committed(lambda: service.submit_reviews(field.context(), [field.id()]))
    assert queries.my_assignment(reviewer_actor(field), field.assignment().public_id) is None
    assert queries.my_open_assignment(reviewer_actor(field), field.assignment().public_id) is None
    assert queries.desk(reviewer_actor(field)) == []
    assert review(made).state is ReviewState.DRAFT


def test_assigned_but_not_declared_cannot_read_or_score() -> None:
    field = under_review(1, declared=False)
    public_id = field.assignment().public_id
    assert queries.my_assignment(reviewer_actor(field), public_id) is None
    (row,) = queries.desk(reviewer_actor(field))
    assert row.application is None
    with pytest.raises(NotFound):
        _save(field)


def test_another_reviewers_assignment_is_not_there() -> None:
    field = under_review(1)
    other = field.assignment(reviewer=1).public_id
    assert queries.my_assignment(reviewer_actor(field, 0), other) is None
    with pytest.raises(NotFound):
        committed(lambda: service.save_review(field.context(0), field.id(0, 1), marks(), COMMENT))
    with pytest.raises(NotFound):
        committed(lambda: service.submit_reviews(field.context(0), [field.id(0, 1)]))


@pytest.mark.parametrize("points", [-1, 61])
def test_a_score_outside_the_range_is_refused(points: int) -> None:
    field = under_review(1)
    with pytest.raises(ScoreOutOfRange) as refused:
        _save(field, marks=marks(tech=points))
    assert refused.value.field == "points_tech"
    assert queries.review_of(field.id()) is None


def test_an_unfinished_review_cannot_be_submitted() -> None:
    field = under_review(1)
    with pytest.raises(CommentTooShort):
        committed(lambda: service.record_scores(field.context(), field.id(), marks(), ""))
    _save(field, marks={"tech": (50, REASON)})
    with pytest.raises(ReviewIncomplete):
        committed(lambda: service.submit_reviews(field.context(), [field.id()]))


def test_many_are_submitted_together_or_not_at_all() -> None:
    field = under_review(2)
    ready = draft(field, 0)
    _save(field, 1, marks={"tech": (50, REASON)})
    with pytest.raises(ReviewIncomplete):
        committed(lambda: service.submit_reviews(field.context(), [field.id(0), field.id(1)]))
    assert review(ready).state is ReviewState.DRAFT


def test_a_locked_review_cannot_be_changed() -> None:
    field = under_review(1)
    made = submitted(field)
    with pytest.raises(ReviewLocked):
        _save(field, marks=marks(tech=60))
    assert service.marks_of(review(made))["tech"][0] == 50
    before = review(made).receipt
    committed(lambda: service.submit_reviews(field.context(), [field.id()]))
    assert review(made).receipt == before
    assert _jobs(SUBMITTED.code) == 1


def test_an_older_version_is_refused() -> None:
    field = under_review(1)
    made = draft(field)
    _save(field, marks=marks(tech=55), version=1)
    with pytest.raises(StaleReview):
        _save(field, marks=marks(tech=10), version=1)
    assert service.marks_of(review(made))["tech"][0] == 55


def test_a_receipt_reproduces_from_what_is_stored() -> None:
    field = under_review(1)
    made = submitted(field)
    db.session.expire_all()
    found = review(made)
    assert found.receipt == service.receipt_of(found)
    found.comment += "!"
    assert found.receipt != service.receipt_of(found)
    db.session.rollback()


def test_submitting_is_in_the_audit_chain_by_pseudonym() -> None:
    field = under_review(1)
    made = submitted(field)
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.kind == "ScoresRecorded")).one()
    assert event.object_id == review(made).public_id
    assert {"receipt", "pseudonym", "entry"} <= set(event.fields)


def test_resident_numbers_are_refused_in_every_text() -> None:
    field = under_review(1)
    for given in (
        {"comment": "900101-1234568"},
        {"note": "900101-1234568"},
        {"marks": {"tech": (1, "900101-1234568")}},
    ):
        with pytest.raises(ResidentNumberFound):
            _save(field, **given)


def test_all_locked_closes_the_stage_and_asks_for_the_ranking() -> None:
    field = under_review(2, 2)
    all_submitted(field, [[(50, 30), (40, 30)], [(50, 20)]])
    assert field.field.stage().review_closed_at is None
    submitted(field, 1, 1)
    assert field.field.stage().review_closed_at is not None
    assert _jobs(STAGE_REVIEWED.code) == 1


def test_an_unanswered_declaration_keeps_the_stage_open() -> None:
    field = under_review(1, 2, declared=False)
    committed(lambda: declare(field, 0))
    submitted(field)
    assert field.field.stage().review_closed_at is None
    found = queries.progress(field.stage_id)
    assert (found.assigned, found.accepted, found.locked, found.undeclared, found.open) == (2, 1, 1, 1, 0)


def test_a_withdrawn_application_waits_for_nobody() -> None:
    field = under_review(2, 1)

    def withdraw() -> None:
        from portal.applications.models import EntryState

        entry_of(field, 1).state = EntryState.WITHDRAWN

    committed(withdraw)
    submitted(field, 0)
    assert field.field.stage().review_closed_at is not None


def test_late_is_possible_until_the_review_is_closed() -> None:
    field = under_review(2, 1)
    due = field.field.stage().review_due_at
    assert due is not None
    late = due + timedelta(days=2)
    committed(lambda: service.record_scores(field.context(at=late), field.id(), marks(), COMMENT))
    committed(lambda: service.close_review(context(at=late), field.stage_id, "기한이 이틀 지났습니다."))
    with pytest.raises(ReviewNotOpen):
        committed(lambda: service.save_review(field.context(at=late), field.id(1), marks(), COMMENT))


def test_closing_asks_for_a_reason_and_happens_once() -> None:
    field = under_review(1, 2)
    with pytest.raises(ReasonNeeded):
        committed(lambda: service.close_review(context(), field.stage_id, "짧음"))
    committed(lambda: service.close_review(context(), field.stage_id, "위원 한 분이 사임했습니다."))
    with pytest.raises(ReviewNotOpen):
        committed(lambda: service.close_review(context(), field.stage_id, "위원 한 분이 사임했습니다."))
    assert _jobs(STAGE_REVIEWED.code) == 1


def test_access_ends_with_the_stages_decision() -> None:
    field = under_review(1, 2)
    submitted(field)
    public_id = field.assignment().public_id
    assert queries.my_assignment(reviewer_actor(field), public_id) is not None

    def decide() -> None:
        field.field.stage().decided_at = clock.now()

    committed(decide)
    assert queries.my_assignment(reviewer_actor(field), public_id) is None
    assert queries.desk(reviewer_actor(field)) == []


def test_one_reminder_a_day_goes_to_those_who_are_not_done() -> None:
    field = under_review(1, 3)
    submitted(field, 0, 0)
    assert committed(lambda: service.remind(context(), field.stage_id)) == 2
    committed(lambda: service.remind(context(), field.stage_id))
    assert _jobs(REMINDER.code) == 2
    tomorrow = clock.now() + timedelta(days=1)
    committed(lambda: service.remind(context(at=tomorrow), field.stage_id))
    assert _jobs(REMINDER.code) == 4


def test_reminders_go_out_three_days_before_on_the_due_day_and_after_and_stop_for_whoever_is_done() -> None:
    field = under_review(1, 3)
    submitted(field, 0, 0)
    day = (clock.now() + timedelta(days=10)).replace(hour=3)  # noon in Korea
    committed(lambda: setattr(field.field.stage(), "review_due_at", day.replace(hour=9)))

    def asked(days: int) -> int:
        at = day - timedelta(days=days)
        committed(lambda: service.remind_due(context(at=at)))
        return _jobs(REMINDER.code)

    assert [asked(days) for days in (5, 4, 3, 3, 2, 1)] == [0, 0, 2, 2, 2, 2]
    submitted(field, 0, 1)
    assert [asked(days) for days in (0, -1, -2)] == [3, 4, 4]
    committed(lambda: service.close_review(context(), field.stage_id, "기간이 지나 마칩니다."))
    assert asked(-3) == 4


def test_marks_for_the_ranking_carry_pseudonyms_and_leave_out_what_was_revoked() -> None:
    field = under_review(1, 3)
    submitted(field, 0, 0, 50, 30)
    submitted(field, 0, 1, 40, 20)

    def revoke() -> None:
        field.assignment(0, 1).state = AssignmentState.REVOKED

    committed(revoke)
    (mark,) = queries.locked_marks(field.stage_id)
    assert mark.points == {"tech": 50, "plan": 30}
    assert mark.pseudonym == field.assignment(0, 0).pseudonym


def test_an_officers_numbers_leave_out_what_a_conflict_keeps_from_them() -> None:
    field = under_review(2, 2)
    submitted(field, 0, 0)
    officer = reviewer_actor(field, 1)
    _bar(field, 0, 1)
    assert queries.progress(field.stage_id, officer).locked == 0
    assert len(queries.entry_progress(officer, field.stage_id)) == 1
    assert [r.assigned for r in queries.reviewer_progress(officer, field.stage_id)] == [1, 1]

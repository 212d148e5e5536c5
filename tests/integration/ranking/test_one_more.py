"""One more review, asked for after the close: the nearest free member, a window of its own, the ranking follows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts.models import Person
from portal.conflicts.models import Severity
from portal.conflicts.service import write
from portal.platform.db import db
from portal.programs.definition import CallDefinition
from portal.programs.models import Stage
from portal.ranking import service as ranking
from portal.ranking.queries import latest_run
from portal.reviews import service as reviewing
from portal.reviews.errors import ReviewNotOpen
from portal.routing import service
from portal.routing.errors import NobodyFree, NotAfterReview, ReasonMissing, ReviewAlreadyAsked
from portal.routing.models import Assignment, AssignmentState, Seat
from tests.databases import both_databases
from tests.factories import reviews
from tests.factories.accounts import account, signed_in
from tests.factories.base import committed, context, person
from tests.factories.reviews import COMMENT, UnderReview, marks
from workers.wake import run_all_due

pytestmark = [both_databases, pytest.mark.usefixtures("app")]
WHY = "두 위원의 의견이 크게 갈려 선의 어느 쪽인지 알 수 없습니다."


def rule() -> CallDefinition:
    return reviews.definition(panel={"size": 4, "reviews_per_entry": 2, "max_load": 9}, keep=1)


def closed() -> UnderReview:
    """Three applications, four members of whom two reviewed each; closed and ranked."""
    field = reviews.under_review(3, 4, made=rule())
    for entry, reviewer in [(field.entries.index(e), field.reviewers.index(p)) for e, p in field.assignments]:
        reviews.submitted(field, entry, reviewer, tech=50 + 5 * (reviewer % 2), plan=30 - entry)
    run_all_due()
    return field


def asked(field: UnderReview, entry: int = 0) -> int:
    return committed(lambda: service.ask_one_more(context(), field.entries[entry], WHY).id)


def accepted(field: UnderReview, id_: int) -> Person:
    """Whoever was asked pledges and takes it."""
    who = db.session.get_one(Person, db.session.get_one(Assignment, id_).person_id)
    seat = select(Seat.id).where(Seat.panel_id == field.field.panel_id, Seat.person_id == who.id)

    def answer() -> None:
        mine = context(db.session.get_one(Person, who.id), "reviewer")
        service.pledge(mine, db.session.scalars(seat).one())
        service.answer_assignment(mine, id_, accept=True)

    committed(answer)
    return db.session.get_one(Person, who.id)


def test_the_review_counts_once_it_is_in_and_the_former_ranking_is_kept_as_discarded() -> None:
    field = closed()
    before = latest_run(field.stage_id)
    assert before is not None
    had = {p for e, p in field.assignments if e == field.entries[0]}
    id_ = asked(field)
    who = accepted(field, id_)
    assert who.id not in had
    committed(lambda: reviewing.record_scores(context(who, "reviewer"), id_, marks(60, 40), COMMENT).id)
    run_all_due()
    after = latest_run(field.stage_id)
    assert after is not None and after.id != before.id
    row = next(r for r in after.result if r["entry_id"] == field.entries[0])
    assert row["n"] == 3 and 100 in {m["total"] for m in row["marks"]}


def test_it_is_open_until_its_own_time_and_for_nobody_else() -> None:
    field = closed()
    id_ = asked(field)
    who = accepted(field, id_)
    until = db.session.get_one(Assignment, id_).late_until
    assert until is not None
    late = context(who, "reviewer", at=until + timedelta(seconds=1))
    with pytest.raises(ReviewNotOpen):
        committed(lambda: reviewing.record_scores(late, id_, marks(60, 40), COMMENT))


def test_one_at_a_time_with_a_reason_after_the_close_and_before_the_decision() -> None:
    running = reviews.under_review(2, 4, made=rule())
    with pytest.raises(NotAfterReview):
        asked(running)
    field = closed()
    with pytest.raises(ReasonMissing):
        committed(lambda: service.ask_one_more(context(), field.entries[0], "  "))
    asked(field)
    with pytest.raises(ReviewAlreadyAsked):
        asked(field)

    def decide() -> None:
        db.session.get_one(Stage, field.stage_id).decided_at = context().now

    committed(decide)
    with pytest.raises(NotAfterReview):
        asked(field, 1)


def test_nobody_with_a_conflict_is_asked_and_when_nobody_is_free_it_says_so() -> None:
    field = closed()
    application = reviews.entry_of(field, 0).application_id
    free = [p for p in field.reviewers if (field.entries[0], p) not in field.assignments]
    committed(lambda: write(context(), free[0], application, "relative", Severity.ABSOLUTE))
    assert db.session.get_one(Assignment, asked(field)).person_id == free[1]
    other = reviews.entry_of(field, 1).application_id
    left = [p for p in field.reviewers if (field.entries[1], p) not in field.assignments]
    for who in left:
        committed(lambda who=who: write(context(), who, other, "relative", Severity.ABSOLUTE))  # type: ignore[misc]
    with pytest.raises(NobodyFree):
        asked(field, 1)


def test_a_review_asked_for_and_given_back_may_be_asked_for_again() -> None:
    field = closed()
    id_ = asked(field)
    who = db.session.get_one(Person, db.session.get_one(Assignment, id_).person_id)
    committed(
        lambda: service.answer_assignment(context(who, "reviewer"), id_, accept=False, reason="바빠서 맡지 못합니다.")
    )
    assert db.session.get_one(Assignment, id_).state is AssignmentState.DECLINED
    assert asked(field) != id_


def test_the_page_asks_names_nobody_and_shows_that_it_was_asked(client: FlaskClient) -> None:
    field = closed()
    committed(lambda: ranking.rank(context(), field.stage_id))
    officer = committed(lambda: account(person("담당자"), "officer"))
    browser = signed_in(client, officer)
    entry = reviews.entry_of(field, 0).public_id
    page = f"/office/calls/{field.field.call}/ranking/entries/{entry}/one-more"
    names = [person.name for person in (field.person(n) for n in range(4))]
    shown = browser.get(page).text
    assert not any(name in shown for name in names)
    assert browser.post(page, data={"reason": ""}).status_code == 422
    assert browser.post(page, data={"reason": WHY}).status_code == 303
    again = browser.get(page).text
    assert "이미 부탁했습니다" in again and not any(name in again for name in names)

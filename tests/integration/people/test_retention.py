"""What is past its term goes, whole and once; what is held stays; the chain verifies afterwards."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import DatabaseError

from portal.accounts import service as accounts
from portal.accounts.models import Absence, Account, PersonalCopy
from portal.accounts.retention import TERMS
from portal.accounts.rules import korean_day
from portal.applications.models import Application, Submission
from portal.applications.queries.submissions import content_of
from portal.audit.models import AuditEvent
from portal.audit.service import verify
from portal.awards.models import Award, AwardState, Outcome
from portal.desks.person import compose
from portal.notifications.models import Letter
from portal.platform import clock
from portal.platform.db import db
from portal.platform.personal import ERASED_NAME
from portal.reviews.models import Review, Score
from tests.databases import both_databases
from tests.factories.accounts import member
from tests.factories.base import committed, context
from tests.factories.consortia import complete_team
from tests.integration.people.scene import SECRET, Decided, ids, later, still_there


@pytest.fixture
def decided(app: Flask) -> Decided:
    return committed(Decided)


def retain(days: int) -> dict[str, int]:
    return committed(lambda: compose.apply_retention(later(days)))


OVER = TERMS["application"].days or 0


@both_databases
def test_an_unsuccessful_application_goes_with_everybody_in_it_and_what_was_said_of_it(decided: Decided) -> None:
    assert still_there() >= {
        "application_member.name",
        "section_answer.answers",
        "review.comment",
        "conflict.statement",
    }
    assert retain(OVER - 1).get("application") is None
    assert retain(OVER + 1)["application"] == 1
    # who has an account keeps their name; notices keep their own, longer term; a reviewer is nobody's applicant
    assert still_there() == {"person.name", "letter.subject", "letter.body"}
    assert verify() is None
    application = db.session.get_one(Application, decided.application_id)
    assert (application.title, application.erased_at is not None) == (ERASED_NAME, True)


@both_databases
def test_numbers_hashes_and_points_stay(decided: Decided) -> None:
    kept = db.session.execute(
        select(Submission.id, Submission.sha256, Submission.receipt).order_by(Submission.id)
    ).all()
    db.session.rollback()
    retain(OVER + 1)
    assert (
        db.session.execute(select(Submission.id, Submission.sha256, Submission.receipt).order_by(Submission.id)).all()
        == kept
    )
    assert [s.points for s in db.session.scalars(select(Score))] == [7]
    assert db.session.scalars(select(Review)).one().comment == ""
    submission = db.session.scalars(select(Submission).where(Submission.application_id == decided.application_id)).one()
    assert content_of(submission)["title"] == ""


@both_databases
def test_a_second_run_changes_nothing(decided: Decided) -> None:
    retain(OVER + 1)
    events = db.session.scalars(select(AuditEvent.sequence)).all()
    db.session.rollback()
    assert retain(OVER + 1) == {}
    assert db.session.scalars(select(AuditEvent.sequence)).all() == events


@both_databases
def test_a_submission_can_be_emptied_and_never_changed(decided: Decided) -> None:
    for change in ("content = 'other'", "content = '', sha256 = 'x'", "receipt = 'x'"):
        with pytest.raises(DatabaseError, match="append-only"):
            committed(lambda change=change: db.session.execute(text(f"UPDATE submission SET {change}")))


def test_an_application_at_work_or_awarded_is_held(decided: Decided) -> None:
    outcome = db.session.scalars(select(Outcome.id).order_by(Outcome.id)).first()

    def award(state: AwardState) -> None:
        db.session.execute(update(Award).values(state=state)) if db.session.scalar(select(Award.id)) else db.session.add(
            Award(public_id=ids.public_id(), outcome_id=outcome, application_id=decided.application_id,
                  call_id=db.session.get_one(Application, decided.application_id).call_id, state=state, created_at=clock.now())
        )  # fmt: skip

    for state in (AwardState.OFFERED, AwardState.ACTIVE, AwardState.ENDED, AwardState.ELIMINATED):
        committed(lambda state=state: award(state))
        assert "application" not in retain(OVER + 1)
    committed(lambda: award(AwardState.DECLINED))
    assert retain(OVER + 1)["application"] == 1


def test_a_draft_goes_a_year_after_its_deadline(app: Flask) -> None:
    team = complete_team()
    days = (TERMS["draft"].days or 0) + 3
    assert "draft" not in retain(days - 1)
    assert retain(days + 1)["draft"] == 1
    assert db.session.get_one(Application, team.application_id).erased_at is not None
    assert verify() is None


def test_letters_lose_their_text_and_keep_that_they_were_sent(decided: Decided) -> None:
    days = TERMS["letter"].days or 0
    assert retain(days + 1)["letter"] >= 1
    letter = db.session.scalars(select(Letter).where(Letter.dedupe_key == "one")).one()
    assert (letter.body, letter.link, SECRET in letter.subject) == ("", None, False)
    assert letter.created_at is not None and letter.person_id == decided.owner.id


def test_unconfirmed_registrations_absences_and_copies_go(app: Flask) -> None:
    ghost, who = member(confirmed=False, name="유령"), member(name="실존")
    today = korean_day(clock.now())
    committed(lambda: accounts.say_absent(context(), who.id, today, today))
    copy = committed(lambda: accounts.ask_copy(context(), who.id))
    committed(lambda: accounts.keep_copy(context(), copy.id, "0" * 64, 5))
    assert retain(6) == {}
    assert retain(8) == {"copy": 1}
    assert retain(31) == {"unconfirmed": 1}
    assert retain(367) == {"absence": 1}
    assert db.session.get_one(PersonalCopy, copy.id).sha256 is None
    assert db.session.scalars(select(Absence)).all() == []
    assert still_there("유령") == set() and still_there("실존") == {"person.name"}
    assert db.session.get(Account, ghost.id) is not None


def test_the_command_tells_what_would_go_and_then_erases(app: Flask, decided: Decided) -> None:
    run = app.test_cli_runner().invoke
    member(confirmed=False)
    committed(lambda: db.session.execute(update(Account).values(left_at=None)))
    shown = run(args=["accounts", "retention", "--dry-run"]).output
    assert "unconfirmed\t0" in shown and "application\t0" in shown
    assert run(args=["audit", "verify"]).exit_code == 0

"""The very large call, in small: complete, the same for the same number, and what the services would have left."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.applications.content import digest
from portal.applications.models import Application, EntryState, Member, StageEntry, Submission
from portal.audit import service as audit
from portal.audit.models import AuditEvent
from portal.budgets import service as budgets
from portal.demo import crowd
from portal.factory import create_app
from portal.platform import clock
from portal.platform.db import db
from portal.platform.search import SearchTerm
from portal.programs.loader import load_call
from portal.reviews.models import Review, ReviewState, Score
from portal.reviews.service import receipt_of
from portal.routing.models import Assignment
from portal.screening.models import Finding, Screening
from tests.databases import PostgreSQL, SQLite, both_databases, settings
from tests.factories.accounts import signed_in
from tests.factories.base import committed, context


def quiet(_: str) -> None:
    pass


def count(model: type, *where: object) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0  # type: ignore[arg-type]


@both_databases
def test_the_call_is_closed_in_review_and_whole(app: Flask) -> None:
    made = crowd.seed(45, 130, 7, quiet)
    assert (count(Application), count(Submission), count(StageEntry), count(Screening)) == (45, 45, 45, 45)
    assert count(Finding) == 45 * len(load_call("champ").screening)
    assert count(Member) >= 45
    assert count(Review, Review.state == ReviewState.LOCKED) == 130
    assert count(Score) == 3 * count(Review)
    in_review = count(StageEntry, StageEntry.state == EntryState.IN_REVIEW)
    begun = count(Review, Review.state == ReviewState.DRAFT)
    assert 0 < begun <= in_review // 2
    loads = db.session.scalars(select(func.count()).select_from(Assignment).group_by(Assignment.person_id)).all()
    assert len(loads) == 12 and min(loads) >= 3
    for submission in db.session.scalars(select(Submission)):
        assert digest(submission.content) == submission.sha256
    for review in db.session.scalars(select(Review).where(Review.state == ReviewState.LOCKED)):
        assert receipt_of(review) == review.receipt
    _books_hold(app)
    _pages_show_it(app, made)


def _books_hold(app: Flask) -> None:
    assert audit.verify() is None
    assert committed(lambda: budgets.reconcile(context())) == []
    kinds = dict(db.session.execute(select(AuditEvent.kind, func.count()).group_by(AuditEvent.kind)).all())  # type: ignore[arg-type]
    assert (kinds["ApplicationSubmitted"], kinds["EntryScreened"], kinds["ScoresRecorded"]) == (45, 45, 130)
    told = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert told.exit_code == 0
    assert app.test_cli_runner().invoke(args=["budgets", "reconcile"]).exit_code == 0


def _pages_show_it(app: Flask, made: crowd.Crowd) -> None:
    """What is written behind the services' back is found, read, and can be gone on with."""
    officer = signed_in(app.test_client(), db.session.get_one(Person, made.officer_id))
    reviewer = signed_in(app.test_client(), db.session.get_one(Person, made.reviewer_id))
    word = db.session.scalars(select(Person.name).join(Application, Application.owner_id == Person.id)).first()
    found = officer.get(f"/office/calls/{made.call}/applications", query_string={"q": word})
    assert found.status_code == 200 and str(word) in found.text
    application = db.session.scalars(select(Application.public_id).order_by(Application.id)).first()
    assert officer.get(f"/office/applications/{application}").status_code == 200
    draft = db.session.scalars(
        select(Assignment.public_id)
        .join(Review, Review.assignment_id == Assignment.id)
        .where(Review.state == ReviewState.DRAFT)
    ).first()
    handed_in = reviewer.post(f"/reviews/{draft}/submit", data={"request_id": "one"})
    assert handed_in.status_code == 303
    assert count(Review, Review.state == ReviewState.LOCKED) == 131
    assert audit.verify() is None


@both_databases
def test_it_is_made_once_and_beside_no_other_data(app: Flask) -> None:
    crowd.seed(3, 5, 1, quiet)
    with pytest.raises(crowd.CannotSeed, match="is there already"):
        crowd.seed(3, 5, 1, quiet)
    assert count(Application) == 3


def test_another_database_is_left_alone(app: Flask) -> None:
    committed(
        lambda: db.session.add(Person(public_id="p", name="n", email="e@x", email_key="e@x", created_at=clock.now()))
    )
    with pytest.raises(crowd.CannotSeed, match="other data"):
        crowd.seed(3, 5, 1, quiet)
    assert count(Person) == 1


def test_an_application_has_at_most_nine_reviews(app: Flask) -> None:
    with pytest.raises(crowd.CannotSeed, match="nine"):
        crowd.seed(3, 28, 1, quiet)
    assert count(Person) == 0


def _told(server: SQLite | PostgreSQL, folder: Path, number: int) -> list[object]:
    """Everything that chance decided, in a database of its own."""
    app = create_app(settings(folder, server.emptied()))
    with app.app_context():
        crowd.seed(8, 20, number, quiet)
        applications = select(Application.public_id, Application.title, Submission.receipt, Submission.submitted_at)
        scores = select(Score.criterion, Score.points, Review.receipt).join(Review, Score.review_id == Review.id)
        terms = select(SearchTerm.object_id, SearchTerm.term).order_by(SearchTerm.object_id, SearchTerm.term)
        told: list[object] = [
            db.session.execute(
                applications.join(Submission, Submission.application_id == Application.id).order_by(Application.id)
            ).all(),
            db.session.execute(scores.order_by(Score.id)).all(),
            sorted(tuple(row) for row in db.session.execute(terms)),
            db.session.execute(select(Assignment.pseudonym, Assignment.person_id).order_by(Assignment.id)).all(),
        ]
        db.session.remove()
        db.engine.dispose()
    return told


def test_the_same_number_tells_the_same_on_both_databases_and_another_one_does_not(
    sqlite: SQLite, postgresql: PostgreSQL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowd, "clock", SimpleNamespace(now=lambda: datetime(2026, 9, 1, 3, tzinfo=UTC)))
    here, there = _told(sqlite, tmp_path / "a", 5), _told(postgresql, tmp_path / "b", 5)
    assert here == there
    assert _told(sqlite, tmp_path / "c", 6) != here

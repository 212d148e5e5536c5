"""Referees' letters: the assigned reviewer and the office read them, whom a conflict bars and everybody else does not."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.applications import service
from portal.applications.content import canonical_json
from portal.applications.models import Application, ApplicationState, Reference, StageEntry, Submission
from portal.applications.queries.submissions import content_of
from portal.applications.rules.references import place_of_letter
from portal.conflicts.models import Severity
from portal.conflicts.service import write
from portal.platform import clock
from portal.platform.context import RandomIds
from portal.platform.db import db
from portal.routing import service as routing_service
from tests.factories.accounts import account, member, signed_in
from tests.factories.base import committed, context
from tests.factories.references import asking, letter
from tests.factories.review_files import a_pdf
from tests.factories.reviews import UnderReview, definition, entry_of, under_review

pytestmark = pytest.mark.usefixtures("app")


def field_with_letter(**changes: object) -> tuple[UnderReview, str]:
    """Two applications; a letter has come for the first. Its public id."""
    field = under_review(2, made=asking(definition(panel={"size": 3, "reviews_per_entry": 3, "max_load": 20})))
    file = letter()

    def make() -> str:
        made = Reference(
            public_id=RandomIds().public_id(), application_id=entry_of(field, 0).application_id, name="유교수",
            email="prof@example.org", email_key="prof@example.org", relation="지도교수", invited_at=clock.now(),
            received_at=clock.now(), filename="letter.pdf", sha256=file.sha256, clean_sha256=file.clean_sha256,
            size=file.size, pages=1, text="깊이 신뢰합니다.", **changes,
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        return made.public_id

    return field, committed(make)


def reader(app: Flask, field: UnderReview, reviewer: int = 0) -> FlaskClient:
    committed(lambda: account(field.person(reviewer)).id)
    return signed_in(app.test_client(), field.person(reviewer))


def addresses(field: UnderReview, letter_id: str, entry: int = 0) -> list[str]:
    base = f"/reviews/{field.assignment(entry).public_id}/documents/{letter_id}"
    return [base, f"{base}/pages/1.png"]


def test_the_assigned_reviewer_reads_the_letter_beside_the_application(app: Flask) -> None:
    field, letter_id = field_with_letter()
    client = reader(app, field)
    shown = client.get(f"/reviews/{field.assignment().public_id}").text
    for words in ("유교수 (지도교수)", "letter.pdf", "깊이 신뢰합니다.", "신청자는 보지 못합니다"):
        assert words in shown
    for address in addresses(field, letter_id):
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    other = client.get(f"/reviews/{field.assignment(1).public_id}").text
    assert "도착한 추천서가 없습니다" in other
    assert [client.get(a).status_code for a in addresses(field, letter_id, 1)] == [404, 404]


def test_reviewers_get_a_copy_that_does_not_name_who_made_the_file(app: Flask) -> None:
    field, letter_id = field_with_letter()
    rule = asking().references
    assert rule is not None
    file = service.receive(BytesIO(a_pdf()), "letter.pdf", place_of_letter(rule), "file")

    def replace() -> None:
        found = db.session.query(Reference).filter_by(public_id=letter_id).one()
        found.sha256, found.clean_sha256 = file.sha256, file.clean_sha256

    committed(replace)
    served = reader(app, field).get(addresses(field, letter_id)[0]).data
    assert b"Secret Author" in a_pdf()
    assert b"Secret Author" not in served


def test_a_conflict_ends_the_reading_of_letters(app: Flask) -> None:
    field, letter_id = field_with_letter()
    client = reader(app, field)
    application = entry_of(field, 0).application_id
    committed(lambda: write(context(), field.reviewers[0], application, "direct_interest", Severity.ABSOLUTE).id)
    assert [client.get(a).status_code for a in addresses(field, letter_id)] == [404, 404]


def test_whoever_wrote_the_letter_is_found_by_the_detection(app: Flask) -> None:
    field, letter_id = field_with_letter()
    reviewer = field.person(0)
    email = reviewer.email_key

    def sign() -> None:
        db.session.query(Reference).filter_by(public_id=letter_id).one().email_key = email

    committed(sign)
    client = reader(app, field)
    committed(lambda: routing_service.detect(context(), field.stage_id))
    assert [client.get(a).status_code for a in addresses(field, letter_id)] == [404, 404]


def test_the_office_reads_the_letter_and_why_another_declined_once_the_call_has_closed(app: Flask) -> None:
    field, letter_id = field_with_letter()
    application = entry_of(field, 0).application
    page, number = f"/office/applications/{application.public_id}", application.id
    committed(
        lambda: db.session.add(
            Reference(
                public_id=RandomIds().public_id(), application_id=number, name="민교수", email="min@example.org",
                email_key="min@example.org", relation="동료", invited_at=clock.now(), declined_at=clock.now(),
                decline_reason="지원자를 잘 모릅니다.",
            )
        )
    )  # fmt: skip
    officer = signed_in(app.test_client(), member("officer"))
    shown = officer.get(page).text
    for words in ("유교수", "letter.pdf", "민교수", "지원자를 잘 모릅니다."):
        assert words in shown
    assert officer.get(f"{page}/references/{letter_id}").status_code == 200
    outsider = signed_in(app.test_client(), member("officer", scope="program:OTHER"))
    assert outsider.get(f"{page}/references/{letter_id}").status_code == 404

    def reopen() -> None:
        db.session.get_one(Application, number).state = ApplicationState.SUBMITTED

    committed(reopen)
    assert [officer.get(a).status_code for a in (page, f"{page}/references/{letter_id}")] == [404, 404]
    reviewer = reader(app, field)
    assert [reviewer.get(a).status_code for a in addresses(field, letter_id)] == [404, 404]


def test_the_office_reads_who_applies_without_an_institution(app: Flask) -> None:
    """A page of the office that names no lead institution, because there is none."""
    field, _ = field_with_letter()
    entry = entry_of(field, 0)
    application, entry_id = entry.application.public_id, entry.id
    committed(lambda: _without_institutions(entry_id))
    officer = signed_in(app.test_client(), member("officer"))
    shown = officer.get(f"/office/applications/{application}")
    assert shown.status_code == 200
    assert "주관기관" not in shown.text


def _without_institutions(entry_id: int) -> None:
    """A second version, as a person hands it in."""
    entry = db.session.get_one(StageEntry, entry_id)
    text = canonical_json(content_of(entry.submission) | {"institutions": []})
    made = Submission(
        public_id=RandomIds().public_id(), application_id=entry.application_id, number=2, receipt="SMALL-ALONE",
        content=text, sha256=sha256(text.encode()).hexdigest(), submitted_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    entry.submission_id = made.id

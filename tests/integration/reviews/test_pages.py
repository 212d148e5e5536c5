"""The reviewer's pages: who gets in, what a draft keeps, what locking means; files and what is behind them."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.accounts.models import Account, RoleGrant
from portal.audit.models import AuditEvent
from portal.conflicts.models import Severity
from portal.conflicts.service import write
from portal.platform import clock
from portal.platform.db import db
from portal.reviews import queries, service
from portal.reviews.models import Review, ReviewState
from tests.factories.accounts import account, signed_in
from tests.factories.base import committed, context, person
from tests.factories.review_files import with_file
from tests.factories.reviews import (
    COMMENT,
    REASON,
    UnderReview,
    definition,
    draft,
    entry_of,
    review,
    submitted,
    under_review,
)

pytestmark = pytest.mark.usefixtures("app")
TYPED = {
    "version": "0", "points_tech": "50", "reason_tech": REASON, "points_plan": "30", "reason_plan": REASON,
    "comment": COMMENT, "note": "",
}  # fmt: skip


def _browser(app: Flask, field: UnderReview, reviewer: int = 0) -> FlaskClient:
    if db.session.get(Account, field.reviewers[reviewer]) is None:
        committed(lambda: account(field.person(reviewer)).id)
    return signed_in(app.test_client(), field.person(reviewer))


def _officer(app: Flask, *roles: str) -> FlaskClient:
    return signed_in(app.test_client(), committed(lambda: account(person("담당자"), *(roles or ("officer",)))))


def _id(client: FlaskClient, page: str) -> str:
    """The request id of the page's form."""
    found = re.search(r'name="request_id" value="([a-z0-9]+)"', client.get(page).text)
    assert found is not None
    return found[1]


def _addresses(public_id: str, file: str) -> list[tuple[str, str]]:
    base = f"/reviews/{public_id}"
    return [
        ("POST", base), ("POST", f"{base}/autosave"), ("GET", f"{base}/submit"), ("POST", f"{base}/submit"),
        ("GET", f"{base}/receipt"), ("GET", f"{base}/documents/{file}"), ("GET", f"{base}/documents/{file}/pages/1.png"),
    ]  # fmt: skip


def _status(client: FlaskClient, method: str, address: str) -> int:
    return client.open(address, method=method, data=TYPED if method == "POST" else None).status_code


def _saved(field: UnderReview, entry: int = 0, reviewer: int = 0) -> Review | None:
    db.session.expire_all()
    return queries.review_of(field.id(entry, reviewer))


def test_conflicted_reviewer_gets_nothing_anywhere(app: Flask) -> None:
    field = under_review(1)
    file = with_file(field)
    client, public_id = _browser(app, field), field.assignment().public_id
    assert client.get(f"/reviews/{public_id}").status_code == 200
    application = entry_of(field, 0).application_id
    title = entry_of(field, 0).application.title
    committed(lambda: write(context(), field.reviewers[0], application, "relative", Severity.WAIVABLE))
    assert client.get(f"/reviews/{public_id}").status_code == 404
    for method, address in _addresses(public_id, file):
        assert _status(client, method, address) == 404, address
    assert title not in client.get("/reviews").text
    assert _saved(field) is None


def test_assigned_but_not_declared_is_sent_to_the_declaration_and_reads_nothing(app: Flask) -> None:
    field = under_review(1, declared=False)
    file = with_file(field)
    client, public_id = _browser(app, field), field.assignment().public_id
    answer = client.get(f"/reviews/{public_id}")
    assert answer.status_code == 302
    assert answer.location.endswith(f"/reviews/{public_id}/conflict")
    for method, address in _addresses(public_id, file):
        assert _status(client, method, address) == 404, address
    assert entry_of(field, 0).application.title not in client.get("/reviews").text


def test_another_reviewers_assignment_is_not_there(app: Flask) -> None:
    field = under_review(1)
    file = with_file(field)
    client, public_id = _browser(app, field, 0), field.assignment(0, 1).public_id
    assert client.get(f"/reviews/{public_id}").status_code == 404
    for method, address in _addresses(public_id, file):
        assert _status(client, method, address) == 404, address


def test_a_revoked_role_ends_access_at_the_next_request(app: Flask) -> None:
    field = under_review(1)
    client, public_id = _browser(app, field), field.assignment().public_id
    title = entry_of(field, 0).application.title

    def revoke() -> None:
        row = db.session.scalars(select(RoleGrant).where(RoleGrant.person_id == field.reviewers[0])).one()
        row.until = clock.now()

    assert title in client.get("/reviews").text
    committed(revoke)
    assert client.get(f"/reviews/{public_id}").status_code == 404
    assert title not in client.get("/reviews").text


@pytest.mark.parametrize("role", ["officer", "administrator", "auditor"])
def test_no_office_role_opens_a_review(app: Flask, role: str) -> None:
    field = under_review(1)
    draft(field)
    client, public_id = _officer(app, role), field.assignment().public_id
    assert client.get(f"/reviews/{public_id}").status_code == 404
    assert _status(client, "POST", f"/reviews/{public_id}/autosave") == 404


def test_autosave_keeps_a_draft_and_counts_versions(app: Flask) -> None:
    field = under_review(1)
    client, address = _browser(app, field), f"/reviews/{field.assignment().public_id}/autosave"
    first = client.post(address, data=TYPED | {"points_plan": ""})
    assert (first.status_code, first.json["version"], first.json["errors"]) == (200, 1, {})
    assert "저장됨" in first.json["saved_text"]
    second = client.post(address, data=TYPED | {"version": "1"})
    assert second.json["version"] == 2
    found = _saved(field)
    assert found is not None
    assert service.marks_of(found)["plan"] == (30, REASON)


@pytest.mark.parametrize("typed", ["61", "-1", "0.5", "1e9", "NaN", "abc"])
def test_a_score_outside_the_range_is_refused_beside_its_field(app: Flask, typed: str) -> None:
    field = under_review(1)
    client, public_id = _browser(app, field), field.assignment().public_id
    answer = client.post(f"/reviews/{public_id}/autosave", data=TYPED | {"points_tech": typed})
    assert answer.status_code == 422
    assert "60" in answer.json["errors"]["points_tech"][0]
    page = client.post(f"/reviews/{public_id}", data=TYPED | {"points_tech": typed})
    assert page.status_code == 422
    assert f'value="{typed}"' in page.text
    assert REASON in page.text
    assert _saved(field) is None


def test_an_older_window_is_refused_with_both_texts(app: Flask) -> None:
    field = under_review(1)
    client, address = _browser(app, field), f"/reviews/{field.assignment().public_id}"
    client.post(f"{address}/autosave", data=TYPED)
    client.post(
        f"{address}/autosave", data=TYPED | {"version": "1", "comment": "다른 창에서 고친 종합의견입니다. 저장됨."}
    )
    late = TYPED | {"version": "1", "comment": "이 창에서 쓰던 종합의견입니다. 아직 저장 안 됨."}
    assert client.post(f"{address}/autosave", data=late).status_code == 409
    page = client.post(address, data=late)
    assert page.status_code == 409
    assert "다른 창에서 고친 종합의견입니다" in page.text
    assert "이 창에서 쓰던 종합의견입니다" in page.text
    assert 'name="version" value="2"' in page.text
    assert client.post(address, data=late | {"version": "2"}).status_code == 303


def test_submitting_shows_what_will_be_locked_and_gives_a_receipt(app: Flask) -> None:
    field = under_review(1)
    client, address = _browser(app, field), f"/reviews/{field.assignment().public_id}"
    saved = client.post(address, data=TYPED | {"then": "submit", "request_id": _id(client, address)})
    assert saved.location.endswith("/submit")
    summary = client.get(f"{address}/submit").text
    assert "80 / 100점" in summary and COMMENT in summary
    done = client.post(f"{address}/submit", data={"request_id": _id(client, f"{address}/submit")})
    assert done.location.endswith("/receipt")
    found = _saved(field)
    assert found is not None and found.receipt is not None
    assert found.receipt in client.get(f"{address}/receipt").text
    page = client.get(address).text
    assert "data-autosave" not in page and "제출한 평가입니다" in page
    assert client.post(f"{address}/autosave", data=TYPED | {"version": "1", "points_tech": "1"}).status_code == 409
    assert client.post(address, data=TYPED | {"version": "1", "points_tech": "1"}).status_code == 409
    assert service.marks_of(found)["tech"][0] == 50


def test_submitting_too_early_tells_what_is_missing_beside_the_fields(app: Flask) -> None:
    field = under_review(1)
    client, address = _browser(app, field), f"/reviews/{field.assignment().public_id}"
    typed = TYPED | {"points_plan": "", "then": "submit", "request_id": _id(client, address)}
    answer = client.post(address, data=typed, follow_redirects=True)
    assert answer.status_code == 200
    assert "‘계획’ 점수를 입력해 주십시오." in answer.text
    found = _saved(field)
    assert found is not None and found.state is ReviewState.DRAFT
    assert client.get(f"{address}/submit").location.endswith("missing=yes")


def test_the_same_submission_twice_locks_once(app: Flask) -> None:
    field = under_review(1)
    made = draft(field)
    client, address = _browser(app, field), f"/reviews/{field.assignment().public_id}/submit"
    data = {"request_id": _id(client, address)}
    assert {client.post(address, data=data).location for _ in range(3)} == {f"{address.removesuffix('submit')}receipt"}
    assert review(made).state is ReviewState.LOCKED
    recorded = select(func.count()).select_from(AuditEvent).where(AuditEvent.kind == "ScoresRecorded")
    assert db.session.scalar(recorded) == 1


def test_the_desk_says_how_much_is_left_and_submits_all_that_is_complete(app: Flask) -> None:
    field = under_review(3, 1)
    client = _browser(app, field)
    assert "신청 3건, 약 3시간 남음" in client.get("/reviews").text
    draft(field, 0)
    draft(field, 1, tech=20)
    page = client.get("/reviews").text
    assert "신청 3건, 약 1시간 남음" in page
    assert page.count("아직 보내지 않음") == 2
    assert "내 점수가 어떻게 퍼져 있는가" in page
    chosen = [field.assignment(i).public_id for i in (0, 1)]
    request_id = _id(client, "/reviews/submit")
    done = client.post("/reviews/submit", data={"request_id": request_id, "reviews": chosen}, follow_redirects=True)
    assert "접수증" in done.text
    assert [(_saved(field, i) or Review()).state for i in (0, 1)] == [ReviewState.LOCKED] * 2
    assert client.get("/reviews/submit").location == "/reviews"


def test_submit_all_takes_only_ones_own_complete_reviews(app: Flask) -> None:
    field = under_review(1, 2)
    draft(field, 0, 0)
    other = draft(field, 0, 1)
    client = _browser(app, field, 0)
    data = {"request_id": _id(client, "/reviews/submit"), "reviews": [field.assignment(0, 1).public_id]}
    client.post("/reviews/submit", data=data)
    assert review(other).state is ReviewState.DRAFT


def test_a_file_comes_as_its_clean_copy_apart_from_the_portal(app: Flask) -> None:
    field = under_review(2)
    file = with_file(field)
    client, base = _browser(app, field), f"/reviews/{field.assignment().public_id}/documents/{file}"
    got = client.get(base)
    assert got.status_code == 200
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert got.headers["Cache-Control"] == "private, no-store"
    assert b"Secret Author" not in got.data
    assert client.get(f"{base}/pages/1.png").data.startswith(b"\x89PNG")
    assert client.get(f"{base}/pages/9.png").status_code == 404
    elsewhere = f"/reviews/{field.assignment(1).public_id}/documents/{file}"  # a foreign application's file
    assert client.get(elsewhere).status_code == 404
    assert client.get(f"{elsewhere}/pages/1.png").status_code == 404


def test_without_a_clean_copy_the_original_is_not_served(app: Flask) -> None:
    field = under_review(1)
    file = with_file(field, clean=False)
    client, address = _browser(app, field), f"/reviews/{field.assignment().public_id}"
    assert client.get(f"{address}/documents/{file}").status_code == 404
    assert "사본을 만들고 있습니다" in client.get(address).text


def test_an_officer_sees_numbers_and_no_score_before_the_close(app: Flask) -> None:
    field = under_review(1, 2)
    made = submitted(field, tech=57, plan=39)
    client = _officer(app)
    page = client.get(f"/office/calls/{field.field.call}/reviews").text
    assert "1 / 2건" in page
    assert field.person().name not in page
    assert not re.search(r"\b(57|39|96)(\.00)?\s*(점|/)", page)
    assert REASON not in page and COMMENT not in page
    assert (review(made).receipt or "-") not in page
    ranking = client.get(f"/office/calls/{field.field.call}/ranking").text
    assert "아직 순위가 없습니다" in ranking


def test_names_of_reviewers_are_a_logged_read(app: Flask) -> None:
    field = under_review(1, 2)
    client = _officer(app)
    page = client.get(f"/office/calls/{field.field.call}/reviews/reviewers?stage=paper").text
    assert field.person().name in page
    (event,) = db.session.scalars(select(AuditEvent).where(AuditEvent.kind == "ReviewerNamesRead")).all()
    assert "reason" in event.fields


def test_closing_the_review_takes_a_reason(app: Flask) -> None:
    field = under_review(1, 2)
    client, address = _officer(app), f"/office/calls/{field.field.call}/reviews"
    refused = client.post(f"{address}/close", data={"stage": "paper", "reason": "음"})
    assert refused.status_code == 422
    data = {"stage": "paper", "reason": "위원 한 분이 사임했습니다.", "request_id": _id(client, address)}
    assert client.post(f"{address}/close", data=data).status_code == 303
    assert field.field.stage().review_closed_at is not None
    assert "평가가 끝났습니다" in client.get(address).text
    reviewer = _browser(app, field).get(f"/reviews/{field.assignment().public_id}").text
    assert "이 단계의 평가가 끝났습니다" in reviewer


@pytest.mark.parametrize("role", ["reviewer", "auditor"])
def test_the_progress_page_is_the_officers(app: Flask, role: str) -> None:
    field = under_review(1, 1)
    client = _officer(app, role)
    for page in ("reviews", "reviews/reviewers", "ranking"):
        assert client.get(f"/office/calls/{field.field.call}/{page}").status_code == 404


def test_an_officer_of_another_program_finds_nothing(app: Flask) -> None:
    field = under_review(1, 1, made=definition(panel={"size": 1, "reviews_per_entry": 1, "max_load": 20}))
    who = committed(lambda: account(person(), "officer", scope="program:OTHER"))
    client = signed_in(app.test_client(), who)
    assert client.get(f"/office/calls/{field.field.call}/reviews").status_code == 404


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{7*7}}", "'; DROP TABLE review; --"])
def test_what_people_write_stays_text(app: Flask, text: str) -> None:
    field = under_review(1)
    client, address = _browser(app, field), f"/reviews/{field.assignment().public_id}"
    client.post(f"{address}/autosave", data=TYPED | {"comment": text + " " * 30})
    page = client.get(address).text
    assert "<script>alert(1)" not in page
    assert "49" not in page or "{{7*7}}" not in text or "{{7*7}}" in page
    found = _saved(field)
    assert found is not None and found.comment.startswith(text)

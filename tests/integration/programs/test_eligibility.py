"""The eligibility check informs anybody, stores nothing, survives signing in and is carried over into a draft."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.applications.models import Application, SectionAnswer
from portal.platform.db import db
from portal.platform.requests import RequestClaim
from portal.programs.models import Call
from tests.factories import before
from tests.factories.accounts import PASSWORD, member
from tests.factories.base import committed, open_call
from tests.factories.consortia import small_definition

PASSES = {"q_where": "here", "q_licence": "open"}


def _open() -> str:
    call_id = committed(lambda: open_call(before.asking_definition()).id)
    return db.session.get_one(Call, call_id).public_id


def _answer(client: FlaskClient, call: str, **answers: str) -> str:
    done = client.post(f"/calls/{call}/eligibility", data=PASSES | answers)
    assert done.status_code == 303, done.text
    return client.get(done.headers["Location"]).text


def test_a_visitor_learns_the_result_with_reason_article_and_what_could_be_done(app: Flask) -> None:
    call, visitor = _open(), app.test_client()
    assert "신청할 수 있습니다" in _answer(visitor, call)
    refused = _answer(visitor, call, q_where="abroad", q_licence="closed")
    for text in (
        "국내 기관만 신청합니다.",
        "제1조",
        "공동기관이 되십시오.",
        "공개 여부를 의논해야 합니다.",
        "그래도 신청 시작하기",
    ):
        assert text in refused
    assert "담당자와 이야기해 주십시오" in _answer(visitor, call, q_licence="closed")
    assert 'value="closed" checked' in visitor.get(f"/calls/{call}/eligibility").text


def test_an_unanswered_question_is_refused_and_a_forged_one_too(app: Flask) -> None:
    call, visitor = _open(), app.test_client()
    for data in ({"q_where": "here"}, PASSES | {"q_licence": "forged"}):
        assert visitor.post(f"/calls/{call}/eligibility", data=data).status_code == 422
    assert visitor.get(f"/calls/{call}/eligibility/result").status_code == 302


def test_a_call_without_a_check_has_no_page_of_it(app: Flask) -> None:
    call_id = committed(lambda: open_call(small_definition()).id)
    assert app.test_client().get(f"/calls/{db.session.get_one(Call, call_id).public_id}/eligibility").status_code == 404


def test_nothing_of_the_answers_is_stored(app: Flask) -> None:
    call = _open()
    claims = select(func.count()).select_from(RequestClaim)
    earlier = db.session.scalar(claims)
    _answer(app.test_client(), call, q_where="abroad")
    db.session.rollback()
    assert db.session.scalar(claims) == earlier


def _sign_in(client: FlaskClient, email: str) -> None:
    done = client.post("/sign-in", data={"email": email, "password": PASSWORD, "next": ""})
    assert done.status_code == 303, done.text


def test_answers_survive_signing_in_and_are_carried_over_into_the_draft(app: Flask) -> None:
    call, who = _open(), member()
    client = app.test_client()
    _answer(client, call, q_where="abroad", q_licence="closed")
    _sign_in(client, who.email)
    page = client.get(f"/calls/{call}/apply").text
    assert "그래도 신청할 수 있으며" in page  # it informs, it does not bar
    made = client.post(
        f"/calls/{call}/apply",
        data={
            "request_id": "r1",
            "title": "새 모델",
            "who": "new",
            "name": "새봄",
            "kind": "company_sme",
            "consent": "y",
        },
    )
    assert made.status_code == 303, made.text
    application = db.session.scalars(select(Application)).one()
    kept = db.session.scalars(select(SectionAnswer).where(SectionAnswer.application_id == application.id)).one()
    assert (kept.section, kept.answers, kept.version) == ("impact", {"licence": "closed"}, 1)
    section = client.get(f"/applications/{application.public_id}/sections/impact").text
    assert "checked" in section


def test_answers_do_not_outlive_signing_out(app: Flask) -> None:
    call, who = _open(), member()
    client = app.test_client()
    _answer(client, call)
    _sign_in(client, who.email)
    assert client.get(f"/calls/{call}/eligibility/result").status_code == 200
    client.post("/sign-out")
    assert client.get(f"/calls/{call}/eligibility/result").status_code == 302

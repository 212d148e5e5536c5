"""Questions to a call: asked by name, answered in every language, published without one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.errors import TooManyTries
from portal.accounts.models import Person
from portal.audit.models import AuditEvent
from portal.notifications.models import Letter
from portal.platform import clock
from portal.platform.db import db
from portal.platform.files.resident_number import ResidentNumberFound
from portal.platform.jobs import Job
from portal.programs import queries, service
from portal.programs.errors import AlreadyHidden, AnswerIncomplete, QuestionMissing, QuestionsOver
from portal.programs.models import Call, PublicQuestion
from tests.databases import both_databases
from tests.factories import before
from tests.factories.accounts import member, signed_in
from tests.factories.base import committed, context, open_call
from workers.wake import run_all_due

pytestmark = both_databases
TEXT = "대학원생만 참여해도 됩니까? 조건을 알려 주십시오."
ANSWER = {"ko": "예, 됩니다.", "en": "Yes, they may."}


def _open(closes_in: timedelta = timedelta(days=6)) -> Call:
    call_id = committed(lambda: open_call(before.asking_definition(), closes_in=closes_in).id)
    return db.session.get_one(Call, call_id)


def _asked(call: Call, who: Person, text: str = TEXT) -> int:
    call_id, me = call.id, context(who)
    return committed(lambda: service.ask_question(me, call_id, text).id)


def _answered(
    question_id: int, answer: dict[str, str] | None = None, *, publish: bool = True, text: str = TEXT
) -> None:
    officer = context()
    committed(lambda: service.answer_question(officer, question_id, {"ko": text}, answer or ANSWER, publish=publish))


def _question(question_id: int) -> PublicQuestion:
    db.session.rollback()
    return db.session.get_one(PublicQuestion, question_id)


def test_a_question_is_shown_to_nobody_else_until_it_is_answered(app: Flask) -> None:
    call = _open()
    asker, other = member(name="묻는이"), member()
    question_id = _asked(call, asker)
    address = f"/calls/{call.public_id}/questions"
    assert TEXT in signed_in(app.test_client(), asker).get(address).text
    for client in (app.test_client(), signed_in(app.test_client(), other)):
        assert TEXT not in client.get(address).text
    _answered(question_id)
    shown = app.test_client().get(address).text
    assert TEXT in shown and "예, 됩니다." in shown
    assert "묻는이" not in shown and asker.email not in shown
    assert "1건" in app.test_client().get(f"/calls/{call.public_id}").text


def test_an_answer_is_published_in_every_language_of_the_call_or_not_at_all(app: Flask) -> None:
    question_id = _asked(_open(), member())
    with pytest.raises(AnswerIncomplete) as refused:
        _answered(question_id, {"ko": "예", "en": " "})
    assert refused.value.field == "answer_en"
    with pytest.raises(QuestionMissing):
        _answered(question_id, text="")
    assert _question(question_id).published_at is None
    _answered(question_id, {"ko": "아직", "en": ""}, publish=False)
    assert (_question(question_id).published_at, _question(question_id).answer) == (None, {"ko": "아직"})


def test_the_asker_gets_one_letter_and_a_correction_none(app: Flask) -> None:
    asker = member(name="묻는이", language="en")
    question_id = _asked(_open(), asker)
    _answered(question_id)
    run_all_due()
    _answered(question_id, ANSWER | {"ko": "아니요, 안 됩니다."})
    run_all_due()
    letters = db.session.scalars(select(Letter).where(Letter.kind == "programs.question_answered")).all()
    assert [letter.person_id for letter in letters] == [asker.id]
    assert "Yes, they may." in letters[0].body


def test_a_correction_is_logged_and_shown_with_its_day(app: Flask) -> None:
    call = _open()
    question_id = _asked(call, member())
    _answered(question_id)
    _answered(question_id)
    assert _question(question_id).corrected_at is None
    _answered(question_id, ANSWER | {"en": "No."})
    assert _question(question_id).corrected_at is not None
    assert "고침" in app.test_client().get(f"/calls/{call.public_id}/questions").text
    told = db.session.scalars(select(AuditEvent.kind).where(AuditEvent.object_id == call.public_id)).all()
    assert [kind for kind in told if "Question" in kind or "Answer" in kind] == [
        "QuestionAsked", "QuestionPublished", "AnswerCorrected",
    ]  # fmt: skip


def test_what_is_hidden_is_shown_to_nobody_and_may_be_shown_again(app: Flask) -> None:
    call = _open()
    question_id = _asked(call, member())
    _answered(question_id)
    committed(lambda: service.hide_question(context(), question_id, "개인정보가 있어"))
    address = f"/calls/{call.public_id}/questions"
    assert TEXT not in app.test_client().get(address).text
    with pytest.raises(AlreadyHidden):
        committed(lambda: service.hide_question(context(), question_id, "다시 가리기"))
    _answered(question_id)
    assert TEXT in app.test_client().get(address).text


def test_the_original_stays_in_the_office_when_the_published_text_is_edited(app: Flask) -> None:
    call = _open()
    question_id = _asked(call, member(), "저는 홍길동인데 신청해도 됩니까?")
    _answered(question_id, text="신청해도 됩니까?")
    assert "홍길동" not in app.test_client().get(f"/calls/{call.public_id}/questions").text
    public_id = _question(question_id).public_id
    office = signed_in(app.test_client(), member("officer"))
    assert "홍길동" in office.get(f"/office/calls/{call.public_id}/questions/{public_id}").text


def test_no_question_is_taken_after_its_time_nor_too_many_of_one_person(app: Flask) -> None:
    late = _open(closes_in=timedelta(hours=20))  # a day before the close nothing more is taken
    who = member()
    with pytest.raises(QuestionsOver):
        _asked(late, who)
    call = _open()
    with pytest.raises(ResidentNumberFound):
        _asked(call, who, "제 번호는 900101-1234568 입니다.")
    for _ in range(10):
        _asked(call, who)
    with pytest.raises(TooManyTries):
        _asked(call, who)
    assert _asked(call, member())


def test_published_questions_are_found_by_their_words(app: Flask) -> None:
    call = _open()
    for text in ("컨소시엄은 몇 곳까지입니까?", "데이터를 따로 사도 됩니까?"):
        _answered(_asked(call, member(), text), text=text)
    found = app.test_client().get(f"/calls/{call.public_id}/questions?q=컨소시엄").text
    assert "몇 곳까지" in found and "따로 사도" not in found
    assert "찾은 질문이 없습니다" in app.test_client().get(f"/calls/{call.public_id}/questions?q=없는말").text


def test_officers_hear_once_a_day_while_something_waits(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    call = _open(closes_in=timedelta(days=20))
    member("officer", scope="program:SMALL")
    member("officer", scope="program:WBL")
    question_id, _ = _asked(call, member()), _asked(call, member())
    begin = clock.now()

    def letters_after(days: int) -> int:
        at: datetime = begin + timedelta(days=days, minutes=1)
        monkeypatch.setattr(clock, "now", lambda: at)
        run_all_due()
        db.session.rollback()
        return len(db.session.scalars(select(Letter.id).where(Letter.kind == "programs.questions_wait")).all())

    assert [letters_after(days) for days in (0, 1, 2)] in ([0, 1, 2], [1, 2, 3])
    before_answers = letters_after(2)
    for waiting in db.session.scalars(select(PublicQuestion.id)).all():
        _answered(waiting)
    assert letters_after(3) == letters_after(6) == before_answers
    assert not db.session.scalars(
        select(Job).where(Job.kind == "programs.questions_wait", Job.state == "waiting")
    ).all()
    assert _question(question_id).published_at is not None


def test_waiting_questions_stand_on_the_office_page(app: Flask) -> None:
    call = _open()
    _asked(call, member())
    assert queries.waiting_questions([call.id])[call.id][0] == 1
    office = signed_in(app.test_client(), member("officer"))
    assert "답변을 기다리는 질문 1건" in office.get("/office").text
    assert "답변 대기" in office.get(f"/office/calls/{call.public_id}/questions").text

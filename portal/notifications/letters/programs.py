"""Letters about a call: its amendments to everybody who has begun an application, its questions and their answers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portal.accounts.models import Person, Role
from portal.applications.models import Application, ApplicationState
from portal.notifications.drafts import Draft, letter
from portal.notifications.letters.recipients import holders, line, person, team
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.formats import moment
from portal.platform.language import Text, say
from portal.programs.jobs import AMENDED, QUESTION_ANSWERED, QUESTIONS_WAIT
from portal.programs.models import Amendment, Call, PublicQuestion
from portal.programs.queries import waiting_questions
from portal.programs.service import ask_for_digest


@letter(AMENDED)
def amended(context: Context, payload: dict[str, Any]) -> list[Draft]:
    amendment = db.session.get_one(Amendment, payload["amendment_id"])
    call = db.session.get_one(Call, amendment.call_id)
    applications = db.session.scalars(
        select(Application)
        .where(Application.call_id == call.id, Application.state != ApplicationState.WITHDRAWN)
        .order_by(Application.id)
    )
    drafts: dict[tuple[int | None, str], Draft] = {}
    for application in applications:
        for to in team(application):
            drafts.setdefault(
                (to.person_id, to.email),
                Draft(
                    to=to,
                    subject=Text("공고가 바뀌었습니다: {call}", "The call was amended: {call}"),
                    params={"call": call.names},
                    paragraphs=[
                        line(
                            "‘{call}’ 공고가 바뀌었습니다: {what}.", "The call ‘{call}’ was amended: {what}.",
                            call=lambda: say(call.names), what=lambda: say(amendment.what),
                        ),
                        line("이유: {reason}", "Reason: {reason}", reason=lambda: say(amendment.reason)),
                        line(
                            "마감은 {at}입니다.", "The deadline is {at}.", at=lambda: moment(amendment.new_closes_at, call.definition.time_zone)
                        ),
                    ],
                    action=Text("공고 보기", "See the call"),
                    path=f"/calls/{call.public_id}",
                    reference=f"{call.code}-{amendment.number}",
                    key=f"{amendment.id}:{to.person_id or to.email}",
                    call_id=call.id,
                ),
            )  # fmt: skip
    return list(drafts.values())


@letter(QUESTION_ANSWERED)
def question_answered(context: Context, payload: dict[str, Any]) -> list[Draft]:
    """To whoever asked; nothing when it was hidden meanwhile."""
    question = db.session.get_one(PublicQuestion, payload["question_id"])
    call = question.call
    if question.hidden_at is not None:
        return []
    return [
        Draft(
            to=person(db.session.get_one(Person, question.asked_by_id)),
            subject=Text("질문에 답변이 올라왔습니다: {call}", "Your question was answered: {call}"),
            params={"call": call.names},
            paragraphs=[
                line(
                    "‘{call}’ 공고에 하신 질문에 담당자가 답했습니다.", "An officer has answered your question to the call ‘{call}’.",
                    call=lambda: say(call.names),
                ),
                line("질문: {text}", "Question: {text}", text=lambda: say(question.shown)),
                line("답변: {text}", "Answer: {text}", text=lambda: say(question.answer)),
                line(
                    "질문과 답변은 이름 없이 공고의 질문과 답변에 공개되었습니다.",
                    "Question and answer are published, without your name, among the questions of the call.",
                ),
            ],
            action=Text("질문과 답변 보기", "See the questions and answers"),
            path=f"/calls/{call.public_id}/questions",
            reference=call.code,
            key=str(question.id),
            call_id=call.id,
        )
    ]  # fmt: skip


@letter(QUESTIONS_WAIT)
def questions_wait(context: Context, payload: dict[str, Any]) -> list[Draft]:
    """To the officers of the call, once a day while something waits; the next morning is asked for here."""
    call = db.session.get_one(Call, payload["call_id"])
    waiting = waiting_questions([call.id]).get(call.id)
    if waiting is None:
        return []
    count, since = waiting
    zone = call.definition.time_zone
    ask_for_digest(context, call)
    return [
        Draft(
            to=to,
            subject=Text("답변을 기다리는 질문 {count}건: {call}", "{count} questions waiting for an answer: {call}"),
            params={"call": call.names, "count": count},
            paragraphs=[
                line(
                    "‘{call}’ 공고에 답변을 기다리는 질문이 {count}건 있습니다. 가장 오래된 질문은 {since}에 들어왔습니다.",
                    "{count} questions to the call ‘{call}’ wait for an answer, the first since {since}.",
                    call=lambda: say(call.names), count=str(count), since=lambda: moment(since, zone),
                ),
                line("공고의 마감은 {at}입니다.", "The call closes on {at}.", at=lambda: moment(call.closes_at, zone)),
            ],
            action=Text("질문 보고 답하기", "See and answer them"),
            path=f"/office/calls/{call.public_id}/questions",
            reference=call.code,
            key=f"{call.id}:{context.now.date().isoformat()}:{to.person_id}",
            call_id=call.id,
        )
        for to in holders(context.now, Role.OFFICER, *call.scopes)
    ]  # fmt: skip

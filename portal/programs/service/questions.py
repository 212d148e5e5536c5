"""Public questions: asked by name, answered by an officer in every language of the call, published without one."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from portal.accounts.service.throttles import count
from portal.audit.service import record
from portal.platform import search
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import Forbidden
from portal.platform.files import refuse_resident_numbers
from portal.platform.formats import moment
from portal.platform.jobs import enqueue
from portal.platform.language import Text, language
from portal.platform.names import nfc
from portal.programs.errors import AlreadyHidden, AnswerIncomplete, QuestionMissing, QuestionsOver
from portal.programs.jobs import QUESTION_ANSWERED, QUESTIONS_WAIT
from portal.programs.models import Call, PublicQuestion
from portal.programs.rules import ASKING, asking_ends, can_ask, next_digest

LANGUAGE_NAMES = {"ko": Text("한국어", "Korean"), "en": Text("영어", "English")}


def ask_question(context: Context, call_id: int, text: str) -> PublicQuestion:
    """A question that waits for an officer. Raises Forbidden, QuestionsOver, ResidentNumberFound, TooManyTries."""
    call = db.session.scalars(select(Call).where(Call.id == call_id).with_for_update(of=Call)).one()
    if context.actor.person_id is None:
        raise Forbidden
    count(context, ASKING, context.actor.person_id)
    if not can_ask(call, context.now):
        raise QuestionsOver("text", until=moment(asking_ends(call), call.definition.time_zone))
    refuse_resident_numbers(text, "text")
    asked = PublicQuestion(
        public_id=context.ids.public_id(), call_id=call.id, asked_by_id=context.actor.person_id, asked_at=context.now,
        language=language(), text=nfc(text).strip(), shown={}, answer={},
    )  # fmt: skip
    db.session.add(asked)
    db.session.flush()
    record(context, "QuestionAsked", "call", call.public_id, question=asked.public_id)
    ask_for_digest(context, call)
    return asked


def ask_for_digest(context: Context, call: Call) -> None:
    """Officers hear of waiting questions once a day: one job for each morning that has something to tell."""
    at = next_digest(context.now, call.definition.time_zone)
    key = f"{call.id}:{at.date().isoformat()}"
    enqueue(QUESTIONS_WAIT, {"call_id": call.id}, key=key, now=context.now, run_at=at)


def _locked_question(question_id: int) -> PublicQuestion:
    return db.session.scalars(
        select(PublicQuestion).where(PublicQuestion.id == question_id).with_for_update(of=PublicQuestion)
    ).one()


def answer_question(
    context: Context, question_id: int, shown: Mapping[str, str], answer: Mapping[str, str], *, publish: bool
) -> PublicQuestion:
    """Keep the answer; with `publish` let it out, or correct what is out already.

    Raises QuestionMissing, AnswerIncomplete (a language of the call lacks), ResidentNumberFound.
    """
    asked = _locked_question(question_id)
    languages = asked.call.definition.languages
    words = {code: nfc(text).strip() for code, text in shown.items() if text.strip()}
    said = {code: nfc(text).strip() for code, text in answer.items() if text.strip()}
    for name, texts in (("shown", words), ("answer", said)):
        for code, text in texts.items():
            refuse_resident_numbers(text, f"{name}_{code}")
    out = asked.published_at is not None
    if (publish or out) and asked.language not in words:
        raise QuestionMissing(f"shown_{asked.language}")
    if publish or out:
        for code in languages:
            if code not in said:
                raise AnswerIncomplete(f"answer_{code}", language=LANGUAGE_NAMES[code])
    changed = (dict(asked.shown), dict(asked.answer)) != (words, said)
    asked.shown, asked.answer = words, said
    asked.answered_at, asked.answered_by_id = context.now, context.actor.person_id
    if publish or out:
        _let_out(context, asked, changed=changed)
    return asked


def _let_out(context: Context, asked: PublicQuestion, *, changed: bool) -> None:
    call = asked.call
    if asked.published_at is None:
        asked.published_at = context.now
        record(context, "QuestionPublished", "call", call.public_id, question=asked.public_id)
        enqueue(QUESTION_ANSWERED, {"question_id": asked.id}, key=str(asked.id), now=context.now)
    elif asked.hidden_at is not None:
        asked.hidden_at = asked.hidden_by_id = asked.hidden_reason = None
        asked.corrected_at = context.now if changed else asked.corrected_at
        record(context, "QuestionShownAgain", "call", call.public_id, question=asked.public_id, changed=changed)
    elif changed:
        asked.corrected_at = context.now
        record(context, "AnswerCorrected", "call", call.public_id, question=asked.public_id)
    search.index("question", asked.id, *asked.shown.values(), *asked.answer.values())


def hide_question(context: Context, question_id: int, reason: str) -> PublicQuestion:
    """No longer shown to anybody outside the office. Raises AlreadyHidden."""
    asked = _locked_question(question_id)
    if asked.hidden_at is not None:
        raise AlreadyHidden
    asked.hidden_at, asked.hidden_by_id, asked.hidden_reason = context.now, context.actor.person_id, reason.strip()
    record(context, "QuestionHidden", "call", asked.call.public_id, question=asked.public_id, reason=reason.strip())
    return asked

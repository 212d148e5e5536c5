"""What the pages of questions and of the eligibility check show, ready to show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from flask import url_for

from portal.platform.language import Text, language, say
from portal.programs.definition import CallDefinition
from portal.programs.models import PublicQuestion
from portal.programs.queries import QUESTIONS_PAGE
from portal.programs.rules import Verdict, chosen

Row = dict[str, Any]
WAITS = (Text("답변 대기", "Waiting"), "warning")
OUT = (Text("공개됨", "Published"), "success")
HIDDEN = (Text("가림", "Hidden"), "neutral")


@dataclass(frozen=True)
class Pages:
    """What the pagination macro needs; filters stay in the address."""

    number: int
    total: int
    endpoint: str
    arguments: dict[str, Any]

    @property
    def pages(self) -> int:
        return max(1, ceil(self.total / QUESTIONS_PAGE))

    def url_for(self, number: int) -> str:
        return url_for(self.endpoint, page=number, **self.arguments)


def state_of(question: PublicQuestion) -> tuple[Text, str]:
    return HIDDEN if question.hidden_at else OUT if question.published_at else WAITS


def question_text(question: PublicQuestion) -> tuple[str, str]:
    """The published question in the reader's language where it stands in that, and the language that is shown."""
    code = language() if question.shown.get(language()) else question.language
    return question.shown.get(code, ""), code


def public_row(question: PublicQuestion) -> Row:
    """A published question without a name, and without the hour: it would tell who was at work."""
    text, code = question_text(question)
    return {
        "id": question.public_id, "text": text, "language": code, "answer": say(question.answer),
        "published": question.published_at, "corrected": question.corrected_at,
    }  # fmt: skip


def office_row(question: PublicQuestion, now: datetime) -> Row:
    word, tone = state_of(question)
    waits = question.published_at is None and question.hidden_at is None
    return {
        "url": url_for("programs.answer", public_id=question.call.public_id, question_id=question.public_id),
        "text": question.text, "language": question.language, "asked": question.asked_at, "word": word, "tone": tone,
        "days": max(0, (now - question.asked_at).days) if waits else None, "drafted": waits and bool(question.answer),
    }  # fmt: skip


def answered_rows(definition: CallDefinition, answers: dict[str, str]) -> list[Row]:
    """What was answered, to look over again."""
    rows = []
    for question in definition.eligibility_check:
        choice = chosen(question, answers)
        rows.append({"label": question.names, "value": say(choice.names) if choice else ""})
    return rows


RESULTS: dict[str, tuple[str, Text]] = {
    "passes": ("success", Text("신청할 수 있습니다", "You can apply")),
    "fails": ("danger", Text("이대로는 신청 자격이 없습니다", "As it stands, you are not eligible")),
    "ask": ("warning", Text("담당자와 이야기해 주십시오", "Please talk to us first")),
}


def result(found: Verdict) -> Row:
    tone, title = RESULTS[found.result]
    return {"tone": tone, "title": title, "fails": found.fails, "asks": found.asks, "code": found.result}

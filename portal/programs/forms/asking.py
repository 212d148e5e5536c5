"""The eligibility check, a public question, its answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wtforms import RadioField, TextAreaField

from portal.platform.fields import length, required, text
from portal.platform.language import Text
from portal.platform.web import PortalForm
from portal.programs.definition import EligibilityQuestion

QUESTION_MOST, ANSWER_MOST = 1500, 4000  # characters [P]
NAMES = {
    "shown": {"ko": text("공개할 질문(한국어)", "Question to publish (Korean)"),
              "en": text("공개할 질문(영어)", "Question to publish (English)")},
    "answer": {"ko": text("답변(한국어)", "Answer (Korean)"), "en": text("답변(영어)", "Answer (English)")},
}  # fmt: skip


def eligibility_form(questions: Sequence[EligibilityQuestion], answers: Mapping[str, str]) -> PortalForm:
    """One radio group for each question, `q_<code>`; what was answered before is chosen."""
    fields = {
        f"q_{question.code}": RadioField(
            question.names, [required()], choices=[(choice.code, choice.names) for choice in question.choices],
            description=question.hint or "",
        )
        for question in questions
    }  # fmt: skip
    made: PortalForm = type("EligibilityForm", (PortalForm,), fields)(
        data={f"q_{code}": choice for code, choice in answers.items()}
    )
    return made


class AskForm(PortalForm):
    text = TextAreaField(
        text("질문", "Your question"),
        [required(), length(max=QUESTION_MOST, min=10)],
        description=text(
            "이름과 연락처를 쓰지 말아 주십시오. 질문과 답변은 이름 없이 모두에게 공개됩니다.",
            "Leave out names and contact details. Question and answer are published for everybody, without your name.",
        ),
    )


class AnswerForm(PortalForm):
    """Question and answer in each language of the call; `languages` that the call lacks are not asked for."""

    shown_ko = TextAreaField(NAMES["shown"]["ko"], [length(max=QUESTION_MOST)])
    shown_en = TextAreaField(NAMES["shown"]["en"], [length(max=QUESTION_MOST)])
    answer_ko = TextAreaField(NAMES["answer"]["ko"], [length(max=ANSWER_MOST)])
    answer_en = TextAreaField(NAMES["answer"]["en"], [length(max=ANSWER_MOST)])

    def __init__(self, *args: Any, languages: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages = list(languages)
        for code in {"ko", "en"} - set(languages):
            for name in NAMES:
                del self[f"{name}_{code}"]

    def fields_of(self, name: str) -> Iterator[Any]:
        return (self[f"{name}_{code}"] for code in self.languages)

    def texts(self, name: str) -> dict[str, str]:
        return {code: self[f"{name}_{code}"].data or "" for code in self.languages}


class HideForm(PortalForm):
    reason = TextAreaField(
        text("가리는 이유", "Reason for hiding"),
        [required(), length(max=1000, min=5)],
        description=text("업무 기록에만 남습니다.", "Kept in the office's record only."),
    )


SAVED = Text("답변을 저장했습니다. 아직 공개되지 않았습니다.", "The answer is saved; it is not published yet.")
PUBLISHED = Text("답변을 공개했습니다.", "The answer is published.")

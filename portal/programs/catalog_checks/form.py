"""What is asked: sections, questions, the eligibility check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from portal.platform.language import Text
from portal.programs.catalog_checks.found import Found, Place
from portal.programs.definition import CallDefinition, EligibilityQuestion, Question, Section


def answers_of(section: Section, path: Place, languages: Sequence[str]) -> Iterator[Found]:
    earlier: dict[str, Question] = {}
    for place, question in enumerate(section.questions):
        here = (*path, "questions", place)
        if (condition := question.shown_if) is not None:
            other = earlier.get(condition.question)
            codes = {choice.code for choice in other.choices} if other else set()
            if other is None:
                yield (
                    (*here, "shown_if"),
                    Text(
                        f"{condition.question}은(는) {section.code} 항목의 앞선 질문이 아닙니다.",
                        f"{condition.question} is no earlier question of the section {section.code}",
                    ),
                )
            elif codes and (unknown := sorted(set(condition.equals) - codes)):
                yield (
                    (*here, "shown_if"),
                    Text(
                        f"{condition.question}에 선택지 {', '.join(unknown)}이(가) 없습니다.",
                        f"{condition.question} has no choice {', '.join(unknown)}",
                    ),
                )
        yield from _question(question, here, languages)
        earlier[question.code] = question


def _question(question: Question, path: Place, languages: Sequence[str]) -> Iterator[Found]:
    if question.kind in ("choice", "choices", "ranked") and not question.choices:
        yield (
            (*path, "choices"),
            Text(f"{question.code}에 선택지가 없습니다.", f"{question.code} has nothing to choose from"),
        )
    if question.both_languages and len(languages) < 2:
        yield (
            (*path, "both_languages"),
            Text("두 언어로 쓰는 질문은 두 언어의 공고에만 둘 수 있습니다.", "the call has one language only"),
        )
    if question.kind in ("table", "repeat") and not question.columns:
        yield (*path, "columns"), Text(f"{question.code}에 열이 없습니다.", f"{question.code} has no columns")
    for place, column in enumerate(question.columns):
        if column.shown_if is not None:
            yield (
                (*path, "columns", place, "shown_if"),
                Text("표의 열은 언제나 보입니다.", "the columns of a table are always shown"),
            )
        yield from _question(column, (*path, "columns", place), languages)


def eligibility(definition: CallDefinition, asked: EligibilityQuestion, path: Place) -> Iterator[Found]:
    """Somebody can pass, whoever does not is told why, and what is carried over fits the question that it fills."""
    if not any(choice.verdict == "passes" for choice in asked.choices):
        yield (*path, "choices"), Text(f"{asked.code}에 통과하는 답이 없습니다.", f"nobody passes {asked.code}")
    for place, choice in enumerate(asked.choices):
        if choice.verdict != "passes" and not any(choice.reason.values()):
            yield (
                (*path, "choices", place, "reason"),
                Text(
                    f"{choice.code}이(가) 왜 통과하지 못하는지 써 주십시오.",
                    f"{asked.code}: say why {choice.code} does not pass",
                ),
            )
    if asked.fills is not None:
        yield from _fills(definition, asked, asked.fills, (*path, "fills"))


def _fills(definition: CallDefinition, asked: EligibilityQuestion, fills: str, path: Place) -> Iterator[Found]:
    section, _, code = fills.partition(".")
    team = next((s for s in definition.sections_to_apply_with if s.code == section and s.editor == "team"), None)
    question = next((q for q in team.questions if q.code == code), None) if team else None
    if question is None or question.kind != "choice":
        yield (
            path,
            Text(
                f"{fills}은(는) 모든 팀이 답하는 선택 질문이 아닙니다.",
                f"{fills} is no choice of a section that every team fills in",
            ),
        )
    elif unknown := sorted({c.code for c in asked.choices} - {c.code for c in question.choices}):
        names = ", ".join(unknown)
        yield path, Text(f"{fills}에 선택지 {names}이(가) 없습니다.", f"{fills} has no choice {names}")

"""Checks of single answers: one of a list, so many years since a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from portal.programs.definition import CallDefinition, Question
from portal.screening.rules.findings import Answer, Content, Facts, evidence, fails_if, passes, unclear

Params = dict[str, Any]


def _asked(definition: CallDefinition, path: str) -> tuple[str, Question | None]:
    """`section.question` -> where it stands, and the question."""
    section, _, code = path.partition(".")
    found = definition.section(section)
    return f"sections.{path}", next((q for q in found.questions if q.code == code), None) if found else None


def _given(content: Content, path: str) -> Any:
    section, _, code = path.partition(".")
    return content["sections"].get(section, {}).get("", {}).get(code)


def answer_among(content: Content, params: Params, definition: CallDefinition, facts: Facts) -> Answer:
    """The answer to `question` (its first choice, of a ranked one) is one of `values`; `ask` values go to a person."""
    path = str(params.get("question", ""))
    place, question = _asked(definition, path)
    given = _given(content, path)
    code = given[0] if isinstance(given, list) and given else given
    choice = next((c for c in question.choices if c.code == code), None) if question else None
    names = question.names if question else {}
    ko = f"‘{names.get('ko', path)}’: {choice.names.get('ko', code) if choice else '답 없음'}"
    en = f"“{names.get('en', path)}”: {choice.names.get('en', code) if choice else 'no answer'}"
    seen = evidence(ko, en, place)
    if code in _listed(params, "values"):
        return passes(seen)
    return unclear(seen) if code in _listed(params, "ask") else fails_if([seen])


def _listed(params: Params, name: str) -> list[str]:
    given = params.get(name, [])
    return [given] if isinstance(given, str) else [str(value) for value in given]


def years_since(content: Content, params: Params, definition: CallDefinition, facts: Facts) -> Answer:
    """At most `max` years from the day in `question` to the deadline; a day ahead counts when it comes by the start.

    `extension`: a question with the months by which the limit is moved. Whoever needs them goes to a person, who looks
    at the proof.
    """
    path, most = str(params.get("question", "")), int(params.get("max", 5))
    place, _ = _asked(definition, path)
    try:
        day = date.fromisoformat(str(_given(content, path)))
    except ValueError:
        return fails_if([evidence("날짜가 없습니다.", "There is no date.", place)])
    first_year, first_month = (int(part) for part in definition.first_month.split("-"))
    if day > facts.deadline_day:
        seen = evidence(f"취득 예정일 {day}", f"Expected on {day}", place)
        return unclear(seen) if day < date(first_year, first_month, 1) else fails_if([seen])
    months = (facts.deadline_day.year - day.year) * 12 + facts.deadline_day.month - day.month
    months -= facts.deadline_day.day < day.day
    seen = evidence(
        f"{day}부터 마감일({facts.deadline_day})까지 {months // 12}년 {months % 12}개월 (기준 {most}년)",
        f"{months // 12} years and {months % 12} months from {day} to the deadline ({facts.deadline_day}); the limit "
        f"is {most} years",
        place,
    )
    if _within(day, facts.deadline_day, most * 12):
        return passes(seen)
    moved = _given(content, str(params.get("extension", "")))
    if isinstance(moved, int) and _within(day, facts.deadline_day, most * 12 + moved):
        more = evidence(
            f"연장 사유로 {moved}개월을 신청했습니다. 증빙을 확인해 주십시오.",
            f"An extension of {moved} months is claimed. Check the proof.",
            f"sections.{params['extension']}",
        )
        return unclear(seen, more)
    return fails_if([seen])


def _within(start: date, end: date, months: int) -> bool:
    """`end` comes no later than `months` calendar months after `start`."""
    return (end.year * 12 + end.month, end.day) <= (start.year * 12 + start.month + months, start.day)

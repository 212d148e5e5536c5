"""What an answer may be: read what was typed, say what is wrong with it.

A section's answers are {question: answer}. Stored shapes: short_text, long_text -> str; choice -> code; choices ->
[code]; ranked -> [code], the dearest first; number -> int; money -> int (minor units); date -> "YYYY-MM-DD"; people, institutions -> [public id]; table ->
{row: {column: answer}}; repeat -> [{column: answer}]; a text in both languages -> {language: str}; requested_means,
budget and files have their own tables.
What cannot be read yet (a draft) stays the text that was typed; `problems` then says so. Empty answers are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

from portal.platform.errors import DomainError
from portal.platform.files.resident_number import ResidentNumberFound, find_resident_numbers, masked
from portal.platform.formats import minor_digits
from portal.platform.language import Text
from portal.platform.names import nfc, parse_amount
from portal.programs.definition import Question, Section

LANGUAGES: Final = ("ko", "en")  # of a text asked for in both
MAX_ROWS: Final = 100
LIMITS: Final = {"short_text": 300, "long_text": 20_000}
_LONGEST_LINE: Final = 200  # of numbers, amounts, dates
_WHOLE = re.compile(r"-?\d{1,3}(,\d{3})+|-?\d{1,15}")

UNREADABLE_NUMBER = Text(
    "숫자로 읽을 수 없습니다. 1,200처럼 정수로 입력해 주십시오.",
    "This cannot be read as a number. Enter a whole number, such as 1,200.",
)
UNREADABLE_DATE = Text(
    "날짜로 읽을 수 없습니다. 2025-07-21과 같은 형식으로 입력해 주십시오.",
    "This cannot be read as a date. Enter it as 2025-07-21.",
)
TOO_LONG = Text(
    "{limit}자까지 쓸 수 있습니다. 지금 {size}자이니 {over}자를 줄여 주십시오.",
    "At most {limit} characters are allowed; there are {size}. Shorten the text by {over}.",
)
TOO_SMALL = Text("{least} 이상이어야 합니다.", "This must be at least {least}.")
TOO_LARGE = Text("{most} 이하여야 합니다.", "This must be at most {most}.")
NOT_IN_LIST = Text("목록에 있는 것 중에서 골라 주십시오.", "Choose from the list.")
TOO_MANY_ROWS = Text("{most}행까지 적을 수 있습니다.", "At most {most} rows can be entered.")
TOO_MANY_CHOICES = Text("{most}개까지 고를 수 있습니다.", "At most {most} can be chosen.")
MISSING_IN: Final = {
    "ko": Text("한국어로 아직 쓰지 않았습니다.", "This has not been written in Korean yet."),
    "en": Text("영어로 아직 쓰지 않았습니다.", "This has not been written in English yet."),
}
MISSING = Text("아직 답하지 않았습니다.", "This has not been answered yet.")


@dataclass(frozen=True)
class Known:
    """What an answer may point at: public ids of this application's members and institutions."""

    members: frozenset[str] = frozenset()
    institutions: frozenset[str] = frozenset()
    currency: str = "KRW"

    @property
    def minor_digits(self) -> int:
        return minor_digits(self.currency)


class Problem(NamedTuple):
    """`path` is the name of the form's field. `refused`: not kept even in a draft."""

    path: str
    sentence: Text
    params: dict[str, Any]
    refused: bool


@dataclass
class Checked:
    answers: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)

    @property
    def refused(self) -> list[Problem]:
        return [p for p in self.problems if p.refused]


def field_name(question: Question) -> str:
    return f"q_{question.code}"


def cell_name(path: str, row: str | int, column: Question) -> str:
    """Repeat groups count their rows; a table names them `r_<code>`."""
    return f"{path}-{row if isinstance(row, int) else f'r_{row}'}-c_{column.code}"


def places(question: Question) -> int:
    """How many choices a ranked question takes."""
    return min(question.max or len(question.choices), len(question.choices))


def limit_of(question: Question) -> int:
    return question.limit or LIMITS.get(question.kind, _LONGEST_LINE)


def is_shown(question: Question, answers: Mapping[str, Any]) -> bool:
    """A question with a condition is shown while the other one's answer is among the named ones."""
    if question.shown_if is None:
        return True
    other = answers.get(question.shown_if.question)
    given = other if isinstance(other, list) else [other]
    return any(str(value) in question.shown_if.equals for value in given)


def shown(section: Section, answers: Mapping[str, Any]) -> list[Question]:
    return [q for q in section.questions if is_shown(q, answers)]


def read(question: Question, typed: Any, minor_digits: int = 0) -> Any:
    """The answer in its stored shape; None when nothing was given. What cannot be read stays text."""
    if not question.is_typed:
        return None
    if question.both_languages:
        return _read_languages(typed)
    if question.kind == "repeat" or (question.kind == "table" and not question.rows):
        return _read_rows(question, typed, minor_digits)
    if question.kind == "table":
        given = typed if isinstance(typed, Mapping) else {}
        rows = {r.code: _read_row(question.columns, given.get(r.code), minor_digits) for r in question.rows}
        return {code: row for code, row in rows.items() if row} or None
    if question.kind in ("choices", "ranked", "people", "institutions"):
        values = typed if isinstance(typed, list | tuple) else [typed] if typed else []
        return list(dict.fromkeys(str(value) for value in values if value)) or None
    return _read_line(question, typed, minor_digits)


def _read_languages(typed: Any) -> dict[str, str] | None:
    given = typed if isinstance(typed, Mapping) else {}
    texts = {code: nfc(str(given.get(code) or "")).strip() for code in LANGUAGES}
    return {code: text for code, text in texts.items() if text} or None


def _read_rows(question: Question, typed: Any, minor_digits: int) -> list[dict[str, Any]] | None:
    rows = [_read_row(question.columns, row, minor_digits) for row in typed] if isinstance(typed, list) else []
    return [row for row in rows if row] or None


def _read_row(columns: Sequence[Question], typed: Any, minor_digits: int) -> dict[str, Any]:
    given = typed if isinstance(typed, Mapping) else {}
    cells = {c.code: read(c, given.get(c.code), minor_digits) for c in columns}
    return {code: value for code, value in cells.items() if value is not None}


def _read_line(question: Question, typed: Any, minor_digits: int) -> Any:
    if typed is None or isinstance(typed, bool | dict | list):
        return None
    if isinstance(typed, int) and question.kind in ("number", "money"):
        return typed
    text = nfc(str(typed)).strip()
    if not text:
        return None
    if question.kind == "money":
        try:
            return parse_amount(text, minor_digits)
        except DomainError:
            return text
    if question.kind == "number":
        plain = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text).replace(" ", "")
        return int(plain.replace(",", "")) if plain.isascii() and _WHOLE.fullmatch(plain) else text
    if question.kind == "date":
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            return text
    return text


def checked(section: Section, typed: Mapping[str, Any], known: Known) -> Checked:
    """Every known question of the section read and judged; what is not a question of it is left out."""
    answers = {q.code: read(q, typed.get(q.code), known.minor_digits) for q in section.questions}
    kept = {code: value for code, value in answers.items() if value is not None}
    return Checked(kept, list(section_problems(section, kept, known)))


def section_problems(section: Section, answers: Mapping[str, Any], known: Known) -> Iterator[Problem]:
    """What is wrong with what was given; questions that are not shown are only searched for forbidden text."""
    for question in section.questions:
        if question.code in answers:
            found = problems(question, answers[question.code], known, field_name(question))
            yield from found if is_shown(question, answers) else (p for p in found if p.refused)


def missing(section: Section, answers: Mapping[str, Any]) -> Iterator[Problem]:
    """Required questions and cells that are shown and empty; for the completeness check, not for a draft."""
    for question in shown(section, answers):
        if not question.is_typed:
            continue
        path, given = field_name(question), answers.get(question.code)
        if given is None:
            if question.required:
                yield Problem(path, MISSING, {}, False)
        elif question.both_languages:
            if question.required:
                absent = (code for code in LANGUAGES if code not in given)
                yield from (Problem(f"{path}-{code}", MISSING_IN[code], {}, False) for code in absent)
        elif question.kind in ("table", "repeat"):
            fixed = [(r.code, given.get(r.code, {})) for r in question.rows] if isinstance(given, dict) else []
            for place, row in enumerate(given) if isinstance(given, list) else fixed:
                yield from (
                    Problem(cell_name(path, place, c), MISSING, {}, False)
                    for c in question.columns
                    if c.required and question.required and c.code not in row
                )


def problems(question: Question, answer: Any, known: Known, path: str) -> Iterator[Problem]:
    if question.kind in ("repeat", "table"):
        yield from _row_problems(question, answer, known, path)
    elif question.both_languages:
        for code, text in answer.items() if isinstance(answer, Mapping) else ():
            yield from _line_problems(question, text, known, f"{path}-{code}")
    elif question.kind in ("choice", "choices", "ranked", "people", "institutions"):
        allowed = {
            "people": known.members,
            "institutions": known.institutions,
        }.get(question.kind, frozenset(c.code for c in question.choices))
        if not set(answer if isinstance(answer, list) else [answer]) <= allowed:
            yield Problem(path, NOT_IN_LIST, {}, True)
        elif question.kind == "ranked" and len(answer) > places(question):
            yield Problem(path, TOO_MANY_CHOICES, {"most": places(question)}, True)
    else:
        yield from _line_problems(question, answer, known, path)


def _row_problems(question: Question, answer: Any, known: Known, path: str) -> Iterator[Problem]:
    rows = list(enumerate(answer)) if isinstance(answer, list) else list(answer.items())
    most = min(question.max or MAX_ROWS, MAX_ROWS) if isinstance(answer, list) else MAX_ROWS
    if len(rows) > most:
        yield Problem(path, TOO_MANY_ROWS, {"most": most}, True)
    for place, row in rows[:MAX_ROWS]:
        for column in question.columns:
            if column.code in row:
                yield from problems(column, row[column.code], known, cell_name(path, place, column))


def _line_problems(question: Question, answer: Any, known: Known, path: str) -> Iterator[Problem]:
    if isinstance(answer, str):
        limit, size = limit_of(question), len(answer)
        if size > limit:
            params = {"limit": f"{limit:,}", "size": f"{size:,}", "over": f"{size - limit:,}"}
            yield Problem(path, TOO_LONG, params, True)
        for span in find_resident_numbers(answer)[:1]:
            yield Problem(path, ResidentNumberFound.say, {"shown": masked(answer, span)}, True)
    if question.kind == "number" and isinstance(answer, str):
        yield Problem(path, UNREADABLE_NUMBER, {}, False)
    elif question.kind == "money" and isinstance(answer, str):
        try:
            parse_amount(answer, known.minor_digits)
        except DomainError as error:
            yield Problem(path, type(error).say, error.params, False)
    elif question.kind == "date":
        try:
            date.fromisoformat(answer)
        except ValueError:
            yield Problem(path, UNREADABLE_DATE, {}, False)
    elif isinstance(answer, int):
        if abs(answer) >= 2**63:
            yield Problem(path, TOO_LARGE, {"most": f"{2**63 - 1:,}"}, True)
        elif answer < (least := question.min or 0):
            yield Problem(path, TOO_SMALL, {"least": f"{least:,}"}, False)
        elif question.max is not None and answer > question.max:
            yield Problem(path, TOO_LARGE, {"most": f"{question.max:,}"}, False)

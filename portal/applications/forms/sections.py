"""A section's form, built from its definition: what is typed, beside it what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

from wtforms import FieldList, Form, FormField, RadioField, SelectField, SelectMultipleField
from wtforms.widgets import TextArea

from portal.applications.forms.versioned import VersionedForm
from portal.applications.rules.answers import (
    LANGUAGES,
    MAX_ROWS,
    Checked,
    Known,
    checked,
    field_name,
    limit_of,
    places,
)
from portal.platform.fields import TextField
from portal.platform.formats import minor_digits, number
from portal.platform.language import Text
from portal.programs.definition import Question, Section

RADIO_UP_TO = 7  # choices; more become a list
NOT_CHOSEN = Text("고르지 않음", "Not chosen")
LANGUAGE_NAMES = {"ko": Text("한국어", "Korean"), "en": Text("영어", "English")}


@dataclass(frozen=True)
class People:
    """(public id, shown words) of the application's members and institutions."""

    members: Sequence[tuple[str, str]] = ()
    institutions: Sequence[tuple[str, str]] = ()


class LineField(TextField):
    """Text as typed; an answer already read shows as people write it (12,000)."""

    question: Question
    unit = ""  # of money: its currency

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if isinstance(self.data, int):
            if self.question.kind == "money":
                digits = minor_digits(self.unit)
                return number(Fraction(self.data, 10**digits), digits)
            return f"{self.data:,}" if abs(self.data) >= 10_000 else str(self.data)  # 2024 may be a year
        return "" if self.data is None else str(self.data)


class AreaField(LineField):
    widget = TextArea()


class RankedField(SelectMultipleField):  # type: ignore[misc]
    """Choices in order: drawn as one list for each place, the first is the dearest."""

    places: int
    question: Question


def _field(question: Question, people: People) -> Any:
    label, hint = question.names, question.hint or None
    if question.kind in ("choice", "choices", "ranked"):
        choices = [(c.code, c.names) for c in question.choices]
        if question.kind == "ranked":
            return RankedField(label, choices=choices, validate_choice=False, description=hint)
        if question.kind == "choices":
            return SelectMultipleField(label, choices=choices, validate_choice=False, description=hint)
        if len(choices) <= RADIO_UP_TO:
            return RadioField(label, choices=choices, validate_choice=False, description=hint)
        return SelectField(label, choices=[("", NOT_CHOSEN), *choices], validate_choice=False, description=hint)
    if question.kind in ("people", "institutions"):
        known = people.members if question.kind == "people" else people.institutions
        return SelectMultipleField(label, choices=list(known), validate_choice=False, description=hint)
    line = AreaField if question.kind == "long_text" else LineField
    if question.both_languages:
        body = {code: line(LANGUAGE_NAMES[code]) for code in LANGUAGES}
        return FormField(type("LanguagesForm", (Form,), body), label, description=hint)
    return line(label, description=hint)


def _row_form(columns: Sequence[Question], people: People) -> type[Form]:
    return cast(type[Form], type("RowForm", (Form,), {f"c_{c.code}": _field(c, people) for c in columns}))


def _table_form(question: Question, people: People) -> type[Form]:
    row = _row_form(question.columns, people)
    return cast(type[Form], type("TableForm", (Form,), {f"r_{r.code}": FormField(row, r.names) for r in question.rows}))


class SectionForm(VersionedForm):
    """`result` is what the check made of the typed answers."""

    section: Section
    known: Known
    result: Checked | None = None

    def typed(self) -> dict[str, Any]:
        """{question: what stands in its fields}, rows as lists and tables as mappings."""
        return {q.code: _typed(q, self[field_name(q)].data) for q in self.questions}

    @property
    def questions(self) -> list[Question]:
        return [q for q in self.section.questions if field_name(q) in self._fields]

    def check(self, *, draft: bool = False) -> bool:
        """Judge what was typed. A draft may hold what cannot be read yet; its fields say so all the same."""
        self.result = checked(self.section, self.typed(), self.known)
        self.tell(self.result.problems)
        return not (self.result.refused if draft else self.result.problems)

    def validate(self, extra_validators: Any = None) -> bool:
        good = bool(super().validate(extra_validators))
        return self.check() and good

    def places(self) -> Iterator[tuple[str, Any]]:
        yield from _leaves(self)

    def tell(self, problems: Sequence[Any]) -> None:
        super().tell(problems)
        for field in self:
            if isinstance(field, FieldList):  # what the summary reads
                inner = [entry.errors for entry in field.entries]
                own = [e for e in field.errors if isinstance(e, str)]
                field.errors = own + (inner if any(inner) else [])

    def add_row(self, name: str) -> None:
        field = self._fields.get(name)
        if isinstance(field, FieldList) and len(field.entries) < MAX_ROWS:
            field.append_entry()
            _mark(field, field.question, self.known.currency)

    def remove_row(self, name: str) -> None:
        """`name` is that of the row: q_<question>-<number>."""
        field = self._fields.get(name.rpartition("-")[0])
        if isinstance(field, FieldList):
            field.entries = [entry for entry in field.entries if entry.name != name]


def _leaves(form: Any) -> Iterator[tuple[str, Any]]:
    """Rows are counted as they are stored: without the empty ones, whatever numbers the page gave them."""
    for field in form:
        if isinstance(field, FieldList):
            yield field.name, field
            filled = [entry for entry in field.entries if any(f.data for f in entry.form)]
            for place, entry in enumerate(filled):
                yield from ((f"{field.name}-{place}-{cell.short_name}", cell) for cell in entry.form)
        elif isinstance(field, FormField):
            yield from _leaves(field.form)
        else:
            yield field.name, field


def _typed(question: Question, data: Any) -> Any:
    if question.kind == "repeat" or (question.kind == "table" and not question.rows):
        return [_cells(question.columns, row) for row in data or []]
    if question.kind == "table":
        return {r.code: _cells(question.columns, (data or {}).get(f"r_{r.code}")) for r in question.rows}
    return data


def _cells(columns: Sequence[Question], row: Any) -> dict[str, Any]:
    return {c.code: (row or {}).get(f"c_{c.code}") for c in columns}


def section_form(
    section: Section, known: Known, people: People, answers: Mapping[str, Any], version: int
) -> SectionForm:
    """The form of one section with its stored answers."""
    body: dict[str, Any] = {"section": section, "known": known}
    data: dict[str, Any] = {"version": str(version)}
    for question in section.questions:
        if not question.is_typed:
            continue
        name, stored = field_name(question), answers.get(question.code)
        if question.kind == "repeat" or (question.kind == "table" and not question.rows):
            least = 0 if stored else 1
            body[name] = FieldList(FormField(_row_form(question.columns, people)), question.names, min_entries=least)
            data[name] = [{f"c_{k}": v for k, v in row.items()} for row in stored or []]
        elif question.kind == "table":
            body[name] = FormField(_table_form(question, people), question.names)
            data[name] = {f"r_{r}": {f"c_{k}": v for k, v in row.items()} for r, row in (stored or {}).items()}
        else:
            body[name] = _field(question, people)
            data[name] = stored
    form = cast(SectionForm, type("FilledSectionForm", (SectionForm,), body)(data=data))
    for question in form.questions:
        _mark(form[field_name(question)], question, known.currency)
    return form


def _mark(field: Any, question: Question, currency: str) -> None:
    """What the template asks of a field."""
    if question.kind == "money":
        field.unit = currency
    field.flags.optional = not question.required
    field.question, field.limit = question, limit_of(question)
    if isinstance(field, RankedField):
        field.places = places(question)
    if question.both_languages and isinstance(field, FormField):
        for inner in field.form:
            _mark(inner, question, currency)
    rows = field.entries if isinstance(field, FieldList) else []
    if question.kind == "table" and question.rows and isinstance(field, FormField):
        rows = list(field.form)
    for row in rows:
        for column in question.columns:
            _mark(row.form[f"c_{column.code}"], column, currency)


def template_row(form: SectionForm, name: str) -> Any:
    """An empty row named `__index__`, from which the page makes new ones."""
    question = next(q for q in form.questions if field_name(q) == name)
    row = _row_form(question.columns, People())(prefix=f"{name}-__index__-")
    for column in question.columns:
        _mark(row[f"c_{column.code}"], column, form.known.currency)
    return row

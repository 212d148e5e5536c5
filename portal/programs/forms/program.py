"""A new program; a call's name, code and times; a button on a draft."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import available_timezones

from wtforms import FormField, HiddenField, IntegerField, RadioField, SelectMultipleField
from wtforms.validators import ValidationError

from portal.platform.fields import MomentField, TextField, length, number_range, optional, required, text
from portal.platform.formats import MINOR_DIGITS
from portal.platform.language import Text, say
from portal.platform.web import PortalForm
from portal.programs import labels
from portal.programs.forms.fields import CODE, LANGUAGES, MONTH, shaped, words_field


def _known_zone(_: Any, field: Any) -> None:
    if field.data not in available_timezones():
        wrong = Text(
            "알려진 시간대가 아닙니다. 예: Europe/Berlin", "There is no such time zone. For example Europe/Berlin."
        )
        raise ValidationError(say(wrong))


def _known_currency(_: Any, field: Any) -> None:
    if field.data not in MINOR_DIGITS:
        known = Text("쓸 수 있는 통화: {known}", "Currencies that can be used: {known}")
        raise ValidationError(say(known, known=", ".join(MINOR_DIGITS)))


class ProgramForm(PortalForm):
    """A new program and the settings that all of its first call rests on."""

    code = TextField(
        text("사업 코드", "Code of the program"),
        validators=[required(), shaped(r"^[A-Z][A-Z0-9]{1,15}$", "영문 대문자와 숫자, 2~16자", "Capitals and digits, 2 to 16")],
        description=text("주소와 접수증에 쓰입니다. 예: SEED", "It stands in addresses and receipts. For example SEED"),
    )  # fmt: skip
    languages = SelectMultipleField(
        labels.KEYS["CallDefinition.languages"], choices=list(LANGUAGES.items()), validators=[required()]
    )
    program_names = words_field(tuple(LANGUAGES), text("사업 이름", "Name of the program"), [length(max=200)])
    funder = words_field(tuple(LANGUAGES), labels.KEYS["ProgramDefinition.ministry"], [length(max=200)])
    regime = RadioField(text("적용하는 규정", "Rules that apply"), validators=[required()])
    applicant = RadioField(
        labels.KEYS["CallDefinition.applicant"], validators=[required()],
        choices=[(c, labels.VALUES[c]) for c in ("consortium", "team", "person")],
    )  # fmt: skip
    currency = TextField(
        labels.KEYS["CallDefinition.currency"], validators=[required(), _known_currency],
        description=labels.HINTS["CallDefinition.currency"],
    )  # fmt: skip
    time_zone = TextField(
        labels.KEYS["CallDefinition.time_zone"], validators=[required(), _known_zone],
        description=labels.HINTS["CallDefinition.time_zone"],
    )  # fmt: skip
    holidays = TextField(
        labels.KEYS["CallDefinition.holidays"],
        validators=[optional(), shaped(r"^[A-Z]{2}$", "영문 대문자 두 글자", "Two capitals")],
        description=labels.HINTS["CallDefinition.holidays"],
    )  # fmt: skip
    first_month = TextField(
        labels.KEYS["CallDefinition.first_month"], validators=[required(), MONTH],
        description=labels.HINTS["CallDefinition.first_month"],
    )  # fmt: skip
    line = TextField(
        labels.KEYS["ProgramDefinition.line"], validators=[required(), CODE],
        description=labels.HINTS["ProgramDefinition.line"],
    )  # fmt: skip

    def validate(self, extra_validators: Any = None) -> bool:
        good = bool(super().validate(extra_validators))
        for field in (self.program_names, self.funder):
            for code in self.languages.data or []:
                inner = field.form[code]
                if not (inner.data or "").strip():
                    inner.errors = [say(Text("이 항목을 입력해 주십시오.", "Fill in this field."))]
                    good = False
        return good

    def chosen(self, field: FormField) -> dict[str, str]:
        """What was written in the languages of the call."""
        return {code: (field.form[code].data or "").strip() for code in self.languages.data}


class FactsForm(PortalForm):
    """A call's code, name and times; `base` is the hash of the draft that the page showed."""

    base = HiddenField()
    call_code = TextField(
        text("공고 코드", "Code of the call"),
        validators=[
            required(), length(max=24),
            shaped(r"^[A-Z0-9][A-Z0-9-]*$", "영문 대문자, 숫자, 줄표만 씁니다.", "Capitals, digits and hyphens only."),
        ],
        description=text("접수증 번호의 앞부분입니다. 예: SEED-2026", "Receipt numbers begin with it. For example SEED-2026"),
    )  # fmt: skip
    call_names: FormField
    opens_at: MomentField
    closes_at: MomentField


class CloneForm(FactsForm):
    years_later = IntegerField(
        text("몇 년 뒤의 공고인가", "How many years later"), validators=[required(), number_range(min=0, max=20)],
        description=text(
            "지원 연도와 시작하는 달을 그만큼 옮깁니다. 예산 항목은 그 해의 것을 씁니다.",
            "Years and months of support move by so many; the money comes from those years' lines.",
        ),
    )  # fmt: skip


def facts_form(base: type[FactsForm], languages: Sequence[str], zone: str, data: dict[str, Any]) -> Any:
    """Times are typed in the call's own zone."""
    body = {
        "call_names": words_field(languages, text("공고 이름", "Name of the call"), [required(), length(max=200)]),
        "opens_at": MomentField(text("접수 시작", "Opens"), validators=[required()], zone=zone),
        "closes_at": MomentField(text("접수 마감", "Closes"), validators=[required()], zone=zone),
    }
    return type("CallFactsForm", (base,), body)(data=data)


class BaseForm(PortalForm):
    """A button on a draft: it acts on what the page showed."""

    base = HiddenField()

"""WTForms fields and validators that speak both languages; every sentence says what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape
from wtforms import DateTimeLocalField, Field, StringField
from wtforms.validators import InputRequired, StopValidation, ValidationError
from wtforms.widgets import Input, Select, TextArea
from wtforms.widgets.core import clean_key

from portal.platform.errors import DomainError
from portal.platform.formats import minor_digits, number, page_zone
from portal.platform.language import Text, say
from portal.platform.names import email_key, nfc, parse_amount

Validator = Callable[[Any, Field], None]


class LazyText(str):
    """A label that is put into words when it is shown, in the language of that page."""

    text: Text

    def __new__(cls, ko: str, en: str) -> LazyText:
        made = super().__new__(cls, en)
        made.text = Text(ko, en)
        return made

    def __str__(self) -> str:
        return say(self.text)

    def __html__(self) -> str:
        return str(escape(say(self.text)))

    def __format__(self, spec: str) -> str:
        return format(say(self.text), spec)


def text(ko: str, en: str) -> LazyText:
    return LazyText(ko, en)


_DAY = Text("날짜로 읽을 수 없습니다. 2025-07-21처럼 써 주십시오.", "This is not a date. Write it like 2025-07-21.")
_NUMBER = Text("숫자만 입력해 주십시오.", "Enter a number.")
_CHOICE = Text("목록에서 골라 주십시오.", "Choose one from the list.")
# What WTForms itself says, in our words and both languages.
SAYINGS: dict[str, Text] = {
    "Not a valid date value.": _DAY,
    "Not a valid week value.": _DAY,
    "Not a valid datetime value.": Text(
        "날짜와 시각으로 읽을 수 없습니다. 2025-07-21 18:00처럼 써 주십시오.",
        "This is not a date with a time. Write it like 2025-07-21 18:00.",
    ),
    "Not a valid time value.": Text(
        "시각으로 읽을 수 없습니다. 18:00처럼 써 주십시오.", "This is not a time. Write it like 18:00."
    ),
    "Not a valid integer value.": _NUMBER,
    "Not a valid decimal value.": _NUMBER,
    "Not a valid float value.": _NUMBER,
    "Not a valid choice.": _CHOICE,
    "Invalid Choice: could not coerce.": _CHOICE,
    "Invalid choice(s): one or more data inputs could not be coerced.": _CHOICE,
    "'%(value)s' is not a valid choice for this field.": _CHOICE,
    "'%(value)s' are not valid choices for this field.": _CHOICE,
}


def html_params(**attributes: Any) -> Markup:
    """What WTForms makes of a field's attributes, without its detour over `str.format`, half of a form's cost."""
    said = list[str]()
    for name, value in sorted(attributes.items()):
        if value is True:
            said.append(escape(clean_key(name)))
        elif value is not False:
            shown = str(escape(value)).replace('"', "&quot;")
            said.append(f'{escape(clean_key(name))}="{shown}"')
    return Markup(" ".join(said))  # noqa: S704 - every part is escaped


for _widget in (Input, Select, TextArea):
    _widget.html_params = staticmethod(html_params)


class Sayings:
    """The translations that every form asks for its fields' own refusals."""

    def gettext(self, message: str) -> str:
        return say(SAYINGS[message]) if message in SAYINGS else message

    def ngettext(self, one: str, many: str, n: int) -> str:
        return self.gettext(one if n == 1 else many)


class Required(InputRequired):  # type: ignore[misc]
    """Something must be typed; keeps the `required` flag for the template."""

    def __call__(self, form: Any, field: Field) -> None:
        given = field.raw_data[0] if field.raw_data else None
        if given is None or (isinstance(given, str) and not given.strip()):
            field.errors = []
            raise StopValidation(say(Text("이 항목을 입력해 주십시오.", "Fill in this field.")))


def required() -> Required:
    return Required()


def optional() -> Validator:
    def check(_: Any, field: Field) -> None:
        if not field.raw_data or (isinstance(field.raw_data[0], str) and not field.raw_data[0].strip()):
            field.errors = []
            raise StopValidation

    check.field_flags = {"optional": True}  # type: ignore[attr-defined]
    return check


def length(max: int, min: int = 0) -> Validator:
    def check(_: Any, field: Field) -> None:
        size = len(field.data or "")
        if size > max:
            raise ValidationError(
                say(
                    Text(
                        "{max}자까지 쓸 수 있습니다. 지금 {size}자입니다.",
                        "At most {max} characters; there are {size}.",
                    ),
                    max=f"{max:,}",
                    size=f"{size:,}",
                )
            )
        if size < min:
            raise ValidationError(
                say(
                    Text(
                        "{min}자 이상 써 주십시오. 지금 {size}자입니다.", "At least {min} characters; there are {size}."
                    ),
                    min=min,
                    size=size,
                )
            )

    check.field_flags = {"maxlength": max}  # type: ignore[attr-defined]
    return check


def email() -> Validator:
    """An address that a mail server and an eye read alike (names.email_key)."""

    def check(_: Any, field: Field) -> None:
        try:
            email_key(field.data or "")
        except DomainError as error:
            raise ValidationError(error.sentence()) from error

    return check


def number_range(min: int | None = None, max: int | None = None) -> Validator:
    def check(_: Any, field: Field) -> None:
        value = field.data
        if value is None:
            return
        if (min is not None and value < min) or (max is not None and value > max):
            raise ValidationError(
                say(
                    Text("{low}부터 {high}까지의 수를 입력해 주십시오.", "Enter a number from {low} to {high}."),
                    low="…" if min is None else f"{min:,}",
                    high="…" if max is None else f"{max:,}",
                )
            )

    return check


def one_of_choices(allowed: Iterable[str]) -> Validator:
    known = set(allowed)

    def check(_: Any, field: Field) -> None:
        if field.data not in known:
            raise ValidationError(say(Text("목록에서 골라 주십시오.", "Choose one from the list.")))

    return check


class TextField(StringField):  # type: ignore[misc]
    """A line of text in NFC without control characters, trimmed."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = nfc(valuelist[0]).strip() if valuelist else ""


class MomentField(DateTimeLocalField):  # type: ignore[misc]
    """A day and a time of the clock in `zone` (the page's unless said otherwise); the data is an aware datetime."""

    data: datetime | None
    zone: str

    def __init__(self, label: Any = None, validators: Any = None, zone: str = "", **kwargs: Any) -> None:
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]
        super().__init__(label, validators, format=formats, **kwargs)
        self.zone = zone or page_zone()

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(str(value) for value in self.raw_data)
        return self.data.astimezone(ZoneInfo(self.zone)).strftime("%Y-%m-%dT%H:%M") if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        if self.data is not None:
            self.data = self.data.replace(tzinfo=ZoneInfo(self.zone))

    def read_in(self, zone: str) -> None:
        """Known only once the form is there: what was typed is a time of that zone."""
        self.zone = zone
        if self.raw_data and self.data is not None:
            self.data = self.data.replace(tzinfo=ZoneInfo(zone))


class MoneyField(StringField):  # type: ignore[misc]
    """An amount as people write it (`1,000`, `3억 5천만`, `12.50`), in integer minor units of `unit`: a currency, or
    what else is counted. What was typed is kept."""

    def __init__(self, label: Any = None, validators: Any = None, unit: str = "KRW", **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.unit = unit
        self.minor_digits = minor_digits(unit)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else number(Fraction(self.data, 10**self.minor_digits), self.minor_digits)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        try:
            self.data = parse_amount(valuelist[0], self.minor_digits)
        except DomainError as error:
            raise ValueError(error.sentence()) from error

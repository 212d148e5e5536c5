"""Fields of the editor: words in each language, lists, choices and settings as people write them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, cast

from wtforms import Form, FormField, TextAreaField
from wtforms.validators import Regexp

from portal.platform.errors import DomainError
from portal.platform.fields import LazyText, TextField
from portal.platform.formats import minor_digits, number
from portal.platform.language import Text, say
from portal.platform.names import parse_amount

LANGUAGES = {"ko": Text("한국어", "Korean"), "en": Text("영어", "English")}


def shaped(pattern: str, ko: str, en: str) -> Regexp:
    return Regexp(pattern, message=cast(str, LazyText(ko, en)))


CODE = shaped(
    r"^[a-z][a-z0-9_]{0,39}$", "영문 소문자로 시작하고 소문자·숫자·밑줄만 씁니다.",
    "Begin with a small letter; small letters, digits and underscores only.",
)  # fmt: skip
MONTH = shaped(r"^\d{4}-(0[1-9]|1[0-2])$", "2026-07처럼 씁니다.", "Write it like 2026-07.")


def words_field(languages: Sequence[str], label: Any, validators: Sequence[Any] = (), long: bool = False) -> FormField:
    """One text in each of the languages."""
    field = TextAreaField if long else TextField
    body = {code: field(LANGUAGES[code], validators=list(validators)) for code in languages}
    return FormField(type("WordsForm", (Form,), body), label)


class ListField(TextField):
    """Several values on one line, separated by commas; the data is a list."""

    data: Any

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return ", ".join(self.write(value) for value in self.data or [])

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = [part.strip() for part in (valuelist[0] if valuelist else "").split(",")]
        self.data = [self.read(part) for part in typed if part]

    def write(self, value: Any) -> str:
        return str(value)

    def read(self, typed: str) -> Any:
        return typed


class TextsField(ListField):
    pass


class NumbersField(ListField):
    def read(self, typed: str) -> int:
        if not typed.isascii() or not typed.isdecimal() or len(typed) > 12:
            wrong = Text("‘{typed}’은(는) 수가 아닙니다.", "“{typed}” is not a whole number.")
            raise ValueError(say(wrong, typed=typed[:20]))
        return int(typed)


class AmountsField(TextAreaField):  # type: ignore[misc]
    """Amounts, one on each line, in integer minor units."""

    def __init__(self, label: Any, unit: str, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.unit = unit

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        digits = minor_digits(self.unit)
        return "\n".join(number(Fraction(value, 10**digits), digits) for value in self.data or [])

    def process_formdata(self, valuelist: list[str]) -> None:
        lines = (valuelist[0] if valuelist else "").splitlines()
        try:
            self.data = [parse_amount(line, minor_digits(self.unit)) for line in lines if line.strip()]
        except DomainError as error:
            raise ValueError(error.sentence()) from error


class ChoicesField(TextAreaField):  # type: ignore[misc]
    """Choices, one on each line: `code: name`, the names of several languages separated by a bar."""

    def __init__(self, label: Any, languages: Sequence[str], **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.languages = list(languages)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        rows = self.data.items() if isinstance(self.data, dict) else [(c["code"], c["names"]) for c in self.data or []]
        return "\n".join(f"{code}: {' | '.join(names.get(x, '') for x in self.languages)}" for code, names in rows)

    def process_formdata(self, valuelist: list[str]) -> None:
        lines = [line.strip() for line in (valuelist[0] if valuelist else "").splitlines()]
        self.data = [self._read(line) for line in lines if line]

    def _read(self, line: str) -> dict[str, Any]:
        code, found, names = line.partition(":")
        said = [name.strip() for name in names.split("|")]
        if not found or not CODE.regex.match(code.strip()) or len(said) != len(self.languages) or not all(said):
            shape = "code: " + " | ".join(str(LANGUAGES[x].in_("en")) for x in self.languages)
            wrong = Text(
                "‘{line}’을(를) 읽을 수 없습니다. 이렇게 씁니다: {shape}",
                "“{line}” cannot be read. Write it like: {shape}",
            )
            raise ValueError(say(wrong, line=line[:60], shape=shape))
        return {"code": code.strip(), "names": dict(zip(self.languages, said, strict=True))}


class PairsField(TextAreaField):  # type: ignore[misc]
    """Settings, one on each line: `name = value`; a number stays one, values separated by commas are a list."""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        told = {
            k: ", ".join(v) + ("," if len(v) < 2 else "") if isinstance(v, list) else v
            for k, v in (self.data or {}).items()
        }
        return "\n".join(f"{key} = {value}" for key, value in told.items())

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = {}
        for line in (valuelist[0] if valuelist else "").splitlines():
            if not line.strip():
                continue
            key, found, value = (part.strip() for part in line.partition("="))
            if not found or not CODE.regex.match(key) or not value:
                wrong = Text(
                    "‘{line}’을(를) 읽을 수 없습니다. 이름 = 값으로 씁니다.",
                    "“{line}” cannot be read. Write name = value.",
                )
                raise ValueError(say(wrong, line=line[:60]))
            self.data[key] = self._read(value)

    @staticmethod
    def _read(value: str) -> int | str | list[str]:
        if "," in value:
            return [part.strip() for part in value.split(",") if part.strip()]
        return int(value) if value.isascii() and value.isdecimal() and len(value) < 16 else value

"""Texts of the interface: every text stands as a pair, Korean and English side by side.

A missing translation is impossible by construction: `Text` and `t()` take both languages. Templates call
`t("한국어", "English")`; Python holds `Text(ko, en)` and picks with `say()`. See CONTRIBUTING.md, Decisions.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, Final, Literal, NamedTuple

Language = Literal["ko", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("ko", "en")
DEFAULT_LANGUAGE: Final[Language] = "ko"

_current: ContextVar[Language] = ContextVar("language", default=DEFAULT_LANGUAGE)


class Text(NamedTuple):
    """One text in both languages; `{name}` places are filled by `say`."""

    ko: str
    en: str

    def in_(self, language: Language) -> str:
        return self.ko if language == "ko" else self.en


def language() -> Language:
    """The language of the page or letter being rendered."""
    return _current.get()


def use_language(code: str | None) -> Language:
    """Set the language of this request (or letter); an unknown code means the default."""
    chosen: Language = code if code in LANGUAGES else DEFAULT_LANGUAGE
    _current.set(chosen)
    return chosen


class speaking:
    """`with speaking("en"):` renders a letter in its recipient's language, then restores."""

    def __init__(self, code: str | None) -> None:
        self.code: Language = code if code in LANGUAGES else DEFAULT_LANGUAGE

    def __enter__(self) -> Language:
        self._token = _current.set(self.code)
        return self.code

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)


def say(text: Text | Mapping[str, str] | str | None, /, **params: Any) -> str:
    """The text in the current language, its places filled. A mapping {"ko": .., "en": ..} is program data;
    where program data lacks the current language the other one is shown (the call's own language is
    authoritative). A plain string is people's text and stands as it is; None is no text."""
    if text is None:
        return ""
    if isinstance(text, str):
        return text
    if isinstance(text, Text):
        chosen = text.in_(language())
    else:
        chosen = text.get(language()) or next((v for v in text.values() if v), "")
    if not params:
        return chosen
    shown = {name: say(value) if isinstance(value, Text | Mapping) else value for name, value in params.items()}
    return chosen.format(**shown)


def t(ko: str, en: str, /, **params: Any) -> str:
    """For templates: `{{ t("저장", "Save") }}`."""
    return say(Text(ko, en), **params)

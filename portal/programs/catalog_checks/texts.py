"""Of any file: every text in every language, no code twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel

from portal.platform.language import Text
from portal.programs.catalog_checks.found import Found, Place, no_text, twice

NOT_WORDS = frozenset({"facts", "params", "marks"})  # mappings of strings that nobody reads as a sentence


def words(part: BaseModel, languages: Sequence[str], path: Place = ()) -> Iterator[Found]:
    """Every text has every language of the call, and none is blank."""
    for name, field in type(part).model_fields.items():
        if name in NOT_WORDS:
            continue
        value = getattr(part, name)
        if isinstance(value, dict) and not value and field.is_required():
            yield (*path, name), no_text(languages)
        yield from _words_in(value, languages, (*path, name))


def _words_in(value: Any, languages: Sequence[str], path: Place) -> Iterator[Found]:
    if isinstance(value, BaseModel):
        yield from words(value, languages, path)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _words_in(item, languages, (*path, place))
    elif isinstance(value, dict) and value:
        if not all(isinstance(text, str) for text in value.values()):
            for key, inner in value.items():
                yield from _words_in(inner, languages, (*path, key))
            return
        for language in languages:
            if not str(value.get(language, "")).strip():
                yield path, no_text([language])
        for language in sorted(set(value) - set(languages)):
            yield (
                (*path, language),
                Text(f"{language}는 공고의 언어가 아닙니다.", f"{language} is not among the call's languages"),
            )


def doubles(part: BaseModel, path: Place = ()) -> Iterator[Found]:
    """No code stands twice in one list."""
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, BaseModel):
            yield from doubles(value, (*path, name))
        elif isinstance(value, list):
            seen: set[str] = set()
            for place, item in enumerate(value):
                if not isinstance(item, BaseModel):
                    continue
                code = getattr(item, "code", None)
                if code in seen:
                    yield (*path, name, place, "code"), twice(code)
                elif isinstance(code, str):
                    seen.add(code)
                yield from doubles(item, (*path, name, place))

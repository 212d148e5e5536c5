"""The editor's pages: what a call consists of, what is missing, one part with its values and what stands below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from portal.platform.formats import quantity
from portal.platform.language import Text, say
from portal.programs import labels
from portal.programs.definition import CallDefinition
from portal.programs.definition.parts import Place, Slot, at, dotted, model_at, slots
from portal.programs.definition.words import Part
from portal.programs.errors import PartRefused
from portal.programs.forms.parts import AMOUNTS, single
from portal.programs.models import Call, CallState
from portal.programs.queries import Missing, missing_of
from portal.programs.rules import FROZEN

BASICS = "basics"  # how the address calls the whole
STATES: dict[CallState, tuple[Text, str]] = {
    CallState.DRAFT: (Text("작성 중", "Draft"), "neutral"),
    CallState.PREVIEW: (Text("미리 보기", "Preview"), "neutral"),
    CallState.OPEN: (Text("접수 중", "Open"), "success"),
    CallState.CLOSED: (Text("평가 중", "In review"), "info"),
    CallState.DECIDED: (Text("결정 공개", "Decided"), "neutral"),
    CallState.ARCHIVED: (Text("보관", "Archived"), "neutral"),
}
SENTENCES: dict[str, Text] = {
    "missing": Text("이 항목을 입력해 주십시오.", "Fill in this field."),
    "int_parsing": Text("숫자만 입력해 주십시오.", "Enter a number."),
    "greater_than_equal": Text("더 큰 수를 입력해 주십시오.", "Enter a larger number."),
    "string_pattern_mismatch": Text("이 항목에 쓸 수 없는 글자가 있습니다.", "It holds characters that cannot stand here."),
    "literal_error": Text("목록에서 골라 주십시오.", "Choose one from the list."),
}  # fmt: skip


def state_of(call: Call) -> tuple[Text, str]:
    if call.state is CallState.DRAFT and call.released_at is not None:
        return Text("개시 대기", "Opens by itself"), "info"
    return STATES[call.state]


def editing(call: Call, place: Place) -> str:
    """How a place may be changed now: "draft", "amend" (an open call, what was not frozen) or "" (not at all)."""
    if call.state is CallState.DRAFT:
        return "draft"
    if call.state is not CallState.OPEN:
        return ""
    root = place[0] if place else None
    return "" if root in FROZEN or root is None else "amend"


def address(call: Call, place: Place) -> str:
    return url_for("programs.part", public_id=call.public_id, place=dotted(place) or BASICS)


def title_of(model: type[Part], stored: Any) -> str:
    """What a person calls this part: its name or words, else its code."""
    words = (stored or {}).get("names") or (stored or {}).get("text")
    if words and say(words):
        return say(words)[:120]
    code = (stored or {}).get("code")
    return f"{say(labels.PARTS[model.__name__])} {code}" if code else say(labels.PARTS[model.__name__])


def overview(call: Call) -> list[dict[str, Any]]:
    """The parts of the call in the order in which one writes them, each list with its items."""
    raw = call.definition.model_dump(mode="json")
    missing = missing_of(call.definition) if call.state is CallState.DRAFT else []
    return [
        _list(call, raw, (slot.name,), slot, missing)
        if slot.kind == "parts"
        else _one(call, (slot.name,), slot, raw.get(slot.name) is not None, missing)
        for slot in slots(CallDefinition)
        if slot.kind in ("parts", "part")
    ]


def _count(missing: Sequence[Missing], place: Place) -> int:
    return sum(path[: len(place)] == place for path, _ in missing)


def _one(call: Call, place: Place, slot: Slot, there: bool, missing: Sequence[Missing]) -> dict[str, Any]:
    return {
        "name": labels.LISTS[slot.name], "place": dotted(place), "url": address(call, place), "there": there,
        "missing": _count(missing, place), "rows": None, "optional": slot.empty,
    }  # fmt: skip


def _list(call: Call, raw: dict[str, Any], place: Place, slot: Slot, missing: Sequence[Missing]) -> dict[str, Any]:
    assert slot.model is not None
    items = at(raw, place)
    may = editing(call, place) != ""
    return {
        "name": labels.LISTS[slot.name],
        "place": dotted(place),
        "url": address(call, (*place, len(items))) if may else None,
        "missing": _count(missing, place),
        "rows": [
            {
                "title": title_of(slot.model, item), "note": _note(slot.model, item, call.definition.currency),
                "code": item.get("code", ""), "url": address(call, (*place, number)),
                "place": dotted((*place, number)), "missing": _count(missing, (*place, number)),
                "first": number == 0, "last": number == len(items) - 1,
            }
            for number, item in enumerate(items)
        ],
    }  # fmt: skip


def _note(model: type[Part], item: dict[str, Any], currency: str) -> str:
    """What people compare in a list: points, how many go on, the ceiling, the kind."""
    if model.__name__ == "Criterion":
        return say(Text("{n}점", "{n} points"), n=item["points"])
    if model.__name__ == "Stage":
        return say(Text("{n}건이 다음으로", "{n} go on"), n=item["keep"])
    if model.__name__ == "Component" and item.get("max_per_year"):
        return say(Text("연 {cap}까지", "up to {cap} a year"), cap=quantity(item["max_per_year"], currency))
    return say(labels.VALUES[item["kind"]]) if model.__name__ == "Question" else ""


def below(call: Call, raw: dict[str, Any], place: Place, model: type[Part]) -> list[dict[str, Any]]:
    """The lists and single parts that hang on a part."""
    missing = missing_of(call.definition) if call.state is CallState.DRAFT else []
    found = []
    for slot in slots(model):
        here = (*place, slot.name)
        if slot.kind == "parts":
            found.append(_list(call, raw, here, slot, missing))
        elif slot.kind == "part":
            found.append(_one(call, here, slot, at(raw, here) is not None, missing))
    return found


def told_missing(call: Call) -> list[dict[str, Any]]:
    """What is missing, each with the page where it is mended."""
    found = []
    for path, reason in missing_of(call.definition):
        place = _page_of(path)
        found.append({"reason": reason, "url": address(call, place), "where": where(call, place)})
    return found


def _page_of(path: Place) -> Place:
    """The longest beginning of the path that has a page of its own: a part of a list or a single part."""
    for end in range(len(path), 0, -1):
        begin = path[:end]
        if isinstance(begin[-1], int) and model_at(begin) is not None:
            return begin
        if end == 1 and begin[0] != "regime" and model_at(begin) is not None:
            slot = next(s for s in slots(CallDefinition) if s.name == begin[0])
            return begin if slot.kind == "part" else ()
    return ()


def where(call: Call, place: Place) -> str:
    """The way to a place in words: Stages > Paper review > Criteria > Quality."""
    raw = call.definition.model_dump(mode="json")
    steps: list[str] = []
    for end in range(1, len(place) + 1):
        step, model = place[end - 1], model_at(place[:end])
        if isinstance(step, str):
            steps.append(say(labels.LISTS[step]))
        elif model is not None:
            try:
                steps.append(title_of(model, at(raw, place[:end])))
            except IndexError:
                steps.append(say(labels.PARTS[model.__name__]))
    return " › ".join(steps) or say(labels.PARTS["CallDefinition"])


def crumbs(call: Call, place: Place) -> list[tuple[str, str | None]]:
    """Settings, then each part above this one."""
    found: list[tuple[str, str | None]] = []
    raw = call.definition.model_dump(mode="json")
    for end in range(1, len(place)):
        begin = place[:end]
        model = model_at(begin)
        if isinstance(begin[-1], int) and model is not None:
            found.append((title_of(model, at(raw, begin)), address(call, begin)))
    return found


def values(model: type[Part], stored: dict[str, Any], currency: str) -> list[dict[str, str]]:
    """A part that cannot be changed, as words."""
    shown = [(slot, stored.get(slot.name)) for slot in single(model)]
    return [
        {"label": say(labels.label(model, slot.name)), "value": _told(slot, value, currency)}
        for slot, value in shown
        if value not in (None, "", [], {})
    ]


def _told(slot: Slot, value: Any, currency: str) -> str:
    if slot.kind == "words":
        return say(value)
    if slot.kind == "flag":
        return say(Text("예", "Yes") if value else Text("아니요", "No"))
    if slot.kind == "number" and slot.name in AMOUNTS:
        return quantity(value, currency)
    if slot.kind == "choices":
        return ", ".join(say(choice["names"]) for choice in value)
    if isinstance(value, dict):
        return ", ".join(f"{k}: {say(v) if isinstance(v, dict) else v}" for k, v in value.items())
    several = value if isinstance(value, list) else [value]
    return ", ".join(say(labels.VALUES.get(str(one), str(one))) for one in several)


def refused(error: ValidationError, place: Place) -> PartRefused:
    """The first thing that the definition refuses, beside its field where it has one."""
    detail = error.errors(include_url=False)[0]
    path = tuple(detail["loc"])
    inside = path[: len(place)] == place and len(path) > len(place)
    return PartRefused(str(path[len(place)]) if inside else None, reason=_reason(detail))


def _reason(detail: ErrorDetails) -> Text:
    own = detail.get("ctx", {}).get("error")
    text = getattr(own, "text", None)
    if isinstance(text, Text):
        return text
    return SENTENCES.get(detail["type"], Text("이 값은 쓸 수 없습니다.", "This value cannot stand here."))

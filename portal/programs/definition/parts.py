"""A definition taken apart into what a page can show and ask for, and put together again.

A `Place` is the way to a part of the raw (JSON) definition: `stages.0.criteria.2`. `slots(model)` tells what a part
holds: single values, which a form asks for, and parts of their own, which have pages of their own.
"""

from __future__ import annotations

import copy
import types
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from portal.programs.definition.call import CallDefinition
from portal.programs.definition.words import Choice, Part

Place = tuple[str | int, ...]
Kind = Literal[
    "words", "text", "number", "flag", "one_of", "many_of", "numbers", "texts", "choices", "named", "pairs", "part", "parts",
]  # fmt: skip
UNASKED = frozenset({"marks", "facts", "regime", "former"})  # what no page asks for
PAIRS = frozenset({"params", "keep"})  # mappings of codes to values
SINGLE: frozenset[Kind] = frozenset(
    {"words", "text", "number", "flag", "one_of", "many_of", "numbers", "texts", "choices", "named", "pairs"}
)


@dataclass(frozen=True)
class Slot:
    """One key of a part. `values`: what may be chosen; `model`: of a part or a list of parts."""

    name: str
    kind: Kind
    model: type[Part] | None = None
    values: tuple[str, ...] = ()
    required: bool = False
    empty: bool = False  # None is allowed
    default: Any = None


@lru_cache(maxsize=64)
def slots(model: type[Part]) -> tuple[Slot, ...]:
    """What a part holds, in the order of its definition."""
    return tuple(_slot(name, field) for name, field in model.model_fields.items() if name not in UNASKED)


def _slot(name: str, field: FieldInfo) -> Slot:
    annotation, empty = _without_none(field.annotation)
    required = field.is_required()
    default = None if required else field.get_default(call_default_factory=True)

    def made(kind: Kind, model: Any = None, values: tuple[str, ...] = ()) -> Slot:
        return Slot(name, kind, model, values, required, empty, default)

    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return made("one_of", values=inner)
    if origin is list:
        return _list(inner[0], made)
    if origin is dict:
        if name in PAIRS:
            return made("pairs")
        return made("named") if get_origin(inner[1]) is dict else made("words")
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return made("part", annotation)
    return made({bool: "flag", int: "number"}.get(annotation, "text"))  # type: ignore[arg-type]


def _list(item: Any, made: Any) -> Slot:
    if get_origin(item) is Literal:
        return made("many_of", values=get_args(item))  # type: ignore[no-any-return]
    if isinstance(item, type) and issubclass(item, BaseModel):
        return made("choices") if item is Choice else made("parts", item)  # type: ignore[no-any-return]
    return made("numbers" if item is int else "texts")  # type: ignore[no-any-return]


def _without_none(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) in (Union, types.UnionType):
        kept = [a for a in get_args(annotation) if a is not type(None)]
        return kept[0], len(kept) < len(get_args(annotation))
    return annotation, False


def place_of(text: str) -> Place:
    """`stages.0.criteria` -> ("stages", 0, "criteria"); an empty text is the whole."""
    return tuple(int(part) if part.isdecimal() else part for part in text.split(".")) if text else ()


def dotted(place: Place) -> str:
    return ".".join(str(part) for part in place)


def model_at(place: Place) -> type[Part] | None:
    """The model of the part at a place (of a list: of its items); None where no part can stand."""
    model: type[Part] = CallDefinition
    for step in place:
        if isinstance(step, int):
            continue
        slot = next((s for s in slots(model) if s.name == step), None)
        if slot is None or slot.model is None:
            return None
        model = slot.model
    return model


def at(raw: dict[str, Any], place: Place) -> Any:
    """What stands there. Raises KeyError, IndexError or TypeError where nothing does."""
    found: Any = raw
    for step in place:
        found = found[step]
    return found


def put(raw: dict[str, Any], place: Place, value: Any) -> dict[str, Any]:
    """A copy with `value` at the place; at the end of a list it is added."""
    made = copy.deepcopy(raw)
    holder, last = at(made, place[:-1]), place[-1]
    if isinstance(holder, list) and last == len(holder):
        holder.append(value)
    else:
        holder[last] = value
    return made


def removed(raw: dict[str, Any], place: Place) -> dict[str, Any]:
    """A copy without the item of a list; without a single part."""
    made = copy.deepcopy(raw)
    holder, last = at(made, place[:-1]), place[-1]
    if isinstance(holder, list):
        del holder[int(last)]
    else:
        holder[last] = None
    return made


def moved(raw: dict[str, Any], place: Place, by: int) -> dict[str, Any]:
    """A copy with the item of a list one up (-1) or one down (1); at the edge it stays."""
    made = copy.deepcopy(raw)
    holder, number = at(made, place[:-1]), int(place[-1])
    other = number + by
    if 0 <= other < len(holder):
        holder[number], holder[other] = holder[other], holder[number]
    return made


def empty_part(model: type[Part]) -> dict[str, Any]:
    """A part with its defaults, lists empty; a single part that must be there gets its own."""
    made: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if not field.is_required():
            continue
        slot = _slot(name, field)
        if slot.kind in ("parts", "choices", "texts", "numbers", "many_of"):
            made[name] = []
        elif slot.kind == "part" and slot.model is not None:
            made[name] = FIRST.get(slot.model.__name__) or empty_part(slot.model)
        elif slot.kind in ("words", "pairs", "named"):
            made[name] = {}
    return made


FIRST: dict[str, dict[str, Any]] = {"PanelRule": {"size": 5, "reviews_per_entry": 3}}


def shifted_years(raw: dict[str, Any], by: int) -> dict[str, Any]:
    """The same definition `by` years later: years, the first month, the years of components."""
    made = copy.deepcopy(raw)
    made["years"] = [year + by for year in made["years"]]
    year, _, month = made["first_month"].partition("-")
    made["first_month"] = f"{int(year) + by}-{month}"
    for component in made["components"]:
        component["years"] = [year + by for year in component.get("years", [])]
    return made


def walk(model: type[Part] = CallDefinition) -> Iterator[type[Part]]:
    """Every model that a definition is made of, each once."""
    seen: list[type[Part]] = []
    waiting = [model]
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.append(one)
        waiting.extend(s.model for s in slots(one) if s.model is not None)
    yield from seen

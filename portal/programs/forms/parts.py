"""The form of any part of a definition, made from the part's own shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from wtforms import BooleanField, FormField, IntegerField, SelectField, SelectMultipleField

from portal.platform.fields import MoneyField, TextField, length, number_range, optional, required, text
from portal.platform.language import Text
from portal.programs import labels
from portal.programs.definition.parts import SINGLE, Slot, slots
from portal.programs.definition.words import Part
from portal.programs.forms.fields import (
    CODE,
    MONTH,
    AmountsField,
    ChoicesField,
    NumbersField,
    PairsField,
    TextsField,
    words_field,
)
from portal.programs.forms.program import BaseForm

LONG = frozenset(
    {"text", "guidance", "hint", "note", "purpose", "for_whom", "how_much", "unit_value_source", "reason", "remedy"}
)
AMOUNTS = frozenset({"max_per_year", "fixed", "rank_caps", "unit_value", "announced_total", "second_approver_above"})
NOT_SAID = Text("밝히지 않음", "Not said")
LARGEST = 2**53


class PartForm(BaseForm):
    """One part's single values; what stands below it has pages of its own."""

    model: type[Part]

    def part(self) -> dict[str, Any]:
        """The values as the definition keeps them. Call it after `validate`."""
        return {slot.name: _stored(slot, self[slot.name]) for slot in single(self.model)}

    def shown(self, *, more: bool) -> list[Any]:
        """The fields that stand open, or those folded away."""
        folded = labels.MORE.get(self.model.__name__, frozenset())
        return [self[slot.name] for slot in single(self.model) if (slot.name in folded) == more]


class AmendForm(PartForm):
    """The same on an open call: what changes and why is told to the applicants."""

    what: FormField
    why: FormField


def single(model: type[Part]) -> list[Slot]:
    return [slot for slot in slots(model) if slot.kind in SINGLE]


def part_form(
    model: type[Part],
    stored: dict[str, Any],
    languages: Sequence[str],
    currency: str,
    *,
    base: str,
    amend: bool = False,
) -> PartForm:
    """The form of a part with what is stored."""
    unit = _unit(model, stored, currency)
    body: dict[str, Any] = {s.name: _field(model, s, languages, unit) for s in single(model)}
    if amend:
        told = [required(), length(max=1000)]
        body["what"] = words_field(languages, text("무엇이 바뀌는가", "What changes"), told)
        body["why"] = words_field(languages, text("왜 바꾸는가", "Why"), told, long=True)
    data = {s.name: stored.get(s.name, s.default) for s in single(model)}
    made = type("FilledPartForm", (AmendForm if amend else PartForm,), {"model": model, **body})
    return cast(PartForm, made(data={"base": base, **data}))


def _unit(model: type[Part], stored: dict[str, Any], currency: str) -> str:
    """What amounts of a part are counted in: the call's currency, but for units of a resource and places."""
    if model.__name__ != "Component" or stored.get("kind", "money") in ("money", "monthly"):
        return currency
    return str(stored.get("unit") or "unit")


def _field(model: type[Part], slot: Slot, languages: Sequence[str], unit: str) -> Any:
    label, hint = labels.label(model, slot.name), labels.hint(model, slot.name, slot.kind)
    must = [required()] if slot.required else [optional()]
    if slot.kind == "words":
        return words_field(languages, label, [length(max=4000)], long=slot.name in LONG)
    if slot.kind == "flag":
        return BooleanField(label, description=hint)
    if slot.kind in ("one_of", "many_of") or (model.__name__, slot.name) == ("ScreeningRule", "kind"):
        return _choice(slot, label, hint, must)
    if slot.kind in ("number", "numbers") and slot.name in AMOUNTS:
        if slot.kind == "number":
            return MoneyField(label, validators=[optional()], unit=unit, description=hint)
        return AmountsField(label, unit=unit, description=hint)
    if slot.kind == "number":
        return IntegerField(label, validators=[*must, number_range(min=0, max=LARGEST)], description=hint)
    if slot.kind == "numbers":
        return NumbersField(label, validators=must, description=hint)
    if slot.kind == "texts":
        return TextsField(label, validators=[optional()], description=hint)
    if slot.kind in ("choices", "named"):
        return ChoicesField(label, languages=languages, description=hint)
    if slot.kind == "pairs":
        return PairsField(label, description=hint)
    shape = {"code": CODE, "first_month": MONTH}.get(slot.name) if model.__name__ != "ProgramDefinition" else None
    return TextField(label, validators=[*must, length(max=200), *([shape] if shape else [])], description=hint)


def _choice(slot: Slot, label: Text, hint: Text | None, must: list[Any]) -> Any:
    values = slot.values or tuple(labels.CHECKS)
    named = labels.VALUES if slot.values else labels.CHECKS
    choices = [(value, named.get(value, Text(value.upper(), value.upper()))) for value in values]
    if slot.kind == "many_of":
        return SelectMultipleField(label, choices=choices, validators=[optional()], description=hint)
    if slot.empty:
        choices = [("", NOT_SAID), *choices]
    return SelectField(label, choices=choices, validators=must, description=hint)


def _stored(slot: Slot, field: Any) -> Any:
    if slot.kind == "words":
        said = {code: (text or "").strip() for code, text in field.data.items()}
        return said if slot.required or any(said.values()) else {}
    if slot.kind == "flag":
        return bool(field.data)
    if slot.kind in ("many_of", "texts", "numbers", "choices"):
        return list(field.data or [])
    if slot.kind == "named":
        return {choice["code"]: choice["names"] for choice in field.data or []}
    if slot.kind == "pairs":
        return dict(field.data or {})
    if field.data in (None, ""):
        return None if slot.empty else ("" if slot.kind == "text" and slot.required else slot.default)
    return field.data

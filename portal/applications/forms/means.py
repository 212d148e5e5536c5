"""What the team asks for of each component."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from portal.applications.forms.versioned import VersionedForm
from portal.applications.rules.means import (
    Wish,
    asked_for,
    months_field,
    problems,
    quantity_field,
    years_of,
)
from portal.platform.fields import MoneyField, text
from portal.platform.language import say
from portal.programs.definition import CallDefinition


class CountField(MoneyField):
    """A whole number, written as people write amounts, without the echo of won."""


class MeansForm(VersionedForm):
    definition: CallDefinition
    barred: frozenset[str]

    def wishes(self) -> list[Wish]:
        """Every row of the page that asks for something."""
        found: list[Wish] = []
        for component in asked_for(self.definition):
            if component.kind == "money":
                years = years_of(component, self.definition)
                found += [
                    Wish(component.code, "", y, self._number(quantity_field(component.code, y)), 0) for y in years
                ]
            else:
                for option in component.options:
                    quantity = self._number(quantity_field(component.code, option.code))
                    months = self._number(months_field(component.code, option.code))
                    found.append(Wish(component.code, option.code, 0, quantity, months if quantity else 0))
        return [w for w in found if w.quantity]

    def _number(self, name: str) -> int:
        return int(self[name].data or 0)

    def validate(self, extra_validators: Any = None) -> bool:
        good = bool(super().validate(extra_validators))
        found = problems(self.definition, self.wishes(), self.barred)
        self.tell(found)
        return good and not found


def means_form(definition: CallDefinition, wishes: Sequence[Wish], version: int, flags: frozenset[str]) -> MeansForm:
    body: dict[str, Any] = {"definition": definition, "barred": flags}
    data: dict[str, Any] = {"version": str(version)}
    stored = {(w.component, w.option, w.year): w for w in wishes}
    for component in asked_for(definition):
        if component.kind == "money":
            for year in years_of(component, definition):
                name = quantity_field(component.code, year)
                body[name] = MoneyField(f"{say(component.names)} {year}", unit=definition.currency)
                wish = stored.get((component.code, "", year))
                data[name] = wish.quantity if wish else None
            continue
        for option in component.options:
            name, months = quantity_field(component.code, option.code), months_field(component.code, option.code)
            body[name] = CountField(text("수량", "Quantity"))
            body[months] = CountField(text("사용 개월 수", "Months"))
            wish = stored.get((component.code, option.code, 0))
            data[name] = wish.quantity if wish else None
            data[months] = wish.months if wish else definition.months
    return cast(MeansForm, type("RequestForm", (MeansForm,), body)(data=data))

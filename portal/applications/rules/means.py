"""What a team may ask for of each component, and what it is worth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

from portal.applications.models import Institution
from portal.platform.formats import money, quantity
from portal.platform.language import Text, say
from portal.programs.definition import CallDefinition, Component

LARGEST: Final = 10**14  # of one amount; keeps every sum far inside 64 bits
LARGEST_QUANTITY: Final = 10**6


class Wish(NamedTuple):
    """One row of the request. money: `year`, `quantity` in minor units; resource: `option`, `quantity`, `months`."""

    component: str
    option: str
    year: int
    quantity: int
    months: int


class MeansProblem(NamedTuple):
    path: str
    sentence: Text
    params: dict[str, str]


OVER_YEAR = Text(
    "{name}의 한 해 한도는 {cap}입니다. {year}년에 적은 {asked}은 한도보다 {over} 많습니다.",
    "{name}: at most {cap} a year can be asked for. {asked} was entered for {year}, which is {over} too much.",
)
OVER_QUANTITY = Text(
    "{name}의 한도는 모두 합하여 {cap}입니다. 적은 {asked}은 한도보다 {over} 많습니다.",
    "{name}: at most {cap} in all can be asked for. {asked} was entered, which is {over} too much.",
)
OVER_MONTHS = Text("1개월부터 {cap}개월까지 신청할 수 있습니다.", "Ask for 1 to {cap} months.")
EXCLUDED = Text(
    "이 컨소시엄은 다음 자원을 신청할 수 없습니다: {name}. 사유: {reason}.",
    "This consortium cannot ask for: {name}. Reason: {reason}.",
)
NOT_OFFERED = Text("이 공고에서 신청받지 않는 항목입니다.", "This call does not offer this.")
TOO_LARGE = Text(
    "너무 큰 수입니다. 0을 더 입력하지 않았는지 확인해 주십시오.", "This is too large. Check for extra zeros."
)
FLAGS = {
    "gpu_supplier": Text("정부에 GPU를 임대하는 기관이 있음", "an institution leases GPUs to the government"),
}


def asked_for(definition: CallDefinition) -> list[Component]:
    """The components that each team asks for."""
    return [c for c in definition.components if c.is_asked]


def years_of(component: Component, definition: CallDefinition) -> list[int]:
    return component.years or definition.years


def flags_of(institutions: Iterable[Institution], today: date) -> set[str]:
    """What about the institutions bars components: a supplier of leased GPUs gets none (DOMAIN.md 1.1)."""
    for institution in institutions:
        until = institution.organisation.gpu_supplier_until if institution.organisation else None
        if until is not None and until >= today:
            return {"gpu_supplier"}
    return set()


def barred_by(component: Component, flags: Iterable[str]) -> Text | None:
    """Why the component is not for this team."""
    code = next((flag for flag in sorted(flags) if flag in component.excluded_for), None)
    return FLAGS.get(code, Text(code, code)) if code else None


def quantity_field(component: str, place: str | int) -> str:
    return f"m_{component}-{place}"


def months_field(component: str, option: str) -> str:
    return f"n_{component}-{option}"


def value_of(component: Component, wish: Wish) -> int:
    """In-kind value in minor units: quantity x months x the option's value per unit and month (0: no value stated)."""
    option = next((o for o in component.options if o.code == wish.option), None)
    if component.kind == "money" or option is None or option.unit_value is None:
        return 0
    return wish.quantity * wish.months * option.unit_value


def problems(definition: CallDefinition, wishes: Sequence[Wish], flags: Iterable[str]) -> list[MeansProblem]:
    found: list[MeansProblem] = []
    offered = {c.code: c for c in asked_for(definition)}
    for wish in wishes:
        component = offered.get(wish.component)
        if component is None:
            found.append(MeansProblem("", NOT_OFFERED, {}))
        elif component.kind == "money":
            found += _money_problems(definition, component, wish)
        else:
            found += _resource_problems(definition, component, wish)
    for component in offered.values():
        mine = [w for w in wishes if w.component == component.code and w.quantity]
        reason = barred_by(component, flags)
        if mine and reason:
            path = quantity_field(component.code, mine[0].year or mine[0].option)
            found.append(MeansProblem(path, EXCLUDED, {"name": say(component.names), "reason": say(reason)}))
        cap, total = component.max_quantity, sum(w.quantity for w in mine)
        if component.kind == "resource" and cap is not None and total > cap:
            unit = component.unit
            params = {
                "name": say(component.names), "cap": quantity(cap, unit), "asked": quantity(total, unit),
                "over": quantity(total - cap, unit),
            }  # fmt: skip
            found.append(MeansProblem(quantity_field(component.code, mine[-1].option), OVER_QUANTITY, params))
    return found


def _money_problems(definition: CallDefinition, component: Component, wish: Wish) -> list[MeansProblem]:
    path = quantity_field(component.code, wish.year)
    if wish.year not in years_of(component, definition) or wish.option or wish.months:
        return [MeansProblem(path, NOT_OFFERED, {})]
    if not 0 <= wish.quantity < LARGEST:
        return [MeansProblem(path, TOO_LARGE, {})]
    cap = component.award_cap
    if cap is None or wish.quantity <= cap:
        return []
    params = {
        "name": say(component.names), "cap": money(cap, definition.currency), "year": str(wish.year),
        "asked": money(wish.quantity, definition.currency), "over": money(wish.quantity - cap, definition.currency),
    }  # fmt: skip
    return [MeansProblem(path, OVER_YEAR, params)]


def _resource_problems(definition: CallDefinition, component: Component, wish: Wish) -> list[MeansProblem]:
    path = quantity_field(component.code, wish.option)
    if wish.option not in {o.code for o in component.options} or wish.year:
        return [MeansProblem(path, NOT_OFFERED, {})]
    if not 0 <= wish.quantity < LARGEST_QUANTITY:
        return [MeansProblem(path, TOO_LARGE, {})]
    if wish.quantity and not 1 <= wish.months <= definition.months:
        return [MeansProblem(months_field(component.code, wish.option), OVER_MONTHS, {"cap": str(definition.months)})]
    return []

"""What is given: every component has the lines that pay for it, in the call's currency."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from portal.platform.language import Text
from portal.programs.catalog_checks.found import Found, Place, more_than_line, no_line, no_pool
from portal.programs.catalog_checks.tree import months_from
from portal.programs.definition import CallDefinition, Component


def currency(definition: CallDefinition, units: Mapping[str, str]) -> Iterator[Found]:
    """Money comes from lines of the call's own currency."""
    for place, component in enumerate(definition.components):
        for year in component.years or definition.years if component.is_money else []:
            line = component.line_of(year)
            if units.get(line, definition.currency) != definition.currency:
                yield (
                    ("components", place, "line"),
                    Text(
                        f"{line} 항목은 {units[line]}이고 공고는 {definition.currency}입니다.",
                        f"the line {line} is kept in {units[line]}, the call in {definition.currency}",
                    ),
                )


def lines_of(definition: CallDefinition, component: Component, path: Place, caps: Mapping[str, int]) -> Iterator[Found]:
    if "line" not in component.binds and component.unbound_line is None:
        yield (
            (*path, "unbound_line"),
            Text(
                "예산 항목의 한도를 적용하지 않을 때는 금액을 기록할 항목(unbound_line)이 필요합니다.",
                "where the line does not bind, the money is booked on an unbound_line",
            ),
        )
        return
    if component.kind == "resource":
        yield from _resource(definition, component, path, caps)
    elif component.kind == "place":
        yield from _place(definition, component, path, caps)
    elif component.kind == "monthly":
        yield from _monthly(definition, component, path, caps)
    else:
        yield from _money(definition, component, path, caps)


def _money(definition: CallDefinition, component: Component, path: Place, caps: Mapping[str, int]) -> Iterator[Found]:
    for year in component.years or definition.years:
        line = component.line_of(year)
        if line not in caps:
            yield (*path, "line"), no_line(line)
        elif "line" in component.binds and (component.award_cap or 0) > caps[line]:
            yield (
                (*path, "max_per_year"),
                more_than_line(component.award_cap or 0, line, caps[line], definition.currency),
            )
    if not (component.is_asked or component.shared or component.award_cap or component.rank_caps or component.fixed):
        yield (
            (*path, "asked"),
            Text(
                f"{component.code}은(는) 신청받지 않으므로 얼마인지 정해야 합니다(연간 상한, 순위별 상한 또는 고정).",
                f"{component.code} is not asked for: say how much (max_per_year, rank_caps or fixed)",
            ),
        )


def _monthly(definition: CallDefinition, component: Component, path: Place, caps: Mapping[str, int]) -> Iterator[Found]:
    if component.fixed is None:
        yield (*path, "fixed"), Text("월 지원액을 정해 주십시오.", "an amount a month is fixed: say how much")
    for year in sorted(
        {year for year, _ in months_from(definition.first_month, component.months or definition.months)}
    ):
        if component.line_of(year) not in caps:
            yield (*path, "line"), no_line(component.line_of(year))


def _place(definition: CallDefinition, component: Component, path: Place, caps: Mapping[str, int]) -> Iterator[Found]:
    if component.fixed is None:
        yield (
            (*path, "fixed"),
            Text("선정마다 몇 자리를 쓰는지 정해 주십시오.", "places are fixed: say how many each award takes"),
        )
    tracks = [track.code for track in definition.tracks]
    for line in [f"{component.line}_{track}" for track in tracks] if component.by_track else [component.line]:
        if line not in caps:
            yield (*path, "line"), no_line(line)


def _resource(
    definition: CallDefinition, component: Component, path: Place, caps: Mapping[str, int]
) -> Iterator[Found]:
    months = months_from(definition.first_month, definition.months)
    if not component.options:
        yield (
            (*path, "options"),
            Text("현물 자원에는 종류가 하나 이상 필요합니다.", "a resource needs at least one option"),
        )
    largest = 0
    for place, option in enumerate(component.options):
        pools = [f"{option.pool}_{year}_{month:02d}" for year, month in months] if option.pool else []
        if unknown := [pool for pool in pools if pool not in caps]:
            yield (*path, "options", place, "pool"), no_pool(unknown)
        largest += min((caps.get(pool, 0) for pool in pools), default=component.max_quantity or 0)
    if component.max_quantity is not None and component.max_quantity > largest:
        yield (
            (*path, "max_quantity"),
            Text(
                f"{component.max_quantity:,}은(는) 모든 자원을 합한 {largest:,}보다 많습니다.",
                f"{component.max_quantity:,} is more than all pools together have ({largest:,})",
            ),
        )
    if any(option.unit_value for option in component.options):
        for year in sorted({year for year, _ in months}):
            if component.line_of(year) not in caps:
                yield (*path, "line"), no_line(component.line_of(year))

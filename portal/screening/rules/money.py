"""Checks of the money: matching per institution on its own slice, requested means within the caps."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from portal.applications.rules.matching import Costs, Matching, matching, rate_for
from portal.programs.definition import CallDefinition, Component
from portal.screening.rules.findings import Answer, Content, Evidence, Facts, evidence, fails_if, passes

Params = dict[str, Any]


def _share_problems(slice_: Matching) -> list[tuple[str, str]]:
    """What breaks Decree 19, table 1 on one institution's slice, in both languages."""
    found, costs = [], slice_.costs
    if slice_.government_over:
        found.append(
            (
                f"정부지원금 {costs.government:,}원이 한도 {slice_.government_max:,}원보다 "
                f"{slice_.government_over:,}원 많습니다.",
                f"the government's share of KRW {costs.government:,} is KRW {slice_.government_over:,} over its "
                f"limit of KRW {slice_.government_max:,}.",
            )
        )
    if slice_.cash_missing:
        found.append(
            (
                f"현금 {costs.cash:,}원이 최소 {slice_.cash_min:,}원보다 {slice_.cash_missing:,}원 적습니다.",
                f"KRW {costs.cash:,} in cash is KRW {slice_.cash_missing:,} less than the least, "
                f"KRW {slice_.cash_min:,}.",
            )
        )
    return found


def budget_matching(content: Content, params: Params, definition: CallDefinition, facts: Facts) -> Answer:
    """Matching per institution on its own slice, by its kind at submission (Decree 19)."""
    sums: dict[str, Costs] = defaultdict(Costs)
    for row in content["costs"]:
        sums[row["institution"]] += Costs(row["government"], row["cash"], row["in_kind"])
    broken: list[Evidence] = []
    for institution in content["institutions"]:
        rate = rate_for(institution["kind"], definition.regime.matching)
        for ko, en in _share_problems(matching(sums[institution["id"]], rate)):
            name = institution["name"]
            broken.append(evidence(f"{name}: {ko}", f"{name}: {en}", f"costs.{institution['id']}"))
    seen = evidence("모든 기관의 대응 비율이 맞습니다.", "Every institution's matching is in order.", "costs")
    return fails_if(broken, seen)


def _over(component: Component, content: Content) -> list[Evidence]:
    rows = [m for m in content["means"] if m["component"] == component.code]
    found = []
    for m in rows:
        if component.award_cap is not None and component.kind == "money" and m["quantity"] > component.award_cap:
            found.append(
                evidence(
                    f"‘{component.names.get('ko', '')}’ {m['year']}년 {m['quantity']:,}: "
                    f"연간 상한 {component.award_cap:,}을 넘었습니다.",
                    f"“{component.names.get('en', '')}” {m['year']}: {m['quantity']:,} is over the yearly cap of "
                    f"{component.award_cap:,}.",
                    f"means.{component.code}",
                )
            )
    total = sum(m["quantity"] for m in rows)
    if component.max_quantity is not None and total > component.max_quantity:
        found.append(
            evidence(
                f"‘{component.names.get('ko', '')}’ {total:,}: 상한 {component.max_quantity:,}을 넘었습니다.",
                f"“{component.names.get('en', '')}”: {total:,} is over the cap of {component.max_quantity:,}.",
                f"means.{component.code}",
            )
        )
    return found


def means_within_caps(content: Content, params: Params, definition: CallDefinition, facts: Facts) -> Answer:
    """What is asked for stays under the call's published ceilings."""
    known = {c.code for c in definition.components}
    found = [e for c in definition.components for e in _over(c, content)]
    found += [
        evidence(
            f"공고에 없는 자원입니다: {m['component']}",
            f"The call does not offer {m['component']}",
            f"means.{m['component']}",
        )
        for m in content["means"]
        if m["component"] not in known
    ]
    return fails_if(
        found, evidence("신청 자원이 모두 상한 안에 있습니다.", "Everything asked for is within the caps.", "means")
    )


def component_exclusions(content: Content, params: Params, definition: CallDefinition, facts: Facts) -> Answer:
    """A flagged team (a GPU supplier while it leases to the government) asks not for the component it may not get."""
    suppliers = [i for i in content["institutions"] if i.get("gpu_supplier")]
    asked = {m["component"] for m in content["means"]}
    return fails_if(
        (
            evidence(
                f"‘{i['name']}’은(는) GPU 공급기업이므로 ‘{c.names.get('ko', '')}’을(를) 받을 수 없습니다.",
                f"“{i['name']}” supplies GPUs and so cannot receive “{c.names.get('en', '')}”.",
                f"means.{c.code}",
            )
            for c in definition.components
            if "gpu_supplier" in c.excluded_for and c.code in asked
            for i in suppliers
        ),
        evidence("제외 대상 자원을 신청하지 않았습니다.", "No excluded component is asked for.", "means"),
    )


def asks_for_something(content: Content, params: Params, definition: CallDefinition, facts: Facts) -> Answer:
    if content["means"] or any(c["government"] for c in content["costs"]):
        return passes()
    return fails_if([evidence("신청한 자원이나 정부지원금이 없습니다.", "Nothing is asked for.", "means")])

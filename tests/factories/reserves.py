"""Fellowships whose places are promoted from a reserve list when they are given up."""

from __future__ import annotations

from functools import partial

from portal.awards import service
from portal.awards.models import Result
from portal.platform.context import Context
from portal.programs.definition import CallDefinition
from tests.factories.awards import Ready, definition
from tests.factories.budgets import line, plan
from tests.factories.screening import rule

WHY = "사양으로 생긴 자리를 명단의 순서대로 채웁니다."
RESULTS = (Result.AWARD, Result.AWARD, Result.RESERVE, Result.RESERVE, Result.DECLINE)


def fellowships(**awards: object) -> CallDefinition:
    """Two places with the same pay for everybody."""
    place = {"code": "place", "names": {"ko": "자리", "en": "Place"}, "kind": "place", "unit": "person",
             "line": "t_places", "fixed": 1}  # fmt: skip
    pay = {"code": "pay", "names": {"ko": "인건비", "en": "Pay"}, "kind": "monthly", "unit": "KRW", "line": "t_pay",
           "fixed": 1_000}  # fmt: skip
    rules = {"max_count": 2, "promote": True, "reserve_days": 60} | awards
    return definition(components=[place, pay], awards=rules, screening=[rule("no_active_restriction", roles=["lead"])])


def with_places(places: int = 2) -> None:
    plan([
        line("t_places", places, unit="person"), line("t_pay_2025", 10**6, year=2025),
        line("t_pay_2026", 10**6, year=2026, status="planned"),
    ])  # fmt: skip


def published(made: Ready, officer: Context, administrator: Context) -> int:
    """The decision on five entries: two awards offered, two on the reserve list, the last not selected."""
    outcomes = [(entry.id, result, WHY) for entry, result in zip(made.entries, RESULTS, strict=True)]
    decision = service.propose(officer, made.stage.id, outcomes, WHY).id
    for step in (service.approve, service.publish):
        partial(step, administrator, decision)()
    return decision

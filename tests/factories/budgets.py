"""Budget lines for tests."""

from __future__ import annotations

from collections.abc import Sequence

from portal.budgets import service
from portal.budgets.models import BudgetLine
from portal.budgets.queries import lines_by_code
from portal.platform.context import Context
from portal.programs.definition import LineDefinition
from tests.factories.base import context


def line(
    code: str, cap: int, parent: str | None = None, unit: str = "KRW", *, status: str = "appropriated",
    enforced: bool = True, year: int | None = None, month: int | None = None,
) -> LineDefinition:  # fmt: skip
    return LineDefinition(
        code=code, cap=cap, parent=parent, unit=unit, status=status, enforced=enforced, year=year, month=month,  # type: ignore[arg-type]
        names={"ko": f"항목 {code}", "en": f"Line {code}"}, office={"ko": "예산과", "en": "the budget office"}, mark="P",
    )  # fmt: skip


def plan(lines: Sequence[LineDefinition], by: Context | None = None) -> dict[str, BudgetLine]:
    """Load the lines; call inside a transaction."""
    service.load_plan(by or context(), list(lines))
    return lines_by_code([made.code for made in lines])


def used(*codes: str) -> dict[str, int]:
    """What the guard column says now."""
    return {code: line.used for code, line in lines_by_code(codes).items()}

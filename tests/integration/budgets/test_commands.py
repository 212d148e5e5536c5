"""The two commands of the budget."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select, update

from portal.budgets.models import BudgetLine, Freeze
from portal.platform.db import db
from portal.programs.loader import load_plan
from tests.factories.base import committed


def test_the_plan_of_the_catalog_loads_and_loads_again(app: Flask) -> None:
    run = app.test_cli_runner()
    for _ in range(2):
        result = run.invoke(args=["budgets", "load"])
        assert result.exit_code == 0, result.output
    assert db.session.scalar(select(func.count()).select_from(BudgetLine)) == len(load_plan())


def test_reconcile_ends_badly_when_the_books_disagree(app: Flask) -> None:
    run = app.test_cli_runner()
    run.invoke(args=["budgets", "load"])
    assert run.invoke(args=["budgets", "reconcile"]).exit_code == 0
    committed(lambda: db.session.execute(update(BudgetLine).where(BudgetLine.code == "wbl").values(used=5)))
    result = run.invoke(args=["budgets", "reconcile"])
    assert result.exit_code == 1
    assert "wbl: used 5, entries 0 (KRW)" in result.output
    assert db.session.scalar(select(func.count()).select_from(Freeze)) == 1

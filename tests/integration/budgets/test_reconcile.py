"""Books that disagree freeze awards until a budget officer has cleared them."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update

from portal.budgets import queries, service
from portal.budgets.errors import BudgetFrozen, StillUnequal
from portal.budgets.jobs import RECONCILE
from portal.budgets.models import BudgetLine, Freeze
from portal.platform.db import db
from portal.platform.errors import Forbidden
from portal.platform.jobs import Job, enqueue
from tests.databases import both_databases
from tests.factories.base import committed, context, person
from tests.factories.budgets import line, plan, used
from workers import budgets as handlers
from workers.wake import run_all_due

pytestmark = both_databases


@pytest.fixture(autouse=True)
def lines(app: Flask) -> None:
    committed(lambda: plan([line("root", 1_000), line("y2025", 600, "root")]))
    committed(lambda: service.reserve(context(), "a", {"y2025": 100}, "award", "a"))


def tamper() -> None:
    committed(lambda: db.session.execute(update(BudgetLine).where(BudgetLine.code == "y2025").values(used=40)))


def test_equal_books_freeze_nothing(app: Flask) -> None:
    assert committed(lambda: service.reconcile(context())) == []
    assert queries.open_freeze() is None


def test_tampering_is_found_named_and_freezes_awards(app: Flask) -> None:
    tamper()
    found = committed(lambda: service.reconcile(context()))
    assert [(m.line_code, m.used, m.entries) for m in found] == [("y2025", 40, 100)]
    with pytest.raises(BudgetFrozen):
        committed(lambda: service.reserve(context(), "b", {"y2025": 1}, "award", "b"))
    assert used("y2025") == {"y2025": 40}
    assert db.session.scalar(select(Job.kind).where(Job.kind == "budgets.mismatch")) == "budgets.mismatch"


def test_the_same_finding_freezes_once(app: Flask) -> None:
    tamper()
    committed(lambda: service.reconcile(context()))
    committed(lambda: service.reconcile(context()))
    assert db.session.scalar(select(func.count()).select_from(Freeze)) == 1


def test_the_freeze_is_lifted_only_when_the_books_agree_and_by_a_budget_officer(app: Flask) -> None:
    tamper()
    committed(lambda: service.reconcile(context()))
    officer = committed(lambda: context(person(), "budget_officer"))
    with pytest.raises(StillUnequal):
        committed(lambda: service.lift_freeze(officer, "바로잡음"))
    committed(lambda: db.session.execute(text("UPDATE budget_line SET used = 100 WHERE code = 'y2025'")))
    with pytest.raises(Forbidden):
        committed(lambda: service.lift_freeze(context(person(), "administrator"), "바로잡음"))
    committed(lambda: service.lift_freeze(officer, "바로잡음"))
    committed(lambda: service.reserve(context(), "b", {"y2025": 1}, "award", "b"))


def test_the_hourly_job_reconciles(app: Flask) -> None:
    assert handlers.reconcile is not None
    tamper()
    committed(lambda: enqueue(RECONCILE, {}, key="now", now=context().now))
    run_all_due(1)
    assert queries.open_freeze() is not None

"""A small call lives its whole life in this process, every job run as it falls due."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from portal.applications.models import Reference
from portal.audit.models import AuditHead
from portal.budgets.models import BudgetLine
from portal.conflicts.models import Conflict
from portal.demo import life
from portal.demo.acting import LifeBroken
from portal.notifications.models import Letter
from portal.platform.db import db
from portal.platform.transaction import in_transaction
from portal.routing.models import Seat, SeatState
from tests.databases import both_databases
from workers.wake import run_all_due


@both_databases
def test_a_small_call_lives_from_its_draft_to_accepted_awards(app: Flask) -> None:
    report = life.live("wbl", "small", 1, lambda whole=False: run_all_due())
    assert (report["applied"], report["screened"], report["awarded"]) == (6, 6, 2)
    assert report["kept"] == {"paper": 4, "presentation": 2}
    assert report["jobs"]["parked"] == 0
    assert report["caps"]
    assert all(line["used"] <= line["cap"] for line in report["caps"])
    assert all(days > 0 for days in report["days_by_stage"].values())
    declared = db.session.scalars(select(Conflict).where(Conflict.statement.is_not(None))).all()
    assert sorted((c.unsure, c.dismissed_at is not None) for c in declared) == [(False, False), (True, True)]
    assert db.session.scalars(select(Seat).where(Seat.state == SeatState.DECLINED)).all()
    _breaks_are_named()


def test_all_four_programs_live_at_once_inside_every_cap(app: Flask) -> None:
    report = life.live("all", "small", 1, lambda whole=False: run_all_due())
    found = {one["program"]: one for one in report["programs"]}
    assert {code: one["applied"] for code, one in found.items()} == {"WBL": 6, "CHAMP": 10, "PATH": 6, "INNO": 12}
    assert found["CHAMP"]["kept"] == {"prescreen": 8, "interim": 6, "final_1": 4, "final_2": 2}
    assert found["INNO"]["awarded"] == 4 and found["INNO"]["promoted"]
    caps = {line["line"]: line for line in report["caps"]}
    assert all(line["used"] <= line["cap"] for line in caps.values())
    assert 500_000_000 < caps["path_2025"]["used"] <= 2_000_000_000
    assert caps["inno_places"]["used"] == 4
    letters = db.session.execute(select(Reference.received_at, Reference.declined_at)).all()
    assert len(letters) == 24, "every postdoc asks two referees"
    assert sum(bool(came) for came, _ in letters) > 20 and any(declined for _, declined in letters)


def _breaks_are_named() -> None:
    """Damage done behind the services' back is found and named."""
    with pytest.raises(LifeBroken, match="applied: 5, planned 6"):
        plan = life.plan_of("wbl", "small").plan
        raise LifeBroken("; ".join(life.unplanned(plan, life.figures(plan) | {"applied": 5})))

    def damage() -> None:
        line = db.session.scalars(select(BudgetLine).where(BudgetLine.used > 0).order_by(BudgetLine.id)).first()
        assert line is not None
        line.used -= 1
        letter = db.session.scalars(select(Letter).order_by(Letter.id).limit(1)).one()
        letter.state = "failed"  # type: ignore[assignment]
        db.session.get_one(AuditHead, 1).sequence -= 1

    in_transaction(damage)
    broken = " | ".join(life.broken_promises())
    for word in ("does not reconcile", "letters of", "audit chain broken"):
        assert word in broken

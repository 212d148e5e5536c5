"""Caps hold, reversals happen once, request ids mean one thing, on both databases."""

from __future__ import annotations

import threading
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.audit.models import AuditEvent
from portal.budgets import queries, service
from portal.budgets.errors import (
    AlreadyPaid,
    AlreadyReversed,
    CapBelowUsed,
    CapExceeded,
    LineIsPlanned,
    MovementReused,
    NotSetAside,
    PlanRefused,
    UnknownLine,
)
from portal.budgets.models import Entry, Movement, MovementKind
from portal.platform.context import Actor, Context, Grant
from portal.platform.db import db
from portal.platform.errors import Forbidden
from portal.platform.language import speaking
from portal.platform.transaction import in_transaction
from tests.databases import both_databases
from tests.factories.base import committed, context, person
from tests.factories.budgets import line, plan, used

pytestmark = both_databases

LINES = [
    line("root", 1_000_000),
    line("program", 1_000, "root"),
    line("y2025", 600, "program"),
    line("y2026", 600, "program", status="planned"),
    line("cards", 10, unit="card"),
    line("watched", 5, "root", enforced=False),
]


@pytest.fixture(autouse=True)
def lines(app: Flask) -> None:
    committed(lambda: plan(LINES))


def reserve(request: str, charges: dict[str, int], by: Context | None = None) -> int:
    return in_transaction(lambda: service.reserve(by or context(), request, charges, "award", request).id)


def holder(role: str, scope: str) -> Context:
    who = committed(lambda: person().id)
    actor = Actor(person_id=who, same_as=frozenset({who}), grants=frozenset({Grant(role, scope)}))
    return Context(actor=actor, now=context().now)


def test_a_reservation_counts_on_the_line_and_all_above(app: Flask) -> None:
    reserve("a", {"y2025": 100, "y2026": 50, "cards": 4})
    assert used("root", "program", "y2025", "y2026", "cards") == {
        "root": 150, "program": 150, "y2025": 100, "y2026": 50, "cards": 4,
    }  # fmt: skip


def test_up_to_the_cap_and_not_one_won_more(app: Flask) -> None:
    reserve("a", {"y2025": 600})
    with pytest.raises(CapExceeded) as refused:
        reserve("b", {"y2025": 1})
    assert refused.value.line_code == "y2025"
    assert used("y2025") == {"y2025": 600}


def test_a_refusal_leaves_nothing_behind_on_any_line(app: Flask) -> None:
    reserve("a", {"y2025": 600})
    with pytest.raises(CapExceeded) as refused:
        reserve("b", {"cards": 1, "y2025": 0, "y2026": 401})
    assert refused.value.line_code == "program"
    assert used("root", "program", "y2026", "cards") == {"root": 600, "program": 600, "y2026": 0, "cards": 0}
    assert db.session.scalar(select(func.count()).select_from(Movement)) == 1


def test_a_line_that_is_only_watched_does_not_refuse(app: Flask) -> None:
    reserve("a", {"watched": 50})
    assert used("watched") == {"watched": 50}


@pytest.mark.parametrize(
    ("role", "scope", "told"),
    [
        ("administrator", "*", False),
        ("budget_officer", "line:cards", False),
        ("budget_officer", "line:y2025", True),
        ("budget_officer", "line:root", True),
        ("auditor", "*", True),
    ],
)
def test_figures_are_told_only_to_holders_of_a_budget_role(app: Flask, role: str, scope: str, told: bool) -> None:
    reserve("a", {"y2025": 570})
    with pytest.raises(CapExceeded) as refused:
        reserve("b", {"y2025": 123}, holder(role, scope))
    with speaking("en"):
        sentence = refused.value.sentence()
    assert "Line y2025" in sentence
    assert ("KRW 30 " in sentence and "KRW 123 " in sentence) is told
    assert ("the budget office" in sentence) is not told


def test_a_line_above_is_not_named_to_whoever_holds_no_budget_role(app: Flask) -> None:
    reserve("a", {"y2025": 600})
    with pytest.raises(CapExceeded) as refused:
        reserve("b", {"y2026": 500}, holder("administrator", "*"))
    with speaking("en"):
        assert refused.value.sentence() == "The line above does not have enough; ask the budget office."


def test_the_same_request_returns_the_first_movement(app: Flask) -> None:
    first = reserve("a", {"y2025": 100})
    assert reserve("a", {"y2025": 100, "cards": 0}) == first
    assert used("y2025") == {"y2025": 100}


def test_the_same_request_with_another_body_is_refused(app: Flask) -> None:
    reserve("a", {"y2025": 100})
    with pytest.raises(MovementReused):
        reserve("a", {"y2025": 101})
    assert used("y2025") == {"y2025": 100}


def test_an_unknown_line_and_a_negative_charge_are_refused(app: Flask) -> None:
    with pytest.raises(UnknownLine):
        reserve("a", {"y2031": 1})
    with pytest.raises(ValueError, match="negative"):
        reserve("b", {"y2025": -1})


def test_a_reservation_is_given_back_once(app: Flask) -> None:
    movement = reserve("a", {"y2025": 100})
    committed(lambda: service.release(context(), "back", movement))
    with pytest.raises(AlreadyReversed):
        committed(lambda: service.release(context(), "back again", movement))
    with pytest.raises(AlreadyReversed):
        committed(lambda: service.lapse(context(), "lapse", movement))
    assert used("root", "y2025") == {"root": 0, "y2025": 0}


def test_the_same_release_twice_is_one(app: Flask) -> None:
    movement = reserve("a", {"y2025": 100})
    first = in_transaction(lambda: service.release(context(), "back", movement).id)
    assert in_transaction(lambda: service.release(context(), "back", movement).id) == first
    assert used("y2025") == {"y2025": 0}


def test_moving_on_changes_the_kind_and_never_what_is_used(app: Flask) -> None:
    movement = reserve("a", {"y2025": 100})
    committed(lambda: service.commit(context(), "c", movement))
    committed(lambda: service.obligate(context(), "o", movement))
    committed(lambda: service.disburse(context(), "d", movement, {"y2025": 30}))
    assert used("y2025", "root") == {"y2025": 100, "root": 100}
    found = queries.line_by_code("y2025")
    assert found is not None
    assert queries.split_of(found.id) == queries.Split(reserved=0, committed=0, obligated=70, disbursed=30)
    with pytest.raises(AlreadyPaid):
        committed(lambda: service.release(context(), "back", movement))


def test_no_more_moves_on_than_stood_in_the_step_before(app: Flask) -> None:
    movement = reserve("a", {"y2025": 100})
    with pytest.raises(NotSetAside):
        committed(lambda: service.obligate(context(), "o", movement, {"y2025": 1}))
    committed(lambda: service.commit(context(), "c", movement, {"y2025": 60}))
    with pytest.raises(NotSetAside):
        committed(lambda: service.commit(context(), "c2", movement, {"y2025": 41}))
    committed(lambda: service.commit(context(), "c3", movement, {"y2025": 40}))


def test_a_planned_year_is_reserved_but_never_obligated(app: Flask) -> None:
    movement = reserve("a", {"y2025": 100, "y2026": 50})
    committed(lambda: service.commit(context(), "c", movement))
    with pytest.raises(LineIsPlanned):
        committed(lambda: service.obligate(context(), "o", movement))
    committed(lambda: service.obligate(context(), "o2025", movement, {"y2025": 100}))


def test_what_was_given_back_cannot_move_on(app: Flask) -> None:
    movement = reserve("a", {"y2025": 100})
    committed(lambda: service.release(context(), "back", movement))
    with pytest.raises(AlreadyReversed):
        committed(lambda: service.commit(context(), "c", movement))


def test_a_cap_is_never_lowered_under_what_is_used(app: Flask) -> None:
    reserve("a", {"y2025": 100})
    found = queries.line_by_code("y2025")
    assert found is not None
    line_id, by = found.id, holder("budget_officer", "line:y2025")
    with speaking("en"), pytest.raises(CapBelowUsed, match="CapBelowUsed") as refused:
        committed(lambda: service.change_cap(by, line_id, 99, "줄임"))
    assert refused.value.params == {"used": "KRW 100"}
    committed(lambda: service.change_cap(by, line_id, 100, "줄임"))
    with pytest.raises(CapExceeded):
        reserve("b", {"y2025": 1})


def test_a_cap_is_changed_by_its_budget_officer_on_record(app: Flask) -> None:
    found = queries.line_by_code("y2025")
    assert found is not None
    line_id = found.id
    for by in (holder("auditor", "*"), holder("budget_officer", "line:cards")):
        with pytest.raises(Forbidden):
            committed(partial(service.change_cap, by, line_id, 700, "늘림"))
    above = holder("budget_officer", "line:program")
    committed(lambda: service.change_cap(above, line_id, 700, "늘림"))
    assert db.session.scalars(select(AuditEvent.kind).where(AuditEvent.kind == "CapChanged")).all() == ["CapChanged"]


def test_loading_the_plan_again_changes_nothing(app: Flask) -> None:
    found = queries.line_by_code("y2025")
    assert found is not None
    line_id, by = found.id, holder("budget_officer", "*")
    committed(lambda: service.change_cap(by, line_id, 650, "증액"))
    before = db.session.scalar(select(func.count()).select_from(AuditEvent))
    committed(lambda: plan(LINES))
    again = queries.line_by_code("y2025")
    assert again is not None
    assert (again.id, again.cap) == (line_id, 650)
    assert db.session.scalar(select(func.count()).select_from(AuditEvent)) == before


def test_a_line_cannot_change_its_unit_or_place(app: Flask) -> None:
    with pytest.raises(PlanRefused):
        committed(lambda: plan([line("y2025", 600, unit="card")]))


def test_threads_that_fight_for_the_last_won_never_pass_the_cap(app: Flask) -> None:
    results: list[str] = []

    def fight(n: int) -> None:
        with app.app_context():
            for attempt in range(5):
                try:
                    reserve(f"{n}-{attempt}", {"y2025": 90, "y2026": 70})
                except CapExceeded:
                    results.append("refused")
                else:
                    results.append("reserved")
            db.session.remove()

    threads = [threading.Thread(target=fight, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count("reserved") == 6
    assert results.count("refused") == 24
    assert used("y2025", "y2026", "program") == {"y2025": 540, "y2026": 420, "program": 960}
    assert queries.mismatches() == []


def test_the_public_sums_count_only_what_was_published(app: Flask) -> None:
    at = context()
    reserve("a", {"y2025": 100}, at)
    reserve("b", {"y2025": 70}, at)
    found = queries.line_by_code("y2025")
    assert found is not None
    line_id = found.id
    assert queries.public_used(line_id, at.now) == 0
    committed(lambda: service.show_from(at, "award", ["a"], at.now))
    assert queries.public_used(line_id, at.now) == 100
    published = db.session.scalars(select(Movement.id).where(Movement.request_id == "a")).one()
    committed(lambda: service.release(at, "back", published))
    assert queries.public_used(line_id, at.now) == 0


def test_every_entry_of_a_reversal_mirrors_its_reservation(app: Flask) -> None:
    movement = reserve("a", {"y2025": 100, "cards": 3})
    committed(lambda: service.lapse(context(), "late", movement))
    rows = db.session.execute(select(Entry.line_id, func.sum(Entry.amount)).group_by(Entry.line_id)).all()
    assert {int(total) for _, total in rows} == {0}
    kinds = db.session.scalars(select(Movement.kind).order_by(Movement.id)).all()
    assert kinds == [MovementKind.RESERVE, MovementKind.LAPSE]

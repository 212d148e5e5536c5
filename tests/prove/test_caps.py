"""16 processes, 2,000 awards around a cap: never over it, never more than one award under it (TRUST.md 3)."""

from __future__ import annotations

import multiprocessing
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, insert, select

from portal.awards import service
from portal.awards.models import Award, Decision, DecisionState, Outcome, Result
from portal.awards.rules import Piece
from portal.budgets import queries as budget_queries
from portal.budgets.errors import CapExceeded
from portal.factory import create_app
from portal.platform.context import RandomIds
from portal.platform.db import db
from tests.databases import both_databases, settings
from tests.factories.awards import ready, with_plan
from tests.factories.base import committed, context, person
from tests.factories.budgets import used

pytestmark = [pytest.mark.prove, both_databases]
PROCESSES, ATTEMPTS = 16, 2_000
AMOUNT, CAP = 1_000, 1_234_567  # room for 1,234 awards and 567 won


def outcomes_to_award() -> list[int]:
    """2,000 outcomes of one decision: the entries repeat over decisions, each outcome is awarded once."""
    with_plan(data=CAP)
    made = ready(1)
    by = person()
    for _ in range(ATTEMPTS):
        decision = Decision(
            public_id=RandomIds().public_id(), stage_id=made.stage.id, ranking_run_id=made.run.id, rules_hash="0" * 64,
            reason="증명", state=DecisionState.PROPOSED, proposed_at=context().now, proposed_by_id=by.id,
        )  # fmt: skip
        db.session.add(decision)
    db.session.flush()
    rows = [
        {"public_id": RandomIds().public_id(), "decision_id": decision, "entry_id": made.entries[0].id,
         "result": Result.AWARD, "rank": 1, "reason": "증명"}
        for decision in db.session.scalars(select(Decision.id).order_by(Decision.id))
    ]  # fmt: skip
    db.session.execute(insert(Outcome), rows)
    return list(db.session.scalars(select(Outcome.id).order_by(Outcome.id)))


def attempt(url: str, folder: str, outcomes: list[int], answers: multiprocessing.Queue[tuple[int, int]]) -> None:
    """One process: a fresh app on the same database; counts awards and refusals, anything else ends it badly."""
    awarded = refused = 0
    app = create_app(settings(Path(folder), url))
    bundle = [Piece("data", "", 2025, AMOUNT, 0)]
    with app.app_context():
        for outcome in outcomes:
            try:
                committed(partial(service.issue_award, context(), outcome, bundle))
            except CapExceeded:
                refused += 1
            else:
                awarded += 1
        db.session.remove()
        db.engine.dispose()
    answers.put((awarded, refused))


def test_two_thousand_awards_from_sixteen_processes_keep_the_cap(app: Flask, database: str, tmp_path: Path) -> None:
    outcomes = committed(outcomes_to_award)
    db.session.remove()
    db.engine.dispose()
    spawn = multiprocessing.get_context("spawn")
    answers: multiprocessing.Queue[tuple[int, int]] = spawn.Queue()
    folder = str(tmp_path / "instance")
    shares = [outcomes[n::PROCESSES] for n in range(PROCESSES)]
    workers = [spawn.Process(target=attempt, args=(database, folder, share, answers)) for share in shares]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * PROCESSES
    awarded, refused = (sum(column) for column in zip(*(answers.get(timeout=10) for _ in workers), strict=True))
    taken = used("t_data_2025")["t_data_2025"]
    assert awarded + refused == ATTEMPTS
    assert taken == awarded * AMOUNT <= CAP
    assert CAP - taken < AMOUNT
    assert db.session.scalar(select(func.count()).select_from(Award)) == awarded == CAP // AMOUNT
    assert used("t_program", "t_root", "t_data") == dict.fromkeys(("t_program", "t_root", "t_data"), taken)
    assert budget_queries.mismatches() == []

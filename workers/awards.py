"""Offers whose time is over; selection scenarios and matchings."""

from __future__ import annotations

from portal.awards import service
from portal.awards.jobs import EXPIRE, SCENARIO
from portal.awards.models import Scenario
from portal.awards.placing import KIND, place
from portal.awards.selection import solve
from portal.platform.db import db
from workers.wake import Run, handles


@handles(SCENARIO)
def scenario(run: Run) -> None:
    """Long: read the frozen inputs, compute without a transaction, keep what came out."""
    scenario_id = run.payload["scenario_id"]
    with run.reading():
        inputs = dict(db.session.get_one(Scenario, scenario_id).inputs)
    result = place(inputs) if inputs.get("kind") == KIND else solve(inputs)
    with run.effect() as context:
        service.keep_solution(context, scenario_id, result)


@handles(EXPIRE)
def expire(run: Run) -> None:
    with run.effect() as context:
        service.expire_award(context, run.payload["award_id"])

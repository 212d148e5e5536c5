"""Routing's jobs: what follows a screened stage, a run of the assignment, a conflict that arises later."""

from __future__ import annotations

from portal.conflicts.jobs import ARISEN
from portal.platform import clock
from portal.platform.context import Context, system_actor
from portal.platform.db import db
from portal.platform.transaction import transaction
from portal.routing import service
from portal.routing.jobs import DETECT, DETECT_STAGE, REPLACE, ROUTE
from portal.routing.models import Panel
from portal.routing.rules.trials import Changes
from portal.routing.service.freezing import freeze
from portal.routing.service.runs import solved, store
from portal.screening.jobs import STAGE_SCREENED
from workers.schedule import SCHEDULE, Every
from workers.wake import Run, handles

SCHEDULE.append(Every(DETECT, 86_400, after=64_800))  # 03:00 in Korea


@handles(STAGE_SCREENED)
def stage_screened(run: Run) -> None:
    """Look for conflicts; start the assignment when the panel is ready, otherwise officers see "form the panel"."""
    with run.effect() as context:
        service.detect(context, run.payload["stage_id"])
        service.route_if_ready(context, run.payload["stage_id"])


@handles(ARISEN)
def conflict_arisen(run: Run) -> None:
    with run.effect() as context:
        service.revoke_barred(context, run.payload["application_id"])


@handles(DETECT)
def detect_all(run: Run) -> None:
    with run.effect() as context:
        service.ask_to_detect(context, run.payload["slot"])


@handles(DETECT_STAGE)
def detect_stage(run: Run) -> None:
    with run.effect() as context:
        service.detect(context, run.payload["stage_id"])


@handles(REPLACE)
def fill_declined(run: Run) -> None:
    with run.effect() as context:
        service.fill(context, run.payload["assignment_id"])


@handles(ROUTE)
def route(run: Run) -> None:
    """Long: detect and freeze, compute without a transaction, store if the inputs still hold."""
    panel_id, seed = run.payload["panel_id"], run.payload["seed"]
    trial, changes = bool(run.payload.get("trial")), Changes.from_json(run.payload.get("changes"))
    if not trial:
        with transaction():
            context = Context(actor=system_actor(run.kind), now=clock.now())
            service.detect(context, db.session.get_one(Panel, panel_id).stage_id)
    with run.reading():
        frozen = freeze(panel_id, seed, clock.now(), changes)
    solution = solved(frozen, lambda stage, round_, gap: run.progress(round_, 0, f"{stage}:{gap:.4f}"))
    with run.effect() as context:
        store(
            context, panel_id, frozen, solution, run.payload.get("asked_by"), trial=trial,
            reason=run.payload.get("reason", ""),
        )  # fmt: skip

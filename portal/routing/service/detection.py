"""Find what the data show, write it as bars, take away the assignments that they hit."""

from __future__ import annotations

from sqlalchemy import select

from portal.audit import service as audit
from portal.conflicts import service as conflicts
from portal.conflicts.models import Conflict
from portal.conflicts.rules import today
from portal.platform.context import Context
from portal.platform.db import db
from portal.programs.models import Stage
from portal.routing.models import Panel, Seat
from portal.routing.queries import facts
from portal.routing.queries import pool as reviewers
from portal.routing.rules import detection
from portal.routing.service.assignments import revoke_barred


def _possible_reviewers(context: Context, stage: Stage) -> set[int]:
    """The pool of the call and whoever has a seat on a panel of the stage."""
    seated = db.session.scalars(
        select(Seat.person_id).join(Panel, Seat.panel_id == Panel.id).where(Panel.stage_id == stage.id)
    )
    return reviewers.pool_ids(stage.call, context.now) | set(seated)


def detect(context: Context, stage_id: int) -> list[Conflict]:
    """Write every detected bar between the stage's possible reviewers and its applications; returns the new ones.

    Safe to run again at any time: when a panel is formed, before routing, and when facts change later.
    """
    stage = db.session.get_one(Stage, stage_id)
    if stage.call.is_preview:  # one person is applicant and reviewer
        return []
    definition = stage.call.definition
    applications = facts.open_applications(stage_id)
    people = _possible_reviewers(context, stage)
    if not applications or not people:
        return []
    here = facts.targets(applications)
    who = facts.candidates(people, stage, here)
    day = today(context.now, definition.time_zone)
    new = conflicts.write_all(context, detection.detect(who, here, definition.regime, day))
    grounds: dict[str, int] = {}
    for row in new:
        grounds[row.ground] = grounds.get(row.ground, 0) + 1
    audit.record(
        context, "ConflictsDetected", "stage", stage.public_id,
        people=len(people), applications=len(applications), new=len(new), grounds=grounds,
    )  # fmt: skip
    for application_id in sorted({row.application_id for row in new}):
        revoke_barred(context, application_id)
    return new

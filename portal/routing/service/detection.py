"""Find what the data show, write it as bars, take away the assignments that they hit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from portal.audit import service as audit
from portal.conflicts import queries as bars
from portal.conflicts import service as conflicts
from portal.conflicts.models import Conflict, Source
from portal.conflicts.rules import Found, today
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.jobs import Asked, enqueue_all
from portal.programs.models import Call, Stage
from portal.routing.jobs import DETECT_STAGE
from portal.routing.queries import facts
from portal.routing.queries import pool as reviewers
from portal.routing.queries.identities import identities_of
from portal.routing.rules import detection
from portal.routing.service.assignments import revoke_barred


def detect(
    context: Context, stage_id: int, *, people: Collection[int] | None = None,
    applications: Collection[int] | None = None,
) -> list[Conflict]:  # fmt: skip
    """Write every detected bar between the stage's possible reviewers and its applications, or between some of them;
    returns the new ones. What the data no longer show lifts.

    Safe to run again at any time: when a panel is formed, before routing, each night, and when facts change.
    """
    stage = db.session.get_one(Stage, stage_id)
    if stage.call.is_preview:  # one person is applicant and reviewer
        return []
    possible = reviewers.possible_ids(stage, context.now)
    here = [a for a in facts.open_applications(stage_id) if applications is None or a in applications]
    who = possible if people is None else possible & set(people)
    if not here or not who:
        return []
    found = list(_look(context, stage, who, here))
    new = conflicts.write_all(context, found)
    lifted = conflicts.lift(context, _gone(found, who, here))
    audit.record(
        context, "ConflictsDetected", "stage", stage.public_id, people=len(who), applications=len(here),
        new=len(new), lifted=lifted, grounds=dict(Counter(row.ground for row in new)),
    )  # fmt: skip
    for application_id in sorted({row.application_id for row in new}):
        revoke_barred(context, application_id)
    return new


def _look(context: Context, stage: Stage, people: set[int], applications: Sequence[int]) -> list[Found]:
    definition = stage.call.definition
    here = facts.targets(applications)
    who = facts.candidates(people, stage, here)
    return list(detection.detect(who, here, definition.regime, today(context.now, definition.time_zone)))


def _gone(found: list[Found], people: set[int], applications: Sequence[int]) -> list[Conflict]:
    """Bars found before, of a passing kind, that were looked for and not found again."""
    keys = {(bar.person_id, bar.application_id, bar.ground) for bar in found}
    return [
        row
        for row in bars.of_applications(applications)
        if row.source is Source.DETECTED and row.person_id in people and row.evidence.get("detector") in detection.PASSING
        and (row.person_id, row.application_id, row.ground) not in keys
    ]  # fmt: skip


def detect_around(context: Context, person_id: int) -> int:
    """Somebody's posts, relations, addresses or restrictions changed: look again wherever they review or apply now.
    Returns the number of new bars."""
    (ids, emails) = identities_of([person_id])[person_id]
    new = 0
    for stage in facts.open_stages():
        new += len(detect(context, stage.id, people=ids))
        if own := facts.applications_of(stage.id, ids, emails):
            new += len(detect(context, stage.id, applications=own))
    return new


def ask_to_detect(context: Context, slot: str) -> int:
    """One job for each stage with something to review; returns how many."""
    stages = facts.open_stages()
    enqueue_all(
        [Asked(DETECT_STAGE, {"stage_id": stage.id}, f"{slot}:{stage.public_id}") for stage in stages], now=context.now
    )
    return len(stages)


def check(context: Context, call: Call, person_id: int) -> list[Found]:
    """What bars this person from the applications of this call, whether they are in the pool or not; writes nothing.

    Looks at the applications of every stage that is open, and between stages at all that were handed in.
    """
    found: dict[tuple[int, str], Found] = {}
    stages = [stage for stage in call.stages if facts.open_applications(stage.id)]
    for stage in stages:
        for bar in _look(context, stage, {person_id}, facts.open_applications(stage.id)):
            found[bar.application_id, bar.ground] = bar
    return list(found.values())

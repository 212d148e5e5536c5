"""The story of one call, from its draft to accepted offers, or up to the moment at which it is to be shown."""

from __future__ import annotations

import enum
import random
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from portal.demo import deciding, reviewing
from portal.demo.acting import Steps, act, read
from portal.demo.people import Cast
from portal.demo.teams import Shape, Team
from portal.platform import clock
from portal.platform.context import Context
from portal.platform.db import db
from portal.programs import service as programs
from portal.programs.definition import CallDefinition
from portal.programs.models import Stage
from portal.routing.models import AssignmentState

SEOUL = ZoneInfo("Asia/Seoul")
CLOSED_FOR_SURE = timedelta(seconds=75)  # the grace of the closing job has passed


class Until(enum.IntEnum):
    """How far a call is told."""

    OPEN = 1
    IN_REVIEW = 2
    AWARD_TABLE = 3
    PROPOSED = 4
    DECIDED = 5


@dataclass(frozen=True)
class Plan:
    code: str
    names: dict[str, str]
    definition: CallDefinition
    opens: datetime
    closes: datetime
    shape: Shape
    until: Until = Until.DECIDED
    favoured: Team | None = None

    @property
    def kept(self) -> list[int]:
        """How many go on from each stage."""
        awards, left, found = self.definition.awards, self.shape.teams, []
        for stage in self.definition.stages:
            left = min(left, stage.keep, awards.max_count if stage.awards else stage.keep)
            found.append(left)
        return found


def kst(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SEOUL)


def next_morning(moment: datetime, hour: int = 10) -> datetime:
    """That hour of the next working day in Seoul."""
    local = moment.astimezone(SEOUL)
    day = local.date() + timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return datetime.combine(day, time(hour), tzinfo=SEOUL)


def adapted(
    definition: CallDefinition, keeps: dict[str, int], panel: int | None = None, reviews: int | None = None
) -> CallDefinition:
    """The same program with other keep-counts and smaller panels; stages that `keeps` does not name fall away."""
    data: dict[str, Any] = definition.model_dump(mode="json")
    data["stages"] = [stage for stage in data["stages"] if stage["code"] in keeps]
    for stage in data["stages"]:
        stage["keep"] = keeps[stage["code"]]
        rule = stage["panel"]
        if panel is not None:
            together = rule["reviews_per_entry"] >= rule["size"]
            rule["size"] = panel
            rule["reviews_per_entry"] = panel if together else min(reviews or panel, panel)
            rule["min_foreign"] = min(rule["min_foreign"], 1)
            rule["min_industry"] = min(rule["min_industry"], 1)
    return CallDefinition.model_validate(data)


def call(plan: Plan, cast: Cast, seed: str) -> Steps:
    """Draft, opening and closing by job, every stage, and the answers to the offers."""
    rng = random.Random(seed)
    yield plan.opens - timedelta(days=7)

    def draft(context: Context) -> None:
        programs.draft_call(context, plan.definition, plan.code, plan.names, plan.opens, plan.closes)

    act(cast.officers[0], draft)
    if plan.until is Until.OPEN:
        return
    judges = reviewing.Judges(seed, plan.favoured)
    last = len(plan.definition.stages) - 1
    for position, keep in enumerate(plan.kept):
        yield from _stage(plan, position, keep, cast, judges, rng, last=position == last)
        if plan.until is Until.IN_REVIEW or (position == last and plan.until is not Until.DECIDED):
            return
    yield from _answers(plan)


def _stage(
    plan: Plan, position: int, keep: int, cast: Cast, judges: reviewing.Judges, rng: random.Random, *, last: bool
) -> Steps:
    first = position == 0
    if first:
        yield plan.closes - timedelta(days=5)
    stage = reviewing.stage_of(plan.code, position)
    panel_id = reviewing.form_panel(cast, stage, rng)
    yield clock.now() + timedelta(hours=20)
    reviewing.answer_invitations(cast, panel_id, decline=first)
    yield clock.now() + timedelta(hours=6)
    reviewing.accept_late_seats(panel_id)
    yield (plan.closes + CLOSED_FOR_SURE) if first else clock.now() + timedelta(hours=1)
    yield next_morning(clock.now(), 9)
    reviewing.decide_unclear(cast, stage)
    yield clock.now() + timedelta(minutes=30)
    reviewing.ask_to_route(cast, panel_id, seed=position + 1)
    yield clock.now() + timedelta(hours=1)
    reviewing.publish_assignments(cast, panel_id)
    yield clock.now() + timedelta(hours=2)
    reviewing.declare(cast, panel_id, conflicts=first)
    yield clock.now() + timedelta(hours=1)
    reviewing.settle_unsure(cast, stage)
    reviewing.replace_declined(cast, panel_id)
    yield clock.now() + timedelta(hours=1)
    reviewing.declare(cast, panel_id, conflicts=False)
    if plan.until is Until.IN_REVIEW:
        yield from _half_reviewed(stage, panel_id, cast, judges)
        return
    yield from reviewing.review_all(judges, stage, panel_id, days=max(1.0, stage.definition.review_days - 1.0))
    yield next_morning(clock.now())
    yield from _decision(plan, stage, panel_id, keep, cast, last=last)


def _half_reviewed(stage: reviewing.StageIds, panel_id: int, cast: Cast, judges: reviewing.Judges) -> Steps:
    """Some have written, one has handed everything in; the one who is followed has begun three of theirs."""
    rows = reviewing.given(panel_id, AssignmentState.ACCEPTED)
    followed = cast.reviewers["academia"][0]
    others = sorted({row.person_id for row in rows} - {followed})
    for n, person_id in enumerate([followed, *others[:3]]):
        yield clock.now() + timedelta(minutes=15)
        mine = [row for row in rows if row.person_id == person_id]
        for row in mine[:3] if n < 2 else mine:
            judges.review(stage, row)
        if n == 3:
            reviewing.hand_in(mine)


def _decision(plan: Plan, stage: reviewing.StageIds, panel_id: int, keep: int, cast: Cast, *, last: bool) -> Steps:
    rows = deciding.ranked(stage)
    deciding.find_conditions(cast, stage, rows)
    if stage.definition.awards:
        table_id = deciding.open_table(cast, panel_id)
        yield clock.now() + timedelta(hours=1)
        deciding.recommend(cast, stage, table_id, rows[:keep], rows[keep:])
        if last and plan.until is Until.AWARD_TABLE:
            return
        yield clock.now() + timedelta(hours=1)
        deciding.close_table(cast, table_id)
    yield clock.now() + timedelta(hours=1)
    decision_id = deciding.propose(cast, stage, rows, keep)
    if last and plan.until is Until.PROPOSED:
        return
    yield clock.now() + timedelta(hours=3)
    deciding.approve(cast, decision_id)
    yield clock.now() + timedelta(hours=2)
    deciding.publish(cast, decision_id)


def _answers(plan: Plan) -> Steps:
    """Every offer is accepted: all but one within days, one ten minutes before its time is over."""
    offers = deciding.offered(reviewing.stage_of(plan.code, 0).call_id)
    published = clock.now()
    for n, (award_id, owner_id) in enumerate(offers[:-1]):
        yield published + timedelta(days=1 + n, hours=3)
        deciding.accept(award_id, owner_id)
    if offers:
        deadline = published + timedelta(days=plan.definition.awards.acceptance_days)
        yield deadline - timedelta(minutes=10)
        deciding.accept(*offers[-1])
        yield deadline + timedelta(hours=1)  # the expiry jobs find nothing to do


def days_by_stage(call_id: int) -> dict[str, float]:
    """Days from each stage's first entry to its published decision."""

    def query() -> dict[str, float]:
        stages = db.session.query(Stage).filter(Stage.call_id == call_id).order_by(Stage.position)
        return {
            s.code: round((s.decided_at - s.opened_at).total_seconds() / 86_400, 1)
            for s in stages
            if s.opened_at is not None and s.decided_at is not None
        }

    return read(query)

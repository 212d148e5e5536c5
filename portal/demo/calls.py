"""The story of one call, from its draft to accepted offers, or up to the moment at which it is to be shown."""

from __future__ import annotations

import enum
import random
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from portal.awards.models import Result
from portal.awards.rules import keep_of
from portal.demo import deciding, meeting, presenting, reviewing
from portal.demo.acting import Steps, act, read
from portal.demo.applying import Applying
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
    """`agreed`: components of which the best who asked gets so much a year, and nobody else any."""

    code: str
    names: dict[str, str]
    definition: CallDefinition
    opens: datetime
    closes: datetime
    shape: Shape
    until: Until = Until.DECIDED
    favoured: Team | None = None
    agreed: dict[str, int] = field(default_factory=dict)
    works: list[Applying] = field(default_factory=list)  # those who apply

    @property
    def tracks(self) -> list[str]:
        return [track.code for track in self.definition.tracks] or [""]

    def kept(self, position: int, track: str) -> int:
        """How many of a track go on from a stage, when everybody who can does."""
        count = len(self.tracks)
        number = self.tracks.index(track)
        left = sum(n % count == number for n in range(1, self.shape.teams + 1))
        for stage in self.definition.stages[: position + 1]:
            left = min(left, keep_of(self.definition, stage.code, track))
        return left

    @property
    def kept_by_stage(self) -> dict[str, int]:
        stages = enumerate(self.definition.stages)
        return {stage.code: sum(self.kept(n, track) for track in self.tracks) for n, stage in stages}


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
    """The same program with other keep-counts (of each track), two of its tracks and smaller panels; stages that
    `keeps` does not name fall away."""
    data: dict[str, Any] = definition.model_dump(mode="json")
    data["stages"] = [stage for stage in data["stages"] if stage["code"] in keeps]
    data["tracks"] = [track | {"keep": keeps} for track in data["tracks"][:2]]
    for stage in data["stages"]:
        stage["keep"] = keeps[stage["code"]] * max(1, len(data["tracks"]))
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
    for position in range(last + 1):
        yield from _stage(plan, position, cast, judges, rng, last=position == last)
        if plan.until is Until.IN_REVIEW or (position == last and plan.until is not Until.DECIDED):
            return
    yield from _answers(plan, cast, rng)


def _stage(plan: Plan, position: int, cast: Cast, judges: reviewing.Judges, rng: random.Random, *, last: bool) -> Steps:
    first = position == 0
    if first:
        yield plan.closes - timedelta(days=5)
    stage, count = reviewing.stage_of(plan.code, position), len(plan.tracks)
    panels = {
        track: reviewing.form_panel(cast, stage, rng, reviewing.Part(n, count), track)
        for n, track in enumerate(plan.tracks)
    }
    panel_ids = list(panels.values())
    yield clock.now() + timedelta(hours=20)
    for n, panel_id in enumerate(panel_ids):
        reviewing.answer_invitations(cast, panel_id, decline=first and n == 0)
    yield clock.now() + timedelta(hours=6)
    for panel_id in panel_ids:
        reviewing.accept_late_seats(panel_id)
    yield (plan.closes + CLOSED_FOR_SURE) if first else clock.now() + timedelta(hours=1)
    if stage.definition.sections and not first:
        yield from _own_sections(plan, stage)
    yield next_morning(clock.now(), 9)
    reviewing.decide_unclear(cast, stage)
    yield clock.now() + timedelta(minutes=30)
    for panel_id in panel_ids:
        reviewing.ask_to_route(cast, panel_id)
    yield clock.now() + timedelta(hours=1)
    for panel_id in panel_ids:
        reviewing.publish_assignments(cast, panel_id)
    yield clock.now() + timedelta(hours=2)
    for n, panel_id in enumerate(panel_ids):
        reviewing.declare(cast, panel_id, conflicts=first and n == 0)
    yield clock.now() + timedelta(hours=1)
    reviewing.settle_unsure(cast, stage)
    for panel_id in panel_ids:
        reviewing.replace_declined(cast, panel_id)
    yield clock.now() + timedelta(hours=1)
    for panel_id in panel_ids:
        reviewing.declare(cast, panel_id, conflicts=False)
    if plan.until is Until.IN_REVIEW:
        yield from _half_reviewed(stage, panel_ids[0], cast, judges)
        return
    days = max(0.5, stage.definition.review_days - 1.0)
    reviews = reviewing.review_all(judges, stage, panel_ids, days)
    yield from presenting.beside(presenting.hear(cast, stage, panel_ids), reviews)
    yield next_morning(clock.now())
    yield from _decisions(plan, position, stage, panels, cast, last=last)


def _own_sections(plan: Plan, stage: reviewing.StageIds) -> Steps:
    """Everybody in the stage hands in what it asks for, over a third of the time they have."""
    entered = reviewing.applications_in(stage)
    works = [work for work in plan.works if work.team.application_id in entered]
    begin, span = clock.now(), timedelta(days=(stage.definition.own_days or 3) / 3)
    for n, work in enumerate(works):
        yield begin + span * (n + 1) / len(works)
        work.hand_in_own_sections()


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


def _decisions(
    plan: Plan, position: int, stage: reviewing.StageIds, panels: dict[str, int], cast: Cast, *, last: bool
) -> Steps:
    """Every track of the stage: the table where amounts are to be set, the proposal, a second person, publication."""
    ranked = {track: deciding.ranked(stage, track) for track in panels}
    keeps = {track: plan.kept(position, track) for track in panels}
    for rows in ranked.values():
        deciding.find_conditions(cast, stage, rows)
    for panel_id in panels.values():
        yield from meeting.meet(cast, stage, panel_id)
    if stage.definition.awards and not plan.definition.bundle_is_fixed:
        table_ids = {track: deciding.open_table(cast, panel_id) for track, panel_id in panels.items()}
        yield clock.now() + timedelta(hours=1)
        for track, rows in ranked.items():
            keep = keeps[track]
            deciding.recommend(cast, stage, table_ids[track], rows[:keep], rows[keep:], plan.agreed)
        if last and plan.until is Until.AWARD_TABLE:
            return
        yield clock.now() + timedelta(hours=1)
        for table_id in table_ids.values():
            deciding.close_table(cast, table_id)
    yield clock.now() + timedelta(hours=1)
    rest = Result.RESERVE if stage.definition.awards and plan.definition.awards.promote else Result.DECLINE
    proposed = [deciding.propose(cast, stage, rows, keeps[track], track, rest) for track, rows in ranked.items()]
    if last and plan.until is Until.PROPOSED:
        return
    yield clock.now() + timedelta(hours=3)
    for decision_id in proposed:
        deciding.approve(cast, decision_id)
    yield clock.now() + timedelta(hours=2)
    for decision_id in proposed:
        deciding.publish(cast, decision_id)


def _answers(plan: Plan, cast: Cast, rng: random.Random) -> Steps:
    """Every offer is accepted over the days, the last one ten minutes before its time is over.

    Where a reserve list is promoted, one in fifteen is declined and one is never answered; then the next on the list
    are asked, until every place is taken.
    """
    call_id = reviewing.stage_of(plan.code, 0).call_id
    promotes = plan.definition.awards.promote
    while offers := deciding.offered(call_id):
        published = clock.now()
        deadline = published + timedelta(days=plan.definition.awards.acceptance_days)
        given_up = set(rng.sample(offers[:-1], -(-len(offers) // 15))) if promotes and len(offers) > 2 else set()
        silent = offers[0] if promotes and len(offers) > 20 else None
        for n, offer in enumerate(offers[:-1]):
            yield published + (deadline - published) * (n + 1) / (len(offers) + 3)
            if offer in given_up:
                deciding.decline(*offer)
            elif offer is not silent:
                deciding.accept(*offer)
        yield deadline - timedelta(minutes=10)
        deciding.accept(*offers[-1])
        yield deadline + timedelta(hours=1)  # unanswered offers have run out
        if promotes:
            deciding.promote(cast, call_id)


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

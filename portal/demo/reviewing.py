"""The office's and the reviewers' part of a stage: screening, panel, assignments, declarations, reviews."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, NamedTuple

from sqlalchemy import select

from portal.accounts.models import Person
from portal.applications.models import StageEntry
from portal.conflicts.models import Conflict
from portal.demo.acting import LifeBroken, Steps, act, read
from portal.demo.people import Cast
from portal.demo.teams import Team
from portal.demo.writing import comment, reviewed
from portal.platform import clock
from portal.platform.context import Context
from portal.platform.db import db
from portal.programs.definition import PanelRule
from portal.programs.definition import Stage as StageDefinition
from portal.programs.models import Call, Stage
from portal.reviews import service as reviews
from portal.routing import service as routing
from portal.routing.errors import CannotSwap
from portal.routing.models import Assignment, AssignmentState, Seat, SeatState
from portal.routing.queries import panels
from portal.screening import service as screening
from portal.screening.models import Screening, ScreeningState

# How good an application is, and how reviewers differ (DOMAIN.md 6.2), in points of 100.
TRUTH: Final = (79.0, 7.0)
FAVOURED: Final = 94.0
BIAS_SD: Final = 4.0
NOISE_SD: Final = 5.0


@dataclass(frozen=True)
class StageIds:
    call_id: int
    call: str  # public id
    stage_id: int
    code: str
    definition: StageDefinition


def stage_of(call_code: str, position: int) -> StageIds:
    def query() -> StageIds:
        call = db.session.scalars(select(Call).where(Call.code == call_code)).one()
        stage = db.session.scalars(select(Stage).where(Stage.call_id == call.id, Stage.position == position)).one()
        return StageIds(call.id, call.public_id, stage.id, stage.code, call.definition.stage(stage.code))

    return read(query)


def applications_in(stage: StageIds) -> set[int]:
    """Ids of the applications that have entered the stage."""
    query = select(StageEntry.application_id).where(StageEntry.stage_id == stage.stage_id)
    return read(lambda: set(db.session.scalars(query)))


# --- screening ---


def decide_unclear(cast: Cast, stage: StageIds) -> int:
    """An officer looks at what the machine left open; every one is found eligible, with a reason. How many."""
    query = (
        select(Screening.id)
        .join(StageEntry, Screening.entry_id == StageEntry.id)
        .where(StageEntry.stage_id == stage.stage_id, Screening.state == ScreeningState.WAITING)
        .order_by(Screening.id)
    )
    waiting = read(lambda: list(db.session.scalars(query)))
    reason = "누락된 확인과 동의를 기관에 직접 확인하였고, 신청 자격에는 문제가 없습니다."
    for screening_id in waiting:
        act(cast.officers[0], screening.decide, screening_id, True, reason)
    return len(waiting)


# --- panel ---


class Part(NamedTuple):
    """One of several panels that share the pool: every `panels`-th reviewer, from the `place`-th."""

    place: int
    panels: int

    def of(self, people: list[int]) -> list[int]:
        return people if len(people) < self.panels else people[self.place :: self.panels]


ALONE: Final = Part(0, 1)


def chosen(cast: Cast, rule: PanelRule, rng: random.Random, part: Part) -> list[tuple[int, str, bool]]:
    """Seats as the rule wants them: the chair, enough from abroad and from industry, the rest from academia.

    The chair and the first of academia always sit, so that the same people can be followed; of several tracks, on the
    first one's panel.
    """
    reviewers = {kind: part.of(people) for kind, people in cast.reviewers.items()}
    first, *others = reviewers["academia"]
    chair = cast.chair
    if part.place:
        chair, first, *others = reviewers["academia"]
    kinds = {"foreign": rule.min_foreign, "industry": rule.min_industry}
    seats = [(chair, "academia", True)]
    for kind, count in kinds.items():
        seats += [(p, kind, False) for p in rng.sample(reviewers.get(kind, []), count)]
    rest = rule.size - len(seats)
    seats += [(p, "academia", False) for p in [first, *rng.sample(others, min(len(others), max(0, rest - 1)))][:rest]]
    missing = rule.size - len(seats)
    spare = [(p, k, False) for k in ("industry", "foreign") for p in reviewers.get(k, [])]
    taken = {person for person, _, _ in seats}
    return seats + [s for s in spare if s[0] not in taken][:missing]


def form_panel(cast: Cast, stage: StageIds, rng: random.Random, part: Part = ALONE, track: str = "") -> int:
    """The officer invites a panel; its id."""
    seats = chosen(cast, stage.definition.panel, rng, part)
    if len(seats) < stage.definition.panel.size:
        raise LifeBroken(f"the pool is too small for a panel of {stage.definition.panel.size}")
    names = {
        "ko": f"{stage.definition.names['ko']} 평가위원회",
        "en": f"{stage.definition.names['en']} panel",
    }
    return act(cast.officers[0], lambda c: routing.form_panel(c, stage.stage_id, names, seats, track).id)


def seats_of(panel_id: int, *states: SeatState) -> list[tuple[int, int, str, bool]]:
    """(seat, person, kind, chair)."""
    query = select(Seat).where(Seat.panel_id == panel_id, Seat.state.in_(states)).order_by(Seat.id)
    return read(lambda: [(s.id, s.person_id, s.kind, s.chair) for s in db.session.scalars(query)])


def answer_invitations(cast: Cast, panel_id: int, *, decline: bool) -> None:
    """Everybody accepts, but for one from academia who has no time; the officer invites somebody else instead."""
    invited = seats_of(panel_id, SeatState.INVITED)
    fixed = {cast.chair, cast.reviewers["academia"][0]}
    one = next((s for s in reversed(invited) if s[2] == "academia" and s[1] not in fixed), None) if decline else None
    for seat in invited:
        if seat is one:
            act(seat[1], routing.answer_seat, seat[0], False, "그 기간에 해외 학회가 있습니다.")
        else:
            act(seat[1], routing.answer_seat, seat[0], True)
    if one is not None:
        seated = {person for _, person, _, _ in seats_of(panel_id, *SeatState)}
        spare = next((p, k) for k, people in cast.reviewers.items() for p in people if p not in seated)
        act(cast.officers[0], routing.add_seats, panel_id, [(*spare, False)])


def accept_late_seats(panel_id: int) -> None:
    for seat_id, person_id, _, _ in seats_of(panel_id, SeatState.INVITED):
        act(person_id, routing.answer_seat, seat_id, True)


def ask_to_route(cast: Cast, panel_id: int) -> None:
    """By job, as the button does; nothing when the portal has started a run by itself."""
    if read(lambda: panels.current_run(panel_id) is None):
        act(cast.officers[0], routing.ask_to_route, panel_id)


def publish_assignments(cast: Cast, panel_id: int) -> None:
    run_id = read(lambda: run.id if (run := panels.current_run(panel_id)) is not None else None)
    if run_id is None:
        raise LifeBroken("the assignment was not made")
    act(cast.officers[0], routing.publish, run_id)


# --- declarations and reviews ---


@dataclass(frozen=True)
class Given:
    """An assignment as its reviewer has it."""

    id: int
    person_id: int
    entry_id: int
    application_id: int


def given(panel_id: int, *states: AssignmentState) -> list[Given]:
    query = (
        select(Assignment.id, Assignment.person_id, Assignment.entry_id, StageEntry.application_id)
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .where(Assignment.panel_id == panel_id, Assignment.state.in_(states))
        .order_by(Assignment.person_id, Assignment.id)
    )
    return read(lambda: [Given(*row) for row in db.session.execute(query)])


def declare(cast: Cast, panel_id: int, *, conflicts: bool, but: Sequence[int] = ()) -> None:
    """Everybody pledges and declares. With `conflicts`, one gives an application back and one is not sure.

    `but`: people who have not opened their assignments yet.
    """
    rows = [row for row in given(panel_id, AssignmentState.PUBLISHED) if row.person_id not in but]
    people = sorted({row.person_id for row in rows})
    ordinary = [p for p in people if p not in (cast.chair, cast.reviewers["academia"][0])]
    pledging = {person: seat for seat, person, _, _ in seats_of(panel_id, SeatState.ACCEPTED)}
    conflicted, unsure = (ordinary[0], ordinary[1]) if conflicts and len(ordinary) > 1 else (0, 0)
    for person_id in people:
        mine = [row for row in rows if row.person_id == person_id]
        act(person_id, routing.pledge, pledging[person_id])
        if person_id in (conflicted, unsure):
            _declare_one(person_id, mine.pop(0), sure=person_id == conflicted)

        def accept_all(context: Context, mine: list[Given] = mine) -> None:
            for row in mine:
                routing.answer_assignment(context, row.id, True)

        act(person_id, accept_all)


def _declare_one(person_id: int, row: Given, *, sure: bool) -> None:
    def declare(context: Context) -> None:
        regime = db.session.get_one(Assignment, row.id).panel.stage.call.definition.regime
        ground = next((g.code for g in regime.conflict_grounds if g.asked and g.severity == "declared"), None)
        statement = "최근까지 공동연구를 하였습니다." if sure else "같은 학회의 임원이었던 적이 있습니다."
        routing.declare(context, row.id, ground if sure else None, not sure or ground is None, statement)

    act(person_id, declare)


def settle_unsure(cast: Cast, stage: StageIds) -> int:
    """The officer finds that being on the same society's board is no conflict. How many were dismissed."""
    query = (
        select(Conflict.id)
        .join(StageEntry, StageEntry.application_id == Conflict.application_id)
        .where(
            StageEntry.stage_id == stage.stage_id,
            Conflict.unsure,
            Conflict.confirmed_at.is_(None),
            Conflict.dismissed_at.is_(None),
        )
        .order_by(Conflict.id)
    )
    open_ones = read(lambda: list(db.session.scalars(query)))
    for conflict_id in open_ones:
        act(cast.officers[0], routing.dismiss_conflict, conflict_id, "학회 임원 이력은 배제 사유가 아닙니다.")
    return len(open_ones)


def replace_declined(cast: Cast, panel_id: int) -> int:
    """Somebody else of the panel takes over what was given back, as far as conflicts and earlier answers allow."""
    rows = given(panel_id, AssignmentState.DECLINED)
    seated = [person for _, person, _, _ in seats_of(panel_id, SeatState.ACCEPTED)]
    for row in rows:
        for person_id in seated:
            try:
                act(
                    cast.officers[0],
                    routing.replace,
                    row.id,
                    person_id,
                    "이해충돌로 되돌아온 신청서를 다시 배정합니다.",
                )
            except CannotSwap:
                continue
            break
    return len(rows)


class Judges:
    """How good each application is, and how severe each reviewer: the same in every stage.

    `favoured`: a team whose application is among the best, so that it can be followed to its award.
    """

    def __init__(self, seed: str, favoured: Team | None = None) -> None:
        self.seed, self.favoured = seed, favoured

    def total(self, person_id: int, application_id: int, stage: str) -> float:
        truth = random.Random(f"{self.seed}:truth:{application_id}").gauss(*TRUTH)
        if self.favoured is not None and application_id == self.favoured.application_id:
            truth = FAVOURED
        bias = random.Random(f"{self.seed}:bias:{person_id}").gauss(0, BIAS_SD)
        noise = random.Random(f"{self.seed}:{stage}:{person_id}:{application_id}").gauss(0, NOISE_SD)
        return max(5.0, min(99.0, truth + bias + noise))

    def review(self, stage: StageIds, row: Given) -> None:
        """A complete draft, saved."""
        rng = random.Random(f"{self.seed}:{stage.code}:words:{row.id}")
        total = self.total(row.person_id, row.application_id, stage.code)
        language = read(lambda: db.session.get_one(Person, row.person_id).language)
        marks = reviewed(total, stage.definition.criteria, language, rng)
        said = comment(total, language)
        act(row.person_id, reviews.save_review, row.id, marks, said)


def review_all(judges: Judges, stage: StageIds, panel_ids: Sequence[int], days: float) -> Steps:
    """Reviewer by reviewer over the days: drafts first, then everything submitted together."""
    rows = [row for panel_id in panel_ids for row in given(panel_id, AssignmentState.ACCEPTED)]
    people = sorted({row.person_id for row in rows})
    begin = clock.now()
    for n, person_id in enumerate(people):
        mine = [row for row in rows if row.person_id == person_id]
        for row in mine:
            judges.review(stage, row)
        yield begin + timedelta(days=days) * (n + 1) / (len(people) + 1)
        hand_in(mine)


def hand_in(rows: Sequence[Given]) -> None:
    """All reviews of one person, submitted together."""
    act(rows[0].person_id, reviews.submit_reviews, [row.id for row in rows])

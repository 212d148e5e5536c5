"""A contest of teams from its draft to its deadline, made by services; reviewers who do their part in between."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import select

from portal.awards.models import Decision, DecisionState, Outcome, Result
from portal.demo import deciding, reviewing
from portal.demo.acting import act, read
from portal.demo.calls import CLOSED_FOR_SURE, Plan, adapted
from portal.demo.groups import Group
from portal.demo.life import OPENS, applicants, lay_foundations, plan_of
from portal.demo.papers import Papers
from portal.demo.reviewing import Judges, StageIds
from portal.demo.teams import Shape
from portal.platform import clock
from portal.platform.db import db
from portal.programs import service as programs
from portal.programs.definition import CallDefinition
from portal.programs.loader import load_call
from portal.programs.models import Call
from portal.routing.models import AssignmentState
from portal.screening.models import Screening
from tests.e2e.house import House

T = TypeVar("T")
INCOMPLETE = 10  # of so many teams one lacks a consent, so that an officer has to look


def small_definition() -> CallDefinition:
    """The contest with the keep-counts of the demonstration's small scale, and a panel of eight."""
    definition = load_call("champ")
    codes = [stage.code for stage in definition.stages]
    return adapted(definition, {code: 2 * (len(codes) - n) for n, code in enumerate(codes)}, panel=8, reviews=3)


class Contest:
    """`teams` teams apply; `definition` says how many go on."""

    def __init__(self, house: House, definition: CallDefinition, teams: int, pool: dict[str, int]) -> None:
        self.house, self.rng, self.pool = house, random.Random(11), pool
        opens = OPENS["champ"]
        closes = opens.replace(hour=18) + timedelta(days=definition.open_days)
        shape = Shape(teams, (5.41, 1, 15) if teams > 100 else (2.5, 1, 4))
        names = {"ko": "AI 챔피언 대회 2025", "en": "AI Champion contest 2025"}
        self.plan = Plan("CHAMP-2025", names, definition, opens, closes, shape)
        self.judges = Judges("contest")
        self.reviewed: set[int] = set()  # people who have handed everything in

    @classmethod
    def small(cls, house: House, teams: int = 40) -> Contest:
        return cls(house, small_definition(), teams, {"academia": 7, "industry": 3, "foreign": 2})

    @classmethod
    def observed(cls, house: House) -> Contest:
        """630 teams, of which 100 go on."""
        life = plan_of("champ", "observed")
        return cls(house, life.plan.definition, life.plan.shape.teams, life.pool)

    def do(self, action: Callable[[], T]) -> T:
        return self.house.within_app(action)

    def settle(self) -> None:
        self.house.wait_for_jobs(1800)

    def later(self, step: timedelta) -> None:
        self.house.move_clock(clock.now() + step)
        self.settle()

    # --- until the deadline ---

    def open_and_apply(self) -> None:
        """The office, the pool, the call; every team writes and hands in."""
        plan = self.plan
        self.house.move_clock(plan.opens - timedelta(days=7))
        self.cast, houses = self.do(lambda: lay_foundations(self.pool, self.rng))
        drafted = (plan.definition, plan.code, plan.names, plan.opens, plan.closes)
        self.do(lambda: act(self.cast.officers[0], programs.draft_call, *drafted))
        self.house.move_clock(plan.opens + timedelta(minutes=5))
        self.settle()
        papers = Papers(own=False, plans=False)
        works = applicants(plan, houses, self.rng, papers, "contest", plan.closes)
        for work in works:
            work.team.silent_member = work.team.number % INCOMPLETE == 0
            work.team.others = max(work.team.others, int(work.team.silent_member))
        self.do(lambda: [self._begin(work) for work in works])
        self.settle()  # the letters with the links have arrived
        self.do(lambda: [self._hand_in(work) for work in works])
        self.settle()
        self.call_id, self.call = self.do(lambda: read(self._call))

    @staticmethod
    def _begin(work: object) -> None:
        assert isinstance(work, Group)
        work.start()
        work.invite()

    @staticmethod
    def _hand_in(work: object) -> None:
        assert isinstance(work, Group)
        work.consent(but=1 if work.team.silent_member else 0)
        work.write()
        work.attach_own(work.wanted(work.definition.sections_to_apply_with))
        work.submit()

    def _call(self) -> tuple[int, str]:
        found = db.session.scalars(select(Call).where(Call.code == self.plan.code)).one()
        return found.id, found.public_id

    def seat_panel(self) -> None:
        """The reviewers of the first stage are invited and accept, before the deadline."""
        self.stage: StageIds = self.do(lambda: reviewing.stage_of(self.plan.code, 0))
        self.panel = self.do(lambda: reviewing.form_panel(self.cast, self.stage, self.rng))
        self.settle()
        self.do(lambda: reviewing.answer_invitations(self.cast, self.panel, decline=False))
        self.settle()

    def close(self) -> None:
        self.house.move_clock(self.plan.closes + CLOSED_FOR_SURE)
        self.settle()

    # --- what others do ---

    def declare(self) -> None:
        """Everybody pledges; one gives an application back, one is not sure of another."""
        self.do(lambda: reviewing.declare(self.cast, self.panel, conflicts=True))
        self.settle()

    def accept_the_rest(self) -> None:
        """What was in doubt and is settled."""
        self.do(lambda: reviewing.declare(self.cast, self.panel, conflicts=False))
        self.settle()

    def review(self, but: int = 0) -> None:
        """All reviews are written and handed in, but for those of the last `but` people."""

        def write() -> None:
            rows = reviewing.given(self.panel, AssignmentState.ACCEPTED)
            people = sorted({row.person_id for row in rows} - self.reviewed)
            for person in people[: len(people) - but]:
                mine = [row for row in rows if row.person_id == person]
                for row in mine:
                    self.judges.review(self.stage, row)
                reviewing.hand_in(mine)
                self.reviewed.add(person)

        self.do(write)
        self.settle()

    def approve(self) -> None:
        """The second person, an administrator."""
        query = select(Decision.id).where(Decision.state == DecisionState.PROPOSED)
        for decision_id in self.house.reading(lambda: list(db.session.scalars(query))):
            self.do(lambda decision_id=decision_id: deciding.approve(self.cast, decision_id))  # type: ignore[misc]
        self.settle()

    # --- what came of it ---

    def kept(self) -> int:
        query = (
            select(Outcome.id)
            .join(Decision)
            .where(Decision.state == DecisionState.PUBLISHED, Outcome.result == Result.ADVANCE)
        )
        return self.house.reading(lambda: len(db.session.scalars(query).all()))

    def waiting(self) -> int:
        query = select(Screening.id).where(Screening.state == "waiting")
        return self.house.reading(lambda: len(db.session.scalars(query).all()))

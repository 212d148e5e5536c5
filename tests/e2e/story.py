"""What stands before a browser opens a page: a call with its people and teams, made by services in a running house.

The same story engine fills the demonstration. Here it runs in the test's process on the house's database, while the
house's own worker does the jobs.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import select

from portal.accounts.models import Person
from portal.applications.rules.attachments import Place
from portal.demo import people, reviewing
from portal.demo.acting import act, act_as_operator, read
from portal.demo.calls import CLOSED_FOR_SURE, Plan, adapted, kst
from portal.demo.consortia import Consortium
from portal.demo.groups import Group
from portal.demo.life import lay_foundations
from portal.demo.names import Houses
from portal.demo.papers import Papers
from portal.demo.reviewing import Judges, StageIds
from portal.demo.teams import Shape, compose, gather
from portal.platform import clock
from portal.platform.db import db
from portal.programs import service as programs
from portal.programs.definition import Section
from portal.programs.loader import load_call
from portal.programs.models import Call
from portal.reviews.models import Review
from portal.routing.models import Assignment, AssignmentState, Panel
from tests.e2e.house import House

T = TypeVar("T")
OPENS = kst(2025, 6, 20, 10)
CLOSES = kst(2025, 7, 21, 18)
POOL = {"academia": 3, "industry": 2, "foreign": 2}


class Work(Consortium):
    """A team at work; `left_out` are the sections and files that somebody does in a browser."""

    left_out: frozenset[str] = frozenset()

    @property
    def title(self) -> str:
        return self.team.theme.title.of(self.team.language)

    def write(self, sections: Iterable[Section] | None = None) -> None:
        asked = sections if sections is not None else self.definition.sections_to_apply_with
        super().write([section for section in asked if section.code not in self.left_out])

    def attach_file(self, person_id: int, place: Place, owner: str, slice_: str) -> None:
        if place.code not in self.left_out:
            super().attach_file(person_id, place, owner, slice_)


class Fair(Judges):
    """Reviewers who agree which application is best."""

    def __init__(self, seed: str, best: int) -> None:
        super().__init__(seed)
        self.best = best

    def total(self, person_id: int, application_id: int, stage: str) -> float:
        return 91.0 if application_id == self.best else 70.0 + application_id % 5


class Story:
    """A small call: `count` teams of three institutions; of them `keeps` go on from each stage."""

    def __init__(self, house: House, count: int = 3, keeps: tuple[int, int] = (2, 1), seed: int = 7) -> None:
        self.house, self.rng = house, random.Random(seed)
        definition = adapted(load_call("wbl"), {"paper": keeps[0], "presentation": keeps[1]}, panel=3, reviews=3)
        names = {"ko": "독자 AI 파운데이션 모델 2025", "en": "Sovereign AI Foundation Model 2025"}
        self.plan = Plan("WBL-2025", names, definition, OPENS, CLOSES, Shape(count, (3.0, 3, 3), 1))
        self.seed = str(seed)
        self.papers = Papers(own=False, plans=False)

    # --- acts ---

    def do(self, action: Callable[[], T]) -> T:
        return self.house.within_app(action)

    def settle(self) -> None:
        self.house.wait_for_jobs(180)

    def later(self, step: timedelta = timedelta(hours=1)) -> None:
        """Time passes, and what it makes due is done."""
        self.house.move_clock(clock.now() + step)
        self.settle()

    # --- the call ---

    def open_call(self) -> None:
        """The plan, the office, the pool; the call drafted a week before and opened by its job."""
        plan = self.plan
        self.house.move_clock(plan.opens - timedelta(days=7))
        self.cast, houses = self.do(lambda: lay_foundations(POOL, self.rng))
        self.do(
            lambda: act(
                self.cast.officers[0],
                programs.draft_call, plan.definition, plan.code, plan.names, plan.opens, plan.closes,
            )
        )  # fmt: skip
        self.gather_teams(houses)
        self.house.move_clock(plan.opens + timedelta(minutes=5))
        self.settle()
        self.call_id, self.call = self.do(lambda: read(self._call))

    def gather_teams(self, houses: Houses) -> None:
        plan = self.plan
        self.teams = compose(self.rng, houses, plan.shape, plan.opens, plan.closes, self.seed)
        for team in self.teams:
            team.late_confirmation = team.silent_member = False
        self.works = [Work(team, plan.code, self.papers) for team in self.teams]

    def _call(self) -> tuple[int, str]:
        found = db.session.scalars(select(Call).where(Call.code == self.plan.code)).one()
        return found.id, found.public_id

    # --- the teams ---

    def gather(self, works: Iterable[Work]) -> None:
        """Start, invite, join, name the members and let them consent, as far as the letters allow."""
        works = list(works)
        self.do(lambda: [(w.start(), w.invite()) for w in works])
        self.settle()  # a link is made anew when its letter is written
        self.do(lambda: [(w.join(), w.add_people()) for w in works])
        self.settle()
        self.do(lambda: [w.consent() for w in works])

    def fill(self, work: Work, parts: Iterable[int] | None = None) -> None:
        """The team's sections, means and files, and slices and budget of institutions number `parts` (all)."""

        def write() -> None:
            work.write()
            work.write_parts(parts)
            work.ask()
            work.budget(parts)
            work.attach()

        self.do(write)

    def confirm(self, works: Iterable[Work]) -> None:
        works = list(works)
        self.do(lambda: [w.ask_to_confirm() for w in works])
        self.settle()
        self.do(lambda: [w.confirm() for w in works])

    def hand_in(self, works: Iterable[Work]) -> None:
        works = list(works)
        self.do(lambda: [w.submit() for w in works])
        self.settle()

    def close(self) -> None:
        """Past the deadline and its grace: closed and screened by the worker."""
        self.house.move_clock(self.plan.closes + CLOSED_FOR_SURE)
        self.settle()

    # --- the stages ---

    def stage(self, position: int) -> StageIds:
        return self.do(lambda: reviewing.stage_of(self.plan.code, position))

    def panel(self, position: int) -> int:
        query = select(Panel.id).where(Panel.stage_id == self.stage(position).stage_id)
        return self.house.reading(lambda: db.session.scalars(query).one())

    def form_panel(self, position: int) -> int:
        """Invited, accepted, routed and published, by services and the worker's jobs."""
        cast, stage = self.cast, self.stage(position)
        self.do(lambda: reviewing.decide_unclear(cast, stage))
        panel = self.do(lambda: reviewing.form_panel(cast, stage, self.rng))
        self.settle()
        self.do(lambda: reviewing.answer_invitations(cast, panel, decline=False))
        self.settle()
        self.route(panel)
        return panel

    def route(self, panel: int) -> None:
        self.do(lambda: reviewing.ask_to_route(self.cast, panel))
        self.settle()
        self.do(lambda: reviewing.publish_assignments(self.cast, panel))
        self.settle()

    def assignments(self, person_id: int) -> list[str]:
        """Public ids, in the order in which they were made."""
        query = select(Assignment.public_id).where(Assignment.person_id == person_id).order_by(Assignment.id)
        return self.house.reading(lambda: list(db.session.scalars(query)))

    def review_the_rest(self, position: int) -> None:
        """Every review that is not yet in; then the worker ranks."""
        stage, panel = self.stage(position), self.panel(position)
        judges = Fair(self.seed, self.works[0].team.application_id)

        def write() -> None:
            reviewing.declare(self.cast, panel, conflicts=False)
            rows = reviewing.given(panel, AssignmentState.ACCEPTED)
            query = select(Review.assignment_id).where(Review.locked_at.is_not(None))
            locked = read(lambda: set(db.session.scalars(query)))
            for person in sorted({row.person_id for row in rows}):
                mine = [row for row in rows if row.person_id == person and row.id not in locked]
                for row in mine:
                    judges.review(stage, row)
                if mine:
                    reviewing.hand_in(mine)

        self.do(write)
        self.settle()

    # --- people ---

    def public(self, person_id: int) -> str:
        return self.house.reading(lambda: db.session.get_one(Person, person_id).public_id)

    def account(self, name: str, email: str, language: str = "ko") -> int:
        """Somebody new with a confirmed account."""
        return self.do(lambda: act_as_operator(lambda c: people.account(c, name, email, language).id))


class Fellows(Story):
    """A call for people without an institution, in tracks."""

    def __init__(self, house: House, count: int = 1, seed: int = 7) -> None:
        self.house, self.rng = house, random.Random(seed)
        definition = adapted(load_call("inno"), {"document": 2, "interview": 1}, panel=3, reviews=3)
        names = {"ko": "이노코어 2025", "en": "InnoCORE fellowships 2025"}
        self.plan = Plan("INNO-2025", names, definition, OPENS, CLOSES, Shape(count, (1, 1, 1)))
        self.seed = str(seed)
        self.papers = Papers(own=False, plans=False)

    @property
    def track(self) -> str:
        """Where the first of them applies."""
        return self.plan.tracks[self.teams[0].number % len(self.plan.tracks)]

    def gather_teams(self, houses: Houses) -> None:
        plan = self.plan
        self.teams = gather(self.rng, plan.shape, plan.opens, plan.closes, self.seed)
        self.fellows = [Group(team, plan.code, self.papers) for team in self.teams]

    def sit(self, position: int = 0) -> int:
        """The panel of that track, its reviewers assigned and free of conflicts."""
        cast, stage = self.cast, self.stage(position)
        self.do(lambda: reviewing.decide_unclear(cast, stage))
        panel = self.do(lambda: reviewing.form_panel(cast, stage, self.rng, track=self.track))
        self.settle()
        self.do(lambda: reviewing.answer_invitations(cast, panel, decline=False))
        self.settle()
        self.route(panel)
        self.do(lambda: reviewing.declare(cast, panel, conflicts=False))
        return panel

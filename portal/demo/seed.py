"""Several calls at several moments at once: what `make run` shows.

The demonstration's present is Monday 21 July 2025, 16:00 in Seoul, two hours before a call closes. Other calls stand
in review, at the panel's table, before the second approver, and behind their published decision.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from portal.accounts.models import Person
from portal.audit.jobs import ANCHOR
from portal.demo.acting import Settle, Steps, act_as_operator, play, read
from portal.demo.asking import TO_PATHFINDER, TO_THE_MODELS, a_day_more, questions
from portal.demo.calls import Plan, Until, adapted, call, kst
from portal.demo.consortia import Consortium, application
from portal.demo.life import lay_foundations, stories_of
from portal.demo.names import Houses
from portal.demo.papers import Papers
from portal.demo.people import DOMAIN, Cast, enrol
from portal.demo.teams import Shape, Team, compose
from portal.platform import clock
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.jobs import enqueue
from portal.programs.definition import CallDefinition, Section
from portal.programs.loader import load_call

Say = Callable[[str], None]
PRESENT: Final = kst(2025, 7, 21, 16)
POOL: Final = {"academia": 7, "industry": 3, "foreign": 3}
TRIED: Final = ("applicant", "partner", "awarded")  # addresses of people who only apply


def is_empty() -> bool:
    return read(lambda: db.session.scalars(select(Person.id).limit(1)).first() is None)


def seed(settle: Settle, say: Say) -> bool:
    """Fill an empty database; False when there is anything in it."""
    if not is_empty():
        return False
    rng = random.Random(20250721)
    plans = _plans(load_call("wbl")) | _others()
    clock.move_to(min(plan.opens for plan in plans.values()) - timedelta(days=9))
    say("the plan's lines, the office and the reviewers")
    cast, houses = lay_foundations(POOL, rng)
    samples = Papers(own=False)
    stories = [
        story for letter, plan in plans.items() for story in _stories(letter, plan, cast, houses, rng, samples, say)
    ]
    play(stories, settle)
    clock.move_to(PRESENT)
    settle()
    say("second factors")
    for person_id in {cast.chair, cast.auditor, cast.budget_officer, *cast.officers, *cast.administrators}:
        act_as_operator(enrol, person_id)
    act_as_operator(enrol, cast.reviewers["academia"][0])
    act_as_operator(_anchor)
    clock.move_to(PRESENT)
    settle(True)
    return True


def _anchor(context: Context) -> None:
    enqueue(ANCHOR, {"reason": "demonstration"}, key="demonstration", now=context.now)


def _told(story: Steps, say: Say, what: str) -> Steps:
    last: datetime | None = None
    for moment in story:
        yield moment
        if last is None or clock.now() - last > timedelta(days=2):
            last = clock.now()
            say(f"{clock.now():%Y-%m-%d}  {what}")


def _plans(definition: CallDefinition) -> dict[str, Plan]:
    """The calls by letter: A open, B in review, C at the table, D decided, E before the second approver."""
    paper, *later = (stage.code for stage in definition.stages)
    final = later[-1] if later else paper
    ko, en = definition.program.names["ko"], definition.program.names["en"]
    code = definition.program.code

    def plan(
        letter: str,
        name: tuple[str, str],
        closes: datetime,
        teams: Shape,
        keeps: dict[str, int],
        until: Until,
        reviews: int = 3,
    ) -> Plan:
        return Plan(
            f"{code}-2025-{letter}", {"ko": f"{ko} {name[0]}", "en": f"{en}, {name[1]}"},
            adapted(definition, keeps, panel=4, reviews=reviews), closes - timedelta(days=definition.open_days, hours=8),
            closes, teams, until,
        )  # fmt: skip

    small, light = (2.5, 2, 4), (2.2, 2, 3)
    return {
        "D": plan("1", ("2025년 1차 공모", "first call 2025"), kst(2025, 5, 12, 18), Shape(4, small, 1),
                  {paper: 3, final: 2}, Until.DECIDED),
        "C": plan("2", ("2025년 2차 공모", "second call 2025"), kst(2025, 6, 27, 18), Shape(5, small, 1),
                  {paper: 4, final: 3}, Until.AWARD_TABLE),
        "E": plan("R", ("2025년 추가 공모", "call for one more team 2025"), kst(2025, 7, 8, 18), Shape(2, small, 1),
                  {final: 1}, Until.PROPOSED),
        "B": plan("3", ("2025년 3차 공모", "third call 2025"), kst(2025, 7, 18, 18), Shape(8, light, 1),
                  {paper: 5, final: 3}, Until.IN_REVIEW, reviews=4),
        "A": plan("4", ("2025년 4차 공모", "fourth call 2025"), kst(2025, 7, 21, 18), Shape(3, light, 1),
                  {paper: 2, final: 1}, Until.OPEN),
    }  # fmt: skip


def _others() -> dict[str, Plan]:
    """The other programs: F the contest and G Pathfinder, open; H the postdocs, decided, with a reserve list."""

    def plan(program: str, closes: datetime, teams: Shape, until: Until, keeps: dict[str, int] | None = None) -> Plan:
        definition = load_call(program)
        names = {key: f"{text} 2025" for key, text in definition.program.names.items()}
        if keeps is not None:
            definition = adapted(definition, keeps, panel=4, reviews=2)
        opens = closes - timedelta(days=definition.open_days, hours=8)
        return Plan(f"{definition.program.code}-2025", names, definition, opens, closes, teams, until)

    return {
        "F": plan("champ", kst(2025, 7, 23, 18), Shape(3, (3.0, 2, 4)), Until.OPEN),
        "G": plan("path", kst(2025, 8, 8, 18), Shape(0, (1.6, 1, 2), 1), Until.OPEN),
        "H": plan("inno", kst(2025, 5, 26, 18), Shape(10, (1, 1, 1)), Until.DECIDED, {"document": 4, "interview": 2}),
    }


def _stories(
    letter: str, plan: Plan, cast: Cast, houses: Houses, rng: random.Random, samples: Papers, say: Say
) -> Iterator[Steps]:
    """The call's own story and those of its teams."""
    papers = Papers(own=False, plans=letter in "AB", beside=samples)
    if letter == "G":
        yield questions(plan.code, TO_PATHFINDER, cast, "송예린", "asks.path", PRESENT)
    if letter in "FGH":
        until = min(plan.closes, PRESENT - timedelta(hours=1))
        for story in stories_of(plan, cast, houses, rng, papers, f"seed:{letter}", until):
            yield _told(story, say, plan.code)
        return
    teams = compose(rng, houses, plan.shape, plan.opens, plan.closes, f"seed:{letter}")
    if letter == "D":
        teams[0].owner = ("고은별", f"awarded@{DOMAIN}")
        plan = replace(plan, favoured=teams[0])
    yield _told(call(plan, cast, f"seed:{letter}"), say, plan.code)
    if letter == "A":
        yield questions(plan.code, TO_THE_MODELS, cast, "문가온", "asks.wbl", PRESENT)
        teams[2].owner = ("노이안", f"longer@{DOMAIN}")
        yield a_day_more(plan.code, f"longer@{DOMAIN}", cast, PRESENT - timedelta(hours=2))
        yield from _open_ones(teams, plan, papers)
    else:
        yield from (application(Consortium(team, plan.code, papers)) for team in teams)


def _open_ones(teams: Sequence[Team], plan: Plan, papers: Papers) -> list[Steps]:
    """One has handed in, one begins, and one, of three institutions, has two hours for what is missing."""
    followed, done, begun = teams
    while len(followed.sites) < 3:
        followed.sites.append(teams[1].sites[-1])
    followed.sites = followed.sites[:3]
    followed.owner, followed.partner = ("강하늘", f"applicant@{DOMAIN}"), ("오지훈", f"partner@{DOMAIN}")
    done.hands_in = PRESENT - timedelta(hours=20)
    done.begins = min(done.begins, done.hands_in - timedelta(days=3))
    done.late_confirmation = done.silent_member = False
    begun.begins = PRESENT - timedelta(days=2)
    return [
        half_done(followed, plan.code, papers), application(Consortium(done, plan.code, papers)),
        just_begun(begun, plan.code, papers),
    ]  # fmt: skip


def half_done(team: Team, call_code: str, papers: Papers) -> Steps:
    """Three institutions: two have joined; much is written, and what is missing lies with several people."""
    work = Consortium(team, call_code, papers)
    yield PRESENT - timedelta(days=12)
    work.start()
    work.invite()
    yield PRESENT - timedelta(days=11)
    work.join()
    work.add_people()
    yield PRESENT - timedelta(days=9)
    work.consent(but=1)
    yield PRESENT - timedelta(days=5)
    sections = [s for s in work.definition.sections_to_apply_with if s.editor == "team"]
    work.write([s for s in sections if s is not _last_written(sections)])
    work.write_parts()
    yield PRESENT - timedelta(days=2)
    work.ask()
    work.budget([0, 2])
    work.attach(leave=1)
    work.ask_to_confirm()
    yield PRESENT - timedelta(hours=3)
    work.confirm([0, 2])


def _last_written(sections: Sequence[Section]) -> Section:
    """The last of the sections that are only text: it is still to be written."""
    return [s for s in sections if all(q.is_typed for q in s.questions)][-1]


def just_begun(team: Team, call_code: str, papers: Papers) -> Steps:
    work = Consortium(team, call_code, papers)
    yield team.begins
    work.start()
    work.invite()

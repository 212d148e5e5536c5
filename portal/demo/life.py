"""One whole life of a call against the clock, and the promises that must hold at its end."""

from __future__ import annotations

import hashlib
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import func, select

from portal.applications.models import Application, EntryState, StageEntry, Submission
from portal.audit import service as audit
from portal.awards.models import Award, AwardState
from portal.budgets import queries as budgets
from portal.budgets import service as budget_service
from portal.budgets.models import BudgetLine, Entry
from portal.demo import people
from portal.demo.acting import LifeBroken, Settle, Steps, act_as_operator, parked_jobs, play, read
from portal.demo.calls import Plan, adapted, call, days_by_stage, kst
from portal.demo.consortia import application
from portal.demo.names import Houses
from portal.demo.papers import Papers
from portal.demo.teams import Shape, Team, compose
from portal.notifications.models import Letter, LetterState
from portal.platform import clock
from portal.platform.db import db
from portal.platform.jobs import Job, JobState
from portal.programs.definition import CallDefinition
from portal.programs.loader import load_call, load_plan
from portal.programs.models import Call, Stage
from portal.screening.models import Screening, ScreeningState

OPENS: Final = kst(2025, 6, 20, 10)
SCALES: Final = ("small", "observed")


@dataclass(frozen=True)
class Life:
    """What is to be lived: the call's plan, and how large its pool of reviewers is."""

    plan: Plan
    pool: dict[str, int]


def plan_of(program: str, scale: str) -> Life:
    """`observed`: the shape of the real call (DOMAIN.md 6.1); `small`: the same path with few and small teams."""
    definition = load_call(program)
    if scale == "small":
        codes = [stage.code for stage in definition.stages]
        keeps = {code: 4 if n == 0 else 2 for n, code in enumerate(codes)}
        definition = adapted(definition, keeps, panel=4, reviews=3)
        shape, pool = Shape(6, (2.5, 2, 4), 1), {"academia": 5, "industry": 2, "foreign": 2}
    else:
        shape, pool = Shape(15, (9.0, 3, min(20, definition.max_institutions)), 2), _pool(definition)
    closes = OPENS.replace(hour=18) + timedelta(days=definition.open_days)
    names = {key: f"{text} 2025" for key, text in definition.program.names.items()}
    return Life(Plan(f"{definition.program.code}-2025", names, definition, OPENS, closes, shape), pool)


def _pool(definition: CallDefinition) -> dict[str, int]:
    """Half again as many as the largest panel."""
    size = max(stage.panel.size for stage in definition.stages)
    return {"academia": size, "industry": max(3, size // 3), "foreign": max(4, size // 3)}


def say_progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def lay_foundations(pool: dict[str, int], rng: random.Random) -> tuple[people.Cast, Houses]:
    """The plan's lines, the office and the reviewers' pool."""
    houses = Houses(rng)
    act_as_operator(lambda context: budget_service.load_plan(context, load_plan()))
    cast = people.hire_office()
    people.invite_pool(cast, rng, houses, pool)
    return cast, houses


def told(story: Steps, what: str) -> Steps:
    """The story, with a line on stderr at each of its moments."""
    for moment in story:
        yield moment
        say_progress(f"{clock.now().astimezone(OPENS.tzinfo):%Y-%m-%d %H:%M}  {what}")


def live(program: str, scale: str, seed: int, settle: Settle) -> dict[str, Any]:
    """Live it through; the report. Raises LifeBroken naming the promise that did not hold."""
    began = time.monotonic()
    life, rng = plan_of(program, scale), random.Random(seed)
    plan = life.plan
    clock.move_to(plan.opens - timedelta(days=8))
    cast, houses = lay_foundations(life.pool, rng)
    teams = compose(rng, houses, plan.shape, plan.opens, plan.closes, str(seed))
    papers = Papers(own=scale == "observed", plans=scale == "observed")
    stories = [told(call(plan, cast, f"{program}:{seed}"), plan.code)]
    stories += [told(application(team, plan.code, papers), f"  team {team.number}") for team in teams]
    play(stories, settle)
    report = {"program": plan.definition.program.code, "scale": scale, "seed": seed, **figures(plan)}
    check(plan, report, teams)
    return {**report, "seconds": round(time.monotonic() - began, 1)}


def figures(plan: Plan) -> dict[str, Any]:
    """What the report says, counted from the tables."""

    def query() -> dict[str, Any]:
        call = db.session.scalars(select(Call).where(Call.code == plan.code)).one()
        stages = db.session.scalars(select(Stage).where(Stage.call_id == call.id).order_by(Stage.position)).all()
        count = select(func.count())
        jobs = dict(db.session.execute(select(Job.state, func.count()).group_by(Job.state)).all())
        lines = db.session.scalars(select(BudgetLine).where(BudgetLine.used > 0).order_by(BudgetLine.id))
        return {
            "applied": db.session.scalar(
                count.select_from(Application).where(
                    Application.call_id == call.id,
                    select(Submission.id).where(Submission.application_id == Application.id).exists(),
                )
            ),
            "screened": db.session.scalar(
                count.select_from(Screening)
                .join(StageEntry, Screening.entry_id == StageEntry.id)
                .where(StageEntry.stage_id == stages[0].id, Screening.state == ScreeningState.ELIGIBLE)
            ),
            "kept": {
                s.code: db.session.scalar(
                    count.select_from(StageEntry).where(
                        StageEntry.stage_id == s.id, StageEntry.state == EntryState.ADVANCED
                    )
                )
                for s in stages
            },
            "awarded": db.session.scalar(
                count.select_from(Award).where(Award.call_id == call.id, Award.state == AwardState.ACCEPTED)
            ),
            "caps": [{"line": line.code, "used": line.used, "cap": line.cap, "unit": line.unit} for line in lines],
            "days_by_stage": days_by_stage(call.id),
            "jobs": {"done": jobs.get(JobState.DONE, 0), "parked": jobs.get(JobState.PARKED, 0)},
        }

    return read(query)


# --- the promises ---


def check(plan: Plan, report: dict[str, Any], teams: list[Team]) -> None:
    """Raises LifeBroken naming every promise that did not hold."""
    kept = dict(zip([s.code for s in plan.definition.stages], plan.kept, strict=True))
    broken = list(read(lambda: list(broken_promises())))
    for what, found, wanted in (
        ("applied", report["applied"], len(teams)),
        ("screened", report["screened"], len(teams)),
        ("kept", report["kept"], kept),
        ("awarded", report["awarded"], plan.kept[-1]),
    ):
        if found != wanted:
            broken.append(f"{what}: {found}, planned {wanted}")
    if broken:
        raise LifeBroken("; ".join(broken))


def broken_promises() -> Iterator[str]:
    """Caps hold, books agree, the chain verifies, no job is parked, every letter left, every hash matches."""
    sums = dict(db.session.execute(select(Entry.line_id, func.sum(Entry.amount)).group_by(Entry.line_id)).all())
    for line in db.session.scalars(select(BudgetLine).order_by(BudgetLine.id)):
        if line.enforced and max(line.used, int(sums.get(line.id, 0))) > line.cap:
            yield f"cap exceeded on {line.code}: {line.used} of {line.cap} {line.unit}"
    for mismatch in budgets.mismatches():
        yield f"budget does not reconcile: {mismatch}"
    if (row := audit.verify()) is not None:
        yield f"audit chain broken at row {row.sequence}: {row.reason}"
    for job in parked_jobs():
        yield f"parked job: {job}"
    unsent = db.session.execute(
        select(Letter.kind, Letter.state, func.count()).where(Letter.state != LetterState.SENT)
        .group_by(Letter.kind, Letter.state).order_by(Letter.kind)
    ).all()  # fmt: skip
    for kind, state, count in unsent:
        yield f"{count} letters of {kind} are {state}"
    for receipt, content, sha256 in db.session.execute(
        select(Submission.receipt, Submission.content, Submission.sha256).order_by(Submission.id)
    ):
        if hashlib.sha256(content.encode()).hexdigest() != sha256:
            yield f"submission {receipt} does not match its hash"

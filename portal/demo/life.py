"""One whole life of a call against the clock, and the promises that must hold at its end."""

from __future__ import annotations

import hashlib
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select

from portal.applications.models import Application, StageEntry, Submission
from portal.audit import service as audit
from portal.awards.models import Award, AwardState, Decision, DecisionState, Outcome
from portal.awards.rules import SELECTED
from portal.budgets import queries as budgets
from portal.budgets import service as budget_service
from portal.budgets.models import BudgetLine, Entry
from portal.demo import consortia, groups, people
from portal.demo.acting import LifeBroken, Settle, Steps, act_as_operator, parked_jobs, play, read
from portal.demo.applying import Applying
from portal.demo.calls import SEOUL, Plan, adapted, call, days_by_stage, kst
from portal.demo.consortia import Consortium
from portal.demo.groups import Group
from portal.demo.names import Houses
from portal.demo.papers import Papers
from portal.demo.teams import Shape, compose, gather
from portal.notifications.models import Letter, LetterState
from portal.platform import clock
from portal.platform.db import db
from portal.platform.jobs import Job, JobState
from portal.programs.definition import CallDefinition
from portal.programs.loader import load_call, load_plan
from portal.programs.models import Call, Stage
from portal.screening.models import Screening, ScreeningState

SCALES: Final = ("small", "observed")
PROGRAMS: Final = ("wbl", "champ", "path", "inno")
OPENS: Final = {
    "wbl": kst(2025, 6, 20, 10), "champ": kst(2025, 7, 1, 10), "path": kst(2025, 8, 18, 10),
    "inno": kst(2025, 5, 26, 10),
}  # fmt: skip
# What really applied (DOMAIN.md 6.1; of Pathfinder and the postdocs inferred), and how large a team is.
OBSERVED: Final = {
    "wbl": Shape(15, (9.0, 3, 20), 2), "champ": Shape(630, (5.41, 1, 15)), "path": Shape(24, (1.6, 1, 3), 1),
    "inno": Shape(1260, (1, 1, 1)),
}  # fmt: skip
TALENT_OF_WBL: Final = 500_000_000  # a year; of Pathfinder's line, where both programs are lived together, assumed


@dataclass(frozen=True)
class Life:
    """What is to be lived: the call's plan, and how large its pool of reviewers is."""

    plan: Plan
    pool: dict[str, int]


def plan_of(program: str, scale: str, agreed: dict[str, int] | None = None) -> Life:
    """`observed`: the shape of the real call; `small`: the same path with few and small teams."""
    definition = load_call(program)
    if scale == "small":
        codes = [stage.code for stage in definition.stages]
        keeps = {code: 2 * (len(codes) - n) for n, code in enumerate(codes)}
        definition = adapted(definition, keeps, panel=4, reviews=3)
        teams = (keeps[codes[0]] + 2) * max(1, len(definition.tracks))
        mean, least, most = OBSERVED[program].institutions
        shape, pool = (
            Shape(teams, (min(mean, 2.5), least, min(most, 4)), 1),
            {"academia": 5, "industry": 2, "foreign": 2},
        )
    else:
        shape, pool = OBSERVED[program], _pool(definition)
    opens = OPENS[program]
    closes = opens.replace(hour=18) + timedelta(days=definition.open_days)
    names = {key: f"{text} 2025" for key, text in definition.program.names.items()}
    code = f"{definition.program.code}-2025"
    return Life(Plan(code, names, definition, opens, closes, shape, agreed=agreed or {}), pool)


def _pool(definition: CallDefinition) -> dict[str, int]:
    """Half again as many as the largest panel; of several tracks, enough for a panel of each."""
    size = max(stage.panel.size for stage in definition.stages)
    if (tracks := len(definition.tracks)) > 1:
        return {"academia": size * tracks, "industry": 3, "foreign": tracks}
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
        say_progress(f"{clock.now().astimezone(SEOUL):%Y-%m-%d %H:%M}  {what}")


def live(program: str, scale: str, seed: int, settle: Settle) -> dict[str, Any]:
    """Live one program, or all at once, through; the report. Raises LifeBroken naming the promise that did not hold."""
    began = time.monotonic()
    together = program == "all"
    rng = random.Random(seed)
    lives = {
        code: plan_of(code, scale, {"talent": TALENT_OF_WBL} if together and code == "wbl" else None)
        for code in (PROGRAMS if together else (program,))
    }
    pools = [life.pool for life in lives.values()]
    plans = [life.plan for life in lives.values()]
    clock.move_to(min(plan.opens for plan in plans) - timedelta(days=8))
    pool = {kind: max(pool[kind] for pool in pools) for kind in pools[0]}
    cast, houses = lay_foundations(pool, rng)
    samples = Papers(own=False, plans=False)
    stories: list[Steps] = []
    for code, life in lives.items():
        papers = Papers(plans=True, beside=samples) if scale == "observed" and life.plan.shape.teams < 100 else samples
        made = stories_of(life.plan, cast, houses, rng, papers, f"{code}:{seed}")
        stories += [told(story, life.plan.code) for story in made]
    play(stories, settle)
    reports = [{"program": plan.definition.program.code, **figures(plan)} for plan in plans]
    report: dict[str, Any] = {"scale": scale, "seed": seed, "caps": caps(), "jobs": jobs()}
    report |= {"program": "all", "programs": reports} if together else reports[0]
    broken = [
        f"{plan.code} {what}" for plan, found in zip(plans, reports, strict=True) for what in unplanned(plan, found)
    ]
    broken += read(lambda: list(broken_promises()))
    if broken:
        raise LifeBroken("; ".join(broken))
    return {**report, "seconds": round(time.monotonic() - began, 1)}


def stories_of(
    plan: Plan, cast: people.Cast, houses: Houses, rng: random.Random, papers: Papers, name: str,
    until: datetime | None = None,
) -> Iterator[Steps]:  # fmt: skip
    """The call's own story, and one of each that applies; all have handed in by then (usually by the deadline)."""
    plan.works.extend(applicants(plan, houses, rng, papers, name, until or plan.closes))
    yield call(plan, cast, name)
    yield from (story_of(work) for work in plan.works)


def applicants(
    plan: Plan, houses: Houses, rng: random.Random, papers: Papers, name: str, until: datetime
) -> list[Applying]:
    if not plan.definition.has_institutions:
        return [Group(team, plan.code, papers) for team in gather(rng, plan.shape, plan.opens, until, name)]
    teams = compose(rng, houses, plan.shape, plan.opens, until, name)
    for team in teams:
        team.asks_for_all = bool(plan.agreed)
    return [Consortium(team, plan.code, papers) for team in teams]


def story_of(work: Applying) -> Steps:
    return groups.application(work) if isinstance(work, Group) else consortia.application(_consortium(work))


def _consortium(work: Applying) -> Consortium:
    assert isinstance(work, Consortium)
    return work


def caps() -> list[dict[str, Any]]:
    """Every line that was drawn on, against its cap."""
    lines = select(BudgetLine).where(BudgetLine.used > 0).order_by(BudgetLine.id)
    return read(
        lambda: [
            {"line": line.code, "used": line.used, "cap": line.cap, "unit": line.unit}
            for line in db.session.scalars(lines)
        ]
    )


def jobs() -> dict[str, int]:
    counts = select(Job.state, func.count()).group_by(Job.state)
    found = read(lambda: dict(db.session.execute(counts).tuples().all()))
    return {"done": found.get(JobState.DONE, 0), "parked": found.get(JobState.PARKED, 0)}


def figures(plan: Plan) -> dict[str, Any]:
    """What the report says of one call, counted from the tables."""

    def query() -> dict[str, Any]:
        call = db.session.scalars(select(Call).where(Call.code == plan.code)).one()
        stages = db.session.scalars(select(Stage).where(Stage.call_id == call.id).order_by(Stage.position)).all()
        count = select(func.count())
        promoted = (
            count.select_from(Award).join(Outcome, Award.outcome_id == Outcome.id)
            .where(Award.call_id == call.id, Outcome.promoted_at.is_not(None))
        )  # fmt: skip
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
                    count.select_from(Outcome)
                    .join(StageEntry, Outcome.entry_id == StageEntry.id)
                    .join(Decision, Outcome.decision_id == Decision.id)
                    .where(
                        StageEntry.stage_id == s.id, Outcome.result.in_(SELECTED),
                        Decision.state == DecisionState.PUBLISHED,
                    )
                )
                for s in stages
            },
            "promoted": db.session.scalar(promoted),
            "awarded": db.session.scalar(
                count.select_from(Award).where(Award.call_id == call.id, Award.state == AwardState.ACCEPTED)
            ),
            "days_by_stage": days_by_stage(call.id),
        }  # fmt: skip

    return read(query)


# --- the promises ---


def unplanned(plan: Plan, report: dict[str, Any]) -> Iterator[str]:
    """Every figure that is not what was planned."""
    kept = plan.kept_by_stage
    for what, wanted in (
        ("applied", plan.shape.teams),
        ("screened", plan.shape.teams),
        ("kept", kept),
        ("awarded", kept[plan.definition.stages[-1].code]),
    ):
        if report[what] != wanted:
            yield f"{what}: {report[what]}, planned {wanted}"


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

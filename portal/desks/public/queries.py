"""What a visitor may know: open calls, the plan with published awards alone, days from close to award."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import joinedload

from portal.applications.models import Application
from portal.awards.models import Award, AwardComponent, AwardState, Decision, Outcome
from portal.awards.queries.decisions import decision_is_published
from portal.budgets.models import BudgetLine, Entry, LineStatus, Movement
from portal.budgets.queries import movement_is_public
from portal.platform.db import db
from portal.programs.models import Call, CallState, Program, Stage
from portal.programs.queries import program_is_public

PUBLIC_AWARDS = (
    AwardState.OFFERED, AwardState.ACCEPTED, AwardState.AGREED, AwardState.ACTIVE, AwardState.ENDED,
    AwardState.ELIMINATED,
)  # fmt: skip


@dataclass
class Branch:
    """A line of the plan as the public sees it; `used` counts published movements only."""

    code: str
    name: dict[str, str]
    cap: int
    used: int
    unit: str
    status: str
    mark: str
    parent_id: int | None
    year: int | None = None
    children: list[Branch] = field(default_factory=list)


def plan(now: datetime) -> list[Branch]:
    """The money lines of the plan as trees, each with what published awards have taken."""
    published = (
        select(Entry.line_id, func.sum(Entry.amount).label("used"))
        .join(Movement, Entry.movement_id == Movement.id)
        .where(movement_is_public(now))
        .group_by(Entry.line_id)
        .subquery()
    )
    rows = db.session.execute(
        select(BudgetLine, func.coalesce(published.c.used, 0))
        .outerjoin(published, published.c.line_id == BudgetLine.id)
        .where(BudgetLine.unit == "KRW")
        .order_by(BudgetLine.parent_id, BudgetLine.cap.desc(), BudgetLine.id)
    ).all()
    branches = {
        line.id: Branch(
            line.code, line.names, line.cap, int(used), line.unit,
            "planned" if line.status is LineStatus.PLANNED else "appropriated", line.mark, line.parent_id, line.year,
        )
        for line, used in rows
    }  # fmt: skip
    roots: list[Branch] = []
    for branch in branches.values():
        parent = branches.get(branch.parent_id or 0)
        (parent.children if parent else roots).append(branch)
    return roots


def find(roots: list[Branch], code: str) -> Branch | None:
    for branch in roots:
        if branch.code == code:
            return branch
        if (inner := find(branch.children, code)) is not None:
            return inner
    return None


def calls() -> Sequence[Call]:
    """Public calls: open ones first by deadline, then the latest."""
    found = db.session.scalars(
        select(Call).where(Call.state.in_((CallState.OPEN, CallState.CLOSED, CallState.DECIDED)))
    ).all()
    open_first = sorted((c for c in found if c.state is CallState.OPEN), key=lambda c: (c.closes_at, c.id))
    rest = sorted((c for c in found if c.state is not CallState.OPEN), key=lambda c: (c.closes_at, c.id), reverse=True)
    return [*open_first, *rest]


def days_to_award() -> list[tuple[Call, timedelta]]:
    """For each decided call: from its close to the publication of its awarding decision."""
    rows = db.session.execute(
        select(Call, func.max(Decision.published_at))
        .join(Stage, Stage.call_id == Call.id)
        .join(Decision, Decision.stage_id == Stage.id)
        .where(Call.state == CallState.DECIDED, decision_is_published())
        .group_by(Call.id)
        .order_by(Call.id)
    ).all()
    return [(call, published - call.closed_at) for call, published in rows if published and call.closed_at]


def published_awards(program_id: int | None = None, page: int = 1, size: int = 50) -> tuple[list[Row[Any]], int]:
    """Awards whose decision is published: (award, application, call, value), newest first, and their number."""
    value = (
        select(AwardComponent.award_id, func.sum(AwardComponent.value).label("value"))
        .group_by(AwardComponent.award_id)
        .subquery()
    )
    query = (
        select(Award, Application, Call, func.coalesce(value.c.value, 0))
        .join(Application, Award.application_id == Application.id)
        .join(Call, Award.call_id == Call.id)
        .join(Outcome, Award.outcome_id == Outcome.id)
        .join(Decision, Outcome.decision_id == Decision.id)
        .outerjoin(value, value.c.award_id == Award.id)
        .where(decision_is_published(), Award.state.in_(PUBLIC_AWARDS))
    )
    if program_id is not None:
        query = query.where(Call.program_id == program_id)
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = db.session.execute(
        query.options(joinedload(Application.institutions))
        .order_by(Decision.published_at.desc(), Application.title, Award.id)  # by title: the order tells no rank
        .limit(size)
        .offset((page - 1) * size)
    ).unique()
    return list(rows), total


def published_decisions(call_id: int) -> dict[int, Decision]:
    """Published decisions of a call by stage."""
    found = db.session.scalars(
        select(Decision)
        .join(Stage, Decision.stage_id == Stage.id)
        .where(Stage.call_id == call_id, decision_is_published())
        .order_by(Decision.id)
    )
    return {decision.stage_id: decision for decision in found}


def program_of(code: str) -> Program | None:
    return db.session.scalars(select(Program).where(Program.code == code, program_is_public())).one_or_none()

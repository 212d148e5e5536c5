"""One call at a glance: days against plan, what waits for whom, what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import url_for

from portal.desks.officer.pages import OFFICER
from portal.desks.officer.queries.overview import Standing
from portal.platform.language import Text, say
from portal.programs.models import Call, CallState, Stage


@dataclass(frozen=True)
class StageDays:
    """Whole days of a stage and of its review, against plan; None where it has not begun."""

    names: dict[str, str]
    began: datetime
    planned_until: datetime
    ended: datetime | None
    days: int
    of_days: int
    review_days: int | None
    of_review_days: int


def _days(begin: datetime, end: datetime) -> int:
    return max(0, round((end - begin).total_seconds() / 86_400))


def stage_days(call: Call, now: datetime) -> list[StageDays]:
    """Of the stages that have begun; the value that the announcement quotes is speed."""
    found = []
    for stage in call.stages:
        if stage.opened_at is None:
            continue
        definition = call.definition.stage(stage.code)
        review = stage.review_opens_at
        found.append(
            StageDays(
                names=definition.names, began=stage.opened_at,
                planned_until=stage.opened_at + timedelta(days=definition.days), ended=stage.decided_at,
                days=_days(stage.opened_at, stage.decided_at or now), of_days=definition.days,
                review_days=_days(review, stage.review_closed_at or now) if review is not None else None,
                of_review_days=definition.review_days,
            )
        )  # fmt: skip
    return found


def bars(rows: Sequence[StageDays]) -> list[dict[str, Any]]:
    """Each stage, below it its review."""
    drawn: list[dict[str, Any]] = []
    for row in rows:
        note = say(Text("끝남", "done") if row.ended else Text("진행 중", "running"))
        drawn.append({"label": row.names, "value": row.days, "limit": row.of_days, "note": note})
        if row.review_days is not None:
            label = say(Text("{stage}: 그중 평가", "{stage}: of it the review"), stage=row.names)
            drawn.append({"label": label, "value": row.review_days, "limit": row.of_review_days})
    return drawn


REVIEWERS, APPLICANTS = Text("평가위원 {n}명", "{n} reviewers"), Text("신청자", "Applicants")


def others(call: Call, found: Standing) -> list[dict[str, Any]]:
    """What waits beside the officer's own work, each with who has to act and where it stands."""
    kinds = (
        (found.invitations, Text("답하지 않은 위촉 초대 {n}건", "{n} invitations not answered"), "routing.routing",
         Text("초대받은 위원", "Those invited"), "info"),
        (found.declarations, Text("이해충돌 확인 {n}건", "{n} declarations of conflicts"), "reviews.progress",
         say(REVIEWERS, n=found.declaring), "info"),
        (found.reviews, Text("제출할 평가 {n}건", "{n} reviews to submit"), "reviews.progress",
         say(REVIEWERS, n=found.reviewing), "info"),
        (found.to_propose, Text("의결안을 올릴 단계 {n}개", "{n} stages to propose a decision for"), "awards.awards",
         OFFICER, "warning"),
        (found.to_publish, Text("발표할 의결 {n}건", "{n} decisions to publish"), "awards.awards", OFFICER, "warning"),
        (found.offers, Text("답을 기다리는 지원 제안 {n}건", "{n} offers waiting for an answer"), "awards.awards",
         APPLICANTS, "info"),
    )  # fmt: skip
    return [
        {
            "label": say(words, n=f"{count:,}"), "url": url_for(endpoint, public_id=call.public_id), "who": who,
            "status": Text("기다리는 중", "Waiting"), "tone": tone,
        }
        for count, words, endpoint, who, tone in kinds
        if count
    ]  # fmt: skip


def next_dates(call: Call, now: datetime) -> list[dict[str, Any]]:
    """What is to come, the nearest first; what should have been over stands before it."""
    dates: list[tuple[Any, datetime]] = []
    if call.state in (CallState.DRAFT, CallState.PREVIEW):
        dates.append((Text("공고 개시", "The call opens"), call.opens_at))
    if call.state in (CallState.DRAFT, CallState.PREVIEW, CallState.OPEN):
        dates.append((Text("접수 마감", "Deadline"), call.closes_at))
    for stage in call.stages:
        dates += _of_stage(call, stage)
    return [{"label": label, "at": at, "over": at <= now} for label, at in sorted(dates, key=lambda one: one[1])]


def _of_stage(call: Call, stage: Stage) -> list[tuple[Any, datetime]]:
    definition = call.definition.stage(stage.code)
    found: list[tuple[Any, datetime]] = []
    if stage.opened_at is None or stage.decided_at is not None:
        return found
    if stage.review_due_at is not None and stage.review_closed_at is None:
        found.append(
            (say(Text("{stage} 평가 기한", "{stage}: reviews due"), stage=definition.names), stage.review_due_at)
        )
    planned = stage.opened_at + timedelta(days=definition.days)
    return [
        *found,
        (say(Text("{stage} 결과 발표 (계획)", "{stage}: result, as planned"), stage=definition.names), planned),
    ]

"""Rows and pictures of the office, ready to show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for

from portal.applications.models import Reference
from portal.applications.rules.references import Answer, answer_of
from portal.audit.models import AuditEvent
from portal.audit.words import event_words
from portal.desks.officer.queries import StandIn, Waiting
from portal.platform.jobs import JobState
from portal.platform.language import Text, say
from portal.programs.models import Call

JOB_STATES: dict[JobState, tuple[Text, str]] = {
    JobState.WAITING: (Text("대기", "Waiting"), "info"),
    JobState.RUNNING: (Text("실행 중", "Running"), "info"),
    JobState.DONE: (Text("완료", "Done"), "success"),
    JobState.PARKED: (Text("멈춤 - 확인 필요", "Parked - needs somebody"), "danger"),
}
APPLICATION_STATES: dict[str, tuple[Text, str]] = {
    "draft": (Text("작성 중", "Draft"), "neutral"),
    "submitted": (Text("제출됨", "Submitted"), "success"),
    "closed": (Text("접수 확정", "Closed"), "info"),
    "withdrawn": (Text("철회됨", "Withdrawn"), "neutral"),
}
ENTRY_STATES: dict[str, tuple[Text, str]] = {
    "entered": (Text("적합성 검토", "Screening"), "info"),
    "in_review": (Text("평가 중", "In review"), "info"),
    "advanced": (Text("다음 단계로", "Advanced"), "success"),
    "not_advanced": (Text("미선정", "Not selected"), "neutral"),
    "withdrawn": (Text("철회", "Withdrawn"), "neutral"),
}

OFFICER = Text("담당자", "Officer")


ANSWERS: dict[Answer, tuple[Text, str]] = {
    Answer.WAITING: (Text("기다리는 중", "Waiting"), "info"),
    Answer.ARRIVED: (Text("도착함", "Arrived"), "success"),
    Answer.DECLINED: (Text("사양함", "Declined"), "warning"),
}


def reference_rows(references: Sequence[Reference]) -> list[dict[str, Any]]:
    """Who was asked for a letter, and what they answered."""
    return [
        {"reference": row, "word": ANSWERS[answer_of(row)][0], "tone": ANSWERS[answer_of(row)][1]} for row in references
    ]


def todo(calls: Sequence[Call], found: Waiting, standing_in: Sequence[StandIn] = ()) -> list[dict[str, Any]]:
    """What waits, one line per call and kind, each a link to where it is done; approvals also as somebody's deputy."""
    deputy_of = {call.id: ", ".join(s.name for s in standing_in if s.covers(call.scopes)) for call in calls}
    kinds = (
        (
            found.screenings, "screening.queue", "warning", OFFICER,
            Text("적합성 검토 결정 대기 {n}건", "{n} screenings to decide"),
        ),
        (
            found.declarations, "routing.conflicts", "warning", OFFICER,
            Text("이해충돌 신고 확인 {n}건", "{n} declarations of conflicts to settle"),
        ),
        (
            found.approvals, "awards.awards", "warning", Text("승인자", "Approver"),
            Text("두 번째 승인 대기 {n}건", "{n} decisions waiting for the second approver"),
        ),
        (
            found.questions, "programs.office_questions", "warning", OFFICER,
            Text("답변을 기다리는 질문 {n}건", "{n} questions waiting for an answer"),
        ),
        (
            found.late_reviews, "reviews.progress", "danger", Text("평가위원", "Reviewers"),
            Text("기한이 지난 평가 {n}건", "{n} reviews overdue"),
        ),
        (
            found.unsure_letters, "notifications.messages", "warning", OFFICER,
            Text("발송을 확인할 편지 {n}통", "{n} letters to check"),
        ),
    )  # fmt: skip
    rows = [
        {
            "label": say(words, n=counts[call.id]),
            "hint": say(call.names) + (_as_deputy(deputy_of[call.id]) if counts is found.approvals else ""),
            "url": url_for(endpoint, public_id=call.public_id),
            "who": who,
            "status": Text("할 일", "To do"),
            "tone": tone,
        }
        for counts, endpoint, tone, who, words in kinds
        for call in calls
        if counts.get(call.id)
    ]
    if found.parked:
        rows.append(
            {
                "label": say(Text("멈춘 작업 {n}건", "{n} parked jobs"), n=found.parked),
                "hint": "",
                "url": url_for("desks_officer.jobs", state="parked"),
                "status": Text("확인 필요", "Needs somebody"),
                "tone": "danger",
            }
        )
    return rows


def _as_deputy(names: str) -> str:
    return f" · {say(Text('{names} 님의 대리로도', 'also as deputy of {names}'), names=names)}" if names else ""


def funnel(call: Call, counts: dict[str, int], entries: dict[int, dict[str, int]], awards: int) -> list[dict[str, Any]]:
    """Applied -> each stage -> awarded."""
    applied = sum(n for state, n in counts.items() if state in ("submitted", "closed"))
    steps = [{"label": say(Text("신청", "Applied")), "count": applied}]
    steps += [
        {
            "label": say(call.definition.stage(stage.code).names),
            "count": sum(entries.get(stage.id, {}).values()),
            "note": say(Text("계획 {n}팀", "plan {n}"), n=call.definition.stage(stage.code).keep),
        }
        for stage in call.stages
    ]
    steps.append({"label": say(Text("선정", "Awarded")), "count": awards})
    return steps


def lane(call: Call, counts: dict[str, int], entries: dict[int, dict[str, int]], awards: int) -> dict[str, Any]:
    return {
        "label": say(call.names),
        "url": url_for("desks_officer.call", public_id=call.public_id),
        "steps": funnel(call, counts, entries, awards),
    }


def history_steps(events: Sequence[AuditEvent]) -> list[dict[str, Any]]:
    """The chain's events of one object, newest first."""
    return [{"label": event_words(event.kind), "at": event.at, "state": "done"} for event in events]

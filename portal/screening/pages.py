"""What the screening pages show, ready to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g, request, url_for

from portal.applications.models import ReopeningCause
from portal.applications.queries.reopenings import of_entry
from portal.applications.rules.reopening import due_day, is_live, places_to_ask
from portal.platform.formats import number
from portal.platform.language import Text, say
from portal.programs.definition import CallDefinition, Words
from portal.programs.models import Call, Stage
from portal.screening.forms import CompletionForm
from portal.screening.models import FindingResult, PointSheet, Screening, ScreeningState
from portal.screening.queries import QueuePage

STATES = {
    ScreeningState.WAITING: (Text("담당자 확인 대기", "Waiting for an officer"), "warning"),
    ScreeningState.ELIGIBLE: (Text("적합", "Eligible"), "success"),
    ScreeningState.INELIGIBLE: (Text("부적합", "Ineligible"), "danger"),
}
RESULTS = {
    FindingResult.PASS: (Text("충족", "Met"), "success"),
    FindingResult.FAIL: (Text("미충족", "Not met"), "danger"),
    FindingResult.UNCLEAR: (Text("확인 필요", "Unclear"), "warning"),
}


USUAL_DAYS = 7  # offered for a completion [P]


@dataclass(frozen=True)
class Pagination:
    number: int
    pages: int
    total: int
    endpoint: str
    arguments: dict[str, Any]

    def url_for(self, number: int) -> str:
        return url_for(self.endpoint, **self.arguments | {"page": number})


def pagination(found: QueuePage, public_id: str) -> Pagination:
    arguments = {k: v for k, v in request.args.items() if k not in ("page", "lang")} | {"public_id": public_id}
    return Pagination(found.number, found.pages, found.total, "screening.queue", arguments)


def chosen_stage(call: Call, code: str | None) -> Stage:
    """The stage asked for, or the latest that has entries, or the first."""
    asked = next((s for s in call.stages if s.code == code), None)
    opened = [s for s in call.stages if s.opened_at is not None]
    return asked or (opened[-1] if opened else call.stages[0])


def stage_chips(call: Call, current: Stage, endpoint: str) -> list[dict[str, Any]]:
    definition = call.definition
    return [
        {
            "label": definition.stage(stage.code).names,
            "url": url_for(endpoint, public_id=call.public_id, stage=stage.code),
            "current": stage.id == current.id,
        }
        for stage in call.stages
    ]


def tracks_of(call: Call) -> list[str]:
    """Codes of the call's tracks; one empty name where it has none."""
    return [track.code for track in call.definition.tracks] or [""]


def chosen_track(call: Call, code: str | None) -> str:
    """The track asked for, or the first."""
    known = tracks_of(call)
    return code if code in known else known[0]


def track_chips(call: Call, stage: Stage, current: str, endpoint: str) -> list[dict[str, Any]]:
    """None where the call has no tracks."""
    return [
        {
            "label": track.names,
            "url": url_for(endpoint, public_id=call.public_id, stage=stage.code, track=track.code),
            "current": track.code == current,
        }
        for track in call.definition.tracks
    ]


def state_chips(call: Call, stage: Stage, found: QueuePage, current: ScreeningState | None) -> list[dict[str, Any]]:
    def chip(label: Text, state: ScreeningState | None, count: int) -> dict[str, Any]:
        arguments: dict[str, Any] = {"public_id": call.public_id, "stage": stage.code}
        arguments |= {"state": state.value} if state else {}
        return {
            "label": label, "count": count, "current": state is current, "url": url_for("screening.queue", **arguments)
        }  # fmt: skip

    return [
        chip(Text("전체", "All"), None, sum(found.counts.values())),
        *(chip(STATES[s][0], s, found.counts.get(s, 0)) for s in ScreeningState),
    ]


def rule_names(definition: CallDefinition) -> dict[str, dict[str, str]]:
    return {rule.code: rule.names for rule in definition.screening}


@dataclass(frozen=True)
class ShownFinding:
    names: dict[str, str]
    article: dict[str, str]
    word: Text
    tone: str
    evidence: Sequence[tuple[dict[str, str], str | None]]  # the sentence, and where to look


def _where(screening: Screening, place: str) -> str | None:
    """The application's page at the place that the evidence names."""
    part = place.split(".")[0]
    if part not in ("sections", "institutions", "members", "attachments", "costs", "means", "confirmations"):
        return None
    return url_for("desks_officer.application", public_id=screening.entry.application.public_id, _anchor="content")


def findings(screening: Screening) -> list[ShownFinding]:
    """Findings that do not pass first, each with its evidence."""
    rules = {rule.code: rule for rule in screening.entry.stage.call.definition.screening}
    order = {FindingResult.FAIL: 0, FindingResult.UNCLEAR: 1, FindingResult.PASS: 2}
    shown = []
    for finding in sorted(screening.findings, key=lambda f: (order[f.result], f.position)):
        rule = rules.get(finding.rule)
        word, tone = RESULTS[finding.result]
        seen = [(e, _where(screening, e.get("place", ""))) for e in finding.evidence]
        names = rule.names if rule else {"ko": finding.rule, "en": finding.rule}
        shown.append(ShownFinding(names, rule.article if rule else {}, word, tone, seen))
    return shown


def completion_form(screening: Screening, *, fresh: bool = False) -> CompletionForm:
    """`fresh`: nothing posted yet; what did not pass is chosen, a week is given."""
    definition, stage = screening.entry.stage.call.definition, screening.entry.stage.code
    form = CompletionForm(formdata=None) if fresh else CompletionForm()
    names = _place_names(definition)
    form.offer([(place, names[place]) for place in places_to_ask(definition, stage)], definition.time_zone)
    if fresh:
        form.places.data = [p for p in names if p in _failing_places(screening)]
        form.due.data = due_day(g.now, USUAL_DAYS, definition.time_zone)
    return form


def _place_names(definition: CallDefinition) -> dict[str, Words]:
    sections = {f"sections.{s.code}": s.names for s in definition.sections}
    return sections | {f"attachments.{a.code}": a.names for a in definition.attachments}


def _failing_places(screening: Screening) -> set[str]:
    seen = [e.get("place", "") for f in screening.findings if f.result is not FindingResult.PASS for e in f.evidence]
    return {".".join(place.split(".")[:2]) for place in seen}


@dataclass(frozen=True)
class RequestShown:
    """One request to complete, as the officer follows it."""

    id: str
    places: list[Words]
    message: str
    asked_at: datetime
    due_at: datetime
    word: Text
    tone: str
    live: bool


def requests(screening: Screening, now: datetime) -> list[RequestShown]:
    """Newest first."""
    names = _place_names(screening.entry.stage.call.definition)
    shown = []
    for asked in reversed(of_entry(screening.entry_id)):
        if asked.answered_at is not None:
            word, tone = Text("제출함", "Handed in"), "success"
        elif is_live(asked, now):
            word, tone = Text("기다리는 중", "Waiting for the applicant"), "info"
        elif asked.closed_at is not None and asked.closed_at < asked.due_at:
            word, tone = Text("거둠", "Taken back"), "neutral"
        else:
            word, tone = Text("기한 안에 내지 않음", "Not handed in by the due time"), "warning"
        live = is_live(asked, now) and asked.cause is ReopeningCause.COMPLETION
        named = [names[p] for p in asked.places if p in names]
        shown.append(
            RequestShown(asked.public_id, named, asked.message, asked.opened_at, asked.due_at, word, tone, live)
        )
    return shown


def points(sheet: PointSheet | None, definition: CallDefinition) -> list[dict[str, Any]]:
    names = {item.code: item.names for item in definition.point_sheet}
    return [
        {
            "names": names.get(row["code"], {"ko": row["code"], "en": row["code"]}),
            "value": _value(row["value"]),
            "points": row["points"],
            "of": row["of"],
        }
        for row in (sheet.items if sheet else [])
    ]


def _value(value: object) -> str:
    if value is None:
        return say(Text("답 없음", "no answer"))
    return number(value) if isinstance(value, int) else str(value)

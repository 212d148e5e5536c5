"""What the screening pages show, ready to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from portal.platform.formats import number
from portal.platform.language import Text, say
from portal.programs.definition import CallDefinition
from portal.programs.models import Call, Stage
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

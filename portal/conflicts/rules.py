"""When a conflict of interest bars, and who may lift it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from portal.conflicts.models import Conflict, Severity, Source
from portal.platform.language import Text
from portal.programs.definition import ConflictGround, Regime

UNDECIDED = "undecided"  # the person was not sure; an officer names the ground or dismisses

GROUND_NAMES: Mapping[str, Text] = {
    UNDECIDED: Text("본인이 확신하지 못함 (담당자 확인 중)", "Not sure (an officer is looking at it)"),
    "participant": Text("신청 과제의 참여자", "Takes part in the application"),
    "sanctioned": Text("참여제한 중", "Under a participation restriction"),
    "same_call_applicant": Text("같은 공고의 신청자", "Applies in the same call"),
    "same_company": Text("같은 기업 소속", "Works at the same company"),
    "same_department": Text("연구책임자와 같은 최하위 부서", "Same lowest-level department as the PI"),
    "direct_interest": Text("결과에 직접적인 이해관계", "A direct interest in the outcome"),
    "cross_review": Text("서로의 과제를 같은 시기에 평가", "Would review each other at the same time"),
}


@dataclass(frozen=True)
class Found:
    """A bar to write. `evidence` holds ids and dates, no free text."""

    person_id: int
    application_id: int
    ground: str
    severity: Severity
    source: Source = Source.DETECTED
    evidence: Mapping[str, Any] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None

    @property
    def key(self) -> tuple[int, int, str, Source]:
        return self.person_id, self.application_id, self.ground, self.source


@dataclass(frozen=True)
class Bar:
    """One bar explained: which ground, from which article, since when."""

    conflict: Conflict
    names: Mapping[str, str] | Text
    article: Mapping[str, str]
    waivable: bool


def today(now: datetime, zone: str = "Asia/Seoul") -> date:
    """The calendar day on which dated bars begin and end."""
    return now.astimezone(ZoneInfo(zone)).date()


def is_waivable(severity: Severity) -> bool:
    """Only a waivable ground may be lifted for expertise (Decree 27(3) proviso); an absolute one never."""
    return severity is Severity.WAIVABLE


def bars_on(conflict: Conflict, day: date) -> bool:
    """The bar holds on `day`. A waiver counts on a waivable ground only, whatever the row says."""
    if conflict.dismissed_at is not None:
        return False
    if conflict.waived_at is not None and is_waivable(conflict.severity):
        return False
    return (conflict.since is None or conflict.since <= day) and (conflict.until is None or day <= conflict.until)


def ground_of(regime: Regime | None, code: str) -> ConflictGround | None:
    return next((g for g in regime.conflict_grounds if g.code == code), None) if regime else None


def severity_of(regime: Regime | None, code: str, otherwise: Severity) -> Severity:
    """What the regime says of the ground; `otherwise` when it does not name it."""
    ground = ground_of(regime, code)
    return Severity(ground.severity) if ground else otherwise


def name_of(regime: Regime | None, code: str) -> Mapping[str, str] | Text:
    ground = ground_of(regime, code)
    return ground.names if ground else GROUND_NAMES.get(code, Text(code, code))


def explain(conflict: Conflict, regime: Regime | None) -> Bar:
    ground = ground_of(regime, conflict.ground)
    return Bar(
        conflict, name_of(regime, conflict.ground), ground.article if ground else {}, is_waivable(conflict.severity)
    )

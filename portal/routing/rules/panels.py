"""What a panel needs, and when it may be routed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from portal.platform.language import Text
from portal.programs.definition import PanelRule
from portal.programs.models import Stage
from portal.routing.models import Assignment, AssignmentState, Seat, SeatState

KINDS: Final = {
    "academia": Text("학계·연구계", "Academia"),
    "industry": Text("산업계", "Industry"),
    "foreign": Text("해외", "Overseas"),
}
SEAT_STATES: Final = {
    SeatState.INVITED: (Text("응답 대기", "Invited"), "warning"),
    SeatState.ACCEPTED: (Text("수락", "Accepted"), "success"),
    SeatState.DECLINED: (Text("거절", "Declined"), "neutral"),
}
ASSIGNMENT_STATES: Final = {
    AssignmentState.DRAFT: (Text("배정안", "Draft"), "neutral"),
    AssignmentState.PUBLISHED: (Text("확인 대기", "Waiting for declaration"), "warning"),
    AssignmentState.ACCEPTED: (Text("수락", "Accepted"), "success"),
    AssignmentState.DECLINED: (Text("거절", "Declined"), "danger"),
    AssignmentState.REVOKED: (Text("해제", "Revoked"), "neutral"),
}
LIVE: Final = (AssignmentState.PUBLISHED, AssignmentState.ACCEPTED)
DUE_HOUR: Final = time(18, 0)


def reviews_together(rule: PanelRule) -> bool:
    """Every member reviews every entry: as many reviews per entry as the panel has members."""
    return rule.reviews_per_entry >= rule.size


@dataclass(frozen=True)
class Composition:
    """Accepted (and still invited) seats against the published rule."""

    accepted: int
    invited: int
    foreign: int
    industry: int
    chair: bool
    standby: int
    rule: PanelRule

    @property
    def complete(self) -> bool:
        return (
            self.accepted >= self.rule.size
            and self.foreign >= self.rule.min_foreign
            and self.industry >= self.rule.min_industry
            and self.chair
        )


def composition(seats: Sequence[Seat], rule: PanelRule) -> Composition:
    """Standby members are counted apart: they fill places that are given back."""
    accepted = [s for s in seats if s.state is SeatState.ACCEPTED and not s.standby]
    return Composition(
        len(accepted),
        sum(s.state is SeatState.INVITED and not s.standby for s in seats),
        sum(s.kind == "foreign" for s in accepted),
        sum(s.kind == "industry" for s in accepted),
        any(s.chair for s in accepted),
        sum(s.standby and s.state is SeatState.ACCEPTED for s in seats),
        rule,
    )


def can_run(seats: Sequence[Seat], rule: PanelRule) -> bool:
    """Enough people accepted for every entry to get its reviews."""
    ready = sum(s.state is SeatState.ACCEPTED and not s.standby for s in seats)
    return ready >= min(rule.reviews_per_entry, rule.size)


def fair_share(capacities: Sequence[int], wanted: int) -> int:
    """The least load at which the members can take all the reviews wanted, so that nobody is given more while others
    have room; the largest capacity where even that is too little."""
    shares = range(max(capacities, default=0) + 1)
    return next((s for s in shares if sum(min(s, c) for c in capacities) >= wanted), max(capacities, default=0))


def due_at(now: datetime, days: int, zone: str) -> datetime:
    """18:00 of the last day of the review, in the call's time zone."""
    local = now.astimezone(ZoneInfo(zone))
    return datetime.combine(local.date() + timedelta(days=days), DUE_HOUR, tzinfo=ZoneInfo(zone))


def review_window(stage: Stage, now: datetime) -> tuple[date, date]:
    """First and last day on which reviews of the stage are written; planned from now while it is not open."""
    definition = stage.call.definition
    zone = ZoneInfo(definition.time_zone)
    opens = stage.review_opens_at or now
    ends = stage.review_due_at or due_at(opens, definition.stage(stage.code).review_days, definition.time_zone)
    first = opens.astimezone(zone).date()
    return first, max(first, ends.astimezone(zone).date())


def is_left_out(days_away: int, days: int) -> bool:
    """Away for at least half of the review's days: nothing is assigned, assumed [P]."""
    return days_away > 0 and 2 * days_away >= days


def is_late(assignment: Assignment, now: datetime) -> bool:
    """Asked for after the stage's review had closed, and still open."""
    return assignment.late_until is not None and now < assignment.late_until


def awaits_declaration(assignment: Assignment) -> bool:
    return assignment.state is AssignmentState.PUBLISHED and assignment.declared_at is None

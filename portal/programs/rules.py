"""Dates that the law counts; what an open call may no longer change."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays

from portal.platform.language import Text
from portal.programs.definition import Appeal, CallDefinition

FROZEN: dict[str, Text] = {
    "stages": Text("단계와 평가 기준", "stages and criteria"),
    "components": Text("지원 항목과 상한", "components and caps"),
    "awards": Text("선정 규칙", "rules of award"),
    "screening": Text("적합성 검토 규칙", "screening rules"),
    "point_sheet": Text("가점표", "point sheet"),
    "point_sheet_decides": Text("가점표의 효력", "weight of the point sheet"),
}


def changed_frozen_parts(old: CallDefinition, new: CallDefinition) -> list[Text]:
    """What applicants relied on when they began: an amendment leaves these as they are."""
    return [name for part, name in FROZEN.items() if getattr(old, part) != getattr(new, part)]


def appeal_last_day(notified: datetime | date, appeal: Appeal, country: str = "KR", zone: str = "Asia/Seoul") -> date:
    """The last day on which an appeal may be filed (Act 14(6), Decree 30).

    `country`: whose public holidays count; empty: none do. The first day is not counted; a Saturday, Sunday or public holiday (substitute days included) moves the end to
    the next working day.
    """
    start = notified.astimezone(ZoneInfo(zone)).date() if isinstance(notified, datetime) else notified
    last = start + timedelta(days=appeal.days if appeal.skip_first_day else appeal.days - 1)
    if appeal.roll_over_holidays:
        closed = holidays.country_holidays(country) if country else {}
        while last.weekday() >= 5 or last in closed:
            last += timedelta(days=1)
    return last

"""Dates that the law counts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays

from portal.programs.definition import Appeal


def appeal_last_day(notified: datetime | date, appeal: Appeal, country: str = "KR", zone: str = "Asia/Seoul") -> date:
    """The last day on which an appeal may be filed (Act 14(6), Decree 30).

    The first day is not counted; a Saturday, Sunday or public holiday (substitute days included) moves the end to
    the next working day.
    """
    start = notified.astimezone(ZoneInfo(zone)).date() if isinstance(notified, datetime) else notified
    last = start + timedelta(days=appeal.days if appeal.skip_first_day else appeal.days - 1)
    if appeal.roll_over_holidays:
        closed = holidays.country_holidays(country)
        while last.weekday() >= 5 or last in closed:
            last += timedelta(days=1)
    return last

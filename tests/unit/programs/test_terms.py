"""The last day of an appeal: counted from the day after, moved past weekends and the country's holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from portal.programs.definition import Appeal
from portal.programs.rules import appeal_last_day

TEN = Appeal(days=10, grounds=[], article={"ko": "가", "en": "a"})


@pytest.mark.parametrize(
    ("notified", "country", "last"),
    [
        (date(2025, 8, 4), "KR", date(2025, 8, 14)),
        (date(2025, 8, 5), "KR", date(2025, 8, 18)),  # 15 August is a holiday, then comes a weekend
        (date(2025, 8, 5), "", date(2025, 8, 15)),  # no country's holidays count
        (date(2025, 8, 5), "FR", date(2025, 8, 18)),  # Assumption Day
        (date(2025, 8, 6), "", date(2025, 8, 18)),  # the 16th is a Saturday
    ],
)
def test_the_end_of_the_term(notified: date, country: str, last: date) -> None:
    assert appeal_last_day(notified, TEN, country) == last


def test_the_day_of_the_notice_is_the_calls_own() -> None:
    late = datetime(2025, 8, 3, 22, 30, tzinfo=UTC)  # already the 4th in Seoul, still the 3rd in Lisbon
    assert appeal_last_day(late, TEN, "", "Asia/Seoul") == date(2025, 8, 14)
    assert appeal_last_day(late, TEN, "", "Europe/Lisbon") == date(2025, 8, 13)

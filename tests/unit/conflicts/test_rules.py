from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from portal.conflicts.models import Conflict, Severity, Source
from portal.conflicts.rules import bars_on, is_waivable, today

DAY = date(2025, 7, 25)
MOMENT = datetime(2025, 7, 20, tzinfo=UTC)


def conflict(**more: Any) -> Conflict:
    given = {"severity": Severity.WAIVABLE, "source": Source.DETECTED, "ground": "same_department"}
    return Conflict(**given | more)


def test_a_conflict_bars() -> None:
    assert bars_on(conflict(), DAY)


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (None, DAY, True), (None, date(2025, 7, 24), False), (DAY, None, True), (date(2025, 7, 26), None, False),
    ],
)  # fmt: skip
def test_it_bars_from_and_until_its_days(since: date | None, until: date | None, expected: bool) -> None:
    assert bars_on(conflict(since=since, until=until), DAY) is expected


def test_only_a_waivable_ground_is_lifted_by_a_waiver() -> None:
    assert not bars_on(conflict(waived_at=MOMENT), DAY)
    assert bars_on(conflict(waived_at=MOMENT, severity=Severity.ABSOLUTE), DAY)
    assert bars_on(conflict(waived_at=MOMENT, severity=Severity.DECLARED), DAY)
    assert [s for s in Severity if is_waivable(s)] == [Severity.WAIVABLE]


def test_not_sure_bars_until_it_is_dismissed() -> None:
    assert bars_on(conflict(unsure=True), DAY)
    assert not bars_on(conflict(unsure=True, dismissed_at=MOMENT), DAY)


def test_days_begin_in_the_calls_time_zone() -> None:
    assert today(datetime(2025, 7, 24, 15, 0, tzinfo=UTC)) == DAY

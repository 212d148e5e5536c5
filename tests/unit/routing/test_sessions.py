"""Laying out a day, drawing lots, and what a team may still change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.programs.definition import SessionRule
from portal.routing.models import Session, SessionSwap
from portal.routing.rules.sessions import (
    Layout,
    Standing,
    can_be_absent,
    can_confirm,
    can_exchange,
    digest,
    draw,
    in_order,
    is_waiting,
    overlap,
    standing,
    starts,
)

NINE = datetime(2026, 7, 21, 9, 0, tzinfo=ZoneInfo("Asia/Seoul"))
RULE = SessionRule(minutes=30, break_minutes=10, confirm_hours=24, wait_minutes=15)
HOUR = timedelta(hours=1)


def slot(**changes: object) -> Session:
    held: dict[str, object] = {
        "id": 1,
        "entry_id": 1,
        "starts_at": NINE,
        "minutes": 30,
        "published_at": NINE - 90 * HOUR,
    }
    return Session(**(held | changes))


def clocks(moments: list[datetime], zone: str = "Asia/Seoul") -> list[str]:
    return [m.astimezone(ZoneInfo(zone)).strftime("%H:%M") for m in moments]


def test_slots_follow_with_a_break_and_a_longer_pause_after_every_second() -> None:
    made = starts(Layout(NINE, 5, 30, 10, 2, 60))
    assert clocks(made) == ["09:00", "09:40", "11:10", "11:50", "13:20"]


def test_slots_last_as_long_where_the_clock_is_changed() -> None:
    before = datetime(2026, 3, 29, 1, 30, tzinfo=ZoneInfo("Europe/Berlin"))  # at 02:00 it is 03:00
    made = starts(Layout(before, 2, 60))
    assert clocks(made, "Europe/Berlin") == ["01:30", "03:30"]
    assert made[1] - made[0] == HOUR


@pytest.mark.parametrize(
    ("start", "minutes", "meets"), [(0, 30, True), (29, 5, True), (30, 30, False), (-30, 30, False), (-10, 60, True)]
)
def test_slots_may_touch_but_not_overlap(start: int, minutes: int, meets: bool) -> None:
    assert overlap(NINE + timedelta(minutes=start), minutes, [(NINE, 30)]) is meets


@given(st.sets(st.text("abcdef", min_size=1, max_size=4), min_size=1), st.integers(0, 2**64 - 1))
def test_a_lot_can_be_drawn_again_from_its_seed(entries: set[str], seed: int) -> None:
    order = draw(entries, str(seed))
    assert sorted(order) == sorted(entries)
    assert draw(sorted(entries, reverse=True), str(seed)) == order


def test_the_hash_tells_seed_and_order() -> None:
    assert digest("1", ["a", "b"]) != digest("1", ["b", "a"])
    assert digest("1", ["a", "b"]) != digest("2", ["a", "b"])


def test_a_slot_is_confirmed_once_and_in_time() -> None:
    last = NINE - 24 * HOUR
    assert can_confirm(slot(), RULE, last - timedelta(seconds=1))
    assert not can_confirm(slot(), RULE, last)
    assert not can_confirm(slot(confirmed_at=last), RULE, last - HOUR)
    assert not can_confirm(slot(published_at=None), RULE, last - HOUR)


def test_a_slot_is_exchanged_once_and_in_time() -> None:
    early = NINE - 25 * HOUR
    assert can_exchange(slot(), RULE, early)
    assert can_exchange(slot(entry_id=None), RULE, early)
    assert can_exchange(slot(confirmed_at=early), RULE, early)
    assert not can_exchange(slot(swapped_at=early), RULE, early)
    assert not can_exchange(slot(published_at=None), RULE, early)
    assert not can_exchange(slot(), RULE, NINE - 24 * HOUR)


def test_a_request_waits_until_it_is_answered_closed_late_or_a_slot_has_moved() -> None:
    early = NINE - 30 * HOUR
    one, other = slot(), slot(id=2, entry_id=2, starts_at=NINE + 2 * HOUR)
    swap = SessionSwap(from_id=1, to_id=2, from_entry_id=1, to_entry_id=2)
    assert is_waiting(swap, one, other, RULE, early)
    assert not is_waiting(swap, one, other, RULE, NINE - 23 * HOUR)  # too late for the earlier one
    for changes in ({"answered_at": early}, {"closed_at": early}):
        done = SessionSwap(from_id=1, to_id=2, from_entry_id=1, to_entry_id=2, **changes)
        assert not is_waiting(done, one, other, RULE, early)
    assert not is_waiting(swap, slot(entry_id=3), other, RULE, early)
    assert not is_waiting(swap, one, slot(id=2, entry_id=2, swapped_at=early), RULE, early)


def test_a_team_is_absent_only_after_the_wait() -> None:
    wait = NINE + timedelta(minutes=15)
    assert not can_be_absent(slot(), RULE, wait - timedelta(seconds=1))
    assert can_be_absent(slot(), RULE, wait)
    assert not can_be_absent(slot(started_at=NINE), RULE, wait)
    assert not can_be_absent(slot(entry_id=None), RULE, wait)


def test_where_a_slot_stands() -> None:
    later = NINE + HOUR
    assert standing(slot(), NINE - HOUR) is Standing.COMING
    assert standing(slot(), NINE) is Standing.RUNNING
    assert standing(slot(started_at=NINE), NINE) is Standing.RUNNING
    assert standing(slot(started_at=NINE), later) is Standing.STARTED
    assert standing(slot(absent_at=NINE), later) is Standing.ABSENT
    assert standing(slot(), later) is Standing.PASSED


def test_what_runs_now_stands_first_and_what_is_over_last() -> None:
    rows = [slot(id=n, starts_at=NINE + n * HOUR) for n in range(4)]
    assert [s.id for s in in_order(rows, (NINE + 2 * HOUR).astimezone(UTC))] == [2, 3, 0, 1]

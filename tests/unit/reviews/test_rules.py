"""What a score may be, when a review is complete, what a receipt covers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.reviews import rules
from tests.factories.reviews import COMMENT, REASON, definition, marks

STAGE = definition().stage("paper")
AT = datetime(2025, 8, 1, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("points", [0, 1, 60])
def test_a_score_within_the_range_is_kept(points: int) -> None:
    assert not rules.check_marks(marks(tech=points), STAGE.criteria)


@pytest.mark.parametrize("points", [-1, 61, 2**63])
def test_a_score_outside_the_range_is_refused_beside_its_field(points: int) -> None:
    (error,) = rules.check_marks(marks(tech=points), STAGE.criteria)
    assert error.field == "points_tech"
    assert "60" in error.sentence()


@pytest.mark.parametrize(("typed", "points"), [("50", 50), (" 7 ", 7), ("５０", 50), ("", None), ("  ", None)])
def test_points_are_read_as_people_type_them(typed: str, points: int | None) -> None:
    assert rules.points_from(typed) == points


@pytest.mark.parametrize("typed", ["-1", "0.5", "1e9", "NaN", "1,000", "9" * 20, "fifty", "²"])
def test_what_is_no_whole_number_is_refused(typed: str) -> None:
    if typed == "²":  # a superscript reads as the digit it stands for
        assert rules.points_from(typed) == 2
        return
    with pytest.raises(ValueError):
        rules.points_from(typed)


def test_a_review_is_complete_with_every_point_reason_and_comment() -> None:
    assert not rules.unfinished(marks(), COMMENT, STAGE)


def test_what_is_missing_is_told_in_the_order_of_the_form() -> None:
    given = {"tech": (None, "짧음"), "plan": (30, REASON)}
    fields = [error.field for error in rules.unfinished(given, "", STAGE)]
    assert fields == ["points_tech", "reason_tech", "comment"]


def test_zero_points_are_points() -> None:
    assert not rules.unfinished(marks(tech=0, plan=0), COMMENT, STAGE)


def test_anchors_stand_for_whole_points_rounded_half_up() -> None:
    criterion = STAGE.criteria[0].model_copy(update={"points": 12})
    assert [rules.anchor_points(criterion, share) for share in (100, 80, 60, 40, 20)] == [12, 10, 7, 5, 2]
    odd = criterion.model_copy(update={"points": 5})
    assert rules.anchor_points(odd, 50) == 3


def test_a_due_date_reminds_and_closing_ends() -> None:
    late = AT + timedelta(days=30)
    assert rules.window_open(AT, None, late)
    assert not rules.window_open(AT, late, late)
    assert not rules.window_open(AT + timedelta(seconds=1), None, AT)
    assert not rules.window_open(None, None, AT)


def test_twelve_applications_are_about_nine_hours() -> None:
    assert rules.hours_left(12) == 9
    assert rules.hours_left(1) == 1
    assert rules.hours_left(0) == 0


def test_a_receipt_changes_with_everything_it_covers() -> None:
    given = ("entry", "QX7A", marks(), COMMENT, AT)
    first = rules.receipt(*given)
    assert rules.receipt(*given) == first
    assert rules.receipt("entry", "QX7A", dict(reversed(list(marks().items()))), COMMENT, AT) == first
    others = [
        rules.receipt("other", "QX7A", marks(), COMMENT, AT),
        rules.receipt("entry", "QX7B", marks(), COMMENT, AT),
        rules.receipt("entry", "QX7A", marks(tech=51), COMMENT, AT),
        rules.receipt("entry", "QX7A", marks(), COMMENT + ".", AT),
        rules.receipt("entry", "QX7A", marks(), COMMENT, AT + timedelta(microseconds=1)),
    ]
    assert first not in others
    assert len(set(others)) == len(others)


@pytest.mark.parametrize(
    ("days", "hour", "asked"),
    [(4, 10, False), (3, 10, True), (3, 8, False), (2, 10, False), (1, 10, False), (0, 10, True), (-1, 10, True),
     (-2, 10, False), (-3, 10, True), (-7, 10, True), (-8, 10, False)],
)  # fmt: skip
def test_reminders_go_out_on_their_days_from_nine_in_the_calls_zone(days: int, hour: int, asked: bool) -> None:
    zone = ZoneInfo("Asia/Seoul")
    due = datetime(2026, 8, 10, 18, 0, tzinfo=zone)
    now = datetime(2026, 8, 10, hour, 0, tzinfo=zone) - timedelta(days=days)
    assert rules.reminder_due(due.astimezone(UTC), now.astimezone(UTC), "Asia/Seoul") is asked


def test_without_a_due_date_nobody_is_reminded() -> None:
    assert not rules.reminder_due(None, AT, "Asia/Seoul")

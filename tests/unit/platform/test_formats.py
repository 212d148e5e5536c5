"""How amounts, dates and counts are written; a factor of ten never goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from portal.platform import formats
from portal.platform.language import Text, say, speaking, t, use_language


@pytest.fixture(autouse=True)
def _korean() -> Iterator[None]:
    use_language("ko")
    yield
    use_language("ko")


def english(write: object, *args: object, **more: object) -> str:
    with speaking("en"):
        return str(write(*args, **more))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("won", "ko", "en"),
    [
        (193_600_000_000, "1,936억 원", "KRW 193.6 billion"),
        (19_360_000_000, "193억 6,000만 원", "KRW 19.36 billion"),
        (1_936_000_000_000, "1조 9,360억 원", "KRW 1.936 trillion"),
        (100_000_000, "1억 원", "KRW 100 million"),
        (10_000, "1만 원", "KRW 10,000"),
        (9_999, "9,999원", "KRW 9,999"),
        (123_456_789, "1억 2,345만 6,789원", "KRW 123.457 million"),
        (0, "0원", "KRW 0"),
        (-193_600_000_000, "-1,936억 원", "-KRW 193.6 billion"),
    ],
)
def test_money_keeps_its_factor_of_ten(won: int, ko: str, en: str) -> None:
    assert formats.money(won) == ko
    assert english(formats.money, won) == en


@pytest.mark.parametrize("power", range(13))
def test_each_factor_of_ten_is_written_differently(power: int) -> None:
    assert len({formats.money(7 * 10**n) for n in range(power + 1)}) == power + 1
    assert len({english(formats.money, 7 * 10**n) for n in range(power + 1)}) == power + 1


def test_exact_money_and_currencies_with_minor_units() -> None:
    assert formats.money_exact(193_600_000_000) == "193,600,000,000원"
    assert english(formats.money_exact, 193_600_000_000) == "KRW 193,600,000,000"
    assert formats.money(123_456, "EUR") == "EUR 1,234.56"
    assert formats.money_exact(5, "USD") == "USD 0.05"


@pytest.mark.parametrize(
    ("amount", "unit", "ko", "en"),
    [
        (512, "card", "512장", "512 cards"), (1, "card", "1장", "1 card"), (0, "card", "0장", "0 cards"),
        (1, "person", "1명", "1 person"), (2, "person", "2명", "2 people"), (1, "team", "1팀", "1 team"),
        (1, "card_month", "1장·월", "1 card-month"), (1024, "card_month", "1,024장·월", "1,024 card-months"),
        (-1, "card", "-1장", "-1 card"), (3, "TB", "3TB", "3 TB"), (5_000_000_000, "KRW", "50억 원", "KRW 5 billion"),
    ],
)  # fmt: skip
def test_a_quantity_has_its_unit_in_the_right_number(amount: int, unit: str, ko: str, en: str) -> None:
    assert formats.quantity(amount, unit) == ko
    assert english(formats.quantity, amount, unit) == en


def test_numbers_round_half_up_for_display_only() -> None:
    assert formats.number(Decimal("85.125")) == "85.13"
    assert formats.number(Fraction(-1, 8)) == "-0.13"
    assert formats.number(Fraction(2, 3), 0) == "1"
    assert formats.number(1_234_567) == "1,234,567"


AT = datetime(2026, 7, 21, 9, 0, tzinfo=UTC)


def test_moments_are_shown_in_the_calls_zone_with_the_weekday() -> None:
    assert formats.moment(AT) == "2026. 7. 21.(화) 18:00"
    assert english(formats.moment, AT) == "Tue 21 Jul 2026, 18:00 KST"
    assert formats.moment(AT.replace(hour=15)) == "2026. 7. 22.(수) 00:00"
    assert formats.moment(AT, seconds=True) == "2026. 7. 21.(화) 18:00:00"
    assert english(formats.moment, AT, "Europe/Paris") == "Tue 21 Jul 2026, 11:00 CEST"
    assert formats.day(date(2026, 1, 4)) == "2026. 1. 4.(일)"
    assert english(formats.day, AT.replace(hour=16)) == "Wed 22 Jul 2026"
    assert formats.clock_time(AT) == "18:00:00"


@pytest.mark.parametrize(
    ("span", "ko", "en"),
    [
        (timedelta(days=3, hours=4, minutes=5), "3일 4시간", "3 days 4 hours"),
        (timedelta(days=1), "1일", "1 day"),
        (timedelta(hours=1, minutes=1), "1시간 1분", "1 hour 1 minute"),
        (timedelta(seconds=59), "59초", "59 seconds"),
        (timedelta(seconds=-5), "0초", "0 seconds"),
    ],
)
def test_durations_name_the_two_largest_parts(span: timedelta, ko: str, en: str) -> None:
    assert formats.duration(span) == ko
    assert english(formats.duration, span) == en


def test_what_is_left_and_what_has_passed() -> None:
    assert formats.left(AT + timedelta(hours=2), AT) == "2시간 남음"
    assert english(formats.left, AT, AT + timedelta(days=2)) == "2 days ago"


@pytest.mark.parametrize(
    ("size", "shown"),
    [(999, "999 B"), (1_536, "1.5 kB"), (50_000_000, "50 MB"), (3_000_000_000, "3 GB"), (2 * 10**12, "2,000 GB")],
)
def test_file_sizes(size: int, shown: str) -> None:
    assert formats.file_size(size) == shown


def test_texts_stand_in_pairs_and_places_are_filled() -> None:
    pair = Text("{n}건", "{n} items")
    assert say(pair, n=3) == "3건"
    assert english(say, pair, n=3) == "3 items"
    assert say(Text("상태: {s}", "State: {s}"), s=Text("열림", "open")) == "상태: 열림"
    assert say(Text("공고: {c}", "Call: {c}"), c={"ko": "가", "en": "a"}) == "공고: 가"
    assert t("저장", "Save") == "저장"


def test_program_data_without_the_language_shows_the_other() -> None:
    assert english(say, {"ko": "공고"}) == "공고"
    assert say({"ko": "", "en": "Call"}) == "Call"
    assert say(None) == ""
    assert say("사람의 글 {n}") == "사람의 글 {n}"


def test_what_people_wrote_is_never_a_template() -> None:
    assert say(Text("제목: {title}", "Title: {title}"), title="{title.__class__} {0}") == "제목: {title.__class__} {0}"


def test_a_letters_language_is_restored() -> None:
    with speaking("en"):
        assert t("가", "a") == "a"
        with speaking("xx"):
            assert t("가", "a") == "가"
        assert t("가", "a") == "a"
    assert t("가", "a") == "가"
    assert use_language("fr") == "ko"


def test_a_moment_stands_in_the_readers_own_zone_where_the_clocks_differ() -> None:
    at = datetime(2026, 7, 21, 9, 0, tzinfo=UTC)
    assert (
        formats.moment_for(at, "Asia/Seoul", "America/New_York")
        == "2026. 7. 21.(화) 18:00 (내 시간대 2026. 7. 21.(화) 05:00)"
    )
    assert formats.moment_for(at, "Asia/Seoul", "Asia/Tokyo") == "2026. 7. 21.(화) 18:00"
    said = english(formats.moment_for, at, "Asia/Seoul", "America/New_York")
    assert said == "Tue 21 Jul 2026, 18:00 KST (Tue 21 Jul 2026, 05:00 EDT, your time)"

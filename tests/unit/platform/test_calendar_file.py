"""Calendar files as RFC 5545 wants them."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from portal.platform.calendar_file import CalendarEvent, calendar_file

SEOUL = ZoneInfo("Asia/Seoul")
NOW = datetime(2026, 7, 20, 12, 0, tzinfo=SEOUL)


def event(summary: str = "Presentation", uid: str = "one@portal") -> CalendarEvent:
    start = datetime(2026, 7, 21, 9, 0, tzinfo=SEOUL)
    return CalendarEvent(
        uid, start, start + timedelta(minutes=30), summary, "https://portal.example/applications/x/session"
    )


def read(file: bytes) -> dict[str, list[str]]:
    """Unfolded properties, name -> values with their escapes undone."""
    found: dict[str, list[str]] = {}
    for line in file.decode().replace("\r\n ", "").split("\r\n"):
        if line:
            name, _, value = line.partition(":")
            plain, rest = "", iter(value)
            for c in rest:
                plain += {"n": "\n"}.get(e := next(rest), e) if c == "\\" else c
            found.setdefault(name, []).append(plain)
    return found


def test_moments_are_utc_and_the_uid_stays() -> None:
    said = read(calendar_file([event()], NOW))
    assert said["DTSTART"] == ["20260721T000000Z"] and said["DTEND"] == ["20260721T003000Z"]
    assert said["DTSTAMP"] == ["20260720T030000Z"] and said["UID"] == ["one@portal"]
    assert said["VERSION"] == ["2.0"] and said["METHOD"] == ["PUBLISH"]
    assert said["BEGIN"] == ["VCALENDAR", "VEVENT"] and said["END"] == ["VEVENT", "VCALENDAR"]


def test_every_event_stands_by_itself() -> None:
    said = read(calendar_file([event(), event(uid="two@portal")], NOW))
    assert said["UID"] == ["one@portal", "two@portal"]


@given(st.text(max_size=200))
def test_any_text_is_folded_at_75_octets_and_read_back(text: str) -> None:
    file = calendar_file([event(text)], NOW)
    assert file.endswith(b"\r\n") and b"\n" not in file.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))
    wanted = "".join(c for c in text.replace("\r\n", "\n") if c == "\n" or (c >= " " and c != "\x7f"))
    assert read(file).get("SUMMARY") == [wanted]


def test_a_line_cannot_be_smuggled_in() -> None:
    said = read(calendar_file([event("A\r\nATTENDEE:mailto:x@example.org")], NOW))
    assert "ATTENDEE" not in said

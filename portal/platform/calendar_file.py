"""Calendar files (RFC 5545): moments in UTC, lines of at most 75 octets, CRLF.

An event tells when and what kind of thing, never who: calendars are shared, synchronised and shown on lock screens.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

MEDIA_TYPE = "text/calendar; charset=utf-8"
OCTETS = 75


@dataclass(frozen=True)
class CalendarEvent:
    """`uid` names the event for ever: a later file with the same one replaces it in the reader's calendar."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    url: str


def calendar_file(events: Iterable[CalendarEvent], now: datetime) -> bytes:
    """The file; `now` is when it was made: of two files about one event the later counts."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Grant Portal//Sessions//EN", "METHOD:PUBLISH"]
    for event in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{event.uid}",
            f"DTSTAMP:{_moment(now)}",
            f"DTSTART:{_moment(event.starts_at)}",
            f"DTEND:{_moment(event.ends_at)}",
            f"SUMMARY:{_text(event.summary)}",
            f"URL:{event.url}",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line)).encode()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    """A TEXT value: backslash, comma, semicolon and line break have a meaning of their own; no other control stays."""
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n")):
        value = value.replace(plain, escaped)
    return "".join(c for c in value if c >= " " and c != "\x7f")


def _folded(line: str) -> list[str]:
    """Lines of at most 75 octets; what goes on begins with a space. A character is never cut."""
    parts, part, size = [], "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > OCTETS:
            parts.append(part)
            part, size = " ", 1
        part, size = part + character, size + octets
    return [*parts, part]

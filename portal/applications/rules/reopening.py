"""Closed applications of which some places may be written again, and until when."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from portal.applications.models import Reopening
from portal.programs.definition import CallDefinition, Stage

HOUR: Final = 18  # of the last day, in the call's time zone [P]
REMIND_BEFORE: Final = (timedelta(days=3), timedelta(days=1))  # [P]
LEAST_HOURS: Final = 24  # an officer gives at least so long [P]


def is_live(reopening: Reopening, now: datetime) -> bool:
    return reopening.answered_at is None and reopening.closed_at is None and now < reopening.due_at


def covers(reopening: Reopening, place: str) -> bool:
    """`place`: `sections.<code>` or `attachments.<code>`."""
    return place in reopening.places


def due_day(now: datetime, days: int, zone: str) -> datetime:
    """At 18:00 of the call's calendar, `days` from now."""
    there = ZoneInfo(zone)
    return datetime.combine(now.astimezone(there).date() + timedelta(days=days), time(HOUR), tzinfo=there)


def own_places(stage: Stage) -> list[str]:
    """What a stage asks for itself, of an entry that has just come into it."""
    return [f"sections.{code}" for code in stage.sections] if stage.own_days is not None else []


def places_to_ask(definition: CallDefinition, stage: str) -> list[str]:
    """What an officer may ask to complete: what this stage's submission holds."""
    sections = [f"sections.{section.code}" for section in definition.sections_of(stage)]
    return sections + [f"attachments.{slot.code}" for slot in definition.attachments]


def section_of_kind(definition: CallDefinition, kind: str) -> str:
    """The place whose section holds the budget or the requested means; empty where none does."""
    found = (s.code for s in definition.sections if any(q.kind == kind for q in s.questions))
    return next((f"sections.{code}" for code in found), "")


def later_sections(definition: CallDefinition, places: Iterable[str]) -> list[str]:
    """Codes of the sections among `places` that the application itself was not made with."""
    first = {section.code for section in definition.sections_to_apply_with}
    return [
        section.code
        for section in definition.sections
        if section.code not in first and f"sections.{section.code}" in set(places)
    ]


def known_places(wanted: Collection[str], allowed: Sequence[str]) -> list[str]:
    """Of what was asked, the places that there are, in the form's order."""
    return [place for place in allowed if place in wanted]

"""Slots in which applicants present: how a day is laid out, what a lot draws, what a team may still change."""

from __future__ import annotations

import enum
import hashlib
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from portal.platform.language import Text
from portal.programs.definition import SessionRule
from portal.routing.models import Session, SessionSwap

MOST_SLOTS: Final = 60  # planned at once


@dataclass(frozen=True)
class Layout:
    """A row of slots: the first start, how many, each `minutes` long with `gap` until the next; after every
    `pause_after` of them (0: never) a pause of `pause` minutes instead of the gap."""

    first: datetime
    count: int
    minutes: int
    gap: int = 0
    pause_after: int = 0
    pause: int = 0


def starts(layout: Layout) -> list[datetime]:
    """When each slot begins; hours of the clock pass as they do, also where the clock is changed that day."""
    moments, at = [], layout.first.astimezone(UTC)
    for number in range(1, layout.count + 1):
        moments.append(at)
        pauses = bool(layout.pause_after) and number % layout.pause_after == 0
        at = at + timedelta(minutes=layout.minutes + (layout.pause if pauses else layout.gap))
    return moments


def overlap(start: datetime, minutes: int, others: Iterable[tuple[datetime, int]]) -> bool:
    """A slot of so many minutes meets one of `others`; one may begin when the other ends."""
    end = start + timedelta(minutes=minutes)
    return any(start < begin + timedelta(minutes=length) and begin < end for begin, length in others)


def draw(entries: Iterable[str], seed: str) -> list[str]:
    """The order of these entries (public ids) that the seed gives: anybody can draw it again.

    The ids in their alphabetical order are shuffled by Python's `random.Random(seed)`.
    """
    order = sorted(entries)
    random.Random(seed).shuffle(order)  # noqa: S311 - to be drawn again; the seed itself is chance
    return order


def digest(seed: str, order: Sequence[str]) -> str:
    """SHA-256 of what was drawn: the seed and the order, one a line."""
    return hashlib.sha256("\n".join([seed, *order]).encode()).hexdigest()


def ends_at(session: Session) -> datetime:
    return session.starts_at + timedelta(minutes=session.minutes)


def answer_until(session: Session, rule: SessionRule) -> datetime:
    """Until when the team may confirm or exchange it."""
    return session.starts_at - timedelta(hours=rule.confirm_hours)


def has_begun(session: Session) -> bool:
    """Somebody noted that it took place, or that nobody came."""
    return session.started_at is not None or session.absent_at is not None


def can_confirm(session: Session, rule: SessionRule, now: datetime) -> bool:
    """A team may say once that it comes, in time."""
    published = session.published_at is not None and session.entry_id is not None
    return published and session.confirmed_at is None and now < answer_until(session, rule)


def can_exchange(session: Session, rule: SessionRule, now: datetime) -> bool:
    """A slot that may still change hands: published, in time, of a team that has not exchanged, or of none."""
    in_time = now < answer_until(session, rule) and not has_begun(session)
    return session.published_at is not None and session.swapped_at is None and in_time


def is_waiting(swap: SessionSwap, asked: Session, other: Session, rule: SessionRule, now: datetime) -> bool:
    """Not answered, both slots as they were when it was asked, and in time for both."""
    unanswered = swap.answered_at is None and swap.closed_at is None
    same = (asked.entry_id, other.entry_id) == (swap.from_entry_id, swap.to_entry_id)
    return unanswered and same and can_exchange(asked, rule, now) and can_exchange(other, rule, now)


def absent_from(session: Session, rule: SessionRule) -> datetime:
    """From when on a team that is not there may be noted as not having come."""
    return session.starts_at + timedelta(minutes=rule.wait_minutes)


def can_be_started(session: Session, now: datetime) -> bool:
    return session.entry_id is not None and session.started_at is None and now >= session.starts_at


def can_be_absent(session: Session, rule: SessionRule, now: datetime) -> bool:
    return session.entry_id is not None and not has_begun(session) and now >= absent_from(session, rule)


class Standing(enum.Enum):
    """Where a slot stands, as a word with its tone."""

    COMING = (Text("예정", "To come"), "neutral")
    RUNNING = (Text("지금", "Now"), "info")
    STARTED = (Text("진행함", "Held"), "success")
    ABSENT = (Text("불참", "Did not come"), "danger")
    PASSED = (Text("시간 지남", "Time has passed"), "neutral")


def standing(session: Session, now: datetime) -> Standing:
    if session.absent_at is not None:
        return Standing.ABSENT
    if session.starts_at <= now < ends_at(session):
        return Standing.RUNNING
    if session.started_at is not None:
        return Standing.STARTED
    return Standing.COMING if now < session.starts_at else Standing.PASSED


def in_order(sessions: Iterable[Session], now: datetime) -> list[Session]:
    """The one that runs now first, then those to come, then those that are over; each by its time."""

    def place(session: Session) -> tuple[int, datetime, int]:
        running = session.starts_at <= now < ends_at(session)
        return (0 if running else 1 if now < session.starts_at else 2, session.starts_at, session.id)

    return sorted(sessions, key=place)

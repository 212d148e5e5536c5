"""A panel that hears presentations: teams, slots, and what was published."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from portal.accounts.models import Person
from portal.applications.models import Application, StageEntry
from portal.platform import clock
from portal.platform.context import Context
from portal.platform.db import db
from portal.programs.definition import CallDefinition
from portal.routing import service
from portal.routing.models import Panel, Session
from portal.routing.queries import swaps
from portal.routing.rules.sessions import Layout
from tests.factories import base, routing

SEOUL = ZoneInfo("Asia/Seoul")
RULE = {"minutes": 30, "break_minutes": 10, "confirm_hours": 24, "wait_minutes": 15, "mark": "P"}


def definition(
    rule: dict[str, Any] | None = None, *, size: int = 3, reviews: int = 3, **changes: Any
) -> CallDefinition:
    """The small call whose one stage is a presentation."""
    made = routing.definition(size=size, reviews=reviews, **changes).model_dump(mode="json")
    made["stages"][0] |= {"form": "presentation", "session": RULE | (rule or {})}
    return CallDefinition.model_validate(made)


@dataclass
class Day:
    """Ids; the teams in the order of their slots once they are given."""

    field: routing.Field
    slots: list[int] = field(default_factory=list)

    @property
    def panel(self) -> Panel:
        return db.session.get_one(Panel, self.field.panel_id)

    def slot(self, number: int) -> Session:
        return db.session.get_one(Session, self.slots[number])

    def entry(self, number: int) -> StageEntry:
        """The team that was given slot `number` at first."""
        return db.session.get_one(StageEntry, self.field.entries[number])

    def application(self, number: int) -> Application:
        return db.session.get_one(Application, self.field.applications[number])

    def owner(self, number: int) -> Person:
        return db.session.get_one(Person, self.field.principals[number])

    def as_owner(self, number: int, at: datetime | None = None) -> Context:
        return base.context(self.owner(number), at=at)

    def as_chair(self, at: datetime | None = None) -> Context:
        return base.context(db.session.get_one(Person, self.field.reviewers[0]), "reviewer", at=at)

    def starts(self, number: int) -> datetime:
        return self.slot(number).starts_at

    def slot_of(self, number: int) -> Session:
        """Where the team presents now."""
        return db.session.query(Session).filter_by(entry_id=self.field.entries[number]).one()


def planned(
    entries: int = 3, slots: int = 4, reviewers: int = 3, made: CallDefinition | None = None, first: timedelta = timedelta(days=3)
) -> Day:  # fmt: skip
    """Free slots, the first in three days; committed."""

    def make() -> Day:
        of = routing.field_of(entries, reviewers, made or definition())
        layout = Layout(clock.now() + first, slots, 30, 10)
        rows = service.plan_sessions(base.context(), of.panel_id, layout, "3층 회의실")
        return Day(of, [row.id for row in rows])

    return base.committed(make)


def published(
    entries: int = 3,
    slots: int = 4,
    reviewers: int = 3,
    made: CallDefinition | None = None,
    first: timedelta = timedelta(days=3),
) -> Day:
    """Each team has a slot, in the order of the entries; the rest is free; all are told. Committed."""
    day = planned(entries, slots, reviewers, made, first)

    def give() -> None:
        for id_, entry_id in zip(day.slots, day.field.entries, strict=False):
            session = db.session.get_one(Session, id_)
            wanted = service.Wanted(session.starts_at, session.minutes, session.place, entry_id)
            service.change_session(base.context(), id_, wanted, "")
        service.publish_sessions(base.context(), day.field.panel_id)

    base.committed(give)
    return day


def swap_from(day: Day, number: int) -> str:
    """The public id of the request that team `number` has made."""
    (swap,) = [s for s in swaps.open_swaps(*day.slots) if s.from_entry_id == day.field.entries[number]]
    return swap.public_id

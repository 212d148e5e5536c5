"""Say that one is away, and for an approver who stands in; be back early."""

from __future__ import annotations

from datetime import date

from portal.accounts import queries, rules
from portal.accounts.errors import (
    AbsencesOverlap,
    AbsenceTooLong,
    DatesReversed,
    DayIsPast,
    DeputyAway,
    DeputyWithoutRight,
)
from portal.accounts.jobs import STANDS_IN
from portal.accounts.models import Absence, Person
from portal.audit import service as audit
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import NotFound
from portal.platform.formats import day as day_words
from portal.platform.jobs import enqueue


def say_absent(context: Context, person_id: int, since: date, until: date, deputy: str = "") -> Absence:
    """Away from `since` to `until`, both included. `deputy`: the public id of who stands in; empty: nobody.

    Raises DatesReversed, DayIsPast, AbsenceTooLong, AbsencesOverlap, DeputyWithoutRight, DeputyAway.
    """
    person = db.session.get_one(Person, person_id, with_for_update=True)
    if not rules.dates_in_order(since, until):
        raise DatesReversed("until")
    if until < rules.korean_day(context.now):
        raise DayIsPast("until")
    if (until - since).days >= rules.ABSENCE_MOST:
        raise AbsenceTooLong("until", most=rules.ABSENCE_MOST)
    known = queries.away_between([person_id], since, until).get(person_id)
    if known:
        raise AbsencesOverlap("since", since=day_words(known[0].since), until=day_words(known[0].until))
    stands_in = _deputy(context, person, since, until, deputy) if deputy else None
    made = Absence(
        public_id=context.ids.public_id(), person_id=person_id, since=since, until=until,
        deputy_id=stands_in.id if stands_in else None, created_at=context.now,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    audit.record(
        context, "AbsenceSaid", "person", person.public_id,
        since=since.isoformat(), until=until.isoformat(), deputy=stands_in.public_id if stands_in else None,
    )  # fmt: skip
    if stands_in is not None:
        enqueue(STANDS_IN, {"absence_id": made.id}, key=str(made.id), now=context.now)
    return made


def _deputy(context: Context, person: Person, since: date, until: date, public_id: str) -> Person:
    found = next((p for p in queries.possible_deputies(person, context.now) if p.public_id == public_id), None)
    if found is None:
        named = queries.people_by_public_ids([public_id])
        raise DeputyWithoutRight("deputy", name=named[0].name if named else "?")
    away = queries.away_between([found.id], since, until).get(found.id)
    if away:
        raise DeputyAway("deputy", name=found.name, since=day_words(away[0].since), until=day_words(away[0].until))
    return found


def end_absence(context: Context, person_id: int, public_id: str) -> Absence:
    """Back early, or not going at all. Somebody else's, a past one and an ended one are not there."""
    person = queries.person_of(person_id)
    absence = queries.absence_of(queries.identities(person), public_id)
    if absence is None or absence.ended_at is not None or absence.until < rules.korean_day(context.now):
        raise NotFound
    absence.ended_at = context.now
    audit.record(context, "AbsenceEnded", "person", person.public_id, since=absence.since.isoformat())
    return absence

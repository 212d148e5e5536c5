"""One call of the size that a ministry has to reckon with: thousands of applications, closed and in review.

Written in bulk, with everything that the services would have left behind: submissions with their receipts, entries,
screenings, search terms, reviews with theirs, and the audit chain. One transaction: all of it or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from sqlalchemy import select

from portal.accounts.models import Organisation, Person
from portal.applications.service import NewFile
from portal.audit.service import record
from portal.demo.acting import act_as_operator, read
from portal.demo.crowd.applicants import Applicants, samples
from portal.demo.crowd.bulk import Bulk, refresh_statistics
from portal.demo.crowd.reviewers import BEGUN, LOAD, Reviewers
from portal.demo.life import lay_foundations
from portal.demo.people import DOMAIN, enrol
from portal.demo.seed import is_empty
from portal.demo.teams import Shape, gather
from portal.platform import clock
from portal.platform.context import Context, SeededIds
from portal.platform.db import db
from portal.programs import service as programs
from portal.programs.definition import CallDefinition
from portal.programs.loader import load_call
from portal.programs.models import Call, Stage
from portal.programs.queries import stages_of
from portal.routing.models import Panel

CODE: Final = "CHAMP-CROWD"
NAMES: Final = {"ko": "AI 챔피언 대회 대규모 공모", "en": "AI Champion contest, a very large call"}
SHAPE: Final = (2.4, 1, 6)  # people of a team
SINCE_CLOSE, UNTIL_DUE = timedelta(days=6), timedelta(days=8)
PEOPLE: Final = ("reviewer", "chair", "officer")  # addresses; the first is the reviewer who is followed

Say = Callable[[str], None]


class CannotSeed(Exception):
    """The sentence says why."""


@dataclass(frozen=True)
class Size:
    applications: int
    reviews: int
    begun: int

    @property
    def panel(self) -> int:
        return max(12, -(-self.reviews // LOAD))


@dataclass(frozen=True)
class Crowd:
    """Ids for whoever goes on with it."""

    call: str  # public id
    reviewer_id: int
    officer_id: int


def seed(applications: int, reviews: int, number: int, say: Say, begun: int = BEGUN) -> Crowd:
    """Fill the call; with the office and its people first where the database is empty. `number` decides chance;
    `begun`: how many reviews the one who is followed has written and not handed in, at most.

    Raises CannotSeed.
    """
    if reviews > 9 * applications:
        raise CannotSeed("at most nine reviews for each application")
    rng = Random(number)
    if is_empty():
        say("the plan's lines, the office and two people of the pool")
        cast, _ = lay_foundations({"academia": 1}, rng)
        for person_id in (*cast.officers, *cast.administrators, cast.chair, *cast.reviewers["academia"]):
            act_as_operator(enrol, person_id)
    people = read(_people)
    say(f"{applications:,} applications and {reviews:,} reviews")
    files = samples(load_call("champ"), clock.now().date())
    crowd = act_as_operator(_fill, Size(applications, reviews, begun), number, people, files)
    refresh_statistics()
    return crowd


def _people() -> list[int]:
    """Those of the demonstration; refuses a database that is another one or has the call already."""
    if db.session.scalar(select(Call.id).where(Call.code == CODE)) is not None:
        raise CannotSeed(f"the call {CODE} is there already: nothing was added")
    wanted = [f"{name}@{DOMAIN}" for name in PEOPLE]
    found = select(Person.email_key, Person.id).where(Person.email_key.in_(wanted))
    rows = {row[0]: row[1] for row in db.session.execute(found)}
    if any(address not in rows for address in wanted):
        raise CannotSeed("the database holds other data than the demonstration's: nothing was added")
    return [rows[address] for address in wanted]


def _fill(context: Context, size: Size, number: int, people: list[int], files: Mapping[str, NewFile]) -> Crowd:
    rng, ids, present = Random(f"crowd:{number}"), SeededIds(number), clock.now()
    closes = present - SINCE_CLOSE
    call, stage = _closed_call(Context(context.actor, present, ids, rng), closes, size)
    bulk = Bulk()
    teams = gather(rng, Shape(size.applications, SHAPE), call.opens_at, closes, f"crowd:{number}")
    writing = Applicants(bulk, call, stage, ids, files)
    entrants = []
    for team in teams:
        entrants.append(writing.add(team))
        bulk.write_when_many()
    bulk.write()
    panel = Panel(
        public_id=ids.public_id(), stage_id=stage.id, names={"ko": "예선 평가위원회", "en": "First round panel"},
        created_at=closes,
    )  # fmt: skip
    db.session.add(panel)
    db.session.flush()
    record(context, "PanelFormed", "panel", panel.public_id, stage=stage.public_id, track="")
    opens = closes + timedelta(days=1)
    judging = Reviewers(bulk, call.definition.stage(stage.code), panel.id, opens, present, ids, rng)
    reviewer, chair, officer = people
    judging.seat(reviewer, "academia")
    judging.seat(chair, "academia", chair=True)
    organisations = list(db.session.scalars(select(Organisation.id).order_by(Organisation.id)))
    for place in range(2, size.panel):
        judging.invite(place, organisations)
    judging.review([e for e in entrants if e.in_review], size.reviews, size.begun)
    bulk.finish()
    return Crowd(call.public_id, reviewer, officer)


def _definition(size: Size) -> CallDefinition:
    """The contest with a first round for so many."""
    data: dict[str, Any] = load_call("champ").model_dump(mode="json")
    data["stages"][0]["panel"] |= {
        "size": size.panel, "reviews_per_entry": max(1, -(-size.reviews // size.applications)), "max_load": 2 * LOAD,
    }  # fmt: skip
    return CallDefinition.model_validate(data)


def _closed_call(context: Context, closes: datetime, size: Size) -> tuple[Call, Stage]:
    """Drafted, opened and closed by the services, and its first stage in review."""
    definition = _definition(size)
    opens = closes - timedelta(days=definition.open_days)

    def at(moment: datetime) -> Context:
        return Context(context.actor, moment, context.ids, context.rng)

    call = programs.draft_call(at(opens - timedelta(days=7)), definition, CODE, NAMES, opens, closes)
    programs.open_call(at(opens), call.id)
    programs.close_call(at(closes), call.id)
    stage = stages_of(call)[0]
    stage.opened_at, stage.review_opens_at = closes, closes + timedelta(days=1)
    stage.review_due_at = context.now + UNTIL_DUE
    db.session.flush()
    return call, stage

"""What the bench asks pages about: the demonstration's very large call, and an open one with complete drafts."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from random import Random

from sqlalchemy import select

from portal.accounts.models import Person
from portal.applications.models import (
    Application,
    ApplicationState,
    Attachment,
    Institution,
    InstitutionRole,
    Member,
    MemberRole,
    PlannedCost,
    RequestedMeans,
    SectionAnswer,
    StageEntry,
)
from portal.applications.rules.attachments import places, slices
from portal.demo import crowd
from portal.demo.crowd.bulk import refresh_statistics
from portal.demo.themes import THEMES
from portal.demo.writing import Writer, lawful
from portal.platform import clock
from portal.platform.context import RandomIds
from portal.platform.db import db
from portal.programs.models import Call
from portal.reviews.models import Review, ReviewState
from portal.routing.models import Assignment
from tests.factories.accounts import account
from tests.factories.base import committed, open_call

_ids = RandomIds()


@dataclass
class Seeded:
    """Ids; what the pages of the run are about."""

    call: str = ""
    applications: list[str] = field(default_factory=list)
    assignments: list[str] = field(default_factory=list)  # complete drafts of one reviewer
    read: list[str] = field(default_factory=list)  # locked reviews of the same reviewer
    drafts: list[str] = field(default_factory=list)  # each of an owner of its own, complete
    owners: list[int] = field(default_factory=list)  # in the same order
    open_call: str = ""
    section: str = "team"
    officer: int = 0
    reviewer: int = 0


def draft(call: Call, owner: Person, n: int) -> Application:
    """Everything that the catalog's program asks of a team of two; call inside a transaction."""
    at, definition = clock.now(), call.definition
    made = Application(
        public_id=_ids.public_id(), call_id=call.id, owner_id=owner.id, title=f"{THEMES[n % len(THEMES)].title.ko} {n}",
        state=ApplicationState.DRAFT, created_at=at, changed_at=at,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    kinds = (("company_sme", InstitutionRole.LEAD), ("university", InstitutionRole.JOINT))
    team = [
        Institution(
            public_id=_ids.public_id(), application_id=made.id, position=p, role=role, name=f"기관 {n}-{p}", kind=kind,
            joined_at=at, joined_by_id=owner.id if p == 0 else None,
        )
        for p, (kind, role) in enumerate(kinds)
    ]  # fmt: skip
    db.session.add_all(team)
    db.session.flush()
    people = [
        Member(
            public_id=_ids.public_id(), application_id=made.id, institution_id=i.id, name=f"연구자 {n}-{p}",
            person_id=owner.id if p == 0 else None, email=f"m{n}-{p}@example.org", email_key=f"m{n}-{p}@example.org",
            role=MemberRole.PI if p == 0 else MemberRole.RESEARCHER, may_edit=p == 0, consented_at=at,
        )
        for p, i in enumerate(team)
    ]  # fmt: skip
    db.session.add_all(people)
    rng = Random(n)
    writer = Writer(
        THEMES[n % len(THEMES)], "ko", team[0].name, [m.public_id for m in people], [i.public_id for i in team],
        at.date(), rng, lawful(definition, n, at.date(), rng),
    )  # fmt: skip
    for section in definition.sections:
        for slice_ in [i.public_id for i in team] if section.editor == "institution" else [""]:
            db.session.add(
                SectionAnswer(
                    application_id=made.id, section=section.code, slice=slice_, version=1, saved_at=at,
                    answers=writer.section(section),
                )
            )  # fmt: skip
    for institution, (government, cash, in_kind) in zip(team, ((70, 10, 20), (50, 0, 0)), strict=True):
        db.session.add(
            PlannedCost(
                institution_id=institution.id, year=definition.years[0], category=definition.costs[0].code,
                government=government * 10**6, cash=cash * 10**6, in_kind=in_kind * 10**6,
            )
        )  # fmt: skip
    gpu = definition.components[0]
    db.session.add(
        RequestedMeans(application_id=made.id, component=gpu.code, option=gpu.options[0].code, quantity=64, months=6)
    )
    for place in places(definition):
        for slice_ in slices(place, team) if place.required else []:
            db.session.add(
                Attachment(
                    public_id=_ids.public_id(), application_id=made.id, slot=place.code, slice=slice_,
                    filename="서류.pdf", sha256=secrets.token_hex(32), size=100_000, kind="pdf", pages=3, uploaded_at=at,
                )
            )  # fmt: skip
    db.session.flush()
    return made


def seed(applications: int, reviews: int, writes: int) -> Seeded:
    """The large call, and `writes` complete drafts to hand in."""
    made = crowd.seed(applications, reviews, 1, lambda _: None, writes)
    to = Seeded(call=made.call, officer=made.officer_id, reviewer=made.reviewer_id)

    def make() -> None:
        call = open_call()
        to.open_call = call.public_id
        for n in range(writes):
            owner = account()
            to.owners.append(owner.id)
            to.drafts.append(draft(call, owner, n).public_id)

    committed(make)
    closed = select(Application.public_id).join(Call, Application.call_id == Call.id).where(Call.public_id == to.call)
    mine = (
        select(Assignment.public_id)
        .join(Review, Review.assignment_id == Assignment.id)
        .join(StageEntry, StageEntry.id == Assignment.entry_id)
        .where(Assignment.person_id == to.reviewer)
        .order_by(Assignment.id)
    )
    to.applications = list(db.session.scalars(closed.order_by(Application.id)))
    to.assignments = list(db.session.scalars(mine.where(Review.state == ReviewState.DRAFT)))
    to.read = list(db.session.scalars(mine.where(Review.state == ReviewState.LOCKED)))
    db.session.rollback()
    refresh_statistics()
    return to

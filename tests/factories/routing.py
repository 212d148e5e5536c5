"""A stage of a closed call with applications, their people and institutions; reviewers, panels, seats."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from portal.accounts.models import Affiliation, Department, Organisation, Person, ReviewerProfile
from portal.applications.content import canonical_json
from portal.applications.models import (
    Application,
    ApplicationState,
    EntryState,
    Institution,
    InstitutionRole,
    Member,
    MemberRole,
    StageEntry,
    Submission,
)
from portal.platform import clock
from portal.platform.context import RandomIds
from portal.platform.db import db
from portal.programs import service as programs
from portal.programs.definition import CallDefinition
from portal.programs.models import Call, CallState, Stage
from portal.programs.queries import stage_by_code
from portal.routing.models import Assignment, AssignmentState, Panel, RoutingRun, Seat, SeatState
from portal.routing.rules.trials import Changes
from portal.routing.service import route
from portal.routing.service.freezing import freeze
from portal.routing.service.runs import solved, store
from tests.factories.base import context, grant, number, person
from tests.factories.consortia import words
from tests.factories.screening import content, definition_with, rule

ids = RandomIds()
GROUNDS = [
    {"code": code, "names": words(ko, en), "severity": severity, "article": words("제27조", "Art. 27"),
     "examples": words("예시", "Example"), "asked": asked}
    for code, ko, en, severity, asked in (
        ("participant", "신청 과제의 참여자", "Takes part", "absolute", True),
        ("same_department", "연구책임자와 같은 최하위 부서", "Same department as the PI", "waivable", True),
        ("same_company", "같은 기업 소속", "Same company", "absolute", True),
        ("relative", "친족", "Relative", "waivable", True),
        ("joint_research", "공동연구", "Joint research", "declared", True),
        ("cross_review", "상호 평가", "Cross-review", "waivable", False),
    )
]  # fmt: skip


def definition(*rules: str, size: int = 3, reviews: int = 2, replaces: bool = False, **changes: Any) -> CallDefinition:
    """The small call with conflict grounds, these screening rules, and a panel of `size` with `reviews` per entry;
    `replaces`: a declined place is filled at once."""
    made = definition_with(*(rule(kind) for kind in rules)).model_dump(mode="json")
    made["regime"]["conflict_grounds"] = GROUNDS
    made["stages"][0]["panel"] = {
        "size": size, "reviews_per_entry": reviews, "max_load": 20, "replace_declined": replaces,
    }  # fmt: skip
    return CallDefinition.model_validate(made | changes)


def organisation(name: str = "", kind: str = "university") -> Organisation:
    made = Organisation(public_id=ids.public_id(), name=name or f"기관{number()}", kind=kind, created_at=clock.now())
    db.session.add(made)
    db.session.flush()
    return made


def department(of: Organisation, name: str = "컴퓨터공학과") -> Department:
    made = Department(organisation_id=of.id, name=name)
    db.session.add(made)
    db.session.flush()
    return made


def works_at(
    who: Person, at: Organisation, room: Department | None = None, *, until: date | None = None
) -> Affiliation:
    made = Affiliation(
        person_id=who.id, organisation_id=at.id, department_id=room.id if room else None, since=date(2015, 3, 1),
        until=until,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def reviewer(name: str = "", keywords: str = "llm", kind: str = "academia", capacity: int = 20) -> Person:
    """A person of the pool; call inside a transaction."""
    who = person(name)
    grant(who, "reviewer")
    db.session.add(ReviewerProfile(person_id=who.id, keywords=keywords, kind=kind, capacity=capacity))
    db.session.flush()
    return who


@dataclass
class Applied:
    application: Application
    entry: StageEntry
    lead: Organisation
    pi: Person


@dataclass
class Field:
    """Ids of a stage under routing; every transaction loads its own objects."""

    call_id: int
    call: str
    stage_id: int
    applications: list[int] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)
    principals: list[int] = field(default_factory=list)
    leads: list[int] = field(default_factory=list)
    panel_id: int = 0
    reviewers: list[int] = field(default_factory=list)

    def stage(self) -> Stage:
        return db.session.get_one(Stage, self.stage_id)


def closed_call(made: CallDefinition | None = None) -> Call:
    n, at = number(), clock.now()
    call = programs.draft_call(
        context(), made or definition(), f"RT-{n}", words(f"공고 {n}", f"Call {n}"),
        at - timedelta(days=40), at - timedelta(days=2),
    )  # fmt: skip
    call.state, call.opened_at, call.closed_at = CallState.CLOSED, call.opens_at, call.closes_at
    db.session.flush()
    return call


def applied(
    call: Call, stage: Stage, *, lead: Organisation | None = None, pi: Person | None = None, title: str = "LLM 모델",
    state: EntryState = EntryState.IN_REVIEW, handed_in: dict[str, Any] | None = None,
) -> Applied:  # fmt: skip
    """A closed application of one institution with its PI, in the stage; call inside a transaction."""
    lead, pi, at = lead or organisation(), pi or person(), clock.now()
    made = Application(
        public_id=ids.public_id(), call_id=call.id, owner_id=pi.id, title=title, state=ApplicationState.CLOSED,
        created_at=at, changed_at=at,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    institution = Institution(
        public_id=ids.public_id(), application_id=made.id, organisation_id=lead.id, position=0,
        role=InstitutionRole.LEAD, name=lead.name, kind=lead.kind, joined_at=at,
    )  # fmt: skip
    db.session.add(institution)
    db.session.flush()
    member(made, institution, pi, MemberRole.PI)
    text = canonical_json(handed_in or content() | {"title": title, "n": made.id})
    submission = Submission(
        public_id=ids.public_id(), application_id=made.id, number=1, receipt=f"R-{number()}", content=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(), submitted_at=at,
    )  # fmt: skip
    db.session.add(submission)
    db.session.flush()
    entry = StageEntry(
        public_id=ids.public_id(), stage_id=stage.id, application_id=made.id, submission_id=submission.id,
        state=state, entered_at=at,
    )  # fmt: skip
    db.session.add(entry)
    stage.opened_at = at
    db.session.flush()
    return Applied(made, entry, lead, pi)


def member(to: Application, institution: Institution, who: Person, role: MemberRole = MemberRole.RESEARCHER) -> Member:
    made = Member(
        public_id=ids.public_id(), application_id=to.id, institution_id=institution.id, person_id=who.id,
        name=who.name, email=who.email, email_key=who.email_key, role=role, consented_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def add_member(application_id: int, who: Person) -> Member:
    """A person who joins the team of an application later."""
    application = db.session.get_one(Application, application_id)
    return member(application, application.institutions[0], who)


def panel(stage: Stage, people: Sequence[Person], *, accepted: bool = True) -> Panel:
    """A panel with these people, the first as its chair; call inside a transaction."""
    made = Panel(public_id=ids.public_id(), stage_id=stage.id, names=words("패널", "Panel"), created_at=clock.now())
    db.session.add(made)
    db.session.flush()
    for who in people:
        db.session.add(
            Seat(
                public_id=ids.public_id(), panel_id=made.id, person_id=who.id, chair=who is people[0],
                kind="academia", state=SeatState.ACCEPTED if accepted else SeatState.INVITED, invited_at=clock.now(),
            )
        )  # fmt: skip
    db.session.flush()
    return made


def field_of(entries: int = 4, reviewers: int = 3, made: CallDefinition | None = None) -> Field:
    """Applications in review and a panel that has accepted; call inside a transaction."""
    call = closed_call(made)
    stage = stage_by_code(call, "paper")
    found = Field(call.id, call.public_id, stage.id)
    for _ in range(entries):
        one = applied(call, stage)
        found.applications.append(one.application.id)
        found.entries.append(one.entry.id)
        found.principals.append(one.pi.id)
        found.leads.append(one.lead.id)
    people = [reviewer() for _ in range(reviewers)]
    found.reviewers = [who.id for who in people]
    found.panel_id = panel(stage, people).id
    return found


def tried(field: Field, changes: Changes) -> RoutingRun:
    """A what-if beside the proposal."""
    frozen = freeze(field.panel_id, field.panel_id, clock.now(), changes)
    return store(context(), field.panel_id, frozen, solved(frozen), None, trial=True)


def routed(of: Field, seed: int = 1) -> RoutingRun:
    return route(context(), of.panel_id, seed)


def assignment(of: Field, reviewer_id: int, entry_id: int, *states: AssignmentState) -> Assignment | None:
    query = db.session.query(Assignment).filter_by(person_id=reviewer_id, entry_id=entry_id)
    return query.filter(Assignment.state.in_(states)).one_or_none() if states else query.one_or_none()

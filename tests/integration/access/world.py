"""One scenario with every role and every state of a grant, built through the services on a given database.

The clock stands still and chance is seeded, so that two builds differ in nothing but what a test changes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any
from unittest import mock

import time_machine
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import service as accounts
from portal.accounts.models import Account, Double, Person, PersonalCopy, RelationKind
from portal.applications import service as applications
from portal.applications.models import (
    Application,
    Attachment,
    EntryState,
    Extension,
    Institution,
    InstitutionRole,
    Reference,
    StageEntry,
)
from portal.awards import placing
from portal.awards import service as awards
from portal.awards.models import Award, Decision, Outcome, Result
from portal.awards.service.table import Advice
from portal.budgets.queries import lines_by_code
from portal.conflicts import service as conflicts
from portal.conflicts.models import Severity
from portal.notifications import service as notifications
from portal.notifications.models import Letter, LetterState
from portal.platform import clock, storage
from portal.platform.context import Context, RandomIds
from portal.platform.db import db
from portal.platform.jobs import Job, JobState
from portal.programs import service as programs
from portal.programs.definition import CallDefinition
from portal.programs.models import Call
from portal.reviews import service as reviewing
from portal.reviews.models import Review, ReviewPacket, ReviewState
from portal.routing import service as routing_service
from portal.routing.models import Assignment, AssignmentState, Seat
from portal.routing.models import Session as PanelSession
from portal.routing.rules.sessions import Layout
from portal.routing.rules.trials import Changes
from portal.screening import service as screening
from tests.factories import applications as drafts
from tests.factories import awards as decided
from tests.factories import base, before, consortia, references, reviews, routing, sessions
from tests.factories import matching as choosing
from tests.factories.accounts import account
from tests.factories.screening import content, rule
from tests.factories.seed_call import seed_call
from tests.integration.access import meetings

NOON = datetime(2026, 7, 21, 3, 0, tzinfo=UTC)
PROGRAM, OTHER = "program:WBL", "program:SMALL"
ROLES = (
    "anonymous", "owner", "co_applicant", "other_applicant", "assigned", "unassigned", "conflicted", "chair",
    "officer", "other_officer", "barred_officer", "auditor", "administrator", "budget_officer",
    "line_officer", "disabled",
)  # fmt: skip
GRANTS: dict[str, list[tuple[str, str]]] = {
    "assigned": [("reviewer", "*")],
    "unassigned": [("reviewer", "*")],
    "conflicted": [("reviewer", "*")],
    "chair": [("reviewer", "*"), ("chair", PROGRAM)],
    "officer": [("officer", PROGRAM)],
    "other_officer": [("officer", OTHER)],
    "barred_officer": [("officer", PROGRAM), ("administrator", PROGRAM)],
    "auditor": [("auditor", "*")],
    "administrator": [("administrator", "*")],
    "budget_officer": [("budget_officer", "*")],
    "spare": [("reviewer", "*")],
    "line_officer": [("budget_officer", "line:t_gpu")],
    "disabled": [("officer", "*"), ("administrator", "*"), ("auditor", "*"), ("budget_officer", "*")],
}
READERS = ("first_reader", "second_reader")  # whose names are the secret of two worlds
WHY = "종합 점수와 조건을 함께 살핀 결과입니다."


@dataclass(frozen=True)
class Secret:
    """What two worlds may differ in: which of two people wrote the first review, a decision not yet published, and
    whether a team came to its session."""

    readers: tuple[str, str] = ("구름이", "나루터")
    undecided: tuple[Result, Result] = (Result.AWARD, Result.DECLINE)
    came: bool = True  # a team to its session


class Chance:
    """Stands in for the module `secrets`: the same numbers for the same seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.begin("")

    def begin(self, what: str) -> None:
        """What follows depends on the seed and on `what` alone, not on how much chance was used before."""
        self._rng = random.Random(f"{self._seed} {what}")

    def randbits(self, bits: int) -> int:
        return self._rng.getrandbits(bits)

    def token_hex(self, size: int = 32) -> str:
        return self._rng.getrandbits(8 * size).to_bytes(size, "big").hex()

    def token_urlsafe(self, size: int = 32) -> str:
        return self.token_hex(size)

    def urandom(self, size: int) -> bytes:
        return self._rng.randbytes(size)


@contextmanager
def determined(seed: int = 7, at: datetime = NOON) -> Iterator[Chance]:
    """Ids, tokens, salts, nonces and chance follow the seed; the clock stands at `at`."""
    chance = Chance(seed)
    with ExitStack() as stack:
        stack.enter_context(time_machine.travel(at, tick=False))
        for module in ("portal.platform.context", "portal.audit.service", "portal.factory", "portal.accounts.engine"):
            stack.enter_context(mock.patch(f"{module}.secrets", chance))
        stack.enter_context(mock.patch("flask_wtf.csrf.os", chance))
        yield chance


@contextmanager
def nothing_kept() -> Iterator[None]:
    """Every commit is a roll-back: each request of a matrix meets the same world."""
    with mock.patch.object(Session, "commit", Session.rollback):
        yield


@dataclass
class World:
    """`ids` by name (public ids, tokens, numbers as text), `people` by role, `tokens` of their sessions."""

    app: Flask
    secret: Secret = field(default_factory=Secret)
    ids: dict[str, str] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def cookie(self, role: str, language: str = "ko") -> str:
        """The cookie header of that role's browser; everybody but the visitor passed the second factor."""
        held = {"lang": language} | ({"token": self.tokens[role]} if role in self.tokens else {})
        signer = SecureCookieSessionInterface().get_signing_serializer(self.app)
        assert signer is not None
        return f"{self.app.config['SESSION_COOKIE_NAME']}={signer.dumps(held)!s}"

    def id(self, name: str) -> Any:
        return self.ids.get(name, name)

    def person(self, role: str) -> Person:
        return db.session.get_one(Person, self.people[role])

    def context(self, role: str) -> Context:
        """As a request of that person would act, with a scope that reaches the calls."""
        return Context(actor=_actor(self.person(role), role), now=clock.now())


def _actor(person: Person, role: str) -> Any:
    from portal.platform.context import Actor, Grant

    grants = frozenset(Grant(code, scope) for code, scope in GRANTS.get(role, []))
    return Actor(
        person_id=person.id, name=person.name, language="ko", grants=grants, same_as=frozenset({person.id})
    )  # fmt: skip


def build(app: Flask, chance: Chance, secret: Secret | None = None) -> World:
    """The whole scenario, committed. Call inside `determined()` and the app's context."""
    base.count_anew()
    world = World(app, secret or Secret())
    for part in (
        _people, _plan, _drafting, _in_review, _screened_and_routed, _past, _decided, _undecided, _waiting,
        _meeting, _presenting, _office, _before_deadlines, _matching,
    ):  # fmt: skip
        chance.begin(part.__name__)
        base.committed(partial(part, world))
    return world


def _plan(_: World) -> None:
    decided.with_plan()


def _people(world: World) -> None:
    for role in (*ROLES[1:], "partner", "spare"):  # everybody but the visitor
        who = account(base.person(f"이름 {role}"))
        for code, scope in GRANTS.get(role, []):
            world.ids[f"grant:{role}"] = str(base.grant(who, code, scope).id)
        world.people[role] = who.id
        world.ids[f"person:{role}"] = who.public_id
        world.tokens[role] = accounts.open_session(base.context(), who.id, True)
    away = accounts.say_absent(base.context(), world.people["assigned"], date(2026, 12, 20), date(2026, 12, 24))
    world.ids["absence:assigned"] = away.public_id
    kin = accounts.record_relation(
        base.context(), world.people["spare"], RelationKind.CO_AUTHOR, date(2020, 1, 1), date(2020, 1, 1),
        other_id=world.people["partner"],
    )  # fmt: skip
    world.ids["relation:spare"] = kin.public_id
    low, high = sorted(world.people[role] for role in ("spare", "unassigned"))
    db.session.add(Double(low_id=low, high_id=high, signs=["name_and_organisation"], found_at=clock.now()))
    names = {world.people[role]: world.ids[f"person:{role}"] for role in ("spare", "unassigned")}
    world.ids["double"] = f"{names[low]}-{names[high]}"
    kept = storage.put_bytes(b"a copy of the owner's data")
    at = clock.now()
    copy = PersonalCopy(
        public_id=RandomIds().public_id(), person_id=world.people["owner"], asked_at=at - timedelta(days=2), made_at=at,
        expires_at=at + timedelta(days=5), sha256=kept.sha256, size=kept.size,
    )  # fmt: skip
    db.session.add(copy)
    world.ids["copy"] = copy.public_id
    for place, name in zip(READERS, world.secret.readers, strict=True):
        who = account(base.person(name))
        who.email = who.email_key = f"{name}@example.org"
        who.public_id = sha256(name.encode()).hexdigest()[:26]  # goes with the name, not with the row
        base.grant(who, "reviewer")
        world.people[place] = who.id
    db.session.get_one(Account, world.people["disabled"]).disabled_at = clock.now()


def as_wbl(made: CallDefinition) -> CallDefinition:
    """The same rules under the program whose officers the scenario has."""
    data = made.model_dump(mode="json")
    names = {"ko": "독자 인공지능 기초모형", "en": "World-best models"}
    data["program"] |= {"code": "WBL", "names": names, "line": "t_program"}
    data["references"] = references.RULE
    return CallDefinition.model_validate(data)


# --- an open call with a draft ---


def _drafting(world: World) -> None:
    call = base.open_call(as_wbl(drafts.rich_definition()))
    hidden = programs.draft_call(
        base.context(), as_wbl(drafts.rich_definition()), "WBL-LATER", {"ko": "숨은 공고", "en": "Hidden call"},
        clock.now() + timedelta(days=10), clock.now() + timedelta(days=20),
    )  # fmt: skip
    foreign = base.open_call(consortia.small_definition())
    seed = seed_call()
    seed.program_id = call.program_id  # whose officers the scenario has
    preview = programs.make_preview(base.context(), seed.id)
    world.ids |= {
        "open_call": call.public_id, "hidden_call": hidden.public_id, "foreign_call": foreign.public_id,
        "seed_call": seed.public_id, "preview_call": preview.public_id,
    }  # fmt: skip
    owner = world.context("owner")
    made = applications.start(owner, call.id, "새벽모델", applications.Lead(name="새봄", kind="company_sme"))
    db.session.flush()
    lead = db.session.scalars(select(Institution).where(Institution.application_id == made.id)).one()
    partner = drafts.joined(made, 1, "university", world.people["partner"])
    team = drafts.Consortium(call.id, call.public_id, made.id, made.public_id, [made.owner_id], [lead.public_id])
    member = drafts.member(team, world.person("co_applicant"))
    asked = applications.add_member(
        owner, made.id, institution=lead.public_id, name="최바다", email="sea@example.org", role=member.role
    )
    invited = applications.add_institution(
        owner, made.id, name="가온", kind="university", role=InstitutionRole.JOINT, contact_email="lab@example.org"
    )
    db.session.flush()
    link = applications.ask_confirmation(owner, made.id, lead.public_id, "이대표", "rep@example.org")
    referee = applications.name_referee(
        owner, made.id, name="유교수", email="prof@example.org", relation="지도교수", language="ko"
    )
    db.session.flush()
    world.ids |= {
        "reference": referee.public_id, "reference_token": applications.mint_reference_link(owner, referee),
        "draft": made.public_id, "lead": lead.public_id, "partner": partner.public_id, "member": asked.public_id,
        "invited": invited.public_id, "own_place": member.public_id,
        "consent_token": applications.mint_member_link(owner, asked.id),
        "join_token": applications.mint_institution_link(owner, invited.id),
        "confirm_token": applications.mint_confirmation_link(owner, link.id),
        "file": _file(made, "plan"), "slice_file": _file(made, "registration", partner.public_id),
    }  # fmt: skip


def _file(to: Application, slot: str, slice: str = "", public_id: str = "") -> str:
    stored = storage.put_bytes(drafts.pdf())
    made = Attachment(
        public_id=public_id or RandomIds().public_id(), application_id=to.id, slot=slot, slice=slice, filename="plan.pdf",
        sha256=stored.sha256, clean_sha256=stored.sha256, size=stored.size, kind="pdf", pages=1,
        uploaded_at=clock.now(), uploaded_by_id=to.owner_id,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made.public_id


def _letter(to: Application) -> str:
    """A referee's letter that has come."""
    stored = storage.put_bytes(drafts.pdf())
    made = Reference(
        public_id=RandomIds().public_id(), application_id=to.id, name="배교수", email="bae@example.org",
        email_key="bae@example.org", relation="공동연구자", language="ko", invited_at=clock.now(),
        received_at=clock.now(), filename="letter.pdf", sha256=stored.sha256, clean_sha256=stored.sha256,
        size=stored.size, pages=1,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made.public_id


# --- a closed call in review ---


def _in_review(world: World) -> None:
    call = routing.closed_call(as_wbl(reviews.definition(panel={"size": 5, "reviews_per_entry": 5, "max_load": 20})))
    stage = routing.stage_by_code(call, "paper")
    document = RandomIds().public_id()
    handed_in = _submission(document)
    first, second = (
        routing.applied(call, stage, pi=world.person(role), title=title, handed_in=handed_in | {"title": title})
        for role, title in (("owner", "별빛모델"), ("other_applicant", "달빛모델"))
    )
    team = routing.add_member(first.application.id, world.person("co_applicant"))
    _file(first.application, "plan_file", public_id=document)
    panelists = ("chair", "assigned", "conflicted", *READERS)
    seats = [world.person(role) for role in panelists]
    panel = routing.panel(stage, seats)
    routing_service.publish(base.context(), routing.route(base.context(), panel.id, 1).id)
    rows = db.session.scalars(select(Assignment).where(Assignment.panel_id == panel.id)).all()
    mine = {(row.person_id, row.entry_id): row for row in rows}
    entries = {"1": first.entry, "2": second.entry}
    for role in panelists:
        _accept(world, role, panel.id, [mine[world.people[role], e.id] for e in entries.values()])
        for number, entry in entries.items():
            world.ids[f"{role}:{number}"] = mine[world.people[role], entry.id].public_id
        seat = db.session.scalars(select(Seat).where(Seat.panel_id == panel.id, Seat.person_id == world.people[role]))
        world.ids[f"seat:{role}"] = seat.one().public_id
    for role in ("conflicted", "barred_officer"):
        bar = conflicts.write(
            base.context(), world.people[role], first.application.id, "participant", Severity.ABSOLUTE
        )
        world.ids[f"conflict:{role}"] = bar.public_id
    _review(world, mine[world.people["assigned"], first.entry.id].id)
    reviewing.save_review(
        world.context("assigned"), mine[world.people["assigned"], second.entry.id].id, reviews.marks(40, 20), ""
    )
    _review(world, mine[world.people["first_reader"], first.entry.id].id, "first_reader", reviews.marks(20, 10))
    packet = ReviewPacket(
        public_id=RandomIds().public_id(), panel_id=panel.id, person_id=world.people["assigned"], asked_at=clock.now(),
        made_at=clock.now(), sha256=storage.put_bytes(drafts.pdf()).sha256, size=1, pages=1,
        assignments=[world.ids["assigned:1"], world.ids["assigned:2"]],
    )  # fmt: skip
    db.session.add(packet)
    link = routing_service.mint_assignment_token(base.context(), mine[world.people["chair"], second.entry.id].id)
    world.ids |= {"packet": packet.public_id, "assignment_token": link}
    own = conflicts.write(
        base.context(), world.people["officer"], second.application.id, "joint_research", Severity.DECLARED
    )
    own.dismissed_at = clock.now()
    world.ids["conflict:officer"] = own.public_id
    declined = Assignment(
        public_id=RandomIds().public_id(), entry_id=second.entry.id, panel_id=panel.id,
        person_id=world.people["unassigned"], state=AssignmentState.DECLINED, pseudonym="Q", explanation={},
        created_at=clock.now(),
    )  # fmt: skip
    db.session.add(declined)
    draft_id = db.session.scalars(select(Application.id).where(Application.public_id == world.ids["draft"])).one()
    conflicts.write(base.context(), world.people["conflicted"], draft_id, "participant", Severity.ABSOLUTE)
    world.ids["declined_assignment"] = declined.public_id
    found = [screening.screen(base.context(), one.entry.id) for one in (first, second)]
    world.ids |= {
        "call": call.public_id, "app": first.application.public_id, "other_app": second.application.public_id,
        "entry": first.entry.public_id, "entry2": second.entry.public_id, "document": document,
        "screening:1": found[0].public_id, "letter_file": _letter(first.application),
        "panel": panel.public_id, "team_member": team.public_id, "stage_id": str(stage.id),
    }  # fmt: skip


def _submission(document: str) -> dict[str, Any]:
    """What is frozen, the file of that id with it."""
    stored = storage.put_bytes(drafts.pdf())
    file = {"id": document, "slot": "plan_file", "slice": "", "filename": "plan.pdf", "sha256": stored.sha256,
            "clean_sha256": stored.sha256, "size": stored.size, "kind": "pdf", "pages": 1}  # fmt: skip
    return content() | {"attachments": [file]}


def _accept(world: World, role: str, panel_id: int, mine: list[Assignment]) -> None:
    """Pledges and accepts; the chair leaves the second application's declaration open."""
    seat = db.session.scalars(select(Seat).where(Seat.panel_id == panel_id, Seat.person_id == world.people[role])).one()
    me = world.context(role)
    routing_service.pledge(me, seat.id)
    for assignment in mine[:1] if role == "chair" else mine:
        routing_service.answer_assignment(me, assignment.id, accept=True)


def _review(
    world: World, assignment_id: int, role: str = "assigned", marks: dict[str, tuple[int | None, str]] | None = None
) -> None:
    reviewing.record_scores(world.context(role), assignment_id, marks or reviews.marks(), reviews.COMMENT)


# --- a closed call before its assignment is published ---


NAMED = {"ko": "측정", "en": "Measured"}


def _with_rules() -> CallDefinition:
    """A rule that the factories' submissions break, so that an officer has something to decide."""
    made = routing.definition(size=3, reviews=2).model_dump(mode="json")
    made["stages"][0]["lanes"] = [
        {
            "code": "bench",
            "kind": "benchmark",
            "names": NAMED,
            "parts": [{"code": "speed", "names": NAMED, "points": 10}],
        }
    ]
    made["stages"][0]["adjustments"] = [{"code": "open", "names": NAMED, "points": 2}]
    return CallDefinition.model_validate(made | {"screening": [rule("must_include", kinds=["public_body"])]})


def _screened_and_routed(world: World) -> None:
    made = routing.field_of(2, 3, as_wbl(_with_rules()))
    waiting = routing.applied(
        made.stage().call, made.stage(), pi=world.person("owner"), title="은하모델", state=EntryState.ENTERED
    )
    routing.add_member(waiting.application.id, world.person("co_applicant"))
    run = routing.routed(made)
    trial = routing.tried(made, Changes(loads={made.reviewers[0]: 1}))
    found = screening.screen(base.context(), waiting.entry.id)
    seat = db.session.scalars(select(Seat).where(Seat.panel_id == made.panel_id).order_by(Seat.id)).first()
    assert seat is not None
    draft = db.session.scalars(
        select(Assignment).where(Assignment.run_id == run.id, Assignment.state == AssignmentState.DRAFT)
    ).first()
    assert draft is not None
    reopened = screening.ask_to_complete(
        world.context("officer"), found.id, ["sections.plan"], WHY, clock.now() + timedelta(days=5)
    )
    world.ids |= {
        "reopened_app": waiting.application.public_id, "reopening": reopened.public_id,
        "routing_call": made.call, "screening": found.public_id, "seat:invited": seat.public_id,
        "seat_token": routing_service.mint_seat_token(base.context(), seat.id), "draft_assignment": draft.public_id,
        "routed_entry": db.session.get_one(StageEntry, made.entries[0]).public_id,
        "trial": trial.public_id, "routed_reviewer": seat.person.public_id,
    }  # fmt: skip


# --- a stage that is decided: access has ended ---


def _past(world: World) -> None:
    made = routing.field_of(1, 0, as_wbl(reviews.definition()))
    who = world.person("assigned")
    panel = routing.panel(made.stage(), [who])
    past = Assignment(
        public_id=RandomIds().public_id(), entry_id=made.entries[0], panel_id=panel.id, person_id=who.id,
        state=AssignmentState.ACCEPTED, pseudonym="P", explanation={}, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(past)
    made.stage().review_opens_at = made.stage().decided_at = clock.now()
    world.ids |= {
        "past_panel": panel.public_id,
        "past_assignment": past.public_id,
        "seat:past": _seat(panel.id, who.id),
        "past_call": made.call,
    }


# --- decisions ---


def _at_decision(world: World, titles: tuple[str, str], rules: CallDefinition | None = None) -> decided.Ready:
    """The owner's and the other applicant's entries, ranked; the panel's table is closed."""
    plain = decided.definition(awards={"max_count": 1, "acceptance_days": 14})
    made = decided.ready(2, made=as_wbl(rules or plain))
    made.run.result = [row | {"marks": [], "by_criterion": {"plan": row["mean"]}} for row in made.run.result]
    made.run.inputs = {
        "entries": [[e.public_id, e.id] for e in made.entries],
        "marks": [],
        "criteria": ["plan"],
        "ties": [],
    }
    roles = ("owner", "other_applicant")
    for entry, role, title in zip(made.entries, roles, titles, strict=True):
        entry.application.owner_id, entry.application.title = world.people[role], title
    for seat in made.panel.seats or db.session.scalars(select(Seat).where(Seat.panel_id == made.panel.id)):
        seat.person_id = world.people["chair" if seat.chair else "assigned"]
    for row in db.session.scalars(select(Assignment).where(Assignment.panel_id == made.panel.id)):
        row.person_id = world.people["assigned"]
    db.session.flush()
    db.session.expire_all()
    table = awards.open_table(world.context("chair"), made.panel.id)
    second = [Advice(made.entries[1].id, piece, "") for piece in decided.BUNDLE]  # below the line, should it come up
    awards.recommend(world.context("chair"), table.id, second, table.version)
    awards.close_table(world.context("chair"), table.id)
    return made


def _seat(panel_id: int, person_id: int) -> str:
    return db.session.scalars(
        select(Seat.public_id).where(Seat.panel_id == panel_id, Seat.person_id == person_id)
    ).one()


def propose(world: World, stage_id: int, entries: list[int], *results: Result) -> int:
    """The officer's proposal; call inside a transaction."""
    outcomes = [(entry, result, WHY) for entry, result in zip(entries, results, strict=True)]
    return awards.propose(world.context("officer"), stage_id, outcomes, WHY).id


def _opinions(world: World, made: decided.Ready) -> None:
    """Both readers sit on the panel and wrote of the second application."""
    for pseudonym, role in zip("YZ", READERS, strict=True):
        decided.seat(made.panel, world.person(role))
        given = Assignment(
            public_id=RandomIds().public_id(), entry_id=made.entries[1].id, panel_id=made.panel.id,
            person_id=world.people[role], state=AssignmentState.ACCEPTED, pseudonym=pseudonym, explanation={},
            created_at=clock.now(),
        )  # fmt: skip
        db.session.add(given)
        db.session.flush()
        review = Review(
            public_id=RandomIds().public_id(), assignment_id=given.id, state=ReviewState.LOCKED, saved_at=clock.now(),
            comment=f"의견 {pseudonym}: 데이터 확보 계획이 더 필요합니다.", locked_at=clock.now(), receipt="0" * 64,
        )  # fmt: skip
        db.session.add(review)
    db.session.flush()


def _decided(world: World) -> None:
    made = _at_decision(world, ("햇살모델", "그늘모델"))
    _opinions(world, made)
    number = propose(world, made.stage.id, [e.id for e in made.entries], Result.AWARD, Result.DECLINE)
    awards.approve(world.context("administrator"), number)
    awards.publish(world.context("administrator"), number)
    decision = db.session.get_one(Decision, number)
    award = db.session.scalars(select(Award).join(Outcome).where(Outcome.decision_id == number)).one()
    world.ids |= {
        "decided_call": made.call.public_id, "decision": decision.public_id, "award": award.public_id,
        "decided_app": made.entries[0].application.public_id, "declined_app": made.entries[1].application.public_id, "decided_panel": made.panel.public_id,
    }  # fmt: skip


def _undecided(world: World) -> None:
    made = _at_decision(world, ("노을모델", "안개모델"))
    number = propose(world, made.stage.id, [e.id for e in made.entries], *world.secret.undecided)
    awards.approve(world.context("administrator"), number)
    decision = db.session.get_one(Decision, number)
    award = db.session.scalars(select(Award).join(Outcome).where(Outcome.decision_id == number)).one_or_none()
    _bar_the_officer(world, made)
    world.ids |= {
        "undecided_call": made.call.public_id, "undecided": decision.public_id,
        "reserved_award": award.public_id if award else "none", "undecided_panel": made.panel.public_id,
        "undecided_app": made.entries[0].application.public_id,
    }  # fmt: skip


def _bar_the_officer(world: World, made: decided.Ready) -> None:
    bar = (world.people["barred_officer"], made.entries[0].application_id, "participant", Severity.ABSOLUTE)
    conflicts.write(base.context(), *bar)


def _waiting(world: World) -> None:
    made = _at_decision(world, ("서리모델", "이슬모델"))
    _bar_the_officer(world, made)
    world.ids |= {
        "open_panel": made.panel.public_id, "waiting_call": made.call.public_id,
        "waiting_stage": str(made.stage.id), "waiting_entries": ",".join(str(e.id) for e in made.entries),
        "waiting_app": made.entries[0].application.public_id, "waiting_entry": made.entries[0].public_id,
    }  # fmt: skip


def _meeting(world: World) -> None:
    meetings.in_session(world, _at_decision(world, ("달무리모델", "해무리모델"), meetings.definition()))


# --- presentations: one is over, two teams may exchange their slots, one is free, one is not published yet ---


def _presenting(world: World) -> None:
    call = routing.closed_call(as_wbl(sessions.definition()))
    stage = routing.stage_by_code(call, "paper")
    over, mine, other = (
        routing.applied(call, stage, pi=world.person(role), title=title)
        for role, title in (("partner", "눈꽃모델"), ("owner", "무지개모델"), ("other_applicant", "소나기모델"))
    )
    routing.add_member(mine.application.id, world.person("co_applicant"))
    panel = routing.panel(stage, [world.person(role) for role in ("chair", "assigned", "conflicted")])
    earlier = base.context(at=clock.now() - timedelta(days=4))
    slots = routing_service.plan_sessions(
        earlier, panel.id, Layout(clock.now() - timedelta(hours=1), 1, 30), "3층 회의실"
    )
    slots += routing_service.plan_sessions(
        earlier, panel.id, Layout(clock.now() + timedelta(days=3), 3, 30, 10), "3층 회의실"
    )
    for slot, one in zip(slots, (over, mine, other), strict=False):
        routing_service.change_session(earlier, slot.id, _given(slot, one.entry.id), "")
    routing_service.publish_sessions(earlier, panel.id)
    late = routing.applied(call, stage, pi=world.person("owner"), title="서리꽃모델")
    (unpublished,) = routing_service.plan_sessions(
        base.context(), panel.id, Layout(clock.now() + timedelta(days=5), 1, 30), "3층 회의실"
    )
    routing_service.change_session(base.context(), unpublished.id, _given(unpublished, late.entry.id), "")
    for role, one, declared in (
        ("assigned", mine, True), ("assigned", other, True), ("chair", mine, True), ("chair", other, False),
    ):  # fmt: skip
        db.session.add(_reviewing(world.people[role], one.entry.id, panel.id, declared))
    for role, one in (("conflicted", over), ("conflicted", mine), ("barred_officer", mine)):
        conflicts.write(base.context(), world.people[role], one.application.id, "participant", Severity.ABSOLUTE)
    asked = routing_service.ask_to_swap(world.context("owner"), slots[1].id, slots[2].id)
    wished = routing_service.ask_to_swap(world.context("other_applicant"), slots[2].id, slots[1].id)
    routing_service.write_minutes(world.context("chair"), slots[0].id, "질문 셋과 답", 0)
    world.ids |= {
        "hearing": panel.public_id, "slot:over": slots[0].public_id, "slot:mine": slots[1].public_id,
        "slot:other": slots[2].public_id, "slot:free": slots[3].public_id, "slot:unpublished": unpublished.public_id,
        "heard_app": mine.application.public_id, "other_heard_app": other.application.public_id,
        "unheard_app": late.application.public_id, "swap:asked": asked.public_id, "swap:wished": wished.public_id,
    }  # fmt: skip
    if world.secret.came:
        routing_service.start_session(world.context("chair"), slots[0].id)
    else:
        routing_service.note_absence(world.context("chair"), slots[0].id, "연락이 닿지 않음")


def _given(slot: PanelSession, entry_id: int) -> routing_service.Wanted:
    return routing_service.Wanted(slot.starts_at, slot.minutes, slot.place, entry_id)


def _reviewing(person_id: int, entry_id: int, panel_id: int, declared: bool) -> Assignment:
    return Assignment(
        public_id=RandomIds().public_id(), entry_id=entry_id, panel_id=panel_id, person_id=person_id,
        state=AssignmentState.ACCEPTED if declared else AssignmentState.PUBLISHED, pseudonym=f"S{person_id}",
        explanation={}, created_at=clock.now(), declared_at=clock.now() if declared else None,
    )  # fmt: skip


# --- letters, jobs, lines ---


def _office(world: World) -> None:
    call_id = db.session.scalar(select(Application.call_id).where(Application.public_id == world.ids["app"]))
    letter = Letter(
        public_id=RandomIds().public_id(), kind="applications.submitted", dedupe_key="matrix", language="ko",
        person_id=world.people["owner"], email="owner@example.org", subject="편지 하나", body="본문", decisive=True,
        state=LetterState.UNSURE, call_id=call_id, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(letter)
    about = db.session.scalars(select(Application).where(Application.public_id == world.ids["app"])).one()
    db.session.add(
        Letter(
            public_id=RandomIds().public_id(), kind="applications.submitted", dedupe_key="matrix:about", language="ko",
            person_id=world.people["owner"], email="owner@example.org", subject="별빛 편지", body="본문",
            state=LetterState.SENT, call_id=about.call_id, application_id=about.id, created_at=clock.now(),
        )
    )  # fmt: skip
    _letters_to_many(world, about)
    job = db.session.scalars(select(Job).order_by(Job.id)).first()
    assert job is not None
    job.state = JobState.PARKED
    world.ids |= {
        "letter": letter.public_id, "job": str(job.id),
        "line": lines_by_code(["t_data_2025"])["t_data_2025"].public_id,
        "gpu_line": lines_by_code(["t_gpu_2025"])["t_gpu_2025"].public_id,
    }  # fmt: skip


# --- questions, deadlines of one application, codes for late ones ---


def _before_deadlines(world: World) -> None:
    asking = base.open_call(as_wbl(before.asking_definition()))
    rival = world.context("other_applicant")
    waiting, out, hidden = (
        programs.ask_question(rival, asking.id, text)
        for text in ("기다리는 물음이 있습니다.", "공개된 물음이 있습니다.", "가려진 물음이 있습니다.")
    )
    for asked in (out, hidden):
        words = {"ko": asked.text, "en": "A question"}
        programs.answer_question(world.context("officer"), asked.id, words, {"ko": WHY, "en": "Yes."}, publish=True)
    programs.hide_question(world.context("officer"), hidden.id, WHY)
    missed = before.missed(as_wbl(before.asking_definition(late_codes=True)), world.context("owner"))
    late = missed.call
    team = drafts.Consortium(late.id, late.public_id, missed.id, missed.public_id, [missed.owner_id], [])
    team.institutions = [i.public_id for i in consortia.drafts.institutions_of(missed.id)]
    drafts.member(team, world.person("co_applicant"))
    _, code = applications.issue_code(world.context("officer"), late, clock.now() + timedelta(days=2), WHY)
    opened = db.session.scalars(select(Call).where(Call.public_id == world.ids["open_call"])).one()
    applications.extend_one(
        world.context("officer"), opened.id, world.person("owner").email, opened.closes_at + timedelta(days=1), WHY
    )
    closed = db.session.scalars(select(Application).where(Application.public_id == world.ids["app"])).one()
    db.session.add(
        Extension(
            application_id=closed.id, old_closes_at=clock.now() - timedelta(days=3), reason="장비가 고장 났습니다.",
            new_closes_at=clock.now() - timedelta(days=2), given_at=clock.now() - timedelta(days=4),
        )
    )  # fmt: skip
    world.ids |= {
        "asking_call": asking.public_id, "waiting_question": waiting.public_id, "late_call": late.public_id,
        "late_draft": missed.public_id, "late_code": code or "", "question": out.public_id,
    }  # fmt: skip


# --- applicants who rank research groups ---


def _matching(world: World) -> None:
    means = decided.definition().model_dump(mode="json")["components"]
    made = choosing.matched(made=as_wbl(choosing.definition(components=means)))
    conflicts.write(
        base.context(), world.people["barred_officer"], made.entries["a1"].application_id, "participant",
        Severity.ABSOLUTE,
    )  # fmt: skip
    saved = awards.save_matching(base.context(), made.stage.id)
    awards.keep_solution(base.context(), saved.id, placing.place(saved.inputs))
    world.ids |= {
        "matching_call": made.call.public_id, "matching": saved.public_id,
        "chosen_entry": made.entry("a1"),
    }  # fmt: skip


def _letters_to_many(world: World, about: Application) -> None:
    """A batch to both applications of the call in review, templates, a filter of the officer's own."""
    officer, call = world.context("officer"), about.call
    words = notifications.Words({"ko": "묶음 안내", "en": "News"}, {"ko": "본문은 {name}에게.", "en": "Dear {name}."})
    found = select(Application.id).where(Application.call_id == call.id)
    batch = notifications.stage_batch(officer, call.id, words, found, filter="state=closed")
    own, everywhere = (
        notifications.save_template(officer, call, words, name, everywhere=everywhere)
        for name, everywhere in (("안내 양식", False), ("모두의 양식", True))
    )
    kept = accounts.save_filter(officer, f"applications:{call.public_id}", "내가 남긴 조건", "state=closed")
    world.ids |= {
        "batch": batch.public_id, "letter_batch_subject": "묶음 안내", "template": own.public_id,
        "everywhere": everywhere.public_id, "filter": kept.public_id,
    }  # fmt: skip

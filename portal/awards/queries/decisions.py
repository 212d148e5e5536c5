"""Decisions and outcomes, filtered by audience: office, applicant, everybody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.accounts.models import Account, Affiliation, Person, Role, RoleGrant
from portal.accounts.queries import grant_is_valid
from portal.applications.models import Application, EntryState, Institution, Member, StageEntry
from portal.awards.models import CommitteeSitting, Decision, DecisionState, Dossier, Outcome, Result
from portal.awards.queries.tables import identities
from portal.awards.rules import Parties
from portal.conflicts.queries import not_barred
from portal.platform.context import Actor, Grant
from portal.platform.db import db
from portal.platform.visibility import clause
from portal.programs.models import Call, Program, Stage
from portal.programs.queries import call_in_scope
from portal.reviews.models import Review
from portal.routing.models import Assignment

LIVE = (DecisionState.PROPOSED, DecisionState.APPROVED, DecisionState.PUBLISHED)


@clause
def decision_in_office(actor: Actor) -> ColumnElement[bool]:
    """Officers and administrators of the call, and auditors, see a decision before it is published."""
    if actor.holds("auditor"):
        return Decision.id.is_not(None)
    return call_in_scope(actor, "officer", "administrator")


@clause
def decision_bars_nobody(actor: Actor) -> ColumnElement[bool]:
    """No conflict between the actor and any application of the decision: with a row missing, the rest would tell."""
    barred = (
        select(Outcome.id)
        .join(StageEntry, Outcome.entry_id == StageEntry.id)
        .where(Outcome.decision_id == Decision.id, ~not_barred(identities(actor), StageEntry.application_id))
    )
    return ~barred.correlate(Decision).exists()


@clause
def decision_is_published() -> ColumnElement[bool]:
    return Decision.state == DecisionState.PUBLISHED


def decision_for(actor: Actor, public_id: str, **_: str) -> Decision | None:
    """The decision for whoever may know of it: the office always, everybody once it is published."""
    return db.session.scalars(
        select(Decision)
        .join(Stage, Decision.stage_id == Stage.id)
        .join(Call, Stage.call_id == Call.id)
        .join(Program, Call.program_id == Program.id)
        .where(
            Decision.public_id == public_id,
            or_(decision_is_published(), decision_in_office(actor) & decision_bars_nobody(actor)),
        )
        .options(contains_eager(Decision.stage).contains_eager(Stage.call).contains_eager(Call.program))
    ).one_or_none()


def office_decision(actor: Actor, public_id: str, **_: str) -> Decision | None:
    """A decision within the actor's officer or administrator scope."""
    return db.session.scalars(
        select(Decision)
        .join(Stage, Decision.stage_id == Stage.id)
        .join(Call, Stage.call_id == Call.id)
        .join(Program, Call.program_id == Program.id)
        .where(
            Decision.public_id == public_id,
            call_in_scope(actor, "officer", "administrator"),
            decision_bars_nobody(actor),
        )
    ).one_or_none()


def reads_as_office(actor: Actor, decision: Decision) -> bool:
    """Sees the whole file: the office of the call and auditors whom no conflict bars."""
    return (
        db.session.scalar(
            select(Decision.id)
            .join(Stage, Decision.stage_id == Stage.id)
            .join(Call, Stage.call_id == Call.id)
            .join(Program, Call.program_id == Program.id)
            .where(Decision.id == decision.id, decision_in_office(actor), decision_bars_nobody(actor))
        )
        is not None
    )


def locked_decision(decision_id: int) -> Decision:
    return db.session.scalars(select(Decision).where(Decision.id == decision_id).with_for_update()).one()


def title_of_entry(public_id: str) -> str:
    query = select(Application.title).join(StageEntry, StageEntry.application_id == Application.id)
    return db.session.scalar(query.where(StageEntry.public_id == public_id)) or ""


def sitting_of(decision_id: int) -> CommitteeSitting | None:
    """What the deliberation committee resolved on it."""
    return db.session.scalars(select(CommitteeSitting).where(CommitteeSitting.decision_id == decision_id)).one_or_none()


def live_decision(stage_id: int, track: str = "") -> Decision | None:
    return db.session.scalars(
        select(Decision)
        .where(Decision.stage_id == stage_id, Decision.track == track, Decision.state.in_(LIVE))
        .order_by(Decision.id.desc())
        .limit(1)
    ).one_or_none()


def waiting_decisions() -> Sequence[Decision]:
    """Every decision that waits for approval, the oldest first."""
    return db.session.scalars(
        select(Decision)
        .where(Decision.state == DecisionState.PROPOSED)
        .options(joinedload(Decision.stage))
        .order_by(Decision.id)
    ).all()


def decisions_of_call(call_id: int) -> Sequence[Decision]:
    """Newest first, returned ones included."""
    return db.session.scalars(
        select(Decision)
        .join(Stage, Decision.stage_id == Stage.id)
        .where(Stage.call_id == call_id)
        .options(contains_eager(Decision.stage))
        .order_by(Decision.id.desc())
    ).all()


def entries_by_public_ids(public_ids: Iterable[str]) -> dict[str, int]:
    rows = db.session.execute(
        select(StageEntry.public_id, StageEntry.id)
        .where(StageEntry.public_id.in_(list(public_ids)))
        .order_by(StageEntry.id)
    )
    return {row.public_id: row.id for row in rows}


def dossier_of(decision_id: int) -> Dossier | None:
    """Kept when the decision was published; earlier decisions have none."""
    return db.session.get(Dossier, decision_id)


@clause
def outcome_in_sight(actor: Actor) -> ColumnElement[bool]:
    """Applicants see their own outcome and nobody else's."""
    me = identities(actor)
    member = select(Member.id).where(Member.application_id == StageEntry.application_id, Member.person_id.in_(me))
    joined = select(Institution.id).where(
        Institution.application_id == StageEntry.application_id, Institution.joined_by_id.in_(me)
    )
    return or_(Application.owner_id.in_(me), member.exists(), joined.exists())


def outcomes_for(actor: Actor, decision: Decision, *, office: bool) -> Sequence[Outcome]:
    """In rank order: all for the office, an applicant's own for an applicant, once it is published."""
    query = (
        select(Outcome)
        .join(StageEntry, Outcome.entry_id == StageEntry.id)
        .join(Application, StageEntry.application_id == Application.id)
        .join(Decision, Outcome.decision_id == Decision.id)
        .where(Outcome.decision_id == decision.id)
        .options(
            contains_eager(Outcome.entry).contains_eager(StageEntry.application).selectinload(Application.institutions)
        )
        .order_by(Outcome.rank, Outcome.id)
    )
    if not office:
        query = query.where(outcome_in_sight(actor), decision_is_published())
    return db.session.scalars(query).unique().all()


def outcomes_of(decision_id: int) -> Sequence[Outcome]:
    """All of them, for the verbs."""
    return db.session.scalars(
        select(Outcome)
        .where(Outcome.decision_id == decision_id)
        .options(joinedload(Outcome.entry).joinedload(StageEntry.application))
        .order_by(Outcome.rank, Outcome.id)
    ).all()


def selected_publicly(decision: Decision) -> Sequence[Outcome]:
    """What is published of a decision: who was selected, by title, so that the order tells no rank."""
    return db.session.scalars(
        select(Outcome)
        .join(Decision, Outcome.decision_id == Decision.id)
        .join(StageEntry, Outcome.entry_id == StageEntry.id)
        .join(Application, StageEntry.application_id == Application.id)
        .where(
            Outcome.decision_id == decision.id,
            Outcome.result.in_((Result.ADVANCE, Result.AWARD)),
            decision_is_published(),
        )
        .options(
            contains_eager(Outcome.entry).contains_eager(StageEntry.application).selectinload(Application.institutions)
        )
        .order_by(Application.title, Application.id)
    ).all()


def parties_of(decision: Decision, second_needed: bool) -> Parties:
    """The applicants' side: organisations of every institution, owners and members."""
    applications = [outcome.entry.application_id for outcome in outcomes_of(decision.id)]
    organisations = db.session.scalars(
        select(Institution.organisation_id).where(
            Institution.application_id.in_(applications), Institution.organisation_id.is_not(None)
        )
    )
    owners = db.session.scalars(select(Application.owner_id).where(Application.id.in_(applications)))
    members = db.session.scalars(
        select(Member.person_id).where(Member.application_id.in_(applications), Member.person_id.is_not(None))
    )
    return Parties(
        proposer_id=decision.proposed_by_id,
        organisations={o for o in organisations if o is not None},
        people=set(owners) | {m for m in members if m is not None},
        second_needed=second_needed,
    )


def affiliations_of(person_ids: Iterable[int], now: datetime, *, representative: bool = False) -> set[int]:
    """The organisations at which these identities work now (or which they represent)."""
    day = now.date()
    query = select(Affiliation.organisation_id).where(
        Affiliation.person_id.in_(list(person_ids)),
        Affiliation.since <= day,
        or_(Affiliation.until.is_(None), Affiliation.until >= day),
    )
    if representative:
        query = query.where(Affiliation.representative)
    return set(db.session.scalars(query))


def is_barred_from(actor: Actor, entry_ids: Iterable[int]) -> bool:
    """A conflict of interest stands between the actor and at least one of these entries."""
    wanted = list(entry_ids)
    free = db.session.scalar(
        select(func.count())
        .select_from(StageEntry)
        .where(StageEntry.id.in_(wanted), not_barred(identities(actor), StageEntry.application_id))
    )
    return free != len(set(wanted))


def administrators(scopes: Sequence[str], now: datetime) -> list[Actor]:
    """Everybody who holds the right to issue awards of a call and is not shut out, doubles folded into one human."""
    shut_out = select(Account.person_id).where(Account.disabled_at.is_not(None))
    rows = db.session.execute(
        select(Person, RoleGrant.scope)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            RoleGrant.role == Role.ADMINISTRATOR, RoleGrant.scope.in_(["*", *scopes]), grant_is_valid(now),
            Person.id.not_in(shut_out),
        )
        .order_by(Person.name, Person.id)
    ).all()  # fmt: skip
    roots = {person.same_as_id or person.id: (person, scope) for person, scope in reversed(rows)}
    doubles: dict[int, set[int]] = {root: {root} for root in roots}
    others = db.session.execute(
        select(Person.id, Person.same_as_id).where(Person.same_as_id.in_(list(roots))).order_by(Person.id)
    )
    for double, root in others:
        if root is not None:
            doubles[root].add(double)
    return [
        Actor(
            person_id=person.id, name=person.name, grants=frozenset({Grant("administrator", scope)}),
            same_as=frozenset(doubles[root] | {person.id}),
        )
        for root, (person, scope) in reversed(roots.items())
    ]  # fmt: skip


def has_open_entries(stage_id: int) -> bool:
    """Some track of the stage is not decided yet."""
    query = select(StageEntry.id).where(
        StageEntry.stage_id == stage_id, StageEntry.state.in_((EntryState.ENTERED, EntryState.IN_REVIEW))
    )
    return db.session.scalars(query.limit(1)).first() is not None


def open_entries(stage_id: int, track: str) -> Sequence[StageEntry]:
    """The entries that a decision has to cover, and those still in screening."""
    return db.session.scalars(
        select(StageEntry)
        .where(
            StageEntry.stage_id == stage_id,
            StageEntry.track == track,
            StageEntry.state.in_((EntryState.ENTERED, EntryState.IN_REVIEW)),
        )
        .options(
            joinedload(StageEntry.submission),
            joinedload(StageEntry.application).selectinload(Application.institutions),
        )
        .order_by(StageEntry.id)
    ).all()


def first_score_at(stage_id: int) -> datetime | None:
    """When the first review of the stage was locked."""
    return db.session.scalar(
        select(func.min(Review.locked_at))
        .join(Assignment, Review.assignment_id == Assignment.id)
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .where(StageEntry.stage_id == stage_id)
    )


def people(ids: Iterable[int | None]) -> dict[int, Person]:
    wanted = {i for i in ids if i is not None}
    return {p.id: p for p in db.session.scalars(select(Person).where(Person.id.in_(wanted)).order_by(Person.id))}

"""Screenings as an officer sees them: in scope, sealed until the close, never where a conflict bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from portal.accounts.models import Person, Sanction
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
from portal.applications.queries.submissions import readable_by_officer
from portal.conflicts.queries import not_barred, same_humans
from portal.platform.context import Actor
from portal.platform.db import db
from portal.programs.models import Call, Program, Stage
from portal.programs.queries import OFFICE_ROLES, call_in_scope
from portal.screening.models import Finding, FindingResult, PointSheet, Screening, ScreeningState

PAGE = 50
MOST_TOGETHER = 500  # decided with one reason


def identities(actor: Actor) -> frozenset[int]:
    return actor.same_as or frozenset({actor.person_id} if actor.person_id is not None else ())


def _visible(actor: Actor) -> Select[Screening]:
    return (
        select(Screening)
        .join(StageEntry, Screening.entry_id == StageEntry.id)
        .join(Application, StageEntry.application_id == Application.id)
        .join(Stage, StageEntry.stage_id == Stage.id)
        .join(Call, Stage.call_id == Call.id)
        .join(Program, Call.program_id == Program.id)
        .where(
            readable_by_officer(),
            call_in_scope(actor, *OFFICE_ROLES),
            not_barred(identities(actor), StageEntry.application_id),
        )
    )


def for_officer(actor: Actor, public_id: str) -> Screening | None:
    """One screening with its findings and application; None when out of scope, sealed or barred."""
    return db.session.scalars(
        _visible(actor)
        .where(Screening.public_id == public_id)
        .options(
            selectinload(Screening.findings),
            contains_eager(Screening.entry).options(
                contains_eager(StageEntry.application),
                contains_eager(StageEntry.stage),
                joinedload(StageEntry.submission),
            ),
        )
    ).one_or_none()


@dataclass(frozen=True)
class QueuePage:
    rows: Sequence[Screening]
    counts: Mapping[ScreeningState, int]
    open_rules: Mapping[int, Sequence[tuple[str, FindingResult]]]  # screening id -> findings that do not pass
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def queue(actor: Actor, stage_id: int, state: ScreeningState | None, rule: str, number: int) -> QueuePage:
    """A stage's screenings: waiting first, then in the order of entering; 50 a page, five queries."""
    base = _visible(actor).where(StageEntry.stage_id == stage_id)
    counted = db.session.execute(
        base.with_only_columns(Screening.state, func.count()).group_by(Screening.state).order_by(Screening.state)
    )
    counts = {row[0]: row[1] for row in counted}
    if state is not None:
        base = base.where(Screening.state == state)
    if rule:
        base = base.where(_open_rule(rule))
    total = db.session.scalar(base.with_only_columns(func.count())) or 0
    rows = db.session.scalars(
        base.options(
            contains_eager(Screening.entry).options(
                contains_eager(StageEntry.application),
                joinedload(StageEntry.submission).load_only(Submission.receipt),
            )
        )
        .order_by((Screening.state != ScreeningState.WAITING), Screening.entry_id)
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    ).all()
    return QueuePage(rows, counts, _not_passing([r.id for r in rows]), total, number)


def waiting_in(actor: Actor, stage_id: int, public_ids: Sequence[str]) -> QueuePage:
    """Those of these screenings that still wait, in the order of entering; at most 500. Two queries."""
    return _waiting(actor, stage_id, Screening.public_id.in_(list(public_ids)[:MOST_TOGETHER]))


def waiting_with(actor: Actor, stage_id: int, rule: str) -> QueuePage:
    """Those that wait, of them those that do not meet this rule (any); at most 500. Two queries."""
    return _waiting(actor, stage_id, _open_rule(rule) if rule else true())


def _waiting(actor: Actor, stage_id: int, which: ColumnElement[bool]) -> QueuePage:
    rows = db.session.scalars(
        _visible(actor)
        .where(StageEntry.stage_id == stage_id, Screening.state == ScreeningState.WAITING, which)
        .options(
            contains_eager(Screening.entry).options(
                contains_eager(StageEntry.application),
                joinedload(StageEntry.submission).load_only(Submission.receipt),
            )
        )
        .order_by(Screening.entry_id)
        .limit(MOST_TOGETHER)
    ).all()
    return QueuePage(rows, {}, _not_passing([row.id for row in rows]), len(rows), 1)


def _open_rule(rule: str) -> ColumnElement[bool]:
    return (
        select(Finding.id)
        .where(Finding.screening_id == Screening.id, Finding.rule == rule, Finding.result != FindingResult.PASS)
        .exists()
    )


def _not_passing(screening_ids: Sequence[int]) -> dict[int, list[tuple[str, FindingResult]]]:
    found: dict[int, list[tuple[str, FindingResult]]] = {}
    rows = db.session.execute(
        select(Finding.screening_id, Finding.rule, Finding.result)
        .where(Finding.screening_id.in_(screening_ids), Finding.result != FindingResult.PASS)
        .order_by(Finding.screening_id, Finding.position)
    )
    for screening, rule, result in rows:
        found.setdefault(screening, []).append((rule, result))
    return found


def neighbours(actor: Actor, screening: Screening) -> tuple[str | None, str | None]:
    """Public ids of the waiting screenings before and after this one, for going through the queue."""
    waiting = _visible(actor).where(
        StageEntry.stage_id == screening.entry.stage_id, Screening.state == ScreeningState.WAITING
    )
    before = waiting.where(Screening.entry_id < screening.entry_id).order_by(Screening.entry_id.desc())
    after = waiting.where(Screening.entry_id > screening.entry_id).order_by(Screening.entry_id)
    return (
        db.session.scalar(before.with_only_columns(Screening.public_id).limit(1)),
        db.session.scalar(after.with_only_columns(Screening.public_id).limit(1)),
    )


def of_entry(entry_id: int) -> Screening | None:
    return db.session.scalars(select(Screening).where(Screening.entry_id == entry_id)).one_or_none()


def point_sheet(entry_id: int) -> PointSheet | None:
    return db.session.scalars(select(PointSheet).where(PointSheet.entry_id == entry_id)).one_or_none()


def waiting_count(stage_id: int) -> int:
    """Entries of the stage that are not decided: without a screening, or waiting for an officer."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(StageEntry)
            .outerjoin(Screening, Screening.entry_id == StageEntry.id)
            .where(
                StageEntry.stage_id == stage_id,
                StageEntry.state == EntryState.ENTERED,
                or_(Screening.id.is_(None), Screening.state == ScreeningState.WAITING),
            )
        )
        or 0
    )


def still_to_enter(call_id: int, now: datetime) -> int:
    """Applications whose own, later deadline has not passed, or has and is being dealt with: the first stage is not
    whole yet. Drafts and withdrawn ones count while they could still be handed in."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Application)
            .where(
                Application.call_id == call_id,
                or_(
                    Application.state == ApplicationState.SUBMITTED,
                    and_(
                        Application.state.in_((ApplicationState.DRAFT, ApplicationState.WITHDRAWN)),
                        Application.closes_at > now,
                    ),
                ),
            )
        )
        or 0
    )


def sanctions_of(application_id: int) -> Sequence[tuple[Sanction, str, str, str]]:
    """(sanction, place, name, role) of every person and institution in the application, doubles included."""
    found: list[tuple[Sanction, str, str, str]] = []
    institutions = db.session.execute(
        select(Sanction, Institution)
        .join(Institution, Institution.organisation_id == Sanction.organisation_id)
        .where(Institution.application_id == application_id)
        .order_by(Institution.position, Sanction.id)
    )
    found += [(s, f"institutions.{i.public_id}", i.name, i.role.value) for s, i in institutions]
    members = db.session.scalars(
        select(Member).where(Member.application_id == application_id).order_by(Member.id)
    ).all()
    known = db.session.execute(
        select(Person.id, func.coalesce(Person.same_as_id, Person.id), Person.email_key).where(
            or_(
                Person.id.in_(same_humans([m.person_id for m in members if m.person_id])),
                Person.email_key.in_([m.email_key for m in members]),
            )
        )
    ).all()
    roots = {id_: root for id_, root, _ in known}
    by_email = {email: root for _, root, email in known}
    rows = db.session.scalars(select(Sanction).where(Sanction.person_id.in_(list(roots))).order_by(Sanction.id)).all()
    for member in members:
        root = roots.get(member.person_id or 0) or by_email.get(member.email_key)
        found += [
            (s, f"members.{member.public_id}", member.name, member.role.value)
            for s in rows
            if root is not None and roots.get(s.person_id or 0) == root
        ]
    return found


def others_of_lead(application: Application) -> Sequence[str]:
    """Receipts of other applications in the call with the same lead organisation."""
    mine = select(Institution.organisation_id).where(
        Institution.application_id == application.id, Institution.role == InstitutionRole.LEAD
    )
    return _latest_receipts(
        application,
        select(Institution.application_id).where(
            Institution.role == InstitutionRole.LEAD, Institution.organisation_id.in_(mine)
        ),
    )


def others_of_pi(application: Application) -> Sequence[str]:
    mine = select(Member.email_key).where(Member.application_id == application.id, Member.role == MemberRole.PI)
    return _latest_receipts(
        application,
        select(Member.application_id).where(Member.role == MemberRole.PI, Member.email_key.in_(mine)),
    )


def members_elsewhere(application: Application) -> Sequence[tuple[str, str]]:
    """(e-mail key, receipt) of the members who are also in another application of the call, handed in."""
    mine = select(Member.email_key).where(Member.application_id == application.id)
    people = select(Member.person_id).where(Member.application_id == application.id, Member.person_id.is_not(None))
    other = aliased(Member)
    here = aliased(Member)
    rows = db.session.execute(
        select(here.email_key, func.max(Submission.receipt))
        .join(other, or_(other.email_key == here.email_key, other.person_id == here.person_id))
        .join(Application, other.application_id == Application.id)
        .join(Submission, Submission.application_id == Application.id)
        .where(
            here.application_id == application.id,
            or_(other.email_key.in_(mine), other.person_id.in_(people)),
            Application.call_id == application.call_id,
            Application.id != application.id,
            Application.state.in_((ApplicationState.SUBMITTED, ApplicationState.CLOSED)),
        )
        .group_by(here.email_key, Application.id)
        .order_by(here.email_key, Application.id)
    )
    return [(key, receipt) for key, receipt in rows]


def _latest_receipts(application: Application, among: Select[int]) -> Sequence[str]:
    return db.session.scalars(
        select(func.max(Submission.receipt))
        .join(Application, Submission.application_id == Application.id)
        .where(
            Application.call_id == application.call_id,
            Application.id != application.id,
            Application.state.in_((ApplicationState.SUBMITTED, ApplicationState.CLOSED)),
            Application.id.in_(among),
        )
        .group_by(Submission.application_id)
        .order_by(Submission.application_id)
    ).all()

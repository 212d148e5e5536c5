"""The facts that detection looks at, loaded for many people and applications in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import exists, func, or_, select

from portal.accounts.models import Address, Affiliation, Department, Organisation, Person, Sanction
from portal.applications.models import (
    Application,
    ApplicationState,
    EntryState,
    Institution,
    Member,
    MemberRole,
    Reference,
    RequestedMeans,
    StageEntry,
)
from portal.platform.db import db
from portal.programs.models import Call, Stage
from portal.routing.models import Panel, Seat, SeatState
from portal.routing.queries import relations
from portal.routing.queries.identities import identities_of, roots_of
from portal.routing.rules.detection import Candidate, Post, Target, name_key

OPEN_STATES = (EntryState.ENTERED, EntryState.IN_REVIEW)
IN_CALL = (ApplicationState.SUBMITTED, ApplicationState.CLOSED)


@dataclass
class Team:
    """Everybody in an application: by person id and by address, as some have no account yet."""

    people: set[int] = field(default_factory=set)
    emails: set[str] = field(default_factory=set)
    principals: list[tuple[int | None, int | None, str]] = field(default_factory=list)  # person, organisation, dept

    def holds(self, identities: frozenset[int], emails: frozenset[str]) -> bool:
        return bool(identities & self.people or emails & self.emails)


def teams(application_ids: Sequence[int]) -> dict[int, Team]:
    """Members of every role, the owner, and the representatives who joined."""
    found: dict[int, Team] = {id_: Team() for id_ in application_ids}
    members = db.session.execute(
        select(
            Member.application_id, Member.person_id, Member.email_key, Member.role, Member.department,
            Institution.organisation_id,
        )
        .outerjoin(Institution, Member.institution_id == Institution.id)
        .where(Member.application_id.in_(application_ids))
        .order_by(Member.id)
    )  # fmt: skip
    for application, person, email, role, department, organisation in members:
        team = found[application]
        team.emails.add(email)
        if person is not None:
            team.people.add(person)
        if role is MemberRole.PI:
            team.principals.append((person, organisation, department))
    owners = select(Application.id, Application.owner_id).where(Application.id.in_(application_ids))
    joined = select(Institution.application_id, Institution.joined_by_id).where(
        Institution.application_id.in_(application_ids), Institution.joined_by_id.is_not(None)
    )
    for application, person in [*db.session.execute(owners), *db.session.execute(joined)]:
        found[application].people.add(person)
    known = {person for team in found.values() for person in team.people}
    others: dict[int, set[str]] = defaultdict(set)
    for person, email in db.session.execute(
        select(Address.person_id, Address.email_key).where(Address.person_id.in_(known))
    ):
        others[person].add(email)
    for team in found.values():
        team.emails.update(email for person in team.people for email in others.get(person, ()))
    return found


def _posts(person_ids: Iterable[int]) -> dict[int, list[Post]]:
    """Root person id -> posts of every identity, newest first."""
    rows = db.session.execute(
        select(Affiliation, Organisation, Department.name, func.coalesce(Person.same_as_id, Person.id))
        .join(Organisation, Affiliation.organisation_id == Organisation.id)
        .join(Person, Affiliation.person_id == Person.id)
        .outerjoin(Department, Affiliation.department_id == Department.id)
        .where(func.coalesce(Person.same_as_id, Person.id).in_(list(person_ids)))
        .order_by(Affiliation.since.desc(), Affiliation.id)
    )
    found: dict[int, list[Post]] = defaultdict(list)
    for row, of, department, root in rows:
        found[root].append(
            Post(
                row.organisation_id, of.kind, row.department_id, department or "", row.since, row.until,
                of.gpu_supplier_until,
            )
        )  # fmt: skip
    return found


def targets(application_ids: Sequence[int], known: dict[int, Team] | None = None) -> list[Target]:
    teams_ = known or teams(application_ids)
    organisations: dict[int, dict[int, str]] = defaultdict(dict)
    rows = db.session.execute(
        select(Institution.application_id, Institution.organisation_id, Institution.kind)
        .where(Institution.application_id.in_(application_ids), Institution.organisation_id.is_not(None))
        .order_by(Institution.id)
    )
    for application, organisation, kind in rows:
        organisations[application][organisation or 0] = kind
    letters = select(Reference.application_id, Reference.email_key).where(
        Reference.application_id.in_(application_ids), Reference.received_at.is_not(None)
    )
    referees: dict[int, set[str]] = defaultdict(set)
    for application, email in db.session.execute(letters.order_by(Reference.id)):
        referees[application].add(email)
    supplied = _supplied(application_ids)
    roots = roots_of({p for t in teams_.values() for p, _, _ in t.principals if p is not None})
    posts = _posts(set(roots.values()))
    made = []
    for id_ in application_ids:
        principals = teams_[id_].principals
        made.append(
            Target(
                id_, frozenset(teams_[id_].people), frozenset(teams_[id_].emails), organisations[id_],
                tuple(post for p, _, _ in principals if p is not None for post in posts[roots[p]]),
                frozenset((o, name_key(d)) for _, o, d in principals if o is not None and d.strip()),
                frozenset(referees[id_]), frozenset(supplied.get(id_, ())),
            )
        )  # fmt: skip
    return made


def _supplied(application_ids: Sequence[int]) -> dict[int, set[str]]:
    """application -> components it asks for that a supplier of GPUs may not receive, by its call."""
    asked = db.session.execute(
        select(RequestedMeans.application_id, RequestedMeans.component, Application.call_id)
        .join(Application, RequestedMeans.application_id == Application.id)
        .where(RequestedMeans.application_id.in_(application_ids))
        .order_by(RequestedMeans.id)
    ).all()
    calls = db.session.scalars(select(Call).where(Call.id.in_({row.call_id for row in asked})).order_by(Call.id))
    closed = {
        call.id: {c.code for c in call.definition.components if "gpu_supplier" in c.excluded_for} for call in calls
    }
    found: dict[int, set[str]] = defaultdict(set)
    for application, component, call_id in asked:
        if component in closed[call_id]:
            found[application].add(component)
    return found


def _restrictions(roots: set[int]) -> dict[int, list[tuple[date, date]]]:
    """Sanctions of the person; an institution's sanction does not bar its staff from reviewing."""
    rows = db.session.execute(
        select(func.coalesce(Person.same_as_id, Person.id), Sanction.since, Sanction.until)
        .join(Person, Sanction.person_id == Person.id)
        .where(func.coalesce(Person.same_as_id, Person.id).in_(list(roots)))
        .order_by(Sanction.id)
    )
    found: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for root, since, until in rows:
        found[root].append((since, until))
    return found


def candidates(person_ids: set[int], stage: Stage, here: Sequence[Target]) -> list[Candidate]:
    """The possible reviewers of a stage with what bars them: posts, restrictions, own applications, cross-review."""
    who = identities_of(person_ids)
    roots = roots_of(person_ids)
    posts = _posts(set(roots.values()))
    restricted = _restrictions(set(roots.values()))
    in_call = db.session.scalars(
        select(Application.id)
        .where(Application.call_id == stage.call_id, Application.state.in_(IN_CALL))
        .order_by(Application.id)
    ).all()
    call_teams = teams(in_call)
    crossed = _crossed(who, stage, here)
    related = relations.of_people(who)
    return [
        Candidate(
            id_, who[id_][0], who[id_][1], tuple(posts[roots[id_]]), tuple(restricted[roots[id_]]),
            frozenset(a for a, team in call_teams.items() if team.holds(*who[id_])), crossed.get(id_, {}),
            tuple(related.get(id_, ())),
        )
        for id_ in sorted(who)
    ]  # fmt: skip


def _crossed(
    who: dict[int, tuple[frozenset[int], frozenset[str]]], stage: Stage, here: Sequence[Target]
) -> dict[int, dict[int, int]]:
    """reviewer -> {application here: its member who sits on a panel that now judges the reviewer's own work}."""
    judges: dict[int, set[int]] = defaultdict(set)
    seats = db.session.execute(
        select(Panel.stage_id, Seat.person_id)
        .join(Panel, Seat.panel_id == Panel.id)
        .join(Stage, Panel.stage_id == Stage.id)
        .where(Panel.stage_id != stage.id, Stage.review_closed_at.is_(None), Seat.state != SeatState.DECLINED)
        .order_by(Seat.id)
    )
    for other, person in seats:
        judges[other].add(person)
    if not judges:
        return {}
    entries = db.session.execute(
        select(StageEntry.stage_id, StageEntry.application_id)
        .where(StageEntry.stage_id.in_(list(judges)), StageEntry.state.in_(OPEN_STATES))
        .order_by(StageEntry.id)
    ).all()
    their_teams = teams(sorted({application for _, application in entries}))
    sitting = identities_of({person for people in judges.values() for person in people})
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for other, application in entries:
        own = [id_ for id_, (ids, emails) in who.items() if their_teams[application].holds(ids, emails)]
        for target in here if own else ():
            for judge in sorted(judges[other]):
                ids, emails = sitting[judge]
                if ids & target.people or emails & target.emails:
                    for id_ in own:
                        found[id_].setdefault(target.application_id, judge)
    return found


def open_applications(stage_id: int) -> Sequence[int]:
    """The applications still in the stage."""
    return db.session.scalars(
        select(StageEntry.application_id)
        .where(StageEntry.stage_id == stage_id, StageEntry.state.in_(OPEN_STATES))
        .distinct()
        .order_by(StageEntry.application_id)
    ).all()


def open_stages() -> Sequence[Stage]:
    """Stages of real calls whose review is not closed and that have applications in them."""
    return (
        db.session.scalars(
            select(Stage)
            .join(Call, Stage.call_id == Call.id)
            .where(
                Stage.review_closed_at.is_(None),
                Call.preview_of_id.is_(None),
                exists().where(StageEntry.stage_id == Stage.id, StageEntry.state.in_(OPEN_STATES)),
            )
            .order_by(Stage.id)
        )
        .unique()
        .all()
    )


def applications_of(stage_id: int, ids: Collection[int], emails: Collection[str]) -> Sequence[int]:
    """Applications in the stage in which this human has a part, by any identity or address."""
    member = exists().where(
        Member.application_id == StageEntry.application_id,
        or_(Member.person_id.in_(ids), Member.email_key.in_(emails)),
    )
    joined = exists().where(Institution.application_id == StageEntry.application_id, Institution.joined_by_id.in_(ids))
    return db.session.scalars(
        select(StageEntry.application_id)
        .join(Application, StageEntry.application_id == Application.id)
        .where(
            StageEntry.stage_id == stage_id,
            StageEntry.state.in_(OPEN_STATES),
            or_(member, joined, Application.owner_id.in_(ids)),
        )
        .distinct()
        .order_by(StageEntry.application_id)
    ).all()

"""Drafts as their team sees them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from operator import attrgetter
from typing import Final

from sqlalchemy import ColumnElement, Select, bindparam, or_, select, union_all
from sqlalchemy.orm import contains_eager, joinedload

from portal.accounts.models import Affiliation, Person, PersonalCopy
from portal.applications.models import (
    Application,
    ApplicationState,
    Attachment,
    Institution,
    InstitutionRole,
    Member,
    MemberRole,
    PlannedCost,
    Reopening,
    RequestedMeans,
    SectionAnswer,
)
from portal.applications.rules import Standing, can_edit_team, can_lead
from portal.platform.context import Actor
from portal.platform.db import db, shared_alias
from portal.platform.together import Together
from portal.platform.visibility import ME, built_once, clause
from portal.programs.definition import Section
from portal.programs.models import Call
from portal.programs.queries import is_no_preview


def identities(actor: Actor) -> frozenset[int]:
    """Every identity of the same human."""
    return actor.same_as | ({actor.person_id} if actor.person_id is not None else frozenset())


_owned = shared_alias(Application)


@clause
def member_of_application(actor: Actor | None) -> ColumnElement[bool]:
    """The team: the owner, members who have not declined, and who joined for an institution. None: whoever is ME."""
    me = ME if actor is None else identities(actor)
    mine = union_all(
        select(_owned.id).where(_owned.owner_id.in_(me)),
        select(Member.application_id).where(Member.person_id.in_(me), Member.declined_at.is_(None)),
        select(Institution.application_id).where(Institution.joined_by_id.in_(me)),
    )
    return Application.id.in_(mine)


@built_once
def _application() -> Select[Application]:
    return (
        select(Application)
        .where(Application.public_id == bindparam("public_id"), member_of_application(None))
        .options(joinedload(Application.call))
        .order_by(Application.id)
    )


@built_once
def _application_with_institutions() -> Select[Application]:
    return _application().options(joinedload(Application.institutions).joinedload(Institution.organisation))


def application_for(actor: Actor, public_id: str, **_: object) -> Application | None:
    """The application with its call and institutions, if the actor belongs to its team."""
    asked = {"public_id": public_id, "me": list(identities(actor))}
    return db.session.scalars(_application_with_institutions(), asked).unique().one_or_none()


def application_alone(actor: Actor, public_id: str, **_: object) -> Application | None:
    """The same without institutions: its owner hands it in without anybody looking at them here."""
    asked = {"public_id": public_id, "me": list(identities(actor))}
    return db.session.scalars(_application(), asked).one_or_none()


@built_once
def _applications() -> Select[Application]:
    return (
        select(Application)
        .join(Call, Application.call_id == Call.id)
        .where(member_of_application(None), is_no_preview())
        .options(contains_eager(Application.call))
        .order_by(Application.changed_at.desc(), Application.id.desc())
    )


def applications_of(actor: Actor) -> Sequence[Application]:
    """All that the actor's teams have, the last changed first."""
    return db.session.scalars(_applications(), {"me": list(identities(actor))}).all()


def drafts_of_call(actor: Actor, call_id: int) -> Sequence[Application]:
    """What the actor has started for a call."""
    return db.session.scalars(
        select(Application).where(Application.call_id == call_id, member_of_application(actor)).order_by(Application.id)
    ).all()


_MINE: Final = (
    select(Member)
    .where(Member.application_id == bindparam("application"), Member.person_id.in_(ME))
    .order_by(Member.id)
)


def standing_of(actor: Actor, application: Application) -> Standing:
    """How the actor stands to the application: one small query beside its institutions."""
    mine = db.session.scalars(_MINE, {"application": application.id, "me": list(identities(actor))}).all()
    return standing_among(actor, application, application.institutions, mine)


def leads(actor: Actor, application: Application) -> bool:
    """Owns it or stands for its lead; of the owner nothing more is asked."""
    return application.owner_id in identities(actor) or can_lead(standing_of(actor, application))


def edits_team(actor: Actor, application: Application) -> bool:
    """May write the team's own parts; of the owner nothing more is asked."""
    return application.owner_id in identities(actor) or can_edit_team(standing_of(actor, application))


def standing_among(
    actor: Actor, application: Application, institutions: Sequence[Institution], members: Sequence[Member]
) -> Standing:
    """The same where the team is at hand."""
    me, places = identities(actor), {i.id: i.public_id for i in institutions}
    mine = [
        (m.role, m.may_edit, places.get(m.institution_id or 0, ""))
        for m in members
        if m.person_id in me and m.declined_at is None
    ]
    joined = [i for i in institutions if i.joined_by_id in me]
    return Standing(
        owner=application.owner_id in me,
        leads=any(i.role is InstitutionRole.LEAD for i in joined) or any(role == MemberRole.PI for role, _, _ in mine),
        joined=frozenset(i.public_id for i in joined),
        edits=frozenset(public_id for _, may_edit, public_id in mine if may_edit),
        member_of=frozenset(public_id for _, _, public_id in mine),
    )


def sections_asked(application: Application) -> list[Section]:
    """The sections to apply with, and those of later stages that were opened to this application."""
    definition = application.call.definition
    if application.state is not ApplicationState.CLOSED:
        return definition.sections_to_apply_with
    opened = db.session.scalars(
        select(Reopening.places).where(Reopening.application_id == application.id).order_by(Reopening.id)
    ).all()
    later = {place for places in opened for place in places}
    first = {section.code for section in definition.sections_to_apply_with}
    return [s for s in definition.sections if s.code in first or f"sections.{s.code}" in later]


def institutions_of(application_id: int) -> Sequence[Institution]:
    return db.session.scalars(
        select(Institution)
        .where(Institution.application_id == application_id)
        .options(joinedload(Institution.organisation))
        .order_by(Institution.position, Institution.id)
    ).all()


def institution_of(application_id: int, public_id: str) -> Institution | None:
    return db.session.scalars(
        select(Institution).where(Institution.application_id == application_id, Institution.public_id == public_id)
    ).one_or_none()


def members_of(application_id: int) -> Sequence[Member]:
    return db.session.scalars(_MEMBERS.order_by(Member.id), {"application": application_id}).all()


_ANSWER: Final = select(SectionAnswer).where(
    SectionAnswer.application_id == bindparam("application"),
    SectionAnswer.section == bindparam("section"),
    SectionAnswer.slice == bindparam("slice"),
)
_MEMBERS: Final = select(Member).where(Member.application_id == bindparam("application"))
_MEMBERS_AND_ANSWER: Final = Together(_MEMBERS, _ANSWER)


def answer_of(application_id: int, section: str, slice: str = "") -> SectionAnswer | None:
    asked = {"application": application_id, "section": section, "slice": slice}
    return db.session.scalars(_ANSWER, asked).one_or_none()


def members_and_answer(application_id: int, section: str) -> tuple[Sequence[Member], SectionAnswer | None]:
    """`members_of`, and the team's answers of a section, in one query."""
    members, answers = _MEMBERS_AND_ANSWER.load(application=application_id, section=section, slice="")
    return sorted(members, key=attrgetter("id")), answers[0] if answers else None


def saver_of(answer: SectionAnswer | None, actor: Actor | None = None) -> str:
    """The name of the person who saved last; empty if nobody or the portal itself did. `actor`: who asks."""
    if answer is None or answer.saved_by_id is None:
        return ""
    if actor is not None and answer.saved_by_id == actor.person_id:
        return actor.name
    return db.session.scalar(select(Person.name).where(Person.id == answer.saved_by_id)) or ""


def costs_of(application_id: int) -> Sequence[tuple[Institution, PlannedCost]]:
    rows = db.session.execute(
        select(Institution, PlannedCost)
        .join(PlannedCost, PlannedCost.institution_id == Institution.id)
        .where(Institution.application_id == application_id)
        .order_by(Institution.position, Institution.id, PlannedCost.year, PlannedCost.category, PlannedCost.id)
    ).all()
    return [(row[0], row[1]) for row in rows]


def costs_of_institution(institution_id: int) -> Sequence[PlannedCost]:
    return db.session.scalars(
        select(PlannedCost)
        .where(PlannedCost.institution_id == institution_id)
        .order_by(PlannedCost.year, PlannedCost.category, PlannedCost.id)
    ).all()


def means_of(application_id: int) -> Sequence[RequestedMeans]:
    return db.session.scalars(
        select(RequestedMeans)
        .where(RequestedMeans.application_id == application_id)
        .order_by(RequestedMeans.component, RequestedMeans.option, RequestedMeans.year)
    ).all()


def attachments_of(application_id: int, slot: str | None = None, slice: str | None = None) -> Sequence[Attachment]:
    """The current files; replaced and removed ones are kept but not listed."""
    query = select(Attachment).where(Attachment.application_id == application_id, Attachment.replaced_at.is_(None))
    if slot is not None:
        query = query.where(Attachment.slot == slot)
    if slice is not None:
        query = query.where(Attachment.slice == slice)
    return db.session.scalars(query.order_by(Attachment.slot, Attachment.slice, Attachment.id)).all()


def attachment_for(actor: Actor, public_id: str, attachment_id: str) -> tuple[Application, Attachment] | None:
    """One file of an application that the actor belongs to."""
    row = db.session.execute(
        select(Application, Attachment)
        .join(Attachment, Attachment.application_id == Application.id)
        .where(
            Application.public_id == public_id,
            Attachment.public_id == attachment_id,
            member_of_application(actor),
        )
    ).one_or_none()
    return (row[0], row[1]) if row else None


def named_hashes(hashes: set[str]) -> set[str]:
    """Which of the hashes a file of an application or a copy of somebody's data has; for the sweeper."""
    found = db.session.execute(
        select(Attachment.sha256, Attachment.clean_sha256)
        .where(or_(Attachment.sha256.in_(hashes), Attachment.clean_sha256.in_(hashes)))
        .order_by(Attachment.id)
    ).all()
    copies = db.session.scalars(select(PersonalCopy.sha256).where(PersonalCopy.sha256.in_(hashes)))
    return ({h for row in found for h in row if h} | {h for h in copies if h}) & hashes


def affiliations_of(actor: Actor, today: date) -> Sequence[Affiliation]:
    """Where the actor works today, the newest first."""
    return db.session.scalars(
        select(Affiliation)
        .where(
            Affiliation.person_id.in_(identities(actor)),
            Affiliation.since <= today,
            or_(Affiliation.until.is_(None), Affiliation.until >= today),
        )
        .options(joinedload(Affiliation.organisation), joinedload(Affiliation.department))
        .order_by(Affiliation.since.desc(), Affiliation.id.desc())
    ).all()

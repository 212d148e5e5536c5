"""Start an application; what every change to a draft asks first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.accounts.models import Affiliation, Person
from portal.accounts.service import find_or_create_organisation
from portal.applications import rules
from portal.applications.consent import CURRENT
from portal.applications.errors import CallClosed, NotOpen, NotYours, StaleAnswers, UnknownAffiliation, Withdrawn
from portal.applications.models import (
    Application,
    ApplicationState,
    Institution,
    InstitutionRole,
    Member,
    MemberRole,
    SectionAnswer,
)
from portal.applications.queries import drafts, reopenings
from portal.applications.queries.submissions import locked
from portal.applications.rules.reopening import covers, section_of_kind
from portal.audit.service import record
from portal.platform import search
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import Forbidden, NotFound
from portal.platform.files import refuse_resident_numbers
from portal.platform.formats import moment
from portal.platform.language import language
from portal.programs.models import Call, CallState
from portal.programs.rules import carried_over


@dataclass(frozen=True)
class Lead:
    """Who applies: one of the person's own affiliations, or an institution that the portal does not know yet."""

    affiliation_id: int | None = None
    name: str = ""
    kind: str = "company_sme"
    country: str = "KR"


def start(
    context: Context, call_id: int, title: str, lead: Lead | None = None, answers: Mapping[str, str] | None = None, *,
    late: bool = False,
) -> Application:  # fmt: skip
    """A draft with its owner as principal investigator and, where institutions apply, the lead (joined).

    The owner has read the consent text on the same page, so the consent is recorded here. `answers` of the
    eligibility check are carried over. `late`: a code follows in the same transaction, so the close does not count.
    Raises NotOpen, CallClosed, UnknownAffiliation, ResidentNumberFound.
    """
    call = db.session.get_one(Call, call_id)
    if not late:
        _taking_applications(context, call)
    refuse_resident_numbers(title, "title")
    if context.actor.person_id is None:
        raise Forbidden
    owner = db.session.get_one(Person, context.actor.person_id)
    application = Application(
        public_id=context.ids.public_id(), call_id=call.id, owner_id=owner.id, title=title, language=language(),
        state=ApplicationState.DRAFT, created_at=context.now, changed_at=context.now,
    )  # fmt: skip
    db.session.add(application)
    db.session.flush()
    affiliation, institution = None, None
    if call.definition.has_institutions:
        if lead is None:
            raise UnknownAffiliation("who")
        refuse_resident_numbers(lead.name, "name")
        affiliation = _affiliation(context, lead)
        institution = _institution(context, application, lead, affiliation)
    db.session.add(
        Member(
            public_id=context.ids.public_id(), application_id=application.id,
            institution_id=institution.id if institution else None,
            person_id=owner.id, name=owner.name, email=owner.email, email_key=owner.email_key, role=MemberRole.PI,
            may_edit=True, consented_at=context.now, consent_version=CURRENT.version,
            department=affiliation.department.name if affiliation and affiliation.department else "",
        )
    )  # fmt: skip
    application.applicant = institution.name if institution else owner.name
    db.session.flush()
    search.index("application", application.id, title, application.applicant)
    record(
        context, "ApplicationStarted", "application", application.public_id, call=call.public_id,
        institution=institution.public_id if institution else None, consent=CURRENT.sha256,
    )  # fmt: skip
    for section, known in carried_over(call.definition, answers or {}).items():
        next_version(context, application, section, "", 0).answers = known
    return application


TAKING = (CallState.OPEN, CallState.PREVIEW)  # a preview's applications count nowhere


def _taking_applications(context: Context, call: Call) -> None:
    if call.state in (CallState.CLOSED, CallState.DECIDED, CallState.ARCHIVED) or context.now >= call.closes_at:
        raise CallClosed(deadline=moment(call.closes_at, call.definition.time_zone, seconds=True))
    if call.state not in TAKING or context.now < call.opens_at:
        zone = call.definition.time_zone
        raise NotOpen(opens=moment(call.opens_at, zone), closes=moment(call.closes_at, zone))


def _affiliation(context: Context, lead: Lead) -> Affiliation | None:
    if lead.affiliation_id is None:
        return None
    own = drafts.affiliations_of(context.actor, context.now.date())
    found = next((a for a in own if a.id == lead.affiliation_id), None)
    if found is None:
        raise UnknownAffiliation("who")
    return found


def _institution(
    context: Context, application: Application, lead: Lead, affiliation: Affiliation | None
) -> Institution:
    known = (
        affiliation.organisation
        if affiliation
        else find_or_create_organisation(context, lead.name, lead.kind, country=lead.country)
    )
    institution = Institution(
        public_id=context.ids.public_id(), application_id=application.id, position=0, role=InstitutionRole.LEAD,
        organisation_id=known.id, name=known.name, kind=known.kind, country=known.country,
        joined_at=context.now, joined_by_id=context.actor.person_id,
    )  # fmt: skip
    db.session.add(institution)
    db.session.flush()
    return institution


def opened(context: Context, application_id: int, place: str = "") -> Application:
    """The application, held for this transaction, if it may still be changed; after the close, only a reopened
    `place` (`sections.<code>`, `attachments.<code>`) may be. Raises CallClosed, Withdrawn."""
    application = locked(application_id)
    if application.state is ApplicationState.WITHDRAWN:
        raise Withdrawn
    if rules.is_open(application, context.now):
        later = {f"sections.{s.code}" for s in application.call.definition.sections} - {
            f"sections.{s.code}" for s in application.call.definition.sections_to_apply_with
        }
        if place in later:
            raise NotFound  # a later stage asks for it
        return application
    reopened = place and any(covers(r, place) for r in reopenings.live(application.id, context.now))
    if not reopened:
        zone = application.call.definition.time_zone
        raise CallClosed(deadline=moment(application.deadline, zone, seconds=True))
    return application


def opened_for(context: Context, application_id: int, kind: str) -> Application:
    """`opened`, for the table of a question of this kind: budget or requested_means."""
    definition = locked(application_id).call.definition
    return opened(context, application_id, section_of_kind(definition, kind))


def edited_by_team(context: Context, application_id: int, place: str = "") -> Application:
    """`opened`, for somebody who may edit the team's parts."""
    application = opened(context, application_id, place)
    if not rules.can_edit_team(drafts.standing_of(context.actor, application)):
        raise Forbidden
    return application


def edited_by_institution(context: Context, application: Application, slice: str) -> Institution:
    """The institution whose slice the actor writes. Raises NotYours."""
    institution = drafts.institution_of(application.id, slice)
    if institution is None or not rules.can_edit_slice(drafts.standing_of(context.actor, application), slice):
        raise NotYours(who=institution.name if institution else "-")
    return institution


def next_version(context: Context, application: Application, section: str, slice: str, version: int) -> SectionAnswer:
    """The row that counts saves, one further. Raises StaleAnswers if `version` is not the last one."""
    row = drafts.answer_of(application.id, section, slice)
    if row is None:
        row = SectionAnswer(
            application_id=application.id, section=section, slice=slice, answers={}, version=0, saved_at=context.now
        )
        db.session.add(row)
    if row.version != version:
        raise StaleAnswers(who=drafts.saver_of(row), version=row.version)
    row.version += 1
    row.saved_at = context.now
    row.saved_by_id = context.actor.person_id
    application.changed_at = context.now
    return row


def rename(context: Context, application_id: int, title: str) -> Application:
    """Another title. Raises CallClosed, Forbidden, ResidentNumberFound."""
    application = edited_by_team(context, application_id)
    refuse_resident_numbers(title, "title")
    application.title = title
    application.changed_at = context.now
    search.index("application", application.id, title, application.applicant)
    return application

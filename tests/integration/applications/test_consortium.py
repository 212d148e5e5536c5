"""Institutions join by link, members consent by link, nobody stands twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import Account, Organisation, Person
from portal.applications import queries, service
from portal.applications.consent import CURRENT
from portal.applications.errors import (
    ForeignOnlyJoint,
    InstitutionTwice,
    InvitationUnknown,
    LeadStays,
    MemberTwice,
    OnePrincipal,
    RegistrationUnreadable,
    RemindedJustNow,
)
from portal.applications.models import Application, InstitutionRole, Member, MemberRole
from portal.applications.queries.drafts import institutions_of
from portal.applications.rules.completeness import completeness
from portal.applications.rules.missing import Holder
from portal.platform.context import VISITOR, Context
from portal.platform.db import db
from portal.platform.errors import Forbidden
from tests.databases import both_databases
from tests.factories import base, consortia
from tests.factories.base import committed

pytestmark = both_databases


def add(team: consortia.Team, **more: object) -> str:
    given = {
        "name": "나루연구소", "kind": "research_institute", "role": InstitutionRole.JOINT,
        "contact_email": "naru@example.org", "country": "KR",
    } | more  # fmt: skip
    return committed(lambda: service.add_institution(team.context(), team.application_id, **given).public_id)  # type: ignore[arg-type]


def test_whoever_joins_edits_the_institutions_slice_and_no_other(app: Flask) -> None:
    team = consortia.complete_team()
    partner = consortia.joined_partner(team)
    application = db.session.get_one(Application, team.application_id)
    standing = queries.standing_of(partner.context().actor, application)
    assert standing.joined == {partner.institution}
    assert not standing.leads
    organisation = db.session.scalars(select(Organisation).where(Organisation.registration.is_not(None))).one()
    assert organisation.registration == "1234567890"


def test_an_invitation_works_once(app: Flask) -> None:
    team = consortia.complete_team()
    name = add(team)
    institution_id = next(i.id for i in institutions_of(team.application_id) if i.public_id == name)
    token = committed(lambda: service.mint_institution_link(team.context(), institution_id))
    joiner = committed(lambda: base.person().id)

    def join() -> str:
        who = base.context(db.session.get_one(Person, joiner))
        return service.join_institution(who, token, registration="1112233333").public_id

    assert committed(join) == name
    with pytest.raises(InvitationUnknown):
        committed(join)


def test_the_same_organisation_cannot_join_twice(app: Flask) -> None:
    team = consortia.complete_team()
    consortia.joined_partner(team, "가온대학교", "123-45-67890")
    with pytest.raises(InstitutionTwice):
        consortia.joined_partner(team, "가온대학교 산학협력단", "1234567890")
    with pytest.raises(InstitutionTwice):
        add(team, name="가온대학교")


def test_a_registration_number_is_ten_digits_in_korea(app: Flask) -> None:
    team = consortia.complete_team()
    with pytest.raises(RegistrationUnreadable):
        consortia.joined_partner(team, "가온대학교", "123-45-6789")


def test_foreign_institutions_are_joint_only(app: Flask) -> None:
    team = consortia.complete_team()
    with pytest.raises(ForeignOnlyJoint):
        add(team, country="US", role=InstitutionRole.CONSIGNED)
    assert add(team, country="US")


def test_only_the_lead_names_institutions(app: Flask) -> None:
    team = consortia.complete_team()
    partner = consortia.joined_partner(team)
    with pytest.raises(Forbidden):
        committed(lambda: service.invite_institution(partner.context(), team.application_id, team.lead))
    with pytest.raises(LeadStays):
        committed(lambda: service.remove_institution(team.context(), team.application_id, team.lead))


def test_removing_an_institution_takes_its_part_along(app: Flask) -> None:
    team = consortia.complete_team()
    partner = consortia.joined_partner(team)
    consortia.representative_link(team, partner.institution)
    committed(lambda: service.remove_institution(team.context(), team.application_id, partner.institution))
    draft = queries.whole(db.session.get_one(Application, team.application_id))
    assert [i.public_id for i in draft.institutions] == [team.lead]
    assert {row.slice for row in draft.answers} == {"", team.lead}
    assert {row.institution_id for row in draft.costs} == {draft.institutions[0].id}


def test_a_reminder_is_not_sent_twice_in_a_moment(app: Flask) -> None:
    team = consortia.complete_team()
    name = add(team)
    with pytest.raises(RemindedJustNow):
        committed(lambda: service.invite_institution(team.context(), team.application_id, name))
    later = team.context().now + timedelta(minutes=11)
    committed(lambda: service.invite_institution(team.context(later), team.application_id, name).id)


def test_a_person_of_the_same_address_stands_once(app: Flask) -> None:
    team = consortia.complete_team()
    consortia.invited_member(team, "member@example.org")
    with pytest.raises(MemberTwice):
        consortia.invited_member(team, "Member@Example.ORG")


def test_there_is_one_principal_investigator(app: Flask) -> None:
    team = consortia.complete_team()
    with pytest.raises(OnePrincipal):
        committed(
            lambda: service.add_member(
                team.context(), team.application_id, institution=team.lead, name="둘째", email="b@example.org",
                role=MemberRole.PI,
            )
        )  # fmt: skip


def test_consent_needs_no_account_and_keeps_the_texts_version(app: Flask) -> None:
    team = consortia.complete_team()
    member, token = consortia.invited_member(team)
    visitor = Context(actor=VISITOR, now=team.context().now)
    committed(lambda: service.consent(visitor, token, True).id)
    row = db.session.scalars(select(Member).where(Member.public_id == member)).one()
    assert row.consented_at is not None
    assert row.consent_version == CURRENT.version
    committed(lambda: service.consent(visitor, token, False).id)
    found = completeness(queries.whole(db.session.get_one(Application, team.application_id)), queries.standing_of(
        team.context().actor, db.session.get_one(Application, team.application_id)), team.context().now.date())  # fmt: skip
    assert [(m.place, m.blocking, m.holder) for m in found if m.member] == [("members", True, Holder.ME)]


def test_a_member_who_signs_in_with_the_confirmed_address_is_linked(app: Flask) -> None:
    team = consortia.complete_team()
    member, _ = consortia.invited_member(team, "late@example.org")

    def register() -> int:
        person = base.person("최바다")
        person.email = person.email_key = "late@example.org"
        db.session.add(Account(person_id=person.id, password_hash="x", confirmed_at=None))
        return person.id

    person_id = committed(register)
    who = lambda: base.context(db.session.get_one(Person, person_id))  # noqa: E731
    assert committed(lambda: service.link_memberships(who())) == 0

    def confirm() -> None:
        db.session.get_one(Account, person_id).confirmed_at = team.context().now

    committed(confirm)
    assert committed(lambda: service.link_memberships(who())) == 1
    assert queries.application_for(who().actor, team.public_id) is not None
    assert db.session.scalar(select(func.count()).where(Member.person_id == person_id)) == 1
    assert member

"""Roles, standing, affiliations, organisations: who may change what."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts import queries, service
from portal.accounts.errors import (
    AlreadyGranted,
    DatesReversed,
    NotYourself,
    OutsideYourScope,
    RegistrationTaken,
    WrongDepartment,
)
from portal.accounts.models import Account, Affiliation, Organisation, Person, ReviewerProfile, RoleGrant
from portal.audit.models import AuditEvent
from portal.platform.db import db
from portal.platform.errors import NotFound
from tests.databases import both_databases
from tests.factories.accounts import affiliation, member, organisation, signed_in
from tests.factories.base import committed, context, person


def grants_of(who: Person) -> set[tuple[str, str]]:
    rows = db.session.execute(
        select(RoleGrant.role, RoleGrant.scope).where(RoleGrant.person_id == who.id, RoleGrant.until.is_(None))
    )
    return {(role.value, scope) for role, scope in rows}


def events(kind: str) -> int:
    return len(db.session.scalars(select(AuditEvent.sequence).where(AuditEvent.kind == kind)).all())


# --- roles ---


@both_databases
def test_an_administrator_grants_and_revokes_on_the_page(client: FlaskClient) -> None:
    admin, who = member("administrator"), member()
    signed_in(client, admin)
    base = f"/office/people/{who.public_id}"
    assert client.get(base).status_code == 200
    assert client.post(f"{base}/roles", data={"role": "officer", "scope": "program:WBL"}).status_code == 303
    assert grants_of(who) == {("officer", "program:WBL")}
    grant_id = db.session.scalars(select(RoleGrant.id).where(RoleGrant.person_id == who.id)).one()
    assert client.post(f"{base}/roles/revoke", data={"grant": grant_id}).status_code == 303
    assert grants_of(who) == set()
    assert client.post(f"{base}/roles/revoke", data={"grant": grant_id}).status_code == 404
    assert (events("RoleGranted"), events("RoleRevoked"), events("PersonRead")) == (1, 1, 1)


@pytest.mark.parametrize("role", ["officer", "auditor", "budget_officer", "reviewer", ""])
def test_only_administrators_change_roles(client: FlaskClient, role: str) -> None:
    who, other = member(*([role] if role else [])), member("officer")
    signed_in(client, who)
    base = f"/office/people/{other.public_id}"
    grant_id = db.session.scalars(select(RoleGrant.id).where(RoleGrant.person_id == other.id)).one()
    for path, data in (
        ("roles", {"role": "auditor", "scope": "*"}), ("roles/revoke", {"grant": grant_id}), ("disable", {}),
        ("enable", {}), ("second-factor/reset", {}),
    ):  # fmt: skip
        assert client.post(f"{base}/{path}", data=data).status_code in (403, 404)
    assert grants_of(other) == {("officer", "*")}


@pytest.mark.parametrize(("role", "status"), [("officer", 200), ("auditor", 200), ("reviewer", 404), ("", 404)])
def test_who_reads_a_persons_page(client: FlaskClient, role: str, status: int) -> None:
    other = member()
    signed_in(client, member(*([role] if role else [])))
    assert client.get(f"/office/people/{other.public_id}").status_code == status
    assert client.get("/office/people").status_code == (200 if status == 200 else 403)
    assert events("PersonRead") == (1 if status == 200 else 0)


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_role_is_the_same_in_both_languages(client: FlaskClient, lang: str) -> None:
    signed_in(client, member("officer"))
    assert client.get(f"/office/people?lang={lang}").status_code == 200
    client.post("/sign-out")
    signed_in(client, member("reviewer"))
    assert client.get(f"/office/people?lang={lang}").status_code == 403


def test_nobody_grants_themselves(client: FlaskClient) -> None:
    admin = member("administrator")
    signed_in(client, admin)
    answer = client.post(f"/office/people/{admin.public_id}/roles", data={"role": "auditor", "scope": "*"})
    assert answer.status_code == 403
    assert client.post(f"/office/people/{admin.public_id}/disable").status_code == 303
    assert grants_of(admin) == {("administrator", "*")}
    assert db.session.get_one(Account, admin.id).disabled_at is None


def test_nobody_grants_a_double_of_their_own(app: Flask) -> None:
    admin, double = member("administrator"), member()
    admin_id, double_id = admin.id, double.id
    committed(lambda: service.join_double(context(), double_id, admin_id))
    with pytest.raises(NotYourself):
        committed(
            lambda: service.grant_role(
                context(db.session.get_one(Person, admin_id), "administrator"), double_id, "officer", "*"
            )
        )


def test_a_grant_of_another_person_is_not_there(app: Flask) -> None:
    first, second = member("officer"), member("officer")
    first_id, second_id = first.id, second.id
    grant_id = db.session.scalars(select(RoleGrant.id).where(RoleGrant.person_id == second_id)).one()
    with pytest.raises(NotFound):
        committed(lambda: service.revoke_role(context(), first_id, grant_id))


def test_an_administrator_stays_inside_the_scope(app: Flask) -> None:
    admin, who = member("administrator", scope="program:WBL"), member()
    admin_id, who_id = admin.id, who.id

    def give(role: str, scope: str) -> None:
        acting = context(db.session.get_one(Person, admin_id), "administrator", scope="program:WBL")
        service.grant_role(acting, who_id, role, scope)

    committed(lambda: give("officer", "program:WBL"))
    for role, scope in (("officer", "*"), ("officer", "program:GPU"), ("administrator", "program:WBL")):
        with pytest.raises(OutsideYourScope):
            committed(lambda r=role, s=scope: give(r, s))
    with pytest.raises(AlreadyGranted):
        committed(lambda: give("officer", "program:WBL"))
    with pytest.raises(OutsideYourScope):
        committed(
            lambda: service.disable_account(
                context(db.session.get_one(Person, admin_id), "administrator", scope="program:WBL"), who_id
            )
        )


def test_a_role_ends_with_its_last_day_in_korea(client: FlaskClient) -> None:
    who = member()
    signed_in(client, member("administrator"))
    data = {"role": "officer", "scope": "*", "until": "2099-07-21"}
    client.post(f"/office/people/{who.public_id}/roles", data=data)
    until = db.session.scalars(select(RoleGrant.until).where(RoleGrant.person_id == who.id)).one()
    assert until == datetime(2099, 7, 21, 15, 0, tzinfo=UTC)


def test_an_unreadable_role_or_scope_is_refused_beside_its_field(client: FlaskClient) -> None:
    who = member()
    signed_in(client, member("administrator"))
    for data in ({"role": "king", "scope": "*"}, {"role": "officer", "scope": "everything"}, {"role": "officer"}):
        assert client.post(f"/office/people/{who.public_id}/roles", data=data).status_code == 422
    assert grants_of(who) == set()


def test_the_second_factor_is_cleared_by_another_administrator(client: FlaskClient, app: Flask) -> None:
    who = member("officer")
    who_id = who.id

    def enrol() -> None:
        account = db.session.get_one(Account, who_id)
        account.totp_secret, account.totp_confirmed_at = "A" * 32, datetime(2026, 1, 1, tzinfo=UTC)

    committed(enrol)
    elsewhere = signed_in(app.test_client(), who)
    signed_in(client, member("administrator"))
    assert client.post(f"/office/people/{who.public_id}/second-factor/reset").status_code == 303
    assert db.session.get_one(Account, who_id).totp_secret is None
    assert elsewhere.get("/account").status_code == 302


def test_people_are_found_by_part_of_a_name_and_wildcards_mean_themselves(client: FlaskClient) -> None:
    member(name="김하늘")
    member(name="100%_sure")
    signed_in(client, member("officer", name="담당자"))
    assert "김하늘" in client.get("/office/people?q=하늘").text
    shown = client.get("/office/people?q=%25_").text
    assert "100%_sure" in shown
    assert "김하늘" not in shown
    assert "김하늘" not in client.get("/office/people?role=officer").text
    for odd in ("page=-1", "page=99999999999999999999", "page=x", "role=king", "q=%00"):
        assert client.get(f"/office/people?{odd}").status_code == 200


def test_fifty_people_a_page(client: FlaskClient) -> None:
    committed(lambda: [person(f"이름{n:03}") for n in range(60)])
    signed_in(client, member("officer"))
    assert "이름000" in client.get("/office/people").text
    second = client.get("/office/people?page=2").text
    assert "이름059" in second
    assert "이름000" not in second


# --- oneself ---


def test_the_profile_is_saved_and_shown(client: FlaskClient) -> None:
    who = member()
    signed_in(client, who)
    data = {"name": "홍길동", "language": "en", "time_zone": "Europe/London", "researcher_number": "12345678"}
    assert client.post("/account", data=data).status_code == 303
    assert "My account" in client.get("/account").text
    saved = db.session.get_one(Person, who.id)
    assert (saved.name, saved.language, saved.time_zone, saved.researcher_number) == tuple(data.values())


@pytest.mark.parametrize(
    "bad",
    [
        {"name": ""}, {"name": "가" * 121}, {"name": "홍길동 900101-1234568"}, {"language": "fr"},
        {"time_zone": "../../etc/passwd"}, {"researcher_number": "900101-1234568"}, {"researcher_number": "<b>"},
    ],
)  # fmt: skip
def test_bad_profiles_are_refused_and_kept_on_the_page(client: FlaskClient, bad: dict[str, str]) -> None:
    who = member(name="홍길동")
    signed_in(client, who)
    data = {"name": "홍길동", "language": "ko", "time_zone": "Asia/Seoul", "researcher_number": ""} | bad
    assert client.post("/account", data=data).status_code == 422
    assert db.session.get_one(Person, who.id).name == "홍길동"


def test_a_researcher_number_belongs_to_one_person(client: FlaskClient, app: Flask) -> None:
    data = {"name": "홍길동", "language": "ko", "time_zone": "Asia/Seoul", "researcher_number": "12345678"}
    assert signed_in(client, member()).post("/account", data=data).status_code == 303
    assert signed_in(app.test_client(), member()).post("/account", data=data).status_code == 409


def test_script_and_template_text_in_a_name_stay_text(client: FlaskClient) -> None:
    who = member(name="<script>alert(1)</script>{{7*7}}")
    signed_in(client, who)
    shown = client.get("/account").text
    assert "<script>alert(1)" not in shown
    assert "{{7*7}}" in shown
    client.post("/sign-out")
    signed_in(client, member("officer"))
    assert "<script>alert(1)" not in client.get(f"/office/people/{who.public_id}").text


@both_databases
def test_a_person_adds_and_ends_an_affiliation(client: FlaskClient) -> None:
    who, at = member(), committed(organisation)
    signed_in(client, who)
    assert at.name in client.get("/account/affiliations/new?q=한빛").text
    data = {
        "organisation": at.public_id, "department": "연구개발 1팀", "title": "책임", "since": "2024-03-01",
        "kind": "company_sme", "representative": "y",
    }  # fmt: skip
    assert client.post("/account/affiliations/new?q=한빛", data=data).status_code == 303
    row = db.session.scalars(select(Affiliation)).one()
    assert row.department is not None
    assert (row.organisation_id, row.department.name, row.representative) == (at.id, "연구개발 1팀", False)
    assert "연구개발 1팀" in client.get("/account").text
    end = {"affiliation": row.id, "until": "2024-02-01"}
    client.post("/account/affiliations/end", data=end)
    assert db.session.get_one(Affiliation, row.id).until is None
    client.post("/account/affiliations/end", data=end | {"until": "2099-01-31"})
    assert db.session.get_one(Affiliation, row.id).until == date(2099, 1, 31)


def test_nobody_ends_anothers_affiliation(client: FlaskClient) -> None:
    other = member()
    other_id = other.id
    committed(lambda: affiliation(db.session.get_one(Person, other_id), organisation()))
    row_id = db.session.scalars(select(Affiliation.id)).one()
    signed_in(client, member())
    data = {"affiliation": row_id, "until": "2026-01-31"}
    assert client.post("/account/affiliations/end", data=data).status_code == 404


def test_a_new_organisation_needs_a_name_and_an_unused_number(client: FlaskClient) -> None:
    committed(lambda: organisation("첫째", registration="1234567890"))
    signed_in(client, member())
    data = {"organisation": "new", "name": "", "kind": "university", "since": "2024-03-01"}
    address = "/account/affiliations/new?q=없는기관"
    assert client.post(address, data=data).status_code == 422
    assert client.post(address, data=data | {"name": "둘째", "registration": "123-45-67890"}).status_code == 409
    assert client.post(address, data=data | {"name": "둘째", "registration": "222-22-22222"}).status_code == 303
    assert client.post(address, data=data | {"organisation": "made-up"}).status_code == 404
    assert len(db.session.scalars(select(Organisation.id)).all()) == 2


def test_a_reviewer_keeps_a_profile_and_others_have_none(client: FlaskClient) -> None:
    who = member("reviewer")
    signed_in(client, who)
    data = {"keywords": "AI 반도체, NPU, NPU", "kind": "industry", "capacity": "12"}
    assert client.post("/reviewer/profile", data=data).status_code == 303
    saved = db.session.get_one(ReviewerProfile, who.id)
    assert (saved.keywords, saved.kind, saved.capacity) == ("AI 반도체, NPU", "industry", 12)
    for bad in (
        {"capacity": "-1"},
        {"capacity": "1e9"},
        {"capacity": "１"},
        {"kind": "king"},
    ):
        expected = 303 if bad == {"capacity": "１"} else 422
        assert client.post("/reviewer/profile", data=data | bad).status_code == expected
    signed_in(client, member())
    assert client.get("/reviewer/profile").status_code == 403


# --- organisations ---


def test_one_organisation_per_registration_number(app: Flask) -> None:
    first = committed(
        lambda: service.create_organisation(context(), "한빛", "company_sme", registration="123-45-67890")
    )
    with pytest.raises(RegistrationTaken):
        committed(lambda: service.create_organisation(context(), "다른 이름", "company_sme", registration="1234567890"))
    again = committed(
        lambda: service.find_or_create_organisation(context(), "다른 이름", "university", registration="1234567890")
    )
    assert again.id == first.id
    assert [o.id for o in queries.search_organisations("한")] == [first.id]
    assert list(queries.search_organisations("%")) == []


def test_departments_stand_below_their_own_organisation(app: Flask) -> None:
    def build() -> None:
        one, two = organisation("하나"), organisation("둘")
        college = service.add_department(context(), one.id, "공과대학")
        lab = service.add_department(context(), one.id, "전산학부", college.id)
        assert service.add_department(context(), one.id, "전산학부", college.id).id == lab.id
        with pytest.raises(WrongDepartment):
            service.add_department(context(), two.id, "전산학부", college.id)
        who = person()
        with pytest.raises(WrongDepartment):
            service.affiliate(context(), who.id, two.id, lab.id)
        with pytest.raises(DatesReversed):
            service.affiliate(context(), who.id, one.id, lab.id, date(2026, 2, 1), date(2026, 1, 1))

    committed(build)


@both_databases
def test_a_sanction_counts_on_its_days_only(app: Flask) -> None:
    who = committed(person)
    who_id = who.id
    committed(
        lambda: service.sanction(context(), "act32_fabrication", date(2026, 1, 1), date(2026, 12, 31), person_id=who_id)
    )
    assert len(queries.sanctioned(date(2026, 12, 31), person_ids=[who_id])) == 1
    assert list(queries.sanctioned(date(2027, 1, 1), person_ids=[who_id])) == []
    with pytest.raises(NotFound):
        committed(lambda: service.sanction(context(), "x", date(2026, 1, 1), date(2026, 2, 1)))
    assert events("SanctionRecorded") == 1


def test_doubles_of_doubles_are_one_human(app: Flask) -> None:
    a, b, c = (committed(person).id for _ in range(3))
    committed(lambda: service.join_double(context(), a, b))
    committed(lambda: service.join_double(context(), c, a))
    for one in (a, b, c):
        assert queries.identities(db.session.get_one(Person, one)) == [a, b, c]
    committed(lambda: service.join_double(context(), b, c))
    assert queries.identities(db.session.get_one(Person, b)) == [a, b, c]

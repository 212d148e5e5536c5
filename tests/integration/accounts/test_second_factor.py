"""Roles that need a second factor count only after it."""

from __future__ import annotations

import pyotp
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts import queries, rules, service
from portal.accounts.models import Account, Person, RoleGrant
from portal.platform import clock
from portal.platform.db import db
from tests.databases import both_databases
from tests.factories.accounts import PASSWORD, member, signed_in
from tests.factories.base import committed, context


def secret_of(who: Person) -> str:
    found = db.session.scalars(select(Account.totp_secret).where(Account.person_id == who.id)).one()
    assert found is not None
    return found


def code_of(who: Person, ahead: int = 0) -> str:
    return pyotp.TOTP(secret_of(who)).at(clock.real_now(), counter_offset=ahead)


def arrive(client: FlaskClient, who: Person, next_: str = "/office/people") -> None:
    answer = client.post("/sign-in", data={"email": who.email, "password": PASSWORD, "next": next_})
    assert answer.location == f"/account/second-factor?next={next_}"


@both_databases
def test_an_officer_enrols_and_then_the_role_counts(client: FlaskClient) -> None:
    who = member("officer")
    arrive(client, who)
    shown = client.get("/account/second-factor?next=/office/people")
    assert "<svg" in shown.text
    answer = client.post("/account/second-factor", data={"code": code_of(who), "next": "/office/people"})
    assert answer.status_code == 303
    assert answer.location == "/office/people"
    assert client.get("/office/people").status_code == 200


def test_a_role_does_not_count_without_the_second_factor(client: FlaskClient) -> None:
    who = member("officer", "administrator")
    signed_in(client, who, second_factor=False)
    assert client.get("/office/people").status_code == 403
    assert client.get("/account").status_code == 200


def test_until_the_second_factor_every_page_leads_to_it(client: FlaskClient) -> None:
    who = member("officer")
    arrive(client, who)
    assert client.get("/office/people?q=x").location == "/account/second-factor?next=/office/people?q%3Dx"


def test_the_token_changes_with_the_second_factor(client: FlaskClient) -> None:
    who = member("reviewer")
    arrive(client, who)
    with client.session_transaction() as cookie:
        before = cookie["token"]
    client.post("/account/second-factor", data={"code": code_of(who)})
    with client.session_transaction() as cookie:
        assert cookie["token"] != before
    assert queries.actor_of_session(before, clock.real_now()) is None


@both_databases
def test_a_code_works_once(client: FlaskClient) -> None:
    who = member("officer")
    with time_machine.travel(clock.real_now(), tick=False) as traveller:
        arrive(client, who)
        used = code_of(who)
        assert client.post("/account/second-factor", data={"code": used}).status_code == 303
        client.post("/sign-out")
        arrive(client, who)
        assert client.post("/account/second-factor", data={"code": used}).status_code == 422
        assert client.get("/account").status_code == 302
        traveller.shift(30)
        assert client.post("/account/second-factor", data={"code": code_of(who)}).status_code == 303


def test_codes_cannot_be_guessed(client: FlaskClient) -> None:
    who = member("officer")
    arrive(client, who)
    wrong = "000000" if code_of(who) != "000000" else "000001"
    answers = [client.post("/account/second-factor", data={"code": wrong}).status_code for _ in range(rules.CODE.tries)]
    assert set(answers) == {422}
    assert client.post("/account/second-factor", data={"code": code_of(who)}).status_code == 429


def test_the_secret_is_never_shown_again_once_confirmed(client: FlaskClient) -> None:
    who = member("officer")
    arrive(client, who)
    client.post("/account/second-factor", data={"code": code_of(who)})
    secret = secret_of(who)
    client.post("/sign-out")
    arrive(client, who)
    shown = client.get("/account/second-factor").text
    assert "otpauth" not in shown
    assert secret[:4] + " " + secret[4:8] not in shown
    assert client.post("/account/second-factor/start").status_code == 303
    assert secret_of(who) == secret


def test_a_role_granted_meanwhile_waits_for_the_second_factor(client: FlaskClient) -> None:
    who = member()
    who_id = who.id
    signed_in(client, who, second_factor=False)
    committed(lambda: service.grant_role(context(), who_id, "officer", "*"))
    assert client.get("/office/people").status_code == 403
    client.post("/account/second-factor/start")
    assert client.post("/account/second-factor", data={"code": code_of(who)}).status_code == 303
    assert client.get("/office/people").status_code == 200


def test_a_revoked_role_ends_at_the_next_request(client: FlaskClient) -> None:
    who = member("officer")
    who_id = who.id
    signed_in(client, who)
    assert client.get("/office/people").status_code == 200
    grant_id = db.session.scalars(select(RoleGrant.id).where(RoleGrant.person_id == who_id)).one()
    committed(lambda: service.revoke_role(context(), who_id, grant_id))
    assert client.get("/office/people").status_code == 403


def test_a_role_held_by_a_double_counts(client: FlaskClient) -> None:
    who, double = member(), member("officer")
    who_id, double_id = who.id, double.id
    committed(lambda: service.join_double(context(), double_id, who_id))
    signed_in(client, who)
    assert client.get("/office/people").status_code == 200
    token = committed(lambda: service.open_session(context(), who_id, True))
    found = queries.actor_of_session(token, clock.real_now())
    assert found is not None
    assert found.person_id == who_id
    assert found.same_as == {who_id, double_id}


def test_a_disabled_double_is_shut_out_as_well(client: FlaskClient) -> None:
    who, double = member(), member()
    who_id, double_id = who.id, double.id
    committed(lambda: service.join_double(context(), double_id, who_id))
    signed_in(client, double)
    committed(lambda: service.disable_account(context(), who_id))
    assert client.get("/account").status_code == 302


def test_who_acts_costs_one_query(client: FlaskClient) -> None:
    from sqlalchemy import event

    who = member("officer", "auditor")
    who_id = who.id
    token = committed(lambda: service.open_session(context(), who_id, True))
    db.session.expire_all()
    seen: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
    found = queries.actor_of_session(token, clock.real_now())
    assert found is not None
    assert {g.role for g in found.grants} == {"officer", "auditor"}
    assert len([statement for statement in seen if statement != "BEGIN"]) == 1

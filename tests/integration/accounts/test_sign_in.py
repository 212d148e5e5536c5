"""Signing in and out: what an attacker tries, and what it must not give."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.accounts import rules, service
from portal.accounts.models import Account, SignInSession, Throttle
from portal.platform import clock
from portal.platform.db import db
from tests.databases import both_databases
from tests.factories.accounts import PASSWORD, member, signed_in
from tests.factories.base import committed, context


def sign_in(
    client: FlaskClient, email: str, password: str = PASSWORD, next: str = "", address: str = ""
) -> TestResponse:
    return client.post(
        "/sign-in", data={"email": email, "password": password, "next": next},
        environ_base={"REMOTE_ADDR": address or "192.0.2.1"},
    )  # fmt: skip


def token_of(client: FlaskClient) -> str | None:
    with client.session_transaction() as cookie:
        return cookie.get("token")


@both_databases
def test_the_right_password_signs_in(client: FlaskClient) -> None:
    who = member()
    answer = sign_in(client, who.email)
    assert answer.status_code == 303
    assert answer.location == "/applications"
    assert client.get("/account").status_code == 200


def test_signing_in_gives_another_token_each_time(client: FlaskClient) -> None:
    """Session fixation: whatever the browser held before is gone."""
    who = member()
    with client.session_transaction() as cookie:
        cookie["token"] = "planted"
        cookie["csrf_token"] = "planted"
    sign_in(client, who.email)
    first = token_of(client)
    assert first not in (None, "planted")
    with client.session_transaction() as cookie:
        assert cookie.get("csrf_token") != "planted"
    sign_in(client, who.email)
    assert token_of(client) not in (None, first)


def test_the_token_is_kept_hashed_only(client: FlaskClient) -> None:
    sign_in(client, member().email)
    kept = db.session.scalars(select(SignInSession.token_hash)).all()
    assert kept == [rules.secret_hash(token_of(client) or "")]


def test_a_signed_out_session_cannot_be_replayed(client: FlaskClient, app: Flask) -> None:
    sign_in(client, member().email)
    stolen = client.get_cookie("portal")
    assert stolen is not None
    assert client.post("/sign-out").status_code == 303
    other = app.test_client()
    other.set_cookie("portal", stolen.value)
    assert other.get("/account").status_code == 302


def test_no_sign_out_by_get(client: FlaskClient) -> None:
    sign_in(client, member().email)
    assert client.get("/sign-out").status_code == 405
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize(
    "next_", ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)"]
)
def test_next_never_leaves_the_portal(client: FlaskClient, next_: str) -> None:
    who = member()
    assert sign_in(client, who.email, next=next_).location == "/applications"


def test_next_leads_to_the_page_that_was_asked_for(client: FlaskClient) -> None:
    who = member()
    asked = client.get("/account/sessions?x=1")
    assert asked.location == "/sign-in?next=/account/sessions?x%3D1"
    assert sign_in(client, who.email, next="/account/sessions?x=1").location == "/account/sessions?x=1"


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client: FlaskClient) -> None:
    """Text, status and length alike: known, unknown, unconfirmed, disabled."""
    known, unconfirmed, disabled = member(), member(confirmed=False), member()
    disabled_id = disabled.id
    committed(lambda: service.disable_account(context(), disabled_id))
    tries = [
        (known.email, "a wrong password"), ("nobody@example.org", PASSWORD),
        (unconfirmed.email, PASSWORD), (disabled.email, PASSWORD),
    ]  # fmt: skip
    answers = set()
    for email, password in tries:
        answer = sign_in(client, email, password)
        page = answer.text.replace(email, "@")
        page = page[page.index("error-summary") : page.index("</form>", page.index("error-summary"))]
        answers.add((answer.status_code, page.split('name="request_id"')[0]))
    assert len(answers) == 1
    assert answers.pop()[0] == 422


@both_databases
def test_tries_are_limited_for_one_account_from_one_address(client: FlaskClient) -> None:
    who = member()
    for _ in range(rules.SIGN_IN.tries):
        assert sign_in(client, who.email, "wrong password").status_code == 422
    assert sign_in(client, who.email).status_code == 429


def test_a_rival_cannot_lock_a_victim_out(client: FlaskClient) -> None:
    who = member()
    for _ in range(rules.SIGN_IN.tries + 1):
        sign_in(client, who.email, "wrong password", address="198.51.100.7")
    assert sign_in(client, who.email, address="198.51.100.7").status_code == 429
    assert sign_in(client, who.email, address="192.0.2.1").status_code == 303


def test_unknown_addresses_are_throttled_alike(client: FlaskClient) -> None:
    for _ in range(rules.SIGN_IN.tries):
        assert sign_in(client, "nobody@example.org", "wrong password").status_code == 422
    assert sign_in(client, "nobody@example.org").status_code == 429


def test_one_address_cannot_try_many_accounts(client: FlaskClient) -> None:
    committed(
        lambda: db.session.add(
            Throttle(
                key=rules.throttle_key(rules.SIGN_IN_ADDRESS, "192.0.2.1"), tries=rules.SIGN_IN_ADDRESS.tries,
                since=clock.real_now(),
            )
        )
    )  # fmt: skip
    assert sign_in(client, "somebody@example.org").status_code == 429
    assert sign_in(client, "somebody@example.org", address="192.0.2.2").status_code == 422


def test_a_throttle_ends_with_its_window(client: FlaskClient) -> None:
    who = member()
    with time_machine.travel(clock.real_now(), tick=False) as traveller:
        for _ in range(rules.SIGN_IN.tries + 1):
            sign_in(client, who.email, "wrong password")
        traveller.shift(rules.SIGN_IN.window)
        assert sign_in(client, who.email).status_code == 303


def test_honest_tries_are_forgotten(client: FlaskClient) -> None:
    who = member()
    for _ in range(rules.SIGN_IN.tries + 5):
        assert sign_in(client, who.email).status_code == 303


def test_a_password_of_100_kb_is_refused(client: FlaskClient) -> None:
    who = member()
    answer = sign_in(client, who.email, "a" * 100_000)
    assert answer.status_code == 422
    assert "200" in answer.text


def test_the_address_is_read_without_case(client: FlaskClient) -> None:
    who = member()
    assert sign_in(client, f"  {who.email.upper()} ").status_code == 303


def test_an_idle_session_ends(client: FlaskClient) -> None:
    who = member()
    with time_machine.travel(clock.real_now(), tick=False) as traveller:
        sign_in(client, who.email)
        for _ in range(3):
            traveller.shift(rules.IDLE - timedelta(minutes=1))
            assert client.get("/account").status_code == 200
        traveller.shift(rules.IDLE + timedelta(seconds=1))
        assert client.get("/account").status_code == 302


def test_a_session_is_touched_at_most_once_a_minute(client: FlaskClient) -> None:
    who = member()
    with time_machine.travel(clock.real_now(), tick=False) as traveller:
        sign_in(client, who.email)
        first = db.session.scalars(select(SignInSession.seen_at)).one()
        traveller.shift(30)
        client.get("/account")
        assert db.session.scalars(select(SignInSession.seen_at)).one() == first
        traveller.shift(31)
        client.get("/account")
        assert db.session.scalars(select(SignInSession.seen_at)).one() == first + timedelta(seconds=61)


def test_a_disabled_person_is_out_at_the_next_request(client: FlaskClient) -> None:
    who = member()
    who_id = who.id
    signed_in(client, who)
    assert client.get("/account").status_code == 200
    committed(lambda: service.disable_account(context(), who_id))
    assert client.get("/account").status_code == 302


def test_one_person_sees_and_ends_own_sessions_only(client: FlaskClient, app: Flask) -> None:
    who, other = member(), member()
    signed_in(client, who)
    elsewhere = signed_in(app.test_client(), who)
    stranger = signed_in(app.test_client(), other)
    _, second, foreign = db.session.scalars(select(SignInSession.id).order_by(SignInSession.id)).all()
    assert client.post("/account/sessions/end", data={"session": foreign}).status_code == 404
    assert stranger.get("/account").status_code == 200
    assert client.post("/account/sessions/end", data={"session": second}).status_code == 303
    assert elsewhere.get("/account").status_code == 302
    assert client.get("/account").status_code == 200
    for wrong in ("", "x", "-1", "9" * 30, "1 OR 1=1", "²"):
        assert client.post("/account/sessions/end", data={"session": wrong}).status_code == 404


def test_all_other_sessions_end_at_once(client: FlaskClient, app: Flask) -> None:
    who = member()
    signed_in(client, who)
    elsewhere = signed_in(app.test_client(), who)
    assert client.post("/account/sessions/end-others").status_code == 303
    assert elsewhere.get("/account").status_code == 302
    assert client.get("/account").status_code == 200


def test_an_old_hash_is_made_anew_at_sign_in(client: FlaskClient) -> None:
    from argon2 import PasswordHasher

    who = member()
    who_id, old = who.id, PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)

    def weaken() -> None:
        db.session.get_one(Account, who_id).password_hash = old

    committed(weaken)
    assert sign_in(client, who.email).status_code == 303
    assert db.session.scalars(select(Account.password_hash).where(Account.person_id == who_id)).one() != old


def test_demo_sign_in_is_not_there_outside_the_demonstration(client: FlaskClient, app: Flask) -> None:
    who = member("officer")
    app.config["DEMO"] = False
    assert client.post("/demo/sign-in", data={"person": who.public_id}).status_code == 404
    app.config["DEMO"] = True
    assert client.post("/demo/sign-in", data={"person": "unknown"}).status_code == 404
    answer = client.post("/demo/sign-in", data={"person": who.public_id, "next": "//evil.example"})
    assert answer.location == "/office"
    assert client.get("/office/people").status_code == 200

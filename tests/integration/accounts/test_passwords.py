"""Registration, confirmation, resets: nothing tells who has an account, no link works twice or for another."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from portal.accounts import engine, rules, service
from portal.accounts.jobs import ALREADY_REGISTERED, CONFIRM, RESET
from portal.accounts.models import Account, Consent, MailToken, Person
from portal.platform import clock
from portal.platform.db import db
from portal.platform.jobs import Job
from tests.databases import both_databases
from tests.factories.accounts import PASSWORD, member, signed_in
from tests.factories.base import committed, context, person

NEW = "a completely new one"


def register(client: FlaskClient, email: str, password: str = PASSWORD, **more: Any) -> TestResponse:
    data = {"name": "김하늘", "email": email, "password": password, "language": "ko", "consent": "y"} | more
    return client.post("/register", data=data)


def letters() -> list[tuple[str, int]]:
    rows = db.session.execute(select(Job.kind, Job.payload).order_by(Job.id)).all()
    return [(kind, payload["person_id"]) for kind, payload in rows]


def link(person_id: int, purpose: str) -> str:
    return committed(lambda: service.mint_mail_token(context(), person_id, purpose))


def person_by(email: str) -> Person | None:
    return db.session.scalars(select(Person).where(Person.email_key == email)).one_or_none()


def hash_of(person_id: int) -> str:
    return db.session.scalars(select(Account.password_hash).where(Account.person_id == person_id)).one()


@both_databases
def test_registering_confirming_and_signing_in(client: FlaskClient) -> None:
    assert register(client, "Sky@Example.org").location == "/register/sent"
    who = person_by("sky@example.org")
    assert who is not None
    assert who.email == "Sky@Example.org"
    assert letters() == [(CONFIRM.code, who.id)]
    refused = client.post("/sign-in", data={"email": "sky@example.org", "password": PASSWORD})
    assert refused.status_code == 422
    token = link(who.id, "confirm")
    assert client.get(f"/account/confirm/{token}").status_code == 200
    done = client.post(f"/account/confirm/{token}", data={"password": PASSWORD})
    assert done.status_code == 303
    assert client.get("/account").status_code == 200
    consent = db.session.scalars(select(Consent).where(Consent.person_id == who.id)).one()
    assert (consent.purpose, consent.text_hash) == ("account", rules.secret_hash(rules.ACCOUNT_CONSENT.ko))


def test_opening_a_link_changes_nothing(client: FlaskClient) -> None:
    """Mail scanners open links: only the form's post counts."""
    who = member(confirmed=False)
    token = link(who.id, "confirm")
    for _ in range(3):
        assert client.get(f"/account/confirm/{token}").status_code == 200
    assert db.session.scalars(select(Account.confirmed_at).where(Account.person_id == who.id)).one() is None


def test_registering_a_known_address_gets_the_same_answer(client: FlaskClient) -> None:
    known, pending = member(), member(confirmed=False)
    answers = {
        (a.status_code, a.location, len(a.data))
        for a in (register(client, e) for e in ("new@example.org", known.email, pending.email))
    }
    assert len(answers) == 1
    new = person_by("new@example.org")
    assert new is not None
    assert letters() == [(CONFIRM.code, new.id), (ALREADY_REGISTERED.code, known.id), (CONFIRM.code, pending.id)]
    assert engine.password_matches(hash_of(known.id), PASSWORD)


@pytest.mark.parametrize(
    "same", ["Kim.Min@Example.org", " kim.min@example.org ", unicodedata.normalize("NFD", "kim.min@example.org")]
)
def test_one_address_however_it_is_written_is_one_person(client: FlaskClient, same: str) -> None:
    register(client, "kim.min@example.org")
    assert register(client, same).status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Person)) == 1


def test_nfc_and_nfd_of_a_korean_domain_are_one_address(client: FlaskClient) -> None:
    register(client, "kim@" + unicodedata.normalize("NFC", "한빛.example"))
    register(client, "kim@" + unicodedata.normalize("NFD", "한빛.example"))
    assert db.session.scalar(select(func.count()).select_from(Person)) == 1


@pytest.mark.parametrize(
    "address", ["kіm@example.org", "kim@exаmple.org", "ｋim@example.org", "k@a@example.org", "kim"]
)
def test_look_alike_letters_in_an_address_are_refused(client: FlaskClient, address: str) -> None:
    member()
    assert register(client, address).status_code == 422
    assert person_by(address) is None
    assert client.post("/reset", data={"email": address}).status_code == 422


@pytest.mark.parametrize(
    "password", ["short", "a" * 201, "a" * 100_000, "aaaaaaaaaaaa", "1212121212", "sky@example.org"]
)
def test_bad_passwords_are_refused_beside_the_field(client: FlaskClient, password: str) -> None:
    answer = register(client, "sky@example.org", password)
    assert answer.status_code == 422
    assert 'value="sky@example.org"' in answer.text
    assert password not in answer.text.replace("sky@example.org", "", 9) or password == "short"
    assert person_by("sky@example.org") is None


def test_without_consent_there_is_no_account(client: FlaskClient) -> None:
    assert register(client, "sky@example.org", consent="").status_code == 422
    assert person_by("sky@example.org") is None


def test_unlisted_parameters_are_ignored(client: FlaskClient) -> None:
    register(client, "sky@example.org", role="administrator", confirmed_at="2026-01-01", person_id="1", same_as_id="1")
    who = person_by("sky@example.org")
    assert who is not None
    assert who.same_as_id is None
    assert db.session.get_one(Account, who.id).confirmed_at is None


def test_registering_somebody_elses_address_first_gains_nothing(client: FlaskClient, app: Flask) -> None:
    """The attacker's password dies with the owner's, and the link needs the password that stands."""
    register(client, "victim@example.org", "attackers password")
    register(app.test_client(), "victim@example.org", "victims password")
    who = person_by("victim@example.org")
    assert who is not None
    token = link(who.id, "confirm")
    assert client.post(f"/account/confirm/{token}", data={"password": "attackers password"}).status_code == 422
    assert client.post(f"/account/confirm/{token}", data={"password": "victims password"}).status_code == 303
    register(client, "victim@example.org", "attackers password")
    assert engine.password_matches(hash_of(who.id), "victims password")


def test_registering_leaves_the_name_of_a_known_person_alone(client: FlaskClient) -> None:
    invited = committed(lambda: person("박초대"))
    register(client, invited.email, name="Somebody Else")
    assert db.session.scalars(select(Person.name).where(Person.id == invited.id)).one() == "박초대"
    assert letters() == [(CONFIRM.code, invited.id)]


def test_asking_for_a_reset_gets_the_same_answer_for_everybody(client: FlaskClient) -> None:
    known, disabled, bare = member(), member(), committed(person)
    disabled_id = disabled.id
    committed(lambda: service.disable_account(context(), disabled_id))
    answers = {
        (a.status_code, a.location, a.data)
        for a in (
            client.post("/reset", data={"email": e})
            for e in (known.email, disabled.email, bare.email, "nobody@example.org")
        )
    }
    assert len(answers) == 1
    assert letters() == [(RESET.code, known.id)]


def test_a_reset_goes_to_the_address_on_file_whatever_else_is_posted(client: FlaskClient) -> None:
    victim = member()
    client.post(
        "/reset",
        data={"email": victim.email.upper(), "to": "evil@example.org", "person_id": "1"},
        headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"},
    )
    job = db.session.scalars(select(Job)).one()
    assert job.payload == {"person_id": victim.id}


def test_a_poisoned_host_reaches_no_redirect(client: FlaskClient) -> None:
    answer = client.post("/reset", data={"email": member().email}, headers={"Host": "evil.example"})
    assert answer.location == "/reset/sent"
    assert "evil.example" not in client.get("/reset", headers={"Host": "evil.example"}).text


@both_databases
def test_a_reset_link_works_once_and_ends_every_session(client: FlaskClient, app: Flask) -> None:
    who = member()
    elsewhere = signed_in(app.test_client(), who)
    token, second = link(who.id, "reset"), link(who.id, "reset")
    data = {"password": NEW, "again": NEW}
    assert client.post(f"/reset/link/{token}", data=data).location == "/sign-in"
    assert elsewhere.get("/account").status_code == 302
    for spent in (token, second):
        assert client.get(f"/reset/link/{spent}").status_code == 410
        assert (
            client.post(
                f"/reset/link/{spent}", data={"password": "yet another one", "again": "yet another one"}
            ).status_code
            == 410
        )
    assert engine.password_matches(hash_of(who.id), NEW)


def test_a_reset_changes_nobody_but_the_links_owner(client: FlaskClient) -> None:
    """The 120,000 of another portal: a parameter said whose password was set."""
    attacker, victim = member(), member()
    token = link(attacker.id, "reset")
    data = {
        "password": NEW, "again": NEW, "email": victim.email, "person_id": victim.id, "person": victim.public_id,
        "id": victim.id,
    }  # fmt: skip
    client.post(f"/reset/link/{token}?person_id={victim.id}&email={victim.email}", data=data)
    assert engine.password_matches(hash_of(victim.id), PASSWORD)
    assert engine.password_matches(hash_of(attacker.id), NEW)


def test_a_link_serves_its_own_purpose_only(client: FlaskClient) -> None:
    who = member(confirmed=False)
    assert client.get(f"/reset/link/{link(who.id, 'confirm')}").status_code == 410
    assert client.get(f"/account/confirm/{link(who.id, 'reset')}").status_code == 410
    assert client.get("/reset/link/made-up").status_code == 410


def test_links_expire(client: FlaskClient) -> None:
    who = member()
    with time_machine.travel(clock.real_now(), tick=False) as traveller:
        token = link(who.id, "reset")
        traveller.shift(rules.LINK_LIVES["reset"] - timedelta(seconds=1))
        assert client.get(f"/reset/link/{token}").status_code == 200
        traveller.shift(1)
        assert client.get(f"/reset/link/{token}").status_code == 410


def test_a_disabled_persons_link_is_dead(client: FlaskClient) -> None:
    who = member()
    who_id, token = who.id, link(who.id, "reset")
    committed(lambda: service.disable_account(context(), who_id))
    assert client.post(f"/reset/link/{token}", data={"password": NEW, "again": NEW}).status_code == 410


def test_only_the_hash_of_a_link_is_kept(client: FlaskClient) -> None:
    token = link(member().id, "reset")
    kept = db.session.scalars(select(MailToken.token_hash)).all()
    assert kept == [rules.secret_hash(token)]


def test_a_reset_also_confirms_the_address_and_forgives_tries(client: FlaskClient) -> None:
    who = member(confirmed=False)
    for _ in range(rules.SIGN_IN.tries):
        client.post("/sign-in", data={"email": who.email, "password": "wrong password"})
    client.post(f"/reset/link/{link(who.id, 'reset')}", data={"password": NEW, "again": NEW})
    assert client.post("/sign-in", data={"email": who.email, "password": NEW}).status_code == 303


def test_changing_the_password_ends_the_other_sessions(client: FlaskClient, app: Flask) -> None:
    who = member()
    signed_in(client, who)
    elsewhere, token = signed_in(app.test_client(), who), link(who.id, "reset")
    with client.session_transaction() as cookie:
        before = cookie["token"]
    wrong = {"current": "wrong password", "password": NEW, "again": NEW}
    assert client.post("/account/password", data=wrong).status_code == 422
    assert client.post("/account/password", data=wrong | {"current": PASSWORD}).status_code == 303
    assert elsewhere.get("/account").status_code == 302
    assert client.get("/account").status_code == 200
    with client.session_transaction() as cookie:
        assert cookie["token"] != before
    assert client.get(f"/reset/link/{token}").status_code == 410


def test_the_second_factor_survives_a_password_change(client: FlaskClient) -> None:
    signed_in(client, member("officer"))
    client.post("/account/password", data={"current": PASSWORD, "password": NEW, "again": NEW})
    assert client.get("/office/people").status_code == 200


def test_asking_is_limited_and_no_mailbox_is_flooded(client: FlaskClient) -> None:
    who = member()
    with time_machine.travel(clock.real_now(), tick=False) as traveller:
        for n in range(rules.LETTERS.tries + 5):
            answer = client.post("/reset", data={"email": who.email}, environ_base={"REMOTE_ADDR": f"198.51.100.{n}"})
            assert answer.status_code == 303
            traveller.shift(61)
        assert len(letters()) == rules.LETTERS.tries
        statuses = [client.post("/reset", data={"email": who.email}).status_code for _ in range(rules.ASK.tries + 1)]
        assert statuses == [303] * rules.ASK.tries + [429]


def test_fifty_equal_registrations_make_one_account(client: FlaskClient) -> None:
    for _ in range(5):
        register(client, "sky@example.org", request_id="same")
    assert db.session.scalar(select(func.count()).select_from(Account)) == 1
    assert len(letters()) <= 2


def test_no_trace_of_a_password_is_kept_with_the_request(client: FlaskClient) -> None:
    """A request claim is a quick hash of the body: forms with passwords make none."""
    from portal.platform.requests import RequestClaim

    register(client, "sky@example.org")
    client.post("/sign-in", data={"email": "sky@example.org", "password": PASSWORD})
    assert db.session.scalar(select(func.count()).select_from(RequestClaim)) == 0

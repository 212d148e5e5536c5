"""Every page of accounts renders in both languages; commands; the sweep."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts import queries, service
from portal.accounts.models import Account, MailToken, RoleGrant, SignInSession
from portal.platform import clock
from portal.platform.db import db
from portal.platform.jobs import Job
from tests.factories.accounts import account, affiliation, member, organisation, signed_in
from tests.factories.base import committed, context


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_visitors_pages_have_one_heading(client: FlaskClient, lang: str) -> None:
    who_id = member().id
    tokens = [committed(lambda p=p: service.mint_mail_token(context(), who_id, p)) for p in ("confirm", "reset")]
    paths = [
        "/sign-in",
        "/register",
        "/register/sent",
        "/reset",
        "/reset/sent",
        f"/account/confirm/{tokens[0]}",
        f"/reset/link/{tokens[1]}",
    ]
    for path in [*paths, "/reset/link/spent"]:
        shown = client.get(f"{path}?lang={lang}")
        assert shown.status_code == (410 if path == "/reset/link/spent" else 200), path
        assert shown.text.count("<h1") == 1
        assert ("비밀번호" in shown.text or "편지" in shown.text) == (lang == "ko"), path


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_members_pages_have_one_heading(client: FlaskClient, lang: str) -> None:
    def build() -> tuple[str, str]:
        other = account(None, "reviewer")
        affiliation(other, organisation(), "연구소", representative=True)
        who = account(None, "administrator", "reviewer")
        affiliation(who, organisation("다른 곳"))
        return other.public_id, who.public_id

    other, who = committed(build)
    found = queries.people_by_public_ids([who])[0]
    signed_in(client, found)
    for path in (
        "/account", "/account/sessions", "/account/password", "/account/second-factor", "/account/affiliations/new",
        "/account/affiliations/new?q=곳", "/reviewer/profile", "/office/people", f"/office/people/{other}",
        f"/office/people/{who}",
    ):  # fmt: skip
        shown = client.get(path, query_string=None if "?" in path else {"lang": lang})
        assert shown.status_code == 200, path
        assert shown.text.count("<h1") == 1


def test_secrets_are_never_cached_and_passwords_never_shown_again(client: FlaskClient) -> None:
    answer = client.post("/register", data={"name": "", "email": "x", "password": "seen by nobody"})
    assert "seen by nobody" not in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_the_first_administrator_comes_from_the_console(app: Flask) -> None:
    run = app.test_cli_runner()
    made = run.invoke(args=["accounts", "create", "Boss@Example.org", "--name", "관리자", "--role", "administrator"])
    assert made.exit_code == 0, made.output
    grant = db.session.scalars(select(RoleGrant)).one()
    assert (grant.role.value, grant.scope, grant.granted_by_id) == ("administrator", "*", None)
    assert [job.kind for job in db.session.scalars(select(Job))] == ["accounts.reset"]
    again = run.invoke(args=["accounts", "create", "boss@example.org", "--name", "관리자"])
    assert again.exit_code == 1


def test_roles_and_standing_from_the_console(app: Flask) -> None:
    who = member()
    run = app.test_cli_runner()
    assert run.invoke(args=["accounts", "grant", who.email, "officer", "--scope", "program:WBL"]).exit_code == 0
    grant_id = db.session.scalars(select(RoleGrant.id)).one()
    assert "program:WBL" in run.invoke(args=["accounts", "roles", who.email]).output
    assert run.invoke(args=["accounts", "revoke", who.email, str(grant_id)]).exit_code == 0
    assert run.invoke(args=["accounts", "disable", who.email]).exit_code == 0
    assert db.session.scalars(select(Account.disabled_at)).one() is not None
    assert run.invoke(args=["accounts", "enable", who.email]).exit_code == 0
    assert run.invoke(args=["accounts", "disable", "nobody@example.org"]).exit_code == 1


def test_a_password_may_come_from_standard_input(app: Flask) -> None:
    run = app.test_cli_runner()
    arguments = ["accounts", "create", "a@example.org", "--name", "가", "--password-from", "-"]
    assert run.invoke(args=arguments, input="too short\n").exit_code == 1
    assert run.invoke(args=arguments, input="long enough for all\n").exit_code == 0
    client = app.test_client()
    data = {"email": "a@example.org", "password": "long enough for all"}
    assert client.post("/sign-in", data=data).status_code == 303


def test_the_sweep_forgets_what_opens_nothing(app: Flask) -> None:
    who_id = member().id

    def old() -> None:
        service.open_session(context(at=clock.now() - timedelta(days=31)), who_id)
        service.open_session(context(), who_id)
        for days in (12, 0):
            service.mint_mail_token(context(at=clock.now() - timedelta(days=days)), who_id, "confirm")

    committed(old)
    committed(lambda: service.sweep(context()))
    assert len(db.session.scalars(select(SignInSession)).all()) == 1
    assert len(db.session.scalars(select(MailToken)).all()) == 1


def test_no_post_counts_without_the_pages_token(client: FlaskClient, app: Flask) -> None:
    who = member()
    signed_in(client, who)
    app.config["WTF_CSRF_ENABLED"] = True
    for path in ("/sign-in", "/sign-out", "/register", "/reset", "/account", "/account/password", "/demo/sign-in"):
        answer = client.post(path, data={"person": who.public_id, "email": who.email, "password": "x" * 12})
        assert answer.status_code == 400, path
    assert client.get("/account").status_code == 200

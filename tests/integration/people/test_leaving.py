"""Closing an account, and erasing somebody at their request."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts import engine, queries
from portal.accounts import service as accounts
from portal.accounts.errors import NobodyKnown, OwnerCanLeave, PasswordWrong, StandsInTheWay
from portal.accounts.models import Account, Affiliation, RoleGrant, SignInSession
from portal.accounts.retention import TERMS
from portal.applications import service as applications
from portal.applications.models import Application, Member
from portal.audit.service import verify
from portal.desks.person import compose
from portal.notifications.models import Letter
from portal.platform import clock
from portal.platform.db import db
from portal.platform.personal import ERASED_NAME
from tests.databases import both_databases
from tests.factories.accounts import PASSWORD, account, affiliation, member, organisation, signed_in
from tests.factories.base import committed, context, person
from tests.factories.consortia import complete_team, invited_member
from tests.factories.reviews import under_review
from tests.integration.people.scene import Decided, later, person_of, still_there


def leave(person_id: int) -> None:
    known = queries.credentials_of_person(person_id)
    assert known is not None and engine.password_matches(known.password_hash, PASSWORD)
    committed(lambda: compose.leave(context(), person_id, known.password_hash))


@both_databases
def test_whoever_leaves_without_anything_held_is_gone_at_once(app: Flask) -> None:
    who = member(name="떠나는이")
    committed(lambda: (affiliation(who, organisation()), accounts.open_session(context(), who.id)))
    who_id, public_id = who.id, who.public_id
    leave(who_id)
    assert still_there("떠나는이") == still_there(f"person{who_id}@") == set()
    gone = person_of(who_id)
    assert (gone.public_id, gone.name) == (public_id, ERASED_NAME)
    assert db.session.get_one(Account, who_id).disabled_at is not None
    for model in (SignInSession, Affiliation):
        assert db.session.scalars(select(model).where(model.person_id == who_id)).all() == []
    assert verify() is None


@both_databases
def test_what_a_term_holds_stays_under_the_name_and_goes_when_it_ends(app: Flask) -> None:
    decided = committed(Decided)
    owner_id = decided.owner.id
    assert compose.remaining(context(), [owner_id])
    leave(owner_id)
    assert person_of(owner_id).erased_at is None
    over = TERMS["application"].days or 0
    counts = committed(lambda: compose.apply_retention(later(over + 1)))
    assert counts["application"] == 1
    committed(lambda: compose.apply_retention(later(over + 1)))
    assert person_of(owner_id).erased_at is not None
    assert db.session.scalars(select(Letter.body).where(Letter.person_id == owner_id)).all() == [""]
    assert verify() is None


def test_roles_end_with_the_account(app: Flask) -> None:
    who, _ = member("administrator", scope="program:WBL"), member("administrator")
    leave(who.id)
    grant = db.session.scalars(select(RoleGrant).where(RoleGrant.person_id == who.id)).one()
    assert grant.until is not None
    assert queries.actor_of_person(who.id, clock.now()).grants == frozenset()  # type: ignore[union-attr]


def test_an_application_handed_in_stands_in_the_way_until_it_is_withdrawn(app: Flask) -> None:
    team = complete_team()
    committed(lambda: account(person_of(team.owner_id)))
    committed(lambda: applications.submit(team.context(), team.application_id))
    with pytest.raises(StandsInTheWay):
        leave(team.owner_id)
    committed(lambda: applications.withdraw(team.context(), team.application_id, "다른 공고에 신청합니다."))
    leave(team.owner_id)
    assert person_of(team.owner_id).erased_at is None  # what was handed in is held a year


def test_a_draft_is_erased_with_its_only_writer(app: Flask) -> None:
    team = complete_team()
    committed(lambda: account(person_of(team.owner_id)))
    leave(team.owner_id)
    assert db.session.get_one(Application, team.application_id).erased_at is not None
    assert person_of(team.owner_id).erased_at is not None


def test_unfinished_reviews_and_seats_stand_in_the_way(app: Flask) -> None:
    field = under_review(1)
    reviewer = field.reviewers[0]
    committed(lambda: account(person_of(reviewer)))
    assert len(compose.hindrances(context(), reviewer)) == 2
    with pytest.raises(StandsInTheWay):
        leave(reviewer)


def test_the_last_administrator_cannot_leave(app: Flask) -> None:
    who = member("administrator")
    with pytest.raises(StandsInTheWay):
        leave(who.id)
    member("administrator")
    leave(who.id)


def test_the_page_asks_for_the_password_and_ends_the_session(client: FlaskClient) -> None:
    who = member(name="떠나는이")
    signed_in(client, who)
    assert client.post("/profile/leave", data={"password": "wrong password!", "sure": "y"}).status_code == 422
    assert client.post("/profile/leave", data={"password": PASSWORD}).status_code == 422
    assert person_of(who.id).erased_at is None
    answer = client.post("/profile/leave", data={"password": PASSWORD, "sure": "y"})
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/profile/data").status_code == 302  # signed out
    assert "떠나는이" not in client.get("/").text


def test_a_password_changed_meanwhile_stops_it(app: Flask) -> None:
    who = member()
    with pytest.raises(PasswordWrong):
        committed(lambda: compose.leave(context(), who.id, "another hash"))


# --- at their request ---


@both_databases
def test_somebody_without_an_account_is_erased_by_address(app: Flask) -> None:
    team = complete_team()
    place, _ = invited_member(team, "Passer@Example.org")
    assert still_there("최바다") == {"application_member.name"}
    found = committed(lambda: compose.erase_by_request(context(), "passer@example.org", "전화로 본인 확인함"))
    assert found.count >= 1 and found.remains == []
    assert still_there("최바다") == still_there("passer@example.org") == still_there("Passer@Example.org") == set()
    assert db.session.scalars(select(Member.name).where(Member.public_id == place)).one() == ERASED_NAME
    assert verify() is None


def test_what_was_handed_in_is_named_as_remaining(app: Flask) -> None:
    decided = committed(Decided)
    guest = person_of(decided.guest.id)
    found = committed(lambda: compose.erase_by_request(context(), guest.email, "우편으로 본인 확인함"))
    assert len(found.remains) == 1
    assert person_of(guest.id).erased_at is None


def test_whoever_has_an_account_closes_it_themselves(app: Flask) -> None:
    who = member()
    with pytest.raises(OwnerCanLeave):
        committed(lambda: compose.erase_by_request(context(), who.email, "전화로 확인함"))
    with pytest.raises(NobodyKnown):
        committed(lambda: compose.erase_by_request(context(), "nobody@example.org", "전화로 확인함"))


def test_the_erasure_page_is_for_administrators_of_the_whole_portal(client: FlaskClient) -> None:
    who = committed(lambda: person("무계정"))
    signed_in(client, member("administrator", scope="program:WBL"))
    assert client.get("/office/erasure").status_code == 403
    signed_in(client, member("administrator"))
    data = {"email": who.email, "reason": "우편으로 온 요청, 신분 확인함"}
    assert client.post("/office/erasure", data=data | {"reason": "짧음"}).status_code == 422
    answer = client.post("/office/erasure", data=data)
    assert answer.status_code == 303
    assert "남은 개인정보가 없습니다" in client.get(answer.location).text
    assert person_of(who.id).name == ERASED_NAME
    assert ERASED_NAME not in client.get("/office/people").text

"""What the portal holds of me: on the page, and as a copy that holds nothing of others."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts import service as accounts
from portal.accounts.errors import CopyUnderWay, TooManyCopies
from portal.accounts.models import Person, PersonalCopy
from portal.applications import service as applications
from portal.applications.models import Member, MemberRole
from portal.applications.queries.drafts import named_hashes
from portal.audit.models import AuditEvent
from portal.desks.person.archive import archive
from portal.platform import clock, storage
from portal.platform.context import Context
from portal.platform.db import db
from tests.databases import both_databases
from tests.factories.accounts import account, member, signed_in
from tests.factories.base import committed, context, person
from tests.factories.consortia import complete_team
from tests.factories.reviews import COMMENT, submitted, under_review
from tests.integration.people.scene import SECRET, Decided
from workers.wake import run_all_due


def unpacked(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        return {name: bundle.read(name).decode() for name in bundle.namelist()}


def copy_of(person_id: int) -> dict[str, str]:
    return unpacked(archive(person_id, clock.now()))


def test_the_page_tells_by_purpose_with_counts_terms_and_places_to_correct(client: FlaskClient) -> None:
    who = member("reviewer", name="보는이")
    signed_in(client, who)
    page = client.get("/profile/data").text
    for words in ("계정 운영과 안내", "기본 정보", "역할", "보유기간", "사본 만들기"):
        assert words in page
    assert 'href="/account"' in page


def test_readings_are_told_as_roles_and_days_never_names(client: FlaskClient) -> None:
    who, reader = member(name="보는이"), member("officer", name="열어본이", scope="program:WBL")
    signed_in(client, reader)
    client.get(f"/office/people/{who.public_id}")
    client.get(f"/office/people/{who.public_id}")
    signed_in(client, who)
    page = client.get("/profile/data").text
    assert "사업 담당자" in page and "열어본이" not in page
    assert '"times": 2' in copy_of(who.id)["data.json"]
    assert "열어본이" not in copy_of(who.id)["data.html"]


@both_databases
def test_a_copy_is_made_by_a_job_downloaded_by_its_owner_alone_and_logged(app: Flask) -> None:
    who, other = member(name="보는이"), member()
    browser = signed_in(app.test_client(), who)
    assert browser.post("/profile/data/copy").status_code == 303
    run_all_due()
    copy = db.session.scalars(select(PersonalCopy)).one()
    assert named_hashes({copy.sha256 or ""}) == {copy.sha256}  # the sweeper leaves it
    address = f"/profile/data/copies/{copy.public_id}"
    db.session.rollback()
    answer = browser.get(address)
    assert answer.mimetype == "application/zip" and "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "보는이" in unpacked(answer.data)["data.json"]
    assert signed_in(app.test_client(), other).get(address).status_code == 404
    kinds = db.session.scalars(select(AuditEvent.kind).where(AuditEvent.kind.startswith("PersonalCopy"))).all()
    assert sorted(kinds) == ["PersonalCopyAsked", "PersonalCopyMade", "PersonalCopyTaken"]


def test_a_copy_past_its_days_is_not_there(app: Flask) -> None:
    who = member()
    copy = committed(lambda: accounts.ask_copy(context(), who.id))
    stored = storage.put_bytes(b"x")
    committed(lambda: accounts.keep_copy(context(), copy.id, stored.sha256, 1))
    public_id = copy.public_id
    past = Context(actor=context().actor, now=clock.now() + timedelta(days=7, seconds=1))
    assert committed(lambda: accounts.drop_copies(past)) == 1
    assert signed_in(app.test_client(), who).get(f"/profile/data/copies/{public_id}").status_code == 404


def test_copies_are_throttled(app: Flask) -> None:
    who = member()
    for _ in range(3):
        copy = committed(lambda: accounts.ask_copy(context(), who.id))
        with pytest.raises(CopyUnderWay):
            committed(lambda: accounts.ask_copy(context(), who.id))
        committed(lambda copy=copy: accounts.keep_copy(context(), copy.id, "0" * 64, 1))
    with pytest.raises(TooManyCopies):
        committed(lambda: accounts.ask_copy(context(), who.id))
    tomorrow = Context(actor=context().actor, now=clock.now() + timedelta(days=1, seconds=1))
    committed(lambda: accounts.ask_copy(tomorrow, who.id))


def test_a_copy_says_the_same_for_machines_and_people_in_the_persons_language(app: Flask) -> None:
    who = member(name="Reader One", language="en")
    files = copy_of(who.id)
    assert json.loads(files["data.json"])["holdings"][0]["rows"][0]["name"] == "Reader One"
    assert (
        'lang="en"' in files["data.html"]
        and "Reader One" in files["data.html"]
        and "E-mail address" in files["data.html"]
    )


def test_a_copy_holds_what_i_wrote_and_nobody_elses_name(app: Flask) -> None:
    decided = committed(Decided)
    mine = copy_of(decided.owner.id)["data.json"]
    assert SECRET in mine and '"aim"' in mine
    assert f"{SECRET} 연구원" not in mine and f"{SECRET}2@" not in mine  # the team's other member
    for name in ("위원장", "승인자", "제안자"):
        assert name not in mine


def test_a_reviewers_copy_holds_neither_titles_nor_applicants_nor_texts(app: Flask) -> None:
    field = under_review(2)
    submitted(field, 0, 0)
    texts = copy_of(field.reviewers[0])["data.json"]
    for entry in range(2):
        application = field.assignment(entry).entry.application
        for hidden in (application.public_id, application.owner.name, application.title or "???"):
            assert hidden not in texts
    assert COMMENT not in texts
    assert field.person(1).name not in texts


def test_consent_is_withdrawn_on_the_page_until_the_deadline_only(app: Flask) -> None:
    team = complete_team()
    who = committed(lambda: account(person("동의한이")))

    def stand() -> str:
        made = applications.add_member(
            team.context(), team.application_id, institution=team.lead, name=who.name, email=who.email,
            role=MemberRole.RESEARCHER,
        )  # fmt: skip
        made.consented_at = clock.now()
        return made.public_id

    place = committed(stand)
    browser = signed_in(app.test_client(), who)
    assert "동의 철회" in browser.get("/profile/data").text
    other = signed_in(app.test_client(), member())
    assert other.post("/profile/data/withdraw", data={"member": place}).status_code == 404
    assert browser.post("/profile/data/withdraw", data={"member": place}).status_code == 303
    found = db.session.scalars(select(Member).where(Member.public_id == place)).one()
    assert found.consented_at is None and found.declined_at is not None
    assert db.session.get_one(Person, who.id).erased_at is None


def test_the_terms_are_shown_to_everybody(client: FlaskClient) -> None:
    for language, words in (("ko", "선정되지 않은 신청서"), ("en", "Applications not selected")):
        page = client.get(f"/privacy?lang={language}").text
        assert words in page

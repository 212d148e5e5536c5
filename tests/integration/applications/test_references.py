"""Referees: who may be asked, how long, what the links open, and that the team never sees a letter."""

from __future__ import annotations

import io
import re
import threading
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.applications import service
from portal.applications.errors import (
    LetterPlaceTaken,
    LettersClosed,
    LinkSpent,
    RefereeAnswered,
    RefereeIsNoMember,
    RefereesComplete,
    RefereeTwice,
    RefersToOneself,
    RemindedJustNow,
    TooManyPages,
)
from portal.applications.models import Application, MemberRole, Reference
from portal.audit.models import AuditValue
from portal.conflicts.models import Conflict
from portal.platform import clock
from portal.platform.db import db
from portal.platform.errors import DomainError, Forbidden
from portal.platform.files import ResidentNumberFound
from portal.platform.jobs import Job
from tests.databases import both_databases
from tests.factories import consortia
from tests.factories.accounts import account, signed_in
from tests.factories.applications import pdf
from tests.factories.base import committed, context, person
from tests.factories.references import asking_team, handed_in, letter, link, named, visitor
from workers.wake import run_all_due

DAY = timedelta(days=1)


def row(reference: str) -> Reference:
    db.session.expire_all()
    return db.session.scalars(select(Reference).where(Reference.public_id == reference)).one()


def later(team: consortia.Team, **span: int):  # type: ignore[no-untyped-def]
    return team.context(at=clock.now() + timedelta(**span))


def browser(app: Flask, team: consortia.Team):  # type: ignore[no-untyped-def]
    owner = db.session.get_one(Person, team.owner_id)
    committed(lambda: account(db.session.get_one(Person, team.owner_id)).id)
    return signed_in(app.test_client(), owner)


# --- who is asked ---


@both_databases
def test_two_may_be_asked_and_one_who_declines_may_be_replaced(app: Flask) -> None:
    team = asking_team()
    first = named(team)
    named(team, "other@example.org")
    with pytest.raises(RefereesComplete):
        named(team, "third@example.org")
    token = link(team, first)
    committed(lambda: service.decline_reference(visitor(), token, "바빠서 쓰지 못합니다.").id)
    named(team, "third@example.org")
    with pytest.raises(LetterPlaceTaken):  # who had declined changes their mind too late
        handed_in(token)
    assert db.session.scalar(select(func.count()).select_from(Reference)) == 3


@both_databases
def test_the_same_address_is_asked_once_however_often_it_is_posted_at_once(app: Flask) -> None:
    team = asking_team()
    said: list[str] = []

    def ask() -> None:
        with app.app_context():
            try:
                named(team, "Prof@Example.org")
                said.append("asked")
            except DomainError as error:
                said.append(type(error).__name__)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["RefereeTwice"] * 5 + ["asked"]


def test_nobody_of_the_team_writes_for_the_team(app: Flask) -> None:
    team = asking_team()
    consortia.joined_partner(team)
    consortia.invited_member(team, "member@example.org")
    owner = db.session.get_one(Person, team.owner_id).email
    joiner = db.session.scalars(select(Person).where(Person.name == "박가온")).one().email
    for email in (owner, owner.upper(), joiner, "member@example.org"):
        with pytest.raises(RefersToOneself) as refused:
            named(team, email)
        assert refused.value.field == "email"
    named(team)
    with pytest.raises(RefereeTwice):
        named(team)
    with pytest.raises(RefereeIsNoMember):
        committed(
            lambda: service.add_member(
                team.context(), team.application_id, institution=team.lead, name="유교수", email="prof@example.org",
                role=MemberRole.RESEARCHER,
            )
        )  # fmt: skip


def test_a_member_who_does_not_lead_asks_nobody(app: Flask) -> None:
    team = asking_team()
    partner = consortia.joined_partner(team)
    with pytest.raises(Forbidden):
        committed(
            lambda: service.name_referee(
                partner.context(), team.application_id, name="유교수", email="prof@example.org", relation="동료",
                language="ko",
            )
        )  # fmt: skip


def test_an_identity_number_is_refused_wherever_it_is_typed(app: Flask) -> None:
    team = asking_team()
    with pytest.raises(ResidentNumberFound):
        named(team, name="유교수 900101-1234568")
    token = link(team, named(team))
    with pytest.raises(ResidentNumberFound):
        committed(lambda: service.decline_reference(visitor(), token, "900101-1234568"))


# --- how long ---


def test_referees_and_letters_may_follow_the_submission_and_the_close(app: Flask) -> None:
    team = asking_team()
    committed(lambda: service.submit(team.context(), team.application_id).id)
    token = link(team, named(team))
    second = named(team, "second@example.org", at=clock.now() + 9 * DAY)
    committed(lambda: service.close(context(at=clock.now() + 4 * DAY), team.application_id).id)
    handed_in(token, 9 * DAY)
    handed_in(link(team, second), 10 * DAY - timedelta(minutes=10))
    with pytest.raises(LettersClosed):
        handed_in(token, 10 * DAY)
    with pytest.raises(LettersClosed):
        named(team, "third@example.org", at=clock.now() + 10 * DAY)


def test_a_missing_letter_stops_no_submission_and_is_no_change_to_hand_in(app: Flask) -> None:
    team = asking_team()
    first = committed(lambda: service.submit(team.context(), team.application_id).sha256)
    before = db.session.get_one(Application, team.application_id).changed_at
    handed_in(link(team, named(team, at=clock.now() + timedelta(hours=1))))
    again = committed(lambda: service.submit(team.context(), team.application_id))
    assert (again.number, again.sha256) == (1, first)
    db.session.expire_all()
    assert db.session.get_one(Application, team.application_id).changed_at == before


def test_letters_for_a_draft_end_with_the_deadline(app: Flask) -> None:
    team = asking_team()
    token = link(team, named(team))
    with pytest.raises(LettersClosed):
        handed_in(token, 3 * DAY)


# --- the links ---


def test_a_new_link_ends_the_old_one_and_is_not_sent_twice_at_once(app: Flask) -> None:
    team = asking_team()
    reference = named(team)
    old = link(team, reference)
    with pytest.raises(RemindedJustNow):
        committed(lambda: service.send_again(team.context(), team.application_id, reference))
    committed(lambda: service.send_again(later(team, minutes=11), team.application_id, reference).id)
    run_all_due()
    with pytest.raises(LinkSpent):
        service.behind_reference(visitor(), old)


def test_a_withdrawn_application_has_no_open_links(app: Flask) -> None:
    team = asking_team()
    committed(lambda: service.submit(team.context(), team.application_id).id)
    token = link(team, named(team))
    committed(lambda: service.withdraw(team.context(), team.application_id, "다음에 신청합니다.").id)
    with pytest.raises(LinkSpent):
        handed_in(token)
    assert app.test_client().get(f"/references/{token}").status_code == 410
    committed(lambda: service.reinstate(team.context(), team.application_id).id)
    assert app.test_client().get(f"/references/{token}").status_code == 200


def test_who_was_removed_is_forgotten_and_who_answered_stays(app: Flask) -> None:
    team = asking_team()
    gone, stays = named(team), named(team, "other@example.org")
    token = link(team, gone)
    handed_in(link(team, stays))
    committed(lambda: service.remove_referee(team.context(), team.application_id, gone))
    with pytest.raises(LinkSpent):
        handed_in(token)
    for verb in (service.remove_referee, service.send_again):
        with pytest.raises(RefereeAnswered):
            committed(lambda verb=verb: verb(later(team, hours=1), team.application_id, stays))  # type: ignore[misc]


# --- the letter ---


@both_databases
def test_the_last_letter_counts_and_takes_a_refusal_back(app: Flask) -> None:
    team = asking_team()
    reference = named(team)
    token = link(team, reference)
    committed(lambda: service.decline_reference(visitor(), token, "바쁩니다.").id)
    handed_in(token)
    first = row(reference).sha256
    handed_in(token, pages=2)
    found = row(reference)
    assert (found.declined_at, found.decline_reason, found.pages) == (None, "", 2)
    assert found.sha256 not in (None, first)
    assert found.clean_sha256
    with pytest.raises(RefereeAnswered):
        committed(lambda: service.decline_reference(visitor(), token, ""))
    with pytest.raises(TooManyPages):
        file = letter(1)
        committed(lambda: service.hand_in_letter(visitor(), token, type(file)(**{**file.__dict__, "pages": 4})))
    arrived = select(func.count()).where(Job.kind == "applications.reference_arrived")
    assert db.session.scalar(arrived) == 1, "a letter that replaces another is no news to the team"


def test_a_referee_does_not_review_what_they_have_written_for(app: Flask) -> None:
    team = asking_team()
    reviewer = committed(lambda: person("유교수"))
    token = link(team, named(team, reviewer.email))
    assert db.session.scalar(select(func.count()).select_from(Conflict)) == 0, "being named alone bars nobody"
    handed_in(token)
    bar = db.session.scalars(select(Conflict)).one()
    assert (bar.person_id, bar.application_id, bar.severity.value) == (reviewer.id, team.application_id, "absolute")


def test_the_chain_holds_neither_names_nor_reasons(app: Flask) -> None:
    team = asking_team()
    token = link(team, named(team))
    committed(lambda: service.decline_reference(visitor(), token, "비밀스러운 사유").id)
    told = " ".join(str(value) for value in db.session.scalars(select(AuditValue.value)))
    assert not re.search("유교수|prof@example|비밀스러운|지도교수", told)


# --- reminders ---


def test_the_reminder_comes_three_days_before_and_moves_with_the_deadline(app: Flask) -> None:
    team = asking_team()
    reference = named(team)
    job = db.session.scalars(select(Job).where(Job.kind == "applications.reference_reminded")).one()
    due = db.session.get_one(Application, team.application_id).deadline + 7 * DAY
    assert job.run_at == due - 3 * DAY
    assert not committed(lambda: service.reminder_is_due(context(at=due - 4 * DAY), row(reference)))
    committed(lambda: service.submit(team.context(), team.application_id).id)
    assert committed(lambda: service.reminder_is_due(context(at=due - 3 * DAY), row(reference)))
    assert row(reference).reminded_at == due - 3 * DAY
    committed(lambda: service.withdraw(team.context(), team.application_id, "그만둡니다, 다음에."))
    assert not committed(lambda: service.reminder_is_due(context(at=due - 2 * DAY), row(reference)))


@pytest.mark.parametrize("answer", ["arrived", "declined"])
def test_nobody_who_has_answered_is_reminded(app: Flask, answer: str) -> None:
    team = asking_team()
    committed(lambda: service.submit(team.context(), team.application_id).id)
    reference = named(team)
    token = link(team, reference)
    if answer == "arrived":
        handed_in(token)
    else:
        committed(lambda: service.decline_reference(visitor(), token, "").id)
    assert not committed(lambda: service.reminder_is_due(context(at=clock.now() + 8 * DAY), row(reference)))


# --- the pages ---


def test_the_team_sees_that_a_letter_came_and_nothing_of_it(app: Flask) -> None:
    """Two letters that differ in everything, and a referee who declined for one reason or another: the same pages."""
    team = asking_team()
    client = browser(app, team)
    one, other = named(team), named(team, "other@example.org", name="배교수")
    token, declining = link(team, one), link(team, other)
    pages = [f"/applications/{team.public_id}{rest}" for rest in ("", "/references", "/check")]

    def seen() -> list[str]:
        found = [client.get(page).text for page in pages]
        return [re.sub(r'value="[^"]{20,}"', "", text[text.index("<main") :]) for text in found]

    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        handed_in(token)
        committed(lambda: service.decline_reference(visitor(), declining, "신청자를 잘 모릅니다.").id)
        before = seen()
        handed_in(token, pages=3)
        committed(lambda: service.decline_reference(visitor(), declining, "다른 사유").id)
        after = seen()
    assert "도착함" in before[1]
    assert "사양함" in before[1]
    assert after == before
    found = row(one)
    for hidden in ("letter.pdf", found.sha256, found.clean_sha256, "잘 모릅니다", "다른 사유"):
        assert not any(str(hidden) in text for text in after)


def test_the_owner_names_by_form_and_is_told_what_is_wrong_beside_the_field(app: Flask) -> None:
    team = asking_team()
    client = browser(app, team)
    address = f"/applications/{team.public_id}/references"
    typed = {"name": "유교수", "email": "no address", "relation": "지도교수", "language": "en"}
    refused = client.post(address, data=typed)
    assert (refused.status_code, "유교수" in refused.text, "전자우편 주소의 형식" in refused.text) == (422, True, True)
    owner = db.session.get_one(Person, team.owner_id).email
    assert "추천인이 될 수 없습니다" in client.post(address, data=typed | {"email": owner}).text
    assert client.post(address, data=typed | {"email": "prof@example.org"}).status_code == 303
    assert "prof@example.org" in client.get(address).text


def test_a_referee_hands_in_behind_the_link_and_gets_a_receipt(app: Flask) -> None:
    team = asking_team()
    token = link(team, named(team))
    guest, address = app.test_client(), f"/references/{token}?lang=en"
    shown = guest.get(address).text
    assert "What do you know?" in shown
    assert "never see the letter" in shown
    assert guest.post(address, data={}).status_code == 422
    refused = guest.post(address, data={"file": (io.BytesIO(b"not a pdf"), "letter.pdf")})
    assert refused.status_code == 422
    long = guest.post(address, data={"file": (io.BytesIO(pdf(9)), "letter.pdf")})
    assert (long.status_code, "shorten it by 6" in long.text) == (422, True)
    assert guest.post(address, data={"file": (io.BytesIO(pdf()), "letter.pdf")}).status_code == 303
    after = guest.get(address).text
    found = db.session.scalars(select(Reference)).one()
    assert "Your letter has been received" in after
    assert str(found.sha256) in after


def test_declining_is_one_step_and_can_be_taken_back(app: Flask) -> None:
    team = asking_team()
    reference = named(team)
    token = link(team, reference)
    guest = app.test_client()
    assert guest.post(f"/references/{token}/decline", data={"reason": ""}).status_code == 303
    assert row(reference).declined_at is not None
    shown = guest.get(f"/references/{token}").text
    assert "사양하셨습니다" in shown
    assert "추천서 올리기" in shown


def test_a_dead_link_says_what_to_do(app: Flask) -> None:
    for language, words in (("ko", "가장 나중 것의 링크"), ("en", "Open the link of the latest letter")):
        answer = app.test_client().get(f"/references/nothing?lang={language}")
        assert (answer.status_code, words in answer.text) == (410, True)
    assert app.test_client().post("/references/nothing/decline", data={"reason": ""}).status_code == 410


def test_a_call_without_letters_has_no_such_page(app: Flask) -> None:
    team = consortia.complete_team()
    client = browser(app, team)
    assert client.get(f"/applications/{team.public_id}/references").status_code == 404
    assert "추천" not in client.get(f"/applications/{team.public_id}").text

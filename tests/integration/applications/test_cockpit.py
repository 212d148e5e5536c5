"""The applicant's pages: what is missing, who holds it, the receipt, and what is told after the close."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import Account
from portal.accounts.service.sessions import open_session
from portal.applications import queries, service
from portal.applications.models import Application, StageEntry
from portal.awards.models import Decision, DecisionState, Outcome, Result
from portal.platform import clock
from portal.platform.db import db
from portal.ranking.models import RankingRun
from tests.factories import base, consortia
from tests.factories.base import committed


def signed_in(client: FlaskClient, person_id: int) -> None:
    def open_for() -> str:
        if db.session.get(Account, person_id) is None:
            db.session.add(Account(person_id=person_id, password_hash="-", confirmed_at=clock.now()))
            db.session.flush()
        return open_session(base.context(), person_id)

    token = committed(open_for)
    with client.session_transaction() as session:
        session["token"] = token


def text_of(body: bytes) -> str:
    """The words of the page's main part."""
    main = body.decode().split('<main id="main"')[1].split("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


@pytest.fixture
def team(app: Flask) -> consortia.Team:
    return consortia.complete_team()


def cockpit(client: FlaskClient, team: consortia.Team, lang: str = "ko") -> str:
    answer = client.get(f"/applications/{team.public_id}?lang={lang}")
    assert answer.status_code == 200
    return text_of(answer.data)


def submit(client: FlaskClient, team: consortia.Team, **data: str):  # type: ignore[no-untyped-def]
    return client.post(f"/applications/{team.public_id}/submit", data=data)


def test_the_cockpit_counts_what_is_missing_and_who_holds_it(client: FlaskClient, team: consortia.Team) -> None:
    signed_in(client, team.owner_id)
    assert "빠진 것 1가지, 모두 다른 사람이 할 일" in cockpit(client, team)
    committed(lambda: service.save_section(team.context(), team.application_id, "plan", "", {}, 1))
    consortia.invited_member(team)
    words = cockpit(client, team, "en")
    assert "4 things missing, 2 held by others" in words
    assert "“Plan”: “Aim” is not answered." in words
    assert "최바다 has not yet agreed" in words


def test_every_missing_point_links_to_a_page_that_opens(client: FlaskClient, team: consortia.Team) -> None:
    signed_in(client, team.owner_id)
    partner = consortia.joined_partner(team)
    committed(lambda: service.save_section(team.context(), team.application_id, "plan", "", {}, 1))
    committed(lambda: service.save_section(partner.context(), team.application_id, "part", partner.institution, {}, 1))
    committed(lambda: service.save_costs(partner.context(), partner.institution_id, {}, 1))
    body = client.get(f"/applications/{team.public_id}/check").data.decode()
    links = set(re.findall(r'<li><a href="([^"#]+)', body))
    assert len(links) >= 3
    for link in links:
        assert client.get(link.replace("&amp;", "&")).status_code == 200, link


def test_submitting_twice_from_two_pages_gives_one_receipt(client: FlaskClient, team: consortia.Team) -> None:
    signed_in(client, team.owner_id)
    first = submit(client, team, declaration="y", request_id="one")
    second = submit(client, team, declaration="y", request_id="two")
    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    page = text_of(client.get(first.headers["Location"]).data)
    made = queries.latest_submission(team.application_id)
    assert made is not None
    assert made.receipt in page
    assert made.sha256 in page


def test_without_the_declaration_nothing_is_handed_in(client: FlaskClient, team: consortia.Team) -> None:
    signed_in(client, team.owner_id)
    assert submit(client, team, request_id="one").status_code == 422
    assert queries.latest_submission(team.application_id) is None


def test_an_edit_that_is_not_handed_in_is_said_clearly(client: FlaskClient, team: consortia.Team) -> None:
    signed_in(client, team.owner_id)
    submit(client, team, declaration="y", request_id="one")
    assert "not handed in" not in cockpit(client, team, "en")
    committed(lambda: service.save_section(team.context(), team.application_id, "impact", "", {"use": "새 글"}, 1))
    assert "Changes since your last submission are not handed in" in cockpit(client, team, "en")


def test_a_confirmation_that_arrives_is_no_edit(client: FlaskClient, team: consortia.Team) -> None:
    signed_in(client, team.owner_id)
    submit(client, team, declaration="y", request_id="one")
    token = consortia.representative_link(team, team.lead)
    committed(lambda: len(service.confirm(base.context(), token, ["plan"])))
    assert "not handed in" not in cockpit(client, team, "en")


def test_nobody_outside_the_team_opens_the_pages(client: FlaskClient, team: consortia.Team) -> None:
    stranger = committed(lambda: base.person().id)
    signed_in(client, stranger)
    for page in ("", "/check", "/receipt", "/institutions", "/members", "/withdraw", "/submitted", "/receipt.pdf"):
        assert client.get(f"/applications/{team.public_id}{page}").status_code == 404, page


def test_a_partner_reads_its_own_slice_and_not_the_leads(client: FlaskClient, team: consortia.Team) -> None:
    partner = consortia.joined_partner(team)
    committed(
        lambda: service.save_section(
            team.context(), team.application_id, "part", team.lead, {"task": "비밀스러운 학습"}, 1
        )
    )
    signed_in(client, partner.person_id)
    page = text_of(client.get(f"/applications/{team.public_id}/check").data)
    assert "처음부터 학습" in page
    assert "비밀스러운 학습" not in page


def test_links_open_without_an_account(client: FlaskClient, team: consortia.Team) -> None:
    rep = consortia.representative_link(team, team.lead)
    _, member = consortia.invited_member(team)
    for language in ("ko", "en"):
        assert client.get(f"/confirm/{rep}?lang={language}").status_code == 200
        assert client.get(f"/consent/{member}?lang={language}").status_code == 200
    assert client.get("/confirm/unknown").status_code == 404
    page = client.get(f"/confirm/{rep}").data.decode()
    shown = re.search(r'name="shown" value="([^"]*)"', page)
    request_id = re.search(r'name="request_id" value="([^"]*)"', page)
    assert shown and request_id
    data = {"sections": ["plan", "part"], "shown": shown[1], "request_id": request_id[1]}
    assert client.post(f"/confirm/{rep}", data=data).status_code == 303
    draft = queries.whole(db.session.get_one(Application, team.application_id))
    assert {row.section for row in draft.confirmations} == {"plan", "part"}


def test_the_join_page_asks_to_sign_in_and_comes_back(client: FlaskClient, team: consortia.Team) -> None:
    from portal.applications.models import InstitutionRole

    def invite() -> str:
        made = service.add_institution(
            team.context(), team.application_id, name="나루연구소", kind="research_institute",
            role=InstitutionRole.JOINT, contact_email="naru@example.org",
        )  # fmt: skip
        return service.mint_institution_link(team.context(), made.id)

    token = committed(invite)
    page = client.get(f"/join/{token}").data.decode()
    assert f"next=/join/{token}" in page
    joiner = committed(lambda: base.person().id)
    signed_in(client, joiner)
    data = {"registration": "111-22-33333", "kind": "research_institute", "request_id": "join"}
    answer = client.post(f"/join/{token}", data=data)
    assert answer.status_code == 303
    assert client.get(answer.headers["Location"]).status_code == 200
    assert client.get(f"/join/{token}").status_code == 404


def test_a_draft_past_the_deadline_says_that_it_was_never_submitted(client: FlaskClient, team: consortia.Team) -> None:
    signed_in(client, team.owner_id)

    def pass_deadline() -> None:
        db.session.get_one(Application, team.application_id).call.closes_at = clock.now() - timedelta(seconds=1)

    committed(pass_deadline)
    assert "The call closed before this was submitted" in cockpit(client, team, "en")


def test_after_the_close_the_way_is_shown_and_no_outcome_before_publication(
    client: FlaskClient, team: consortia.Team
) -> None:
    signed_in(client, team.owner_id)
    submit(client, team, declaration="y", request_id="one")
    at = db.session.get_one(Application, team.application_id).deadline
    committed(lambda: service.close(base.context(at=at), team.application_id))
    words = cockpit(client, team, "en")
    assert "your last submission is in review" in words
    assert "Paper review" in words
    assert "Appeal" not in words


def test_the_list_says_what_needs_me_now(client: FlaskClient, team: consortia.Team) -> None:
    signed_in(client, team.owner_id)
    assert "Fill it in and submit." in text_of(client.get("/applications?lang=en").data)
    stranger = committed(lambda: base.person().id)
    signed_in(client, stranger)
    assert "You have no applications yet" in text_of(client.get("/applications?lang=en").data)


def test_the_receipt_comes_as_pdf_and_its_content_hashes_to_the_receipt(
    client: FlaskClient, team: consortia.Team
) -> None:
    import hashlib

    signed_in(client, team.owner_id)
    submit(client, team, declaration="y", request_id="one")
    made = queries.latest_submission(team.application_id)
    assert made is not None
    assert client.get(f"/applications/{team.public_id}/receipt.pdf").data.startswith(b"%PDF")
    content = client.get(f"/applications/{team.public_id}/receipt.json").data
    assert hashlib.sha256(content).hexdigest() == made.sha256


def test_a_reminder_goes_to_whoever_holds_the_cell(client: FlaskClient, team: consortia.Team) -> None:
    consortia.invited_member(team)
    signed_in(client, team.owner_id)
    data = {"institution": team.lead, "what": "consents", "request_id": "r"}
    client.post(f"/applications/{team.public_id}/remind", data=data)
    assert "다시 보낼 수 있습니다" in cockpit(client, team)  # it went out a moment ago


def test_an_outcome_is_told_once_its_decision_is_published(client: FlaskClient, team: consortia.Team) -> None:
    signed_in(client, team.owner_id)
    submit(client, team, declaration="y", request_id="one")
    at = db.session.get_one(Application, team.application_id).deadline
    entry_id = committed(lambda: service.close(base.context(at=at), team.application_id).id)  # type: ignore[union-attr]
    decision_id = committed(lambda: decided(entry_id, team.owner_id))
    assert "우리가 고른 까닭" not in cockpit(client, team)

    def publish() -> None:
        decision = db.session.get_one(Decision, decision_id)
        decision.state, decision.published_at = DecisionState.PUBLISHED, clock.now()

    committed(publish)
    words = cockpit(client, team, "en")
    assert "우리가 고른 까닭" in words
    assert "Not selected" in words
    assert "You can appeal until" in words


def decided(entry_id: int, person_id: int) -> int:
    """A proposed decision with an outcome of this entry."""
    ids, entry = base.context().ids, db.session.get_one(StageEntry, entry_id)
    run = RankingRun(
        public_id=ids.public_id(), stage_id=entry.stage_id, inputs={}, inputs_hash="0" * 64, result=[],
        result_hash="0" * 64, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(run)
    db.session.flush()
    decision = Decision(
        public_id=ids.public_id(), stage_id=entry.stage_id, ranking_run_id=run.id, rules_hash="0" * 64,
        reason="결정", proposed_at=clock.now(), proposed_by_id=person_id, state=DecisionState.APPROVED,
    )  # fmt: skip
    db.session.add(decision)
    db.session.flush()
    db.session.add(
        Outcome(
            public_id=ids.public_id(), decision_id=decision.id, entry_id=entry_id, result=Result.DECLINE, rank=2,
            reason="우리가 고른 까닭",
        )
    )  # fmt: skip
    return decision.id

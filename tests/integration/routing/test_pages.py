"""The pages of routing: from the pool to the published assignment, the reviewer's answers, the conflicts."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.audit.models import AuditEvent
from portal.conflicts.models import Conflict, Severity
from portal.conflicts.service import write
from portal.platform.db import db
from portal.routing import service
from portal.routing.models import Assignment, AssignmentState, RoutingRun, Seat, SeatState
from portal.routing.queries import panels
from tests.factories import routing
from tests.factories.accounts import account, member, signed_in
from tests.factories.base import committed, context
from workers.wake import run_all_due


@pytest.fixture
def officer(client: FlaskClient) -> FlaskClient:
    return signed_in(client, member("officer", name="담당자"))


def _field(entries: int = 3, reviewers: int = 3) -> routing.Field:
    return committed(lambda: routing.field_of(entries, reviewers))


def _published(entries: int = 3) -> routing.Field:
    field = _field(entries)
    committed(lambda: service.publish(context(), routing.routed(field).id))
    return field


def _sign_in(client: FlaskClient, person_id: int) -> FlaskClient:
    who = committed(lambda: account(db.session.get_one(Person, person_id)))
    return signed_in(client, who)


def _mine(person_id: int) -> list[str]:
    query = select(Assignment.public_id).where(Assignment.person_id == person_id).order_by(Assignment.id)
    return list(db.session.scalars(query))


# --- the officer ---


def test_a_panel_is_formed_from_the_pool(officer: FlaskClient) -> None:
    def make() -> tuple[str, list[str]]:
        call = routing.closed_call()
        routing.applied(call, call.stages[0])
        people = [routing.reviewer("가나다", "llm"), routing.reviewer("라마바", "로봇", "foreign")]
        return call.public_id, [p.public_id for p in people]

    call, people = committed(make)
    address = f"/office/calls/{call}/routing/panel?stage=paper"
    assert "아직 패널이 없습니다" in officer.get(f"/office/calls/{call}/routing").text
    page = officer.get(address).text
    assert "가나다" in page and "라마바" in page
    assert "라마바" not in officer.get(address + "&q=llm").text
    assert "가나다" not in officer.get(address + "&kind=foreign").text
    done = officer.post(address, data={"stage": "paper", "people": people, "chair": people[0]})
    assert done.status_code == 303
    shown = officer.get(f"/office/calls/{call}/routing").text
    assert "응답 대기" in shown
    seats = db.session.scalars(select(Seat).order_by(Seat.id)).all()
    assert [(s.kind, s.chair) for s in seats] == [("academia", True), ("foreign", False)]
    assert officer.post(address, data={"stage": "paper"}).status_code == 422


def test_run_see_swap_publish(officer: FlaskClient) -> None:
    field = _field(4, 3)
    base = f"/office/calls/{field.call}/routing"
    assert officer.post(f"{base}/run", data={"stage": "paper", "request_id": "r1"}).status_code == 303
    assert "차례를 기다리고" in officer.get(base).text
    run_all_due()
    db.session.rollback()
    page = officer.get(base).text
    assert "배정 확정하고 알리기" in page
    assert "llm" in page
    row = db.session.scalars(select(Assignment).order_by(Assignment.id)).first()
    assert row is not None
    id_, old, address = row.id, row.person_id, f"{base}/assignments/{row.public_id}"
    form = officer.get(address).text
    chosen = re.findall(r'name="person"[^>]*value="([^"]+)"', form)
    assert officer.post(address, data={"person": chosen[-1]}).status_code == 303
    assert db.session.get_one(Assignment, id_).person_id != old
    assert officer.post(f"{base}/publish", data={"stage": "paper", "request_id": "p1"}).status_code == 303
    assert "확인 대기" in officer.get(base).text
    assert officer.post(f"{base}/publish", data={"stage": "paper", "request_id": "p2"}).status_code == 404


def test_a_run_that_cannot_be_is_refused_with_the_reason(officer: FlaskClient) -> None:
    field = _field(2, 1)
    refused = officer.post(f"/office/calls/{field.call}/routing/run", data={"stage": "paper"})
    assert refused.status_code == 409
    assert "수락한 평가위원이 1명입니다" in refused.text


def test_a_proposal_is_discarded_with_a_reason(officer: FlaskClient) -> None:
    field = _field()
    committed(lambda: routing.routed(field).id)
    base = f"/office/calls/{field.call}/routing"
    assert officer.post(f"{base}/discard", data={"stage": "paper", "reason": ""}).status_code == 422
    assert officer.post(f"{base}/discard", data={"stage": "paper", "reason": "위원 추가 뒤 다시"}).status_code == 303
    assert db.session.scalars(select(RoutingRun)).one().discarded_at is not None


def test_an_entry_with_a_conflict_is_not_on_the_officers_page(client: FlaskClient) -> None:
    officer = member("officer")
    signed_in(client, officer)
    field, who = _published(), officer.id
    row = db.session.scalars(select(Assignment).where(Assignment.entry_id == field.entries[0])).first()
    assert row is not None
    address = f"/office/calls/{field.call}/routing/assignments/{row.public_id}"
    assert client.get(address).status_code == 200
    committed(lambda: write(context(), who, field.applications[0], "relative", Severity.WAIVABLE))
    assert client.get(address).status_code == 404


def test_conflicts_are_listed_and_settled(officer: FlaskClient) -> None:
    field = _published()
    assignment = db.session.scalars(select(Assignment).order_by(Assignment.id)).first()
    assert assignment is not None
    id_, reviewer = assignment.id, assignment.person_id

    def unsure() -> str:
        who = context(db.session.get_one(Person, reviewer), "reviewer")
        return service.declare(who, id_, None, True, "먼 친척일 수도 있습니다").public_id

    row = committed(unsure)
    base = f"/office/calls/{field.call}/conflicts"
    assert "담당자 확인 대기" in officer.get(base).text
    assert "해당하는 이해충돌이 없습니다" in officer.get(base + "?show=detected").text
    assert "먼 친척일 수도 있습니다" in officer.get(f"{base}/{row}").text
    refused = officer.post(f"{base}/{row}", data={"action": "confirm", "reason": "사촌의 배우자"})
    assert refused.status_code == 422
    done = officer.post(f"{base}/{row}", data={"action": "confirm", "ground": "relative", "reason": "사촌의 배우자"})
    assert done.status_code == 303
    assert db.session.get_one(Assignment, id_).state is AssignmentState.REVOKED
    waived = officer.post(f"{base}/{row}", data={"action": "waive", "reason": "이 분야의 유일한 전문가"})
    assert waived.status_code == 303
    assert db.session.get_one(Assignment, id_).state is AssignmentState.PUBLISHED


def test_an_absolute_conflict_offers_no_waiver(officer: FlaskClient) -> None:
    field = _published()
    reviewer = field.reviewers[0]
    row = committed(
        lambda: write(context(), reviewer, field.applications[0], "participant", Severity.ABSOLUTE).public_id
    )
    address = f"/office/calls/{field.call}/conflicts/{row}"
    assert "예외를 둘 수 없습니다" in officer.get(address).text
    assert officer.post(address, data={"action": "waive", "reason": "꼭 필요합니다"}).status_code == 404


# --- the invited ---


def test_an_invitation_is_answered_by_its_link_without_signing_in(client: FlaskClient) -> None:
    def make() -> tuple[str, int, str]:
        call = routing.closed_call()
        one = routing.applied(call, call.stages[0], title="비밀 과제")
        made = routing.panel(call.stages[0], [routing.reviewer()], accepted=False)
        seat = made.seats[0]
        return service.mint_seat_token(context(), seat.id), seat.id, one.application.title

    token, seat, title = committed(make)
    page = client.get(f"/invitations/{token}")
    assert page.status_code == 200
    assert title not in page.text
    assert client.get("/invitations/nonsense").status_code == 404
    refused = client.post(f"/invitations/{token}", data={"answer": "decline", "reason": ""})
    assert refused.status_code == 422
    assert db.session.get_one(Seat, seat).state is SeatState.INVITED
    assert client.post(f"/invitations/{token}", data={"answer": "accept"}).status_code == 303
    assert db.session.get_one(Seat, seat).state is SeatState.ACCEPTED
    assert "수락하셨습니다" in client.get(f"/invitations/{token}").text
    late = client.post(f"/invitations/{token}", data={"answer": "decline", "reason": "마음이 바뀜"})
    assert late.status_code == 409


# --- the reviewer ---


def test_the_declaration_shows_people_and_institutions_and_nothing_else(client: FlaskClient) -> None:
    field = _published()
    _sign_in(client, field.reviewers[0])
    mine = _mine(field.reviewers[0])[0]
    page = client.get(f"/reviews/{mine}/conflict").text
    assert "김하늘" in page and "가온대학교" in page
    assert "LLM 모델" not in page and "목표" not in page
    assert "공동연구" in page and "상호 평가" not in page
    read = select(func.count()).where(AuditEvent.kind == "ApplicantNamesRead", AuditEvent.object_id == mine)
    assert db.session.scalar(read) == 1


def test_no_conflict_accepts_and_the_pledge_is_needed_once(client: FlaskClient) -> None:
    field = _published()
    _sign_in(client, field.reviewers[0])
    first, second = _mine(field.reviewers[0])[:2]
    assert client.post(f"/reviews/{first}/conflict", data={"answer": "none"}).status_code == 422
    assert client.post(f"/reviews/{first}/conflict", data={"answer": "none", "pledge": "y"}).status_code == 303
    assert client.post(f"/reviews/{second}/conflict", data={"answer": "none"}).status_code == 303
    states = set(db.session.scalars(select(Assignment.state).where(Assignment.public_id.in_([first, second]))))
    assert states == {AssignmentState.ACCEPTED}


def test_after_a_declared_conflict_there_is_nothing_there(client: FlaskClient) -> None:
    field = _published()
    _sign_in(client, field.reviewers[0])
    mine = _mine(field.reviewers[0])[0]
    refused = client.post(f"/reviews/{mine}/conflict", data={"answer": "conflict"})
    assert refused.status_code == 422
    done = client.post(f"/reviews/{mine}/conflict", data={"answer": "conflict", "ground": "joint_research"})
    assert done.status_code == 303
    assert client.get(f"/reviews/{mine}/conflict").status_code == 404
    assert db.session.scalars(select(Conflict)).one().ground == "joint_research"


def test_not_sure_goes_to_the_officer_and_closes_the_page(client: FlaskClient) -> None:
    field = _published()
    _sign_in(client, field.reviewers[0])
    mine = _mine(field.reviewers[0])[0]
    done = client.post(f"/reviews/{mine}/conflict", data={"answer": "unsure", "statement": "동문인 것 같습니다"})
    assert done.status_code == 303
    assert client.get(f"/reviews/{mine}/conflict").status_code == 404
    assert db.session.scalars(select(Conflict)).one().unsure


def test_declining_without_a_conflict_takes_a_reason(client: FlaskClient) -> None:
    field = _published()
    _sign_in(client, field.reviewers[0])
    mine = _mine(field.reviewers[0])[0]
    assert client.post(f"/reviews/{mine}/conflict", data={"answer": "decline"}).status_code == 422
    given = {"answer": "decline", "statement": "전공이 다릅니다", "suggestion": "박가온 교수"}
    assert client.post(f"/reviews/{mine}/conflict", data=given).status_code == 303
    row = db.session.scalars(select(Assignment).where(Assignment.public_id == mine)).one()
    assert (row.state, row.decline_reason) == (AssignmentState.DECLINED, "전공이 다릅니다\n박가온 교수")


def test_one_pledge_accepts_all_but_the_exceptions(client: FlaskClient) -> None:
    field = _published()
    _sign_in(client, field.reviewers[0])
    seat = panels.seat_of(field.panel_id, frozenset({field.reviewers[0]}))
    assert seat is not None
    first, second = _mine(field.reviewers[0])
    address = f"/seats/{seat.public_id}/pledge"
    assert "LLM 모델" not in client.get(address).text
    told = {f"answer_{first}": "conflict", f"ground_{first}": "joint_research", f"answer_{second}": "none"}
    assert client.post(address, data=told).status_code == 422
    assert client.post(address, data=told | {"agree": "y"}).status_code == 303
    states = dict(db.session.execute(select(Assignment.public_id, Assignment.state)).all())
    assert (states[first], states[second]) == (AssignmentState.DECLINED, AssignmentState.ACCEPTED)
    assert db.session.scalars(select(Conflict)).one().ground == "joint_research"


def test_an_exception_without_its_ground_or_reason_stores_nothing_of_the_pledge(client: FlaskClient) -> None:
    field = _published()
    _sign_in(client, field.reviewers[0])
    seat = panels.seat_of(field.panel_id, frozenset({field.reviewers[0]}))
    assert seat is not None
    first, second = _mine(field.reviewers[0])
    address = f"/seats/{seat.public_id}/pledge"
    refused = client.post(address, data={"agree": "y", f"answer_{first}": "conflict", f"answer_{second}": "decline"})
    assert refused.status_code == 422
    assert f"#ground_{first}" in refused.text and f"#statement_{second}" in refused.text
    states = set(db.session.scalars(select(Assignment.state).where(Assignment.public_id.in_([first, second]))))
    assert states == {AssignmentState.PUBLISHED}
    given = {"agree": "y", f"answer_{first}": "unsure", f"answer_{second}": "decline",
             f"statement_{second}": "전공이 다릅니다", f"suggestion_{second}": "박가온 교수"}  # fmt: skip
    assert client.post(address, data=given).status_code == 303
    row = db.session.scalars(select(Assignment).where(Assignment.public_id == second)).one()
    assert (row.state, row.decline_reason) == (AssignmentState.DECLINED, "전공이 다릅니다\n박가온 교수")
    assert db.session.scalars(select(Conflict)).one().unsure


def _alone(field: routing.Field) -> tuple[str, int]:
    """The link of a letter about one assignment, and its id."""
    row = db.session.scalars(select(Assignment).where(Assignment.person_id == field.reviewers[0])).first()
    assert row is not None
    id_ = row.id
    return committed(lambda: service.mint_assignment_token(context(), id_)), id_


def test_one_assignment_is_declined_behind_the_letters_link_and_nothing_is_told(client: FlaskClient) -> None:
    field = _published()
    token, id_ = _alone(field)
    page = client.get(f"/assignments/{token}").text
    assert "가온대학교" not in page and "LLM 모델" not in page
    assert client.post(f"/assignments/{token}", data={"reason": ""}).status_code == 422
    given = {"reason": "출장 중입니다", "suggestion": "박가온 교수"}
    assert client.post(f"/assignments/{token}", data=given).status_code == 303
    db.session.expire_all()
    row = db.session.get_one(Assignment, id_)
    assert (row.state, row.decline_reason) == (AssignmentState.DECLINED, "출장 중입니다\n박가온 교수")
    assert client.post(f"/assignments/{token}", data=given).status_code == 409
    assert client.get("/assignments/unknown").status_code == 404


def test_the_link_of_a_barred_or_answered_assignment_declines_nothing(client: FlaskClient) -> None:
    field = _published()
    token, id_ = _alone(field)
    row = db.session.get_one(Assignment, id_)
    application = field.applications[field.entries.index(row.entry_id)]
    committed(lambda: setattr(db.session.get_one(Assignment, id_), "state", AssignmentState.ACCEPTED))
    assert client.post(f"/assignments/{token}", data={"reason": "출장 중입니다"}).status_code == 409
    committed(lambda: write(context(), field.reviewers[0], application, "same_department", Severity.WAIVABLE))
    assert client.get(f"/assignments/{token}").status_code == 404


def test_another_reviewers_declaration_and_seat_are_not_there(client: FlaskClient) -> None:
    field = _published()
    theirs = _mine(field.reviewers[1])[0]
    seat = panels.seat_of(field.panel_id, frozenset({field.reviewers[1]}))
    assert seat is not None
    pledge = f"/seats/{seat.public_id}/pledge"
    _sign_in(client, field.reviewers[0])
    assert client.get(f"/reviews/{theirs}/conflict").status_code == 404
    assert client.get(pledge).status_code == 404


def test_a_bar_that_arises_closes_the_page_at_once(client: FlaskClient) -> None:
    field = _published()
    _sign_in(client, field.reviewers[0])
    row = db.session.scalars(select(Assignment).where(Assignment.person_id == field.reviewers[0])).first()
    assert row is not None
    mine, application = row.public_id, field.applications[field.entries.index(row.entry_id)]
    assert client.get(f"/reviews/{mine}/conflict").status_code == 200
    committed(lambda: write(context(), field.reviewers[0], application, "same_department", Severity.WAIVABLE))
    assert client.get(f"/reviews/{mine}/conflict").status_code == 404


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_office_page_stands_in_both_languages(officer: FlaskClient, language: str) -> None:
    field = _published()
    base = f"/office/calls/{field.call}"
    for address in (f"{base}/routing", f"{base}/routing/panel", f"{base}/conflicts", f"{base}/screening"):
        page = officer.get(f"{address}?lang={language}")
        assert page.status_code == 200
        assert f'<html lang="{language}">' in page.text
        assert page.text.count("<h1") == 1

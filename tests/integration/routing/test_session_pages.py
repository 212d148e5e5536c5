"""The pages of sessions: the office plans and publishes, teams answer, the panel hears."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts.models import Person
from portal.conflicts.models import Severity
from portal.conflicts.service import write
from portal.platform import clock
from portal.platform.db import db
from portal.routing import service
from portal.routing.models import Session, SessionSwap
from tests.factories import reviews, routing
from tests.factories import sessions as days
from tests.factories.accounts import account, member, signed_in
from tests.factories.base import committed, context
from workers.wake import run_all_due


@pytest.fixture
def officer(client: FlaskClient) -> FlaskClient:
    return signed_in(client, member("officer", name="담당자"))


def _as(client: FlaskClient, person_id: int, zone: str = "Asia/Seoul", language: str = "ko") -> FlaskClient:
    def make() -> Person:
        who = account(db.session.get_one(Person, person_id))
        who.time_zone, who.language = zone, language
        return who

    client.delete_cookie("session")
    return signed_in(client, committed(make))


def _office(day: days.Day) -> str:
    return f"/office/panels/{day.panel.public_id}/sessions"


def _panel(day: days.Day) -> str:
    return f"/panels/{day.panel.public_id}/sessions"


def _team(day: days.Day, number: int) -> str:
    return f"/applications/{day.application(number).public_id}/session"


def _titled(day: days.Day) -> None:
    def name() -> None:
        for n in range(len(day.field.entries)):
            day.application(n).title, day.application(n).applicant = f"과제 {n}번", f"가온 {n}팀"

    committed(name)


# --- the office ---


def test_plan_draw_publish(officer: FlaskClient) -> None:
    def make() -> days.Day:
        return days.Day(routing.field_of(2, 3, days.definition()))

    day = committed(make)
    _titled(day)
    base = _office(day)
    link = officer.get(f"/office/calls/{day.field.call}/routing").text
    assert f'href="{base}"' in link
    page = officer.get(base).text
    assert "아직 자리가 없습니다" in page
    assert 'name="count"' in page and re.search(r'name="minutes"[^>]*value="30"', page)
    first = (clock.now() + timedelta(days=3)).strftime("%Y-%m-%dT09:00")
    sent = {
        "starts_at": first,
        "count": "3",
        "minutes": "30",
        "gap": "10",
        "pause_after": "2",
        "pause": "60",
        "place": "3층",
    }
    assert officer.post(f"{base}/plan", data=sent | {"count": "0"}).status_code == 422
    assert officer.post(f"{base}/plan", data=sent).status_code == 303
    assert officer.post(f"{base}/plan", data=sent).status_code == 422  # they would overlap
    shown = officer.get(base).text
    assert "09:00" in shown and "09:40" in shown and "11:10" in shown
    assert officer.post(f"{base}/publish").status_code == 409  # two teams have none
    assert officer.post(f"{base}/draw").status_code == 303
    drawn = officer.get(base).text
    assert "다시 추첨해도 같음" in drawn and "과제 0번" in drawn and "과제 1번" in drawn
    assert officer.post(f"{base}/publish").status_code == 303
    assert "확인 대기" in officer.get(base).text


def test_who_steps_out_stands_beside_the_slot(officer: FlaskClient) -> None:
    day = days.published(entries=2)
    _titled(day)

    def bar() -> str:
        write(context(), day.field.reviewers[1], day.field.applications[0], "relative", Severity.WAIVABLE)
        return db.session.get_one(Person, day.field.reviewers[1]).name

    name = committed(bar)
    rows = officer.get(_office(day)).text.split("<tr>")
    assert [name in row for row in rows if "과제 0번" in row] == [True]
    assert [name in row for row in rows if "과제 1번" in row] == [False]


def test_an_officer_barred_from_one_team_does_not_run_the_day(client: FlaskClient) -> None:
    day = days.published(entries=2)
    who = member("officer", name="담당자")
    client = signed_in(client, who)
    assert client.get(_office(day)).status_code == 200
    committed(lambda: write(context(), who.id, day.field.applications[0], "relative", Severity.WAIVABLE))
    assert client.get(_office(day)).status_code == 404
    assert client.get(_panel(day)).status_code == 404
    assert _office(day) not in client.get(f"/office/calls/{day.field.call}/routing").text


def test_a_stage_without_a_rule_has_no_sessions(officer: FlaskClient) -> None:
    field = committed(lambda: routing.field_of(1, 2))
    panel = db.session.get_one(routing.Panel, field.panel_id).public_id
    assert officer.get(f"/office/panels/{panel}/sessions").status_code == 404
    assert "/sessions" not in officer.get(f"/office/calls/{field.call}/routing").text


def test_a_published_slot_is_changed_with_a_reason(officer: FlaskClient) -> None:
    day = days.published(entries=1, slots=1)
    here = f"{_office(day)}/{day.slot(0).public_id}"
    page = officer.get(here).text
    assert 'name="reason"' in page and 'name="entry"' not in page and "지우기" not in page
    later = (clock.now() + timedelta(days=9)).strftime("%Y-%m-%dT15:00")
    sent = {"starts_at": later, "minutes": "30", "place": "새 회의실"}
    assert officer.post(here, data=sent).status_code == 422
    assert officer.post(here, data=sent | {"reason": "회의실이 바뀌었습니다."}).status_code == 303
    assert day.slot(0).place == "새 회의실"
    client = _as(officer, day.field.principals[0])
    assert "회의실이 바뀌었습니다." in client.get(_team(day, 0)).text


# --- a team ---


def test_the_application_shows_the_slot_once_it_is_published(client: FlaskClient) -> None:
    day = days.planned(entries=1, slots=2)
    client = _as(client, day.field.principals[0], "America/New_York", "en")
    cockpit = f"/applications/{day.application(0).public_id}"
    assert "When you present" not in client.get(cockpit).text
    assert client.get(_team(day, 0)).status_code == 404

    def give() -> None:
        row = day.slot(0)
        wanted = service.Wanted(row.starts_at, row.minutes, row.place, day.field.entries[0])
        service.change_session(context(), row.id, wanted, "")

    committed(give)
    assert client.get(_team(day, 0)).status_code == 404
    committed(lambda: service.publish_sessions(context(), day.field.panel_id))
    card = client.get(cockpit).text
    assert "When you present" in card and "your time)" in card and "3층 회의실" in card
    page = client.get(_team(day, 0)).text
    assert "We will be there" in page
    assert "Confirm when you present." in client.get("/applications").text
    assert client.post(f"{_team(day, 0)}/confirm").status_code == 303
    shown = client.get(_team(day, 0)).text
    assert "We will be there" not in shown and "Confirmed" in shown
    assert "Confirm when you present." not in client.get("/applications").text


def test_another_teams_slot_is_shown_by_its_time_alone(client: FlaskClient) -> None:
    day = days.published(entries=3, slots=4)
    _titled(day)
    client = _as(client, day.field.principals[0])
    page = client.get(_team(day, 0)).text
    assert page.count('name="slot"') == 3
    for n in (1, 2):
        assert day.application(n).title not in page and day.application(n).applicant not in page
        assert day.application(n).public_id not in page and day.owner(n).name not in page
        assert day.entry(n).public_id not in page
    post = f"{_team(day, 0)}/exchange"
    assert client.post(post, data={"slot": f"ask:{day.slot(1).public_id}"}).status_code == 303
    assert "교환을 요청했습니다" in client.get(_team(day, 0)).text
    swap = days.swap_from(day, 0)
    other = _as(client, day.field.principals[1])
    asked = other.get(_team(day, 1)).text
    assert "다른 팀이 시간을 바꾸자고 합니다" in asked and day.application(0).title not in asked
    assert "다른 팀이 시간을 바꾸자고" in other.get(f"/applications/{day.application(1).public_id}").text
    done = other.post(f"{_team(day, 1)}/answer", data={"swap": swap, "answer": "accept"})
    assert done.status_code == 303
    assert day.slot_of(0).id == day.slots[1] and day.slot_of(1).id == day.slots[0]
    again = other.post(f"{_team(day, 1)}/exchange", data={"slot": f"take:{day.slot(3).public_id}"})
    assert again.status_code == 409 and "한 번만 바꿀 수 있으며" in again.text


def test_nobody_answers_a_request_to_another_team(client: FlaskClient) -> None:
    day = days.published(entries=3, slots=3)
    committed(lambda: service.ask_to_swap(day.as_owner(0), day.slots[0], day.slots[1]))
    swap = days.swap_from(day, 0)
    client = _as(client, day.field.principals[2])
    for what in ("answer", "take-back"):
        sent = {"swap": swap, "answer": "accept"}
        assert client.post(f"{_team(day, 2)}/{what}", data=sent).status_code == 404
        assert client.post(f"{_team(day, 1)}/{what}", data=sent).status_code == 404
    assert db.session.scalars(select(SessionSwap)).one().answered_at is None


def test_a_slot_that_was_taken_meanwhile_is_refused_with_what_is_left(client: FlaskClient) -> None:
    day = days.published(entries=2, slots=3)
    committed(lambda: service.take_free_slot(day.as_owner(1), day.slots[1], day.slots[2]))
    client = _as(client, day.field.principals[0])
    answer = client.post(f"{_team(day, 0)}/exchange", data={"slot": f"take:{day.slot(2).public_id}"})
    assert answer.status_code == 409 and "그사이 그 자리가 바뀌었습니다" in answer.text
    assert f"take:{day.slot(1).public_id}" in answer.text


def test_the_calendar_file_holds_the_time_and_no_name(client: FlaskClient) -> None:
    day = days.published(entries=2, slots=2)
    _titled(day)
    client = _as(client, day.field.principals[0])
    answer = client.get(f"{_team(day, 0)}.ics")
    assert answer.mimetype == "text/calendar"
    said = answer.get_data(as_text=True).replace("\r\n ", "")
    assert f"DTSTART:{day.starts(0):%Y%m%dT%H%M%SZ}" in said and said.count("BEGIN:VEVENT") == 1
    for word in (day.application(0).title, day.application(0).applicant, day.owner(0).name, "3층 회의실"):
        assert word not in said
    uid = re.findall(r"UID:(\S+)", said)
    committed(lambda: service.answer_swap(day.as_owner(1), _asked(day), True))
    moved = client.get(f"{_team(day, 0)}.ics").get_data(as_text=True).replace("\r\n ", "")
    assert re.findall(r"UID:(\S+)", moved) == uid
    assert f"DTSTART:{day.starts(1):%Y%m%dT%H%M%SZ}" in moved


def _asked(day: days.Day) -> int:
    return service.ask_to_swap(day.as_owner(0), day.slots[0], day.slots[1]).id


# --- the panel ---


def _heard(field: reviews.UnderReview, first: datetime) -> list[Session]:
    """Sessions for the entries of a field under review, published."""

    def make() -> list[int]:
        rows = service.plan_sessions(
            context(), field.field.panel_id, days.Layout(first, len(field.entries), 30, 10), "3층"
        )
        for row, entry_id in zip(rows, field.entries, strict=True):
            service.change_session(context(), row.id, service.Wanted(row.starts_at, 30, "3층", entry_id), "")
        service.publish_sessions(context(), field.field.panel_id)
        return [row.id for row in rows]

    return [db.session.get_one(Session, id_) for id_ in committed(make)]


def _field(entries: int = 3, *, declared: bool = True) -> reviews.UnderReview:
    made = reviews.definition(form="presentation", session=days.RULE, awards=False)
    field = reviews.under_review(entries, 3, declared=declared, made=made)

    def name() -> None:
        for n in range(entries):
            reviews.entry_of(field, n).application.title = f"과제 {n}번"

    committed(name)
    return field


def test_the_panel_sees_the_order_with_links_to_its_reviews(client: FlaskClient) -> None:
    field = _field()
    _heard(field, clock.now() + timedelta(days=2))
    client = _as(client, field.reviewers[1], "America/New_York")
    panel = db.session.get_one(routing.Panel, field.field.panel_id).public_id
    page = client.get(f"/panels/{panel}/sessions").text
    for n in range(3):
        assert f"과제 {n}번" in page
        assert f'href="/reviews/{field.assignment(n, 1).public_id}"' in page
    assert "내 시간대" in page
    assert f"/panels/{panel}/sessions" in client.get("/reviews").text
    assert client.get(f"/panels/{panel}/sessions.ics").get_data(as_text=True).count("BEGIN:VEVENT") == 3


def test_a_member_barred_from_a_team_sees_neither_its_slot_nor_its_name(client: FlaskClient) -> None:
    field = _field()
    heard = _heard(field, clock.now() + timedelta(days=2))
    committed(lambda: write(context(), field.reviewers[1], field.field.applications[1], "relative", Severity.WAIVABLE))
    panel = db.session.get_one(routing.Panel, field.field.panel_id).public_id
    client = _as(client, field.reviewers[1])
    page = client.get(f"/panels/{panel}/sessions").text
    barred = heard[1].starts_at.astimezone(days.SEOUL).strftime("%H:%M")
    assert "과제 1번" not in page and barred not in page and "과제 0번" in page and "과제 2번" in page
    assert client.get(f"/panels/{panel}/sessions/{heard[1].public_id}").status_code == 404
    said = client.get(f"/panels/{panel}/sessions.ics").get_data(as_text=True)
    assert said.count("BEGIN:VEVENT") == 2 and f"{heard[1].starts_at:%Y%m%dT%H%M%SZ}" not in said


def test_a_title_is_told_only_after_the_declaration(client: FlaskClient) -> None:
    field = _field(declared=False)
    heard = _heard(field, clock.now() + timedelta(days=2))
    panel = db.session.get_one(routing.Panel, field.field.panel_id).public_id
    client = _as(client, field.reviewers[1])
    page = client.get(f"/panels/{panel}/sessions").text
    assert "과제 0번" not in page and f"/reviews/{field.assignment(0, 1).public_id}/conflict" in page
    assert client.get(f"/panels/{panel}/sessions/{heard[0].public_id}").status_code == 404


def test_the_chair_keeps_the_day_and_members_read_the_minutes(client: FlaskClient) -> None:
    field = _field()
    heard = _heard(field, clock.now() + timedelta(days=2))
    panel = db.session.get_one(routing.Panel, field.field.panel_id).public_id
    here = f"/panels/{panel}/sessions/{heard[0].public_id}"
    missed = f"/panels/{panel}/sessions/{heard[1].public_id}"
    with time_machine.travel(heard[1].starts_at + timedelta(minutes=16), tick=False):
        chair = _as(client, field.reviewers[0])
        days_page = chair.get(f"/panels/{panel}/sessions").text
        assert days_page.index("과제 1번") < days_page.index("과제 2번") < days_page.index("과제 0번")
        assert chair.post(f"{here}/start").status_code == 303
        assert chair.post(f"{missed}/absent", data={"reason": ""}).status_code == 422
        assert chair.post(f"{missed}/absent", data={"reason": "연락이 닿지 않음"}).status_code == 303
        assert chair.post(f"{here}/minutes", data={"text": "첫 글", "version": "0"}).status_code == 303
        stale = chair.post(f"{here}/minutes", data={"text": "늦은 글", "version": "0"})
        assert stale.status_code == 409 and "첫 글" in stale.text and "늦은 글" in stale.text
        other = _as(client, field.reviewers[2])
        page = other.get(here).text
        assert "첫 글" in page and "<textarea" not in page
        assert other.post(f"{here}/minutes", data={"text": "다른 글", "version": "1"}).status_code == 403
        assert "불참" in other.get(missed).text


def test_an_absence_stands_as_a_fact_beside_the_ranking(client: FlaskClient) -> None:
    field = _field(2)
    heard = _heard(field, clock.now() + timedelta(days=2))
    reviews.all_submitted(field, [[(50, 30)] * 3, [(40, 20)] * 3])

    def miss() -> None:
        row = db.session.get_one(Session, heard[1].id)
        row.absent_at, row.absent_reason = clock.now(), "연락이 닿지 않음"

    committed(miss)
    run_all_due()
    officer = signed_in(client, member("officer", name="담당자"))
    ranking = officer.get(f"/office/calls/{field.field.call}/ranking").text
    assert ranking.count("발표 불참") == 1
    proposal = officer.get(f"/office/calls/{field.field.call}/awards").text
    assert proposal.count("발표 불참") == 1

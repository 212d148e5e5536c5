"""Who is away, and who stands in: only somebody who holds the same right for at least the same scope."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.accounts import queries, rules, service
from portal.accounts.errors import (
    AbsencesOverlap,
    AbsenceTooLong,
    DatesReversed,
    DayIsPast,
    DeputyAway,
    DeputyWithoutRight,
)
from portal.accounts.models import Absence, Person
from portal.platform import clock
from portal.platform.db import db
from portal.platform.errors import NotFound
from portal.platform.jobs import Job
from tests.databases import both_databases
from tests.factories.accounts import account, member, signed_in
from tests.factories.base import committed, context, grant, person

TODAY = rules.korean_day(clock.now())


def days(first: int, last: int) -> tuple[date, date]:
    return TODAY + timedelta(days=first), TODAY + timedelta(days=last)


def away(who: Person, first: int, last: int, deputy: Person | None = None) -> Absence:
    who_id, key = who.id, deputy.public_id if deputy else ""
    return committed(lambda: service.say_absent(context(), who_id, *days(first, last), key))


def test_first_and_last_day_belong_to_an_absence(app: Flask) -> None:
    who, other = member(), member()
    away(who, 2, 4)
    on = [bool(queries.away_on([who.id, other.id], TODAY + timedelta(days=n))) for n in range(1, 6)]
    assert on == [False, True, True, True, False]


def test_a_double_is_away_with_its_human(app: Flask) -> None:
    who, double = member(), member()
    committed(lambda: service.join_double(context(), double.id, who.id))
    away(double, 0, 1)
    assert set(queries.away_on([who.id], TODAY)) == {who.id}


@pytest.mark.parametrize(
    ("first", "last", "refusal"), [(3, 2, DatesReversed), (-5, -1, DayIsPast), (0, 366, AbsenceTooLong)]
)
def test_impossible_days_are_refused(app: Flask, first: int, last: int, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        away(member(), first, last)


def test_absences_of_one_person_do_not_overlap(app: Flask) -> None:
    who = member()
    made = away(who, 2, 4)
    with pytest.raises(AbsencesOverlap):
        away(who, 4, 6)
    committed(lambda: service.end_absence(context(), who.id, made.public_id))
    away(who, 4, 6)


def test_a_deputy_holds_the_same_right_for_at_least_the_same_scope(app: Flask) -> None:
    who = member("administrator", scope="program:WBL")
    officer, elsewhere = member("officer", scope="program:WBL"), member("administrator", scope="program:CHAMP")
    equal, wider = member("administrator", scope="program:WBL"), member("administrator")
    possible = queries.possible_deputies(who, clock.now())
    assert {p.id for p in possible} == {equal.id, wider.id}
    for wrong in (officer, elsewhere, who):
        with pytest.raises(DeputyWithoutRight):
            away(who, 0, 1, wrong)
    assert away(who, 0, 1, wider).deputy_id == wider.id


def test_scopes_of_a_deputy_add_up(app: Flask) -> None:
    who, both = member("administrator", scope="program:WBL"), member("administrator", scope="program:WBL")
    committed(lambda: (grant(who, "administrator", "program:CHAMP"), grant(both, "administrator", "program:PATH")))
    assert queries.possible_deputies(who, clock.now()) == []
    committed(lambda: grant(both, "administrator", "program:CHAMP"))
    assert [p.id for p in queries.possible_deputies(who, clock.now())] == [both.id]


def test_nobody_stands_in_who_is_shut_out_or_away(app: Flask) -> None:
    who, shut, gone = member("administrator"), member("administrator"), member("administrator")
    committed(lambda: service.disable_account(context(), shut.id))
    away(gone, 1, 1)
    with pytest.raises(DeputyWithoutRight):
        away(who, 0, 2, shut)
    with pytest.raises(DeputyAway):
        away(who, 0, 2, gone)
    assert away(who, 2, 3, gone).deputy_id == gone.id


def test_the_deputy_is_told_and_nobody_else(app: Flask) -> None:
    who, deputy = member("administrator"), member("administrator")
    away(who, 0, 1, deputy)
    away(who, 3, 4)
    assert db.session.scalar(select(func.count()).where(Job.kind == "accounts.stands_in")) == 1


def test_only_ones_own_present_absence_can_be_ended(app: Flask) -> None:
    who, other = member(), member()
    made = away(who, 0, 1)
    with pytest.raises(NotFound):
        committed(lambda: service.end_absence(context(), other.id, made.public_id))
    committed(lambda: service.end_absence(context(), who.id, made.public_id))
    assert queries.away_on([who.id], TODAY) == {}
    with pytest.raises(NotFound):
        committed(lambda: service.end_absence(context(), who.id, made.public_id))


@both_databases
def test_saying_the_same_days_at_once_makes_one_absence(app: Flask) -> None:
    who_id, outcomes = committed(lambda: account(person()).id), []

    def say_it() -> None:
        with app.app_context():
            try:
                committed(lambda: service.say_absent(context(), who_id, *days(0, 3)))
                outcomes.append("made")
            except AbsencesOverlap:
                outcomes.append("refused")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=say_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", *["refused"] * 5]
    assert db.session.scalar(select(func.count()).select_from(Absence)) == 1


def test_the_page_says_ends_and_explains(client: FlaskClient) -> None:
    who, deputy = member("administrator", scope="program:WBL"), member("administrator", name="이대리")
    outsider = member("administrator", name="남의사업", scope="program:CHAMP")
    signed_in(client, who)
    page = client.get("/profile/absence").text
    assert "이대리" in page and "남의사업" not in page
    typed = {"since": TODAY.isoformat(), "until": TODAY.isoformat(), "deputy": outsider.public_id}
    refused = client.post("/profile/absence", data=typed)
    assert refused.status_code == 422 and "남의사업 님은 그렇지 않습니다" in refused.text
    assert client.post("/profile/absence", data=typed | {"deputy": deputy.public_id}).status_code == 303
    page = client.get("/profile/absence").text
    assert "부재 중" in page
    made = db.session.scalars(select(Absence)).one()
    assert client.post("/profile/absence/end", data={"absence": made.public_id}).status_code == 303
    assert "일찍 끝냄" in client.get("/profile/absence").text


def test_who_approves_nothing_is_not_asked_for_a_deputy(client: FlaskClient) -> None:
    signed_in(client, member("reviewer"))
    assert 'name="deputy"' not in client.get("/profile/absence").text

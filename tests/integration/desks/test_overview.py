"""One call at a glance: days against plan, what waits for whom, what comes next."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.conflicts.models import Severity
from portal.conflicts.service import write
from portal.desks.officer.pages import overview
from portal.desks.officer.queries.overview import standing
from portal.platform import clock
from tests.databases import both_databases
from tests.factories import base
from tests.factories.accounts import signed_in
from tests.factories.base import committed
from tests.factories.office import Office, office
from tests.factories.reviews import submitted

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def made(app: Flask) -> Office:
    return office()


@pytest.fixture
def browser(app: Flask, made: Office) -> FlaskClient:
    return signed_in(app.test_client(), made.officer)


@both_databases
def test_reviews_are_counted_with_their_people_and_lateness(made: Office) -> None:
    found = standing(made.context().actor, made.call, clock.now())
    assert (found.reviews, found.reviewing, found.late, found.to_propose) == (6, 2, 0, 0)
    for place in range(3):
        submitted(made.field, place, 0)
    later = standing(made.context().actor, made.call, clock.now() + timedelta(days=60))
    assert (later.reviews, later.reviewing, later.late, later.late_people) == (3, 1, 3, 1)


@both_databases
def test_what_bars_the_officer_is_not_counted(made: Office) -> None:
    committed(
        lambda: write(
            base.context(), made.officer_id, made.field.field.applications[0], "participant", Severity.ABSOLUTE
        )
    )
    assert standing(made.context().actor, made.call, clock.now()).reviews == 4


@both_databases
def test_a_stage_that_is_reviewed_waits_for_a_proposal(made: Office) -> None:
    for place in range(3):
        for reviewer in range(2):
            submitted(made.field, place, reviewer)
    assert standing(made.context().actor, made.call, clock.now()).to_propose == 1


def test_days_are_told_against_plan(made: Office) -> None:
    stage = made.field.field.stage()
    assert stage.opened_at is not None and stage.review_opens_at is not None
    (row,) = overview.stage_days(made.call, stage.opened_at + timedelta(days=9))
    plan = made.call.definition.stage("paper")
    assert (row.days, row.of_days, row.of_review_days) == (9, plan.days, plan.review_days)
    assert row.ended is None and row.planned_until == stage.opened_at + timedelta(days=plan.days)
    assert [bar["limit"] for bar in overview.bars([row])] == [plan.days, plan.review_days]


def test_the_nearest_date_stands_first_and_what_is_past_says_so(made: Office) -> None:
    due = made.field.field.stage().review_due_at
    assert due is not None
    dates = overview.next_dates(made.call, due + timedelta(hours=1))
    assert dates == sorted(dates, key=lambda one: one["at"])
    assert {one["over"] for one in dates if one["at"] == due} == {True}


def test_the_page_says_who_has_to_act_and_names_nobody(made: Office, browser: FlaskClient) -> None:
    page = browser.get(made.address).text
    assert "제출할 평가 6건" in page and "평가위원 2명" in page
    assert made.field.person(0).name not in page
    assert "표로 보기" in page and "다음 날짜" in page

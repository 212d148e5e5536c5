"""Who is away for half of the review or more gets nothing; the run says so, and nobody is reminded while away."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from portal.accounts import service as accounts
from portal.platform import clock
from portal.platform.db import db
from portal.platform.jobs import Job
from portal.programs.models import Stage
from portal.reviews import service as reviews
from portal.routing.models import Assignment, RoutingRun
from portal.routing.queries import pool as reviewers
from portal.routing.rules.panels import is_left_out, review_window
from tests.factories.accounts import account, signed_in
from tests.factories.base import committed, context, person
from tests.factories.reviews import under_review
from tests.factories.routing import Field, definition, field_of, routed


def window(field: Field) -> tuple:  # type: ignore[type-arg]
    return review_window(db.session.get_one(Stage, field.stage_id), clock.now())


def away(field: Field, reviewer: int, days: int) -> None:
    """For the first `days` of the review."""
    first, _ = window(field)
    who = field.reviewers[reviewer]
    committed(lambda: accounts.say_absent(context(), who, first, first + timedelta(days=days - 1)))


def test_half_of_the_days_is_too_much() -> None:
    assert [is_left_out(away, 4) for away in range(5)] == [False, False, True, True, True]
    assert not is_left_out(0, 0)


def test_the_run_leaves_out_who_is_away_and_keeps_it_as_a_frozen_input(app: Flask) -> None:
    field = committed(lambda: field_of(4, 3, definition(size=3, reviews=2)))
    first, last = window(field)
    whole = (last - first).days + 1
    away(field, 0, whole)
    away(field, 1, 1)
    run_id = committed(lambda: routed(field).id)
    given = set(db.session.scalars(select(Assignment.person_id).where(Assignment.run_id == run_id)))
    assert field.reviewers[0] not in given and field.reviewers[1] in given
    run = db.session.get_one(RoutingRun, run_id)
    assert run.inputs["away"] == [{"person": field.reviewers[0], "days": whole, "of": whole}]
    assert run.result["avoided"] == 0


def test_places_that_absence_leaves_open_say_so(app: Flask) -> None:
    field = committed(lambda: field_of(2, 3, definition(size=4, reviews=3)))
    first, last = window(field)
    away(field, 0, (last - first).days + 1)
    run_id = committed(lambda: routed(field).id)
    reasons = {u["reason"] for u in db.session.get_one(RoutingRun, run_id).result["unfilled"]}
    assert reasons == {"absence"}


def test_the_pool_shows_who_is_away_in_the_days_of_the_review(app: Flask) -> None:
    field = committed(lambda: field_of(1, 2))
    away(field, 0, 1)
    stage = db.session.get_one(Stage, field.stage_id)
    rows = {r.person.id: r.away for r in reviewers.pool(stage.call, clock.now(), window=window(field)).rows}
    assert [len(rows[who]) for who in field.reviewers] == [1, 0]
    officer = committed(lambda: account(person("담당자"), "officer"))
    browser = signed_in(app.test_client(), officer)
    page = browser.get(f"/office/calls/{stage.call.public_id}/routing/panel?stage={stage.code}").text
    assert page.count("부재</span>") == 1 or "부재" in page


def test_nobody_is_reminded_on_a_day_away(app: Flask) -> None:
    found = under_review(1)
    away(found.field, 0, 1)
    stage_id = found.stage_id
    told = committed(lambda: reviews.remind(context(), stage_id))
    assert told == len(found.reviewers) - 1
    assert db.session.scalar(select(func.count()).where(Job.kind == "reviews.reminder")) == told

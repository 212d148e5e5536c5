"""The detection over real rows, on both databases (DOMAIN 6.3 no. 7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from portal.accounts.models import Department, Organisation, Person, Sanction
from portal.conflicts.queries import bars_of
from portal.conflicts.rules import today
from portal.platform import clock
from portal.platform.db import db
from portal.routing.models import AssignmentState
from portal.routing.service import detect, publish, waive_conflict
from tests.databases import both_databases
from tests.factories import routing
from tests.factories.base import committed, context, person
from workers.wake import run_all_due

pytestmark = [both_databases, pytest.mark.usefixtures("app")]


@pytest.fixture
def field(app: object) -> routing.Field:
    """Two applications and three reviewers, nothing between them."""

    def make() -> routing.Field:
        made = routing.field_of(entries=2, reviewers=3)
        home = db.session.get_one(Organisation, made.leads[0])
        routing.works_at(db.session.get_one(Person, made.principals[0]), home, routing.department(home))
        return made

    return committed(make)


def _grounds(field: routing.Field, reviewer: int = 0, application: int = 0) -> list[str]:
    committed(lambda: detect(context(), field.stage_id))
    return [b.ground for b in bars_of(field.reviewers[reviewer], field.applications[application])]


def _first(field: routing.Field) -> tuple[Person, Organisation, Department]:
    home = db.session.get_one(Organisation, field.leads[0])
    return (
        db.session.get_one(Person, field.reviewers[0]),
        home,
        db.session.query(Department).filter_by(organisation_id=home.id).one(),
    )


def _change(action: Callable[[], object]) -> None:
    committed(action)


def test_strangers_are_free(field: routing.Field) -> None:
    assert _grounds(field) == []


def test_same_university_other_department_is_allowed(field: routing.Field) -> None:
    def move() -> None:
        who, home, _ = _first(field)
        routing.works_at(who, home, routing.department(home, "물리학과"))

    _change(move)
    assert _grounds(field) == []


def test_same_department_as_the_pi_is_excluded_there_only(field: routing.Field) -> None:
    def move() -> None:
        who, home, room = _first(field)
        routing.works_at(who, home, room)

    _change(move)
    assert _grounds(field) == ["same_department"]
    assert _grounds(field, application=1) == []


def test_a_department_left_two_years_ago_does_not_bar_under_this_regime(field: routing.Field) -> None:
    def move() -> None:
        who, home, room = _first(field)
        routing.works_at(who, home, room, until=today(clock.now()) - timedelta(days=730))

    _change(move)
    assert _grounds(field) == []


def test_a_member_of_one_application_reviews_none_of_the_call(field: routing.Field) -> None:
    _change(lambda: routing.add_member(field.applications[0], db.session.get_one(Person, field.reviewers[0])))
    assert _grounds(field) == ["participant"]
    assert _grounds(field, application=1) == ["same_call_applicant"]


def test_a_double_of_a_member_is_a_participant(field: routing.Field) -> None:
    def join() -> None:
        double = person()
        double.same_as_id = field.reviewers[0]
        routing.add_member(field.applications[0], double)

    _change(join)
    assert _grounds(field) == ["participant"]


def test_a_restricted_person_is_barred_from_every_application(field: routing.Field) -> None:
    def restrict() -> None:
        day = today(clock.now())
        db.session.add(Sanction(person_id=field.reviewers[0], ground="misuse", since=day, until=day))

    _change(restrict)
    assert _grounds(field) == ["sanctioned"]
    assert _grounds(field, application=1) == ["sanctioned"]


def test_the_same_company_bars(field: routing.Field) -> None:
    def hire() -> None:
        lead = db.session.get_one(Organisation, field.leads[1])
        lead.kind = "company_sme"
        routing.works_at(db.session.get_one(Person, field.reviewers[0]), lead)

    _change(hire)
    assert _grounds(field, application=1) == ["same_company"]
    assert _grounds(field) == []


def test_people_who_judge_each_other_at_the_same_time_are_kept_apart(field: routing.Field) -> None:
    """The reviewer has an application in another call whose panel holds a member of the application here."""

    def cross() -> None:
        call = routing.closed_call()
        stage = call.stages[0]
        routing.applied(call, stage, pi=db.session.get_one(Person, field.reviewers[0]))
        routing.panel(stage, [db.session.get_one(Person, field.principals[1])])

    _change(cross)
    assert _grounds(field, application=1) == ["cross_review"]
    assert _grounds(field) == []


def test_detecting_twice_finds_nothing_new(field: routing.Field) -> None:
    _change(lambda: routing.add_member(field.applications[0], db.session.get_one(Person, field.reviewers[0])))
    assert committed(lambda: len(detect(context(), field.stage_id))) == 2
    assert committed(lambda: len(detect(context(), field.stage_id))) == 0


def _published(field: routing.Field) -> None:
    committed(lambda: publish(context(), routing.routed(field).id))


def test_who_becomes_a_participant_after_assignment_loses_it_at_once(field: routing.Field) -> None:
    _published(field)
    pairs = [
        (r, e)
        for r in field.reviewers
        for e in field.entries
        if routing.assignment(field, r, e, AssignmentState.PUBLISHED)
    ]
    reviewer, entry = pairs[0]
    application = field.applications[field.entries.index(entry)]

    def joins() -> None:
        routing.add_member(application, db.session.get_one(Person, reviewer))
        detect(context(), field.stage_id)

    committed(joins)
    assert routing.assignment(field, reviewer, entry, AssignmentState.REVOKED)


def test_a_bar_written_by_another_feature_revokes_through_its_job(field: routing.Field) -> None:
    from portal.conflicts.models import Severity
    from portal.conflicts.service import write

    _published(field)
    reviewer, entry = next((r, e) for r in field.reviewers for e in field.entries if routing.assignment(field, r, e))
    application = field.applications[field.entries.index(entry)]
    committed(lambda: write(context(), reviewer, application, "same_department", Severity.WAIVABLE))
    run_all_due()
    db.session.rollback()
    assert routing.assignment(field, reviewer, entry, AssignmentState.REVOKED)


def test_waived_for_expertise_the_reviewer_is_back_with_a_record(field: routing.Field) -> None:
    def move() -> None:
        who, home, room = _first(field)
        routing.works_at(who, home, room)

    _published(field)
    held = routing.assignment(field, field.reviewers[0], field.entries[0]) is not None
    _change(move)
    assert _grounds(field) == ["same_department"]
    (bar,) = bars_of(field.reviewers[0], field.applications[0])
    id_, officer = bar.id, committed(lambda: person("담당자"))
    committed(lambda: waive_conflict(context(officer, "officer"), id_, "이 분야의 유일한 전문가"))
    assert _grounds(field) == []
    if held:
        assert routing.assignment(field, field.reviewers[0], field.entries[0], AssignmentState.PUBLISHED)

"""Invitations, the pledge and the declaration; on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.conflicts.models import Conflict, Severity, Source
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.jobs import Job
from portal.routing import service
from portal.routing.errors import (
    GroundMissing,
    NoSeats,
    NotInPool,
    NotOpenToAnswer,
    OneChair,
    PledgeFirst,
    ReasonMissing,
    SeatAnswered,
)
from portal.routing.models import Assignment, AssignmentState, Panel, Seat, SeatState
from portal.routing.queries import panels
from portal.routing.service.panels import token_hash
from tests.databases import both_databases
from tests.factories import routing
from tests.factories.base import committed, context, person

pytestmark = [both_databases, pytest.mark.usefixtures("app")]
NAMES = {"ko": "서면평가 패널", "en": "Paper panel"}


def _stage_with_pool(n: int = 3) -> tuple[int, list[int]]:
    def make() -> tuple[int, list[int]]:
        field = routing.closed_call()
        return field.stages[0].id, [routing.reviewer().id for _ in range(n)]

    return committed(make)


def _form(stage: int, *seats: tuple[int, str, bool]) -> int:
    return committed(lambda: service.form_panel(context(), stage, NAMES, list(seats)).id)


def test_forming_a_panel_invites_everybody_chosen() -> None:
    stage, people = _stage_with_pool()
    panel = _form(stage, (people[0], "academia", True), (people[1], "foreign", False))
    seats = db.session.get_one(Panel, panel).seats
    assert [(s.person_id, s.kind, s.chair, s.state) for s in seats] == [
        (people[0], "academia", True, SeatState.INVITED), (people[1], "foreign", False, SeatState.INVITED),
    ]  # fmt: skip
    assert db.session.scalar(select(func.count()).where(Job.kind == "routing.seat_invited")) == 2
    assert _form(stage, (people[0], "academia", False), (people[2], "academia", False)) == panel
    assert len(panels.panels_of(stage)[0].seats) == 3


def test_a_panel_has_one_chair_at_least_one_seat_and_people_of_the_pool() -> None:
    stage, people = _stage_with_pool()
    with pytest.raises(OneChair):
        _form(stage, (people[0], "academia", True), (people[1], "academia", True))
    with pytest.raises(NoSeats):
        _form(stage)
    stranger = committed(lambda: person().id)
    with pytest.raises(NotInPool):
        _form(stage, (stranger, "academia", False))


def test_the_chair_can_be_given_to_another_member() -> None:
    stage, people = _stage_with_pool()
    panel = _form(stage, (people[0], "academia", True), (people[1], "academia", False))
    second = db.session.get_one(Panel, panel).seats[1].id
    committed(lambda: service.make_chair(context(), second))
    assert [s.chair for s in db.session.get_one(Panel, panel).seats] == [False, True]


def test_an_invitation_is_answered_once_and_declining_takes_a_reason() -> None:
    stage, people = _stage_with_pool()
    panel = _form(stage, (people[0], "academia", True), (people[1], "academia", False))
    first, second = (s.id for s in db.session.get_one(Panel, panel).seats)
    committed(lambda: service.answer_seat(context(), first, True))
    with pytest.raises(SeatAnswered):
        committed(lambda: service.answer_seat(context(), first, False, "마음이 바뀜"))
    with pytest.raises(ReasonMissing):
        committed(lambda: service.answer_seat(context(), second, False))
    committed(lambda: service.answer_seat(context(), second, False, "출장", "박가온 교수"))
    seat = db.session.get_one(Seat, second)
    assert (seat.state, seat.decline_reason, seat.suggestion) == (SeatState.DECLINED, "출장", "박가온 교수")


def test_the_link_of_an_invitation_is_kept_as_a_hash_only() -> None:
    stage, people = _stage_with_pool()
    panel = _form(stage, (people[0], "academia", True))
    seat = db.session.get_one(Panel, panel).seats[0].id
    token = committed(lambda: service.mint_seat_token(context(), seat))
    kept = db.session.get_one(Seat, seat).token_hash
    assert kept is not None
    assert token not in kept
    found = panels.seat_by_token_hash(token_hash(token))
    assert found is not None and found.id == seat


def _published() -> tuple[routing.Field, int, int]:
    """(field, a reviewer, their published assignment)."""
    field = committed(lambda: routing.field_of(3, 3))
    committed(lambda: service.publish(context(), routing.routed(field).id))
    row = db.session.scalars(select(Assignment).order_by(Assignment.id)).first()
    assert row is not None
    return field, row.person_id, row.id


def _as(person_id: int) -> Context:
    return context(db.session.get_one(Person, person_id), "reviewer")


def _pledge(field: routing.Field, person_id: int) -> None:
    seat = panels.seat_of(field.panel_id, frozenset({person_id}))
    assert seat is not None
    id_ = seat.id
    committed(lambda: service.pledge(_as(person_id), id_))


def test_nobody_reviews_without_the_pledge_and_one_pledge_covers_all() -> None:
    field, reviewer, assignment = _published()
    with pytest.raises(PledgeFirst):
        committed(lambda: service.answer_assignment(_as(reviewer), assignment, True))
    _pledge(field, reviewer)
    ids = [a.id for a in panels.undeclared(_as(reviewer).actor, field.panel_id)]
    assert len(ids) == 2
    for id_ in ids:
        committed(lambda id_=id_: service.answer_assignment(_as(reviewer), id_, True))
    row = db.session.get_one(Assignment, assignment)
    assert row.state is AssignmentState.ACCEPTED
    assert row.declared_at is not None


def test_declining_without_a_conflict_takes_a_reason_and_writes_no_bar() -> None:
    _, reviewer, assignment = _published()
    with pytest.raises(ReasonMissing):
        committed(lambda: service.answer_assignment(_as(reviewer), assignment, False, " "))
    committed(lambda: service.answer_assignment(_as(reviewer), assignment, False, "전공이 다릅니다"))
    assert db.session.get_one(Assignment, assignment).state is AssignmentState.DECLINED
    assert db.session.scalar(select(func.count()).select_from(Conflict)) == 0


def test_a_declared_conflict_gives_the_assignment_back_and_closes_access() -> None:
    _, reviewer, assignment = _published()
    public_id = db.session.get_one(Assignment, assignment).public_id
    with pytest.raises(GroundMissing):
        committed(lambda: service.declare(_as(reviewer), assignment, "made_up", False, ""))
    committed(lambda: service.declare(_as(reviewer), assignment, "joint_research", False, "2년 전 공동 논문"))
    assert db.session.get_one(Assignment, assignment).state is AssignmentState.DECLINED
    row = db.session.scalars(select(Conflict)).one()
    assert (row.person_id, row.ground, row.source) == (reviewer, "joint_research", Source.DECLARED)
    assert panels.my_assignment(_as(reviewer).actor, public_id) is None
    with pytest.raises(NotOpenToAnswer):
        committed(lambda: service.answer_assignment(_as(reviewer), assignment, True))


def test_a_declared_participant_is_barred_absolutely() -> None:
    _, reviewer, assignment = _published()
    committed(lambda: service.declare(_as(reviewer), assignment, "participant", False, ""))
    assert db.session.scalars(select(Conflict)).one().severity is Severity.ABSOLUTE


def _unsure() -> tuple[int, int, int]:
    field, reviewer, assignment = _published()
    _pledge(field, reviewer)
    row = committed(lambda: service.declare(_as(reviewer), assignment, None, True, "먼 친척일 수도").id)
    return reviewer, assignment, row


def test_not_sure_closes_access_but_keeps_the_place() -> None:
    reviewer, assignment, _ = _unsure()
    row = db.session.get_one(Assignment, assignment)
    assert row.state is AssignmentState.PUBLISHED
    assert panels.my_assignment(_as(reviewer).actor, row.public_id) is None


def test_a_dismissed_double_check_lets_the_reviewer_go_on() -> None:
    reviewer, assignment, conflict = _unsure()
    officer = committed(lambda: person("담당자"))
    committed(lambda: service.dismiss_conflict(context(officer, "officer"), conflict, "친족이 아님을 확인"))
    row = db.session.get_one(Assignment, assignment)
    assert row.state is AssignmentState.ACCEPTED
    assert panels.my_assignment(_as(reviewer).actor, row.public_id) is not None


def test_a_confirmed_doubt_takes_the_assignment_away() -> None:
    _, assignment, conflict = _unsure()
    officer = committed(lambda: person("담당자"))
    committed(lambda: service.confirm_conflict(context(officer, "officer"), conflict, "relative", Severity.WAIVABLE))
    assert db.session.get_one(Assignment, assignment).state is AssignmentState.REVOKED


def test_nobody_answers_for_another() -> None:
    field, reviewer, assignment = _published()
    other = next(p for p in field.reviewers if p != reviewer)
    for act in (
        lambda: service.answer_assignment(_as(other), assignment, False, "대신"),
        lambda: service.declare(_as(other), assignment, "relative", False, ""),
    ):
        with pytest.raises(NotOpenToAnswer):
            committed(act)

"""A gate is a stage held over awards: reports go through screening, routing, reviews and ranking unchanged."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Person
from portal.applications.models import EntryState, StageEntry
from portal.audit.service import verify
from portal.awards.models import Award, AwardState
from portal.conflicts.models import Conflict
from portal.platform.db import db
from portal.platform.jobs import Job, JobState
from portal.programs.models import Call, CallState, Stage
from portal.ranking import service as ranking
from portal.ranking.queries import latest_run
from portal.reviews import service as reviews
from portal.routing import service as routing
from portal.routing.models import Assignment, AssignmentState, Seat
from portal.routing.queries.panels import current_run
from portal.screening import service as screening
from portal.screening.models import PointSheet, Screening, ScreeningState
from tests.databases import both_databases
from tests.factories.accounts import account, signed_in
from tests.factories.base import committed, context, person
from tests.factories.consortia import words
from tests.factories.gates import Awarded, awarded_teams, enter_gate
from tests.factories.reviews import COMMENT, REASON
from tests.factories.routing import add_member, reviewer
from workers.wake import run_all_due

pytestmark = both_databases
TEAMS = 5
POINTS = [(60, 25), (65, 20), (40, 20), (65, 25)]  # of the four teams that are reviewed, by every expert alike


@pytest.fixture
def awarded(app: Flask) -> Awarded:
    return committed(lambda: awarded_teams(TEAMS))


def _entries(of: Awarded) -> list[StageEntry]:
    query = select(StageEntry).where(StageEntry.stage_id == of.gate_id).order_by(StageEntry.id)
    return list(db.session.scalars(query))


def _screenings(of: Awarded) -> dict[int, Screening]:
    rows = db.session.scalars(
        select(Screening).join(StageEntry, Screening.entry_id == StageEntry.id).where(StageEntry.stage_id == of.gate_id)
    )
    return {row.entry_id: row for row in rows}


def _screen(of: Awarded) -> list[int]:
    """Reports enter; the incomplete one waits for an officer, who keeps it from the review. The reviewed entries."""
    committed(lambda: enter_gate(of, next=""))
    run_all_due()
    *complete, short = _entries(of)
    found = _screenings(of)
    assert {found[e.id].state for e in complete} == {ScreeningState.ELIGIBLE}
    assert {e.state for e in complete} == {EntryState.IN_REVIEW}
    assert (found[short.id].state, short.state) == (ScreeningState.WAITING, EntryState.ENTERED)
    assert [f.rule for f in found[short.id].findings] == ["report_complete"]
    waiting, ids = found[short.id].id, [e.id for e in complete]
    committed(lambda: screening.decide(context(person(), "officer"), waiting, False, "보고서의 절반이 비어 있습니다."))
    run_all_due()
    return ids


def _panel(of: Awarded) -> tuple[int, list[int], int]:
    """(panel, its free experts, one who belongs to the first team)."""
    free = committed(lambda: [reviewer(kind="academia").id for _ in range(3)])

    def insider() -> int:
        who = reviewer(kind="industry")
        add_member(of.applications[0], who)
        return who.id

    inside = committed(insider)
    seats = [(who, "academia", n == 0) for n, who in enumerate(free)] + [(inside, "industry", False)]
    panel = committed(lambda: routing.form_panel(context(), of.gate_id, words("관문 패널", "Gate panel"), seats).id)
    run_all_due()
    for seat_id in db.session.scalars(select(Seat.id).where(Seat.panel_id == panel)).all():
        committed(lambda seat_id=seat_id: routing.answer_seat(context(), seat_id, accept=True))  # type: ignore[misc]
    return panel, free, inside


def _publish(panel: int) -> None:
    committed(lambda: routing.ask_to_route(context(), panel))
    run_all_due()
    run = current_run(panel)
    assert run is not None
    assert run.result["unfilled"] == []
    run_id = run.id
    committed(lambda: routing.publish(context(), run_id))
    run_all_due()


def _declare_and_score(panel: int, reviewed: list[int]) -> None:
    for seat_id, who in db.session.execute(select(Seat.id, Seat.person_id).where(Seat.panel_id == panel)).all():
        own = context(db.session.get_one(Person, who), "reviewer")
        committed(lambda own=own, seat_id=seat_id: routing.pledge(own, seat_id))  # type: ignore[misc]
        mine = db.session.execute(
            select(Assignment.id, Assignment.entry_id)
            .where(Assignment.panel_id == panel, Assignment.person_id == who)
            .order_by(Assignment.id)
        ).all()
        for assignment_id, _ in mine:
            committed(lambda own=own, id=assignment_id: routing.answer_assignment(own, id, accept=True))  # type: ignore[misc]
    rows = db.session.execute(
        select(Assignment.id, Assignment.entry_id, Assignment.person_id)
        .where(Assignment.panel_id == panel, Assignment.state == AssignmentState.ACCEPTED)
        .order_by(Assignment.id)
    ).all()
    for assignment_id, entry_id, who in rows:
        results, outlook = POINTS[reviewed.index(entry_id)]
        marks = {"results": (results, REASON), "outlook": (outlook, REASON)}
        own = context(db.session.get_one(Person, who), "reviewer")
        committed(lambda own=own, id=assignment_id, m=marks: reviews.record_scores(own, id, m, COMMENT))  # type: ignore[misc]


def test_active_awards_go_through_a_gate_on_the_same_spine(awarded: Awarded) -> None:
    reviewed = _screen(awarded)
    panel, _, inside = _panel(awarded)
    _publish(panel)
    pairs = db.session.execute(select(Assignment.entry_id, Assignment.person_id)).all()
    assert len(pairs) == 3 * len(reviewed)
    assert (reviewed[0], inside) not in pairs
    grounds = db.session.scalars(select(Conflict.ground).where(Conflict.person_id == inside)).all()
    assert "participant" in grounds
    _declare_and_score(panel, reviewed)
    run_all_due()

    run = latest_run(awarded.gate_id)
    assert run is not None, "the last locked review ends the stage, and its job ranks"
    assert [row["entry_id"] for row in run.result] == [reviewed[n] for n in (3, 1, 0, 2)]
    assert [(row["rank"], row["mean"], row["tie"]) for row in run.result] == [
        (1, "90/1", False), (2, "85/1", False), (3, "85/1", False), (4, "60/1", False),
    ]  # fmt: skip
    again = committed(lambda: ranking.rank(context(), awarded.gate_id).public_id)
    assert again == run.public_id

    assert set(db.session.scalars(select(Award.state))) == {AwardState.ACTIVE}, "the gate itself decides nothing"
    assert set(db.session.scalars(select(StageEntry.state).where(StageEntry.id.in_(awarded.entries)))) == {
        EntryState.ADVANCED
    }
    assert db.session.get_one(Call, awarded.call_id).state is CallState.DECIDED
    assert db.session.get_one(Stage, awarded.gate_id).review_closed_at is not None
    assert not db.session.scalars(select(PointSheet)).all(), "the sheet is about applications"
    assert not db.session.scalars(select(Job).where(Job.state == JobState.PARKED)).all()
    assert verify() is None


def test_an_expert_reads_the_report_and_not_the_application(app: Flask, awarded: Awarded) -> None:
    _screen(awarded)
    panel, free, _ = _panel(awarded)
    _publish(panel)
    who = free[0]

    def accept() -> str:
        own = context(account(db.session.get_one(Person, who)), "reviewer")
        seat = db.session.scalars(select(Seat).where(Seat.panel_id == panel, Seat.person_id == who)).one()
        routing.pledge(own, seat.id)
        mine = db.session.scalars(select(Assignment).where(Assignment.person_id == who).order_by(Assignment.id)).first()
        assert mine is not None
        routing.answer_assignment(own, mine.id, accept=True)
        return mine.public_id

    public_id = committed(accept)
    shown = signed_in(app.test_client(), db.session.get_one(Person, who)).get(f"/reviews/{public_id}")
    assert shown.status_code == 200
    assert "목표한 성능에 도달하였습니다." in shown.text
    assert "처음부터 학습" not in shown.text

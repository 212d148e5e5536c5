"""The panel's table: who writes, what a conflict hides, when the chair may close it."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import update

from portal.awards import service
from portal.awards.errors import (
    CutNeedsReason,
    DecisionStands,
    EntryNotInTable,
    NotAnAwardingStage,
    NotOnPanel,
    NotTheChair,
    OverRequest,
    TableClosed,
    WholeNumber,
)
from portal.awards.models import Result
from portal.awards.queries import tables as queries
from portal.awards.rules import Piece
from portal.awards.service.table import Advice
from portal.conflicts.models import Conflict, Severity, Source
from portal.platform.context import Context, RandomIds
from portal.platform.db import db
from portal.platform.errors import Forbidden, Stale
from portal.routing.models import Panel, Seat, SeatState
from tests.factories.awards import BUNDLE, Ready, ready, seat, with_plan
from tests.factories.base import committed, context, person

WHY = "자원 여건에 맞추어 줄임"


class Room:
    """A ready stage with its open table."""

    def __init__(self, made: Ready) -> None:
        self.chair, self.member = context(made.chair, "reviewer"), context(made.member, "reviewer")
        self.entries = [entry.id for entry in made.entries]
        self.applications = [entry.application_id for entry in made.entries]
        self.panel = made.panel.id
        self.stage = made.stage.id
        self.scope = made.call.scopes[1]
        self.table = service.open_table(self.chair, made.panel.id).id


@pytest.fixture
def room(app: Flask) -> Room:
    def make() -> Room:
        with_plan()
        return Room(ready(3))

    return committed(make)


def save(by: Context, room: Room, entry: int, piece: Piece, version: int = 0, reason: str = "") -> None:
    committed(lambda: service.recommend(by, room.table, [Advice(entry, piece, reason)], version))


def conflict(person_id: int, application_id: int) -> None:
    db.session.add(
        Conflict(
            public_id=RandomIds().public_id(), person_id=person_id, application_id=application_id, ground="kin",
            severity=Severity.ABSOLUTE, source=Source.DETECTED, evidence={}, created_at=context().now,
        )
    )  # fmt: skip


def test_the_table_starts_from_the_request_above_the_line(room: Room) -> None:
    advice = queries.advice_in([room.table])
    assert advice[room.entries[0]].bundle() == list(BUNDLE) == advice[room.entries[1]].bundle()
    assert advice[room.entries[2]].bundle() == []


def test_opening_again_gives_the_same_table(room: Room) -> None:
    assert committed(lambda: service.open_table(room.member, room.panel).id) == room.table


def test_a_stage_that_awards_nothing_has_no_table(app: Flask) -> None:
    made = committed(lambda: ready(2, "paper"))
    with pytest.raises(NotAnAwardingStage):
        committed(lambda: service.open_table(context(made.chair), made.panel.id))


def test_only_accepted_seats_of_this_panel_write(room: Room) -> None:
    stranger, officer = committed(lambda: (context(person(), "reviewer"), context(person(), "officer")))
    for by in (stranger, officer):
        with pytest.raises(NotOnPanel):
            save(by, room, room.entries[0], BUNDLE[0])
    with pytest.raises(Forbidden):
        committed(lambda: service.open_table(stranger, room.panel))


def test_two_members_do_not_overwrite_each_other(room: Room) -> None:
    save(room.member, room, room.entries[0], BUNDLE[0]._replace(quantity=1), reason=WHY)
    with pytest.raises(Stale) as refused:
        save(room.chair, room, room.entries[0], BUNDLE[0]._replace(quantity=2))
    assert refused.value.params == {"who": "위원"}
    save(room.chair, room, room.entries[0], BUNDLE[0]._replace(quantity=2), version=1)


def test_the_panel_cannot_add_to_the_request(room: Room) -> None:
    with pytest.raises(OverRequest):
        save(room.member, room, room.entries[0], BUNDLE[0]._replace(quantity=400_001))
    with pytest.raises(OverRequest):
        save(room.member, room, room.entries[0], Piece("gpu", "h100", 0, 1, 1))
    with pytest.raises(WholeNumber):
        save(room.member, room, room.entries[0], BUNDLE[0]._replace(quantity=-1))


def test_for_a_conflicted_member_the_row_does_not_exist(room: Room) -> None:
    assert room.member.actor.person_id is not None
    committed(lambda: conflict(room.member.actor.person_id or 0, room.applications[1]))
    assert queries.open_to(room.member.actor, room.entries) == {room.entries[0], room.entries[2]}
    with pytest.raises(EntryNotInTable):
        save(room.member, room, room.entries[1], BUNDLE[0])
    assert queries.advice_in([room.table])[room.entries[1]].bundle() == list(BUNDLE)


def test_only_the_chair_closes_and_then_nobody_writes(room: Room) -> None:
    with pytest.raises(NotTheChair):
        committed(lambda: service.close_table(room.member, room.table))
    committed(lambda: service.close_table(room.chair, room.table))
    with pytest.raises(TableClosed):
        save(room.member, room, room.entries[0], BUNDLE[0])


def test_a_deep_cut_needs_its_reason_before_the_table_closes(room: Room) -> None:
    save(room.member, room, room.entries[0], BUNDLE[2]._replace(quantity=79))
    with pytest.raises(CutNeedsReason):
        committed(lambda: service.close_table(room.chair, room.table))
    save(room.member, room, room.entries[0], BUNDLE[2]._replace(quantity=79), version=1, reason=WHY)
    committed(lambda: service.close_table(room.chair, room.table))


def test_a_reason_for_an_entry_that_the_chair_may_not_see_names_no_title(room: Room) -> None:
    committed(lambda: conflict(room.chair.actor.person_id or 0, room.applications[0]))
    save(room.member, room, room.entries[0], BUNDLE[2]._replace(quantity=1))
    with pytest.raises(CutNeedsReason) as refused:
        committed(lambda: service.close_table(room.chair, room.table))
    assert refused.value.params["titles"] == "…"


def test_an_officer_opens_the_table_again_with_a_reason(room: Room) -> None:
    committed(lambda: service.close_table(room.chair, room.table))
    officer = committed(lambda: context(person(), "officer", scope=room.scope))
    with pytest.raises(Forbidden):
        committed(lambda: service.reopen_table(room.chair, room.table, WHY))
    committed(lambda: service.reopen_table(officer, room.table, WHY))
    save(room.member, room, room.entries[0], BUNDLE[0])


def test_a_table_on_which_a_decision_stands_stays_closed(room: Room) -> None:
    committed(lambda: service.close_table(room.chair, room.table))
    officer = committed(lambda: context(person(), "officer", scope=room.scope))
    outcomes = [(entry, Result.DECLINE, WHY) for entry in room.entries]
    committed(lambda: service.propose(officer, room.stage, outcomes, WHY))
    with pytest.raises(DecisionStands):
        committed(lambda: service.reopen_table(officer, room.table, WHY))


def test_a_second_identity_of_a_member_sits_on_the_panel_too(room: Room) -> None:
    def double() -> Context:
        other = person()
        made = context(other, "reviewer")
        same = frozenset({other.id, room.member.actor.person_id or 0})
        return Context(actor=made.actor.__class__(person_id=other.id, same_as=same), now=made.now)

    save(committed(double), room, room.entries[0], BUNDLE[0])


def test_an_invitation_that_was_not_accepted_opens_nothing(room: Room) -> None:
    def invited() -> Context:
        who = person()
        panel = db.session.get_one(Panel, room.panel)
        seat(panel, who)
        db.session.execute(update(Seat).where(Seat.person_id == who.id).values(state=SeatState.INVITED))
        return context(who, "reviewer")

    with pytest.raises(NotOnPanel):
        save(committed(invited), room, room.entries[0], BUNDLE[0])

"""Several screenings decided in two steps with one reason: all of them, or none."""

from __future__ import annotations

from functools import partial

import pytest

from portal.accounts.models import Person
from portal.applications.models import EntryState, StageEntry
from portal.platform.context import Context
from portal.platform.db import db
from portal.programs.definition import CallDefinition
from portal.screening import queries
from portal.screening import service as screening
from portal.screening.errors import AlreadyDecided, NothingChosen
from portal.screening.models import Screening, ScreeningState
from tests.databases import both_databases
from tests.factories import base, routing
from tests.factories.base import committed
from tests.factories.screening import rule

pytestmark = [both_databases, pytest.mark.usefixtures("app")]
WHY = "누락된 서류를 기관에 직접 확인하였습니다."


def demanding() -> CallDefinition:
    """A rule that no application of the factory meets."""
    made = routing.definition().model_dump(mode="json")
    return CallDefinition.model_validate(made | {"screening": [rule("must_include", kinds=["public_body"])]})


class Case:
    """Three entries of one stage that wait for an officer."""

    def __init__(self) -> None:
        def make() -> tuple[int, int, list[int]]:
            call = routing.closed_call(demanding())
            made = [routing.applied(call, call.stages[0], state=EntryState.ENTERED) for _ in range(3)]
            officer = base.person()
            base.grant(officer, "officer")
            return officer.id, call.stages[0].id, [one.entry.id for one in made]

        self.officer, self.stage, self.entries = committed(make)
        self.ids = [committed(lambda e=e: screening.screen(base.context(), e).id) for e in self.entries]

    @property
    def context(self) -> Context:
        return base.context(db.session.get_one(Person, self.officer), "officer")

    def states(self) -> list[ScreeningState]:
        return [db.session.get_one(Screening, one).state for one in self.ids]


def test_all_get_the_same_decision_with_the_same_reason() -> None:
    case = Case()
    assert case.states() == [ScreeningState.WAITING] * 3
    committed(partial(screening.decide_together, case.context, case.ids, True, WHY))
    assert case.states() == [ScreeningState.ELIGIBLE] * 3
    assert {db.session.get_one(Screening, one).reason for one in case.ids} == {WHY}
    assert {db.session.get_one(StageEntry, one).state for one in case.entries} == {EntryState.IN_REVIEW}


def test_one_that_is_decided_already_leaves_the_others_as_they_were() -> None:
    case = Case()
    committed(partial(screening.decide, case.context, case.ids[2], False, WHY))
    with pytest.raises(AlreadyDecided):
        committed(partial(screening.decide_together, case.context, case.ids, True, WHY))
    assert case.states() == [ScreeningState.WAITING, ScreeningState.WAITING, ScreeningState.INELIGIBLE]


def test_somebody_has_to_be_chosen_and_only_those_that_wait_can_be() -> None:
    case = Case()
    with pytest.raises(NothingChosen):
        committed(partial(screening.decide_together, case.context, [], True, WHY))
    committed(partial(screening.decide, case.context, case.ids[0], True, WHY))
    shown = [db.session.get_one(Screening, one).public_id for one in case.ids]
    found = queries.waiting_in(case.context.actor, case.stage, shown)
    assert [row.id for row in found.rows] == case.ids[1:]

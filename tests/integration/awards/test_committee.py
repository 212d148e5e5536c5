"""The deliberation committee: quorum, majority, confirmed or returned with a reason, before anybody approves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from portal.awards import service
from portal.awards.errors import (
    AlreadySat,
    CommitteeFirst,
    CommitteeInFavour,
    CommitteeMajority,
    CommitteeQuorum,
    CountsWrong,
    NoCommittee,
    PanelStillMeets,
    ReasonTooShort,
    SittingTime,
    TooManyMembers,
)
from portal.awards.models import CommitteeSitting, Decision, DecisionState
from portal.awards.queries.decisions import sitting_of
from portal.platform import clock
from portal.platform.context import RandomIds
from portal.platform.db import db
from portal.platform.errors import DomainError, Forbidden
from portal.reviews.models import PanelMeeting
from tests.databases import both_databases
from tests.factories.awards import with_plan, words
from tests.factories.base import committed
from tests.integration.awards.test_decision import TWO, WHY, Scene

pytestmark = both_databases
RULE = {"names": words("Committee"), "max_members": 20}


@pytest.fixture
def scene(app: Flask) -> Scene:
    awards = {"max_count": 2, "acceptance_days": 14, "committee": RULE}
    return committed(lambda: (with_plan(), Scene(awards=awards))[1])


def today() -> date:
    return clock.now().date()


def sat(scene: Scene, decision: int, **other: Any) -> CommitteeSitting:
    told = {"held_on": today(), "members": 9, "present": 8, "in_favour": 5, "confirmed": True, "reason": WHY} | other
    by = told.pop("by", scene.officer)
    return committed(lambda: service.record_sitting(by, decision, **told))


def test_nothing_is_approved_before_the_committee_confirmed_it(scene: Scene) -> None:
    decision = scene.propose(*TWO)
    with pytest.raises(CommitteeFirst):
        committed(lambda: service.approve(scene.second, decision))
    assert not scene.awards()
    sat(scene, decision)
    committed(lambda: service.approve(scene.second, decision))
    assert len(scene.awards()) == 2


def test_returned_the_decision_goes_back_with_the_reason_and_may_be_proposed_again(scene: Scene) -> None:
    decision = scene.propose(*TWO)
    sat(scene, decision, in_favour=4, confirmed=False)
    found = db.session.get_one(Decision, decision)
    assert (found.state, found.annulment_reason) == (DecisionState.ANNULLED, WHY)
    again = scene.propose(*TWO)
    sat(scene, again)
    with pytest.raises(AlreadySat):
        sat(scene, again)


@pytest.mark.parametrize(("told", "refused"), [
    ({"members": 8, "present": 4, "in_favour": 4}, CommitteeQuorum), ({"present": 8, "in_favour": 4}, CommitteeMajority),
    ({"confirmed": False, "in_favour": 5}, CommitteeInFavour), ({"members": 21, "present": 15}, TooManyMembers),
    ({"present": 10}, CountsWrong), ({"in_favour": 9}, CountsWrong), ({"reason": "짧다"}, ReasonTooShort),
    ({"held_on": today() + timedelta(days=2)}, SittingTime), ({"held_on": today() - timedelta(days=2)}, SittingTime),
])  # fmt: skip
def test_what_the_committee_cannot_have_resolved_is_not_written_down(
    scene: Scene, told: dict[str, Any], refused: type[DomainError]
) -> None:
    decision = scene.propose(*TWO)
    with pytest.raises(refused):
        sat(scene, decision, **told)
    assert sitting_of(decision) is None


def test_only_an_officer_of_the_call_writes_it_down(scene: Scene) -> None:
    decision = scene.propose(*TWO)
    with pytest.raises(Forbidden):
        sat(scene, decision, by=scene.chair)


def test_a_call_without_a_committee_knows_none(app: Flask) -> None:
    plain = committed(lambda: (with_plan(), Scene())[1])
    decision = plain.propose(*TWO)
    with pytest.raises(NoCommittee):
        sat(plain, decision)
    committed(lambda: service.approve(plain.second, decision))


def test_a_stage_before_the_award_needs_no_committee(app: Flask) -> None:
    awards = {"max_count": 2, "acceptance_days": 14, "committee": RULE}
    paper = committed(lambda: (with_plan(), Scene(code="paper", awards=awards))[1])
    from portal.awards.models import Result

    decision = paper.propose(Result.ADVANCE, Result.ADVANCE, Result.ADVANCE)
    committed(lambda: service.approve(paper.second, decision))


def test_nothing_is_proposed_while_the_panel_meets(scene: Scene) -> None:
    def open_one() -> int:
        meeting = PanelMeeting(
            public_id=RandomIds().public_id(), panel_id=scene.panel, number=1, run="r", opened_at=clock.now()
        )
        db.session.add(meeting)
        db.session.flush()
        return meeting.id

    meeting_id = committed(open_one)
    with pytest.raises(PanelStillMeets):
        scene.propose(*TWO)

    def close() -> None:
        db.session.get_one(PanelMeeting, meeting_id).closed_at = clock.now()

    committed(close)
    scene.propose(*TWO)

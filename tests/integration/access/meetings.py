"""A panel in session: the owner's application is being discussed and voted on; a conflict keeps one member out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.awards import service as awards
from portal.awards.models import Decision, Result
from portal.conflicts import service as conflicts
from portal.conflicts.models import Severity
from portal.platform import clock
from portal.platform.context import RandomIds
from portal.platform.db import db
from portal.programs.definition import CallDefinition
from portal.ranking import service as ranking
from portal.ranking.models import RankingRun
from portal.reviews import rules
from portal.reviews import service as reviewing
from portal.reviews.models import Motion, PanelMeeting, Review, ReviewState, Score
from portal.routing.models import Assignment
from tests.factories import awards as decided
from tests.factories import base

if TYPE_CHECKING:
    from tests.integration.access.world import World

MEETING = {"quorum": 50, "changes": True, "votes": True}
COMMITTEE = {"names": {"ko": "심의위원회", "en": "Committee"}, "max_members": 20}
WHY = "종합 점수와 조건을 함께 살핀 결과입니다."
TEXT = "근거가 분명하고 계획이 구체적이어서 높은 점수를 주었습니다."


def definition() -> CallDefinition:
    data = decided.definition(
        awards={"max_count": 1, "acceptance_days": 14, "committee": COMMITTEE}
    ).model_dump(mode="json")  # fmt: skip
    data["stages"][1]["meeting"] = MEETING
    return CallDefinition.model_validate(data)


def _reviewed(assignment: Assignment, points: int) -> None:
    at = clock.now()
    made = Review(
        public_id=RandomIds().public_id(), assignment_id=assignment.id, state=ReviewState.LOCKED, version=1, comment=TEXT,
        saved_at=at, locked_at=at, scores=[Score(criterion="plan", points=points, reason=TEXT)],
    )  # fmt: skip
    made.receipt = rules.receipt(
        assignment.entry.public_id, assignment.pseudonym, {"plan": (points, TEXT)}, TEXT, at
    )  # fmt: skip
    db.session.add(made)


def in_session(world: World, made: decided.Ready) -> None:
    """`made`: two entries with `assigned` as their reviewer and `chair` in the chair. Call inside a transaction."""
    decided.seat(made.panel, world.person("conflicted"))
    for entry in made.entries:
        (given,) = db.session.scalars(select(Assignment).where(Assignment.entry_id == entry.id))
        _reviewed(given, 70)
    for role in ("conflicted", "barred_officer"):
        conflicts.write(
            base.context(), world.people[role], made.entries[0].application_id, "participant", Severity.ABSOLUTE
        )
    db.session.flush()
    db.session.expire_all()
    chair = world.context("chair")
    meeting = ranking.open_meeting(chair, made.panel.id)
    for role in ("chair", "assigned", "conflicted"):
        reviewing.note_presence(world.context(role), meeting.id, world.people[role], True)
    reviewing.take_up(chair, meeting.id, made.entries[0].id)
    motion = reviewing.put_motion(chair, meeting.id, "달무리모델을 추천합니까?", [made.entries[0].id])
    reviewing.write_minutes(chair, meeting.id, "모두 논의하였습니다.", 0)
    world.ids |= {
        "meeting_panel": made.panel.public_id, "meeting_call": made.call.public_id, "motion": motion.public_id,
        "meeting_entry": made.entries[0].public_id, "meeting_other": made.entries[1].public_id,
        "meeting_seat": next(s.public_id for s in made.panel.seats if s.person_id == world.people["assigned"]),
        "meeting_stage": str(made.stage.id), "meeting_entries": ",".join(str(e.id) for e in made.entries),
    }  # fmt: skip


def _meeting(world: World) -> PanelMeeting:
    motion = db.session.scalars(select(Motion).where(Motion.public_id == world.ids["motion"])).one()
    return motion.meeting


def vote_is_closed(world: World) -> None:
    motion = db.session.scalars(select(Motion).where(Motion.public_id == world.ids["motion"])).one()
    reviewing.close_motion(world.context("chair"), motion.id)


def meeting_is_over(world: World) -> None:
    vote_is_closed(world)
    reviewing.close_meeting(world.context("chair"), _meeting(world).id)


def is_before_the_committee(world: World) -> None:
    """The meeting is over, the table closed, a decision proposed."""
    meeting_is_over(world)
    meeting = _meeting(world)
    assert db.session.scalars(select(RankingRun).where(RankingRun.stage_id == meeting.panel.stage_id)).first()
    entries = [int(part) for part in world.ids["meeting_entries"].split(",")]
    outcomes = [(entries[0], Result.AWARD, WHY), (entries[1], Result.DECLINE, WHY)]
    number = awards.propose(world.context("officer"), meeting.panel.stage_id, outcomes, WHY).id
    world.ids["before_committee"] = db.session.get_one(Decision, number).public_id

"""What reviewing holds about a person: told, in the way of a farewell, and erased with its applications."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import joinedload

from portal.applications.models import StageEntry
from portal.platform.db import db
from portal.platform.language import Text
from portal.platform.personal import Holding, Said, plain, said
from portal.programs.models import Stage
from portal.reviews.models import (
    Attendance,
    Ballot,
    MeetingItem,
    Motion,
    PanelMeeting,
    Review,
    ReviewState,
    ReviewVersion,
    Score,
)
from portal.routing.models import Assignment, AssignmentState, Panel
from portal.routing.rules.panels import LIVE


def export_person(ids: Sequence[int]) -> list[Holding]:
    """That reviews were written, when, and their receipts. The texts belong to the evaluation and stay with it."""
    rows = db.session.execute(
        select(Review, Stage)
        .join(Assignment, Review.assignment_id == Assignment.id)
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .join(Stage, StageEntry.stage_id == Stage.id)
        .where(Assignment.person_id.in_(ids))
        .options(joinedload(Stage.call))
        .order_by(Review.id)
    ).all()
    return [
        _attended(ids),
        Holding(
            "review", Text("작성한 평가", "Reviews that you wrote"),
            {"call": Text("공고", "Call"), "stage": Text("단계", "Stage"), "state": Text("상태", "State"),
             "locked_at": Text("제출", "Submitted"), "receipt": Text("접수증", "Receipt")},
            [
                {"call": stage.call.code, "stage": stage.code, "state": review.state.value,
                 "locked_at": plain(review.locked_at), "receipt": review.receipt or ""}
                for review, stage in rows
            ],
        )
    ]  # fmt: skip


def _attended(ids: Sequence[int]) -> Holding:
    """When somebody was in a panel's meeting, and that they voted; how they voted is told to nobody."""
    rows = db.session.execute(
        select(Attendance, Stage)
        .join(PanelMeeting, Attendance.meeting_id == PanelMeeting.id)
        .join(Panel, PanelMeeting.panel_id == Panel.id)
        .join(Stage, Panel.stage_id == Stage.id)
        .where(Attendance.person_id.in_(ids))
        .options(joinedload(Stage.call))
        .order_by(Attendance.id)
    ).all()
    votes = db.session.execute(
        select(Motion.meeting_id, func.count(Ballot.id))
        .join(Ballot, Ballot.motion_id == Motion.id)
        .where(Ballot.person_id.in_(ids))
        .group_by(Motion.meeting_id)
    )
    cast = dict(votes.tuples().all())
    return Holding(
        "meeting", Text("참석한 평가위원회 회의", "Panel meetings that you attended"),
        {"call": Text("공고", "Call"), "stage": Text("단계", "Stage"), "came_at": Text("온 때", "Came"),
         "left_at": Text("나간 때", "Left"), "votes": Text("표결한 안건", "Motions voted on")},
        [
            {"call": stage.call.code, "stage": stage.code, "came_at": plain(a.came_at), "left_at": plain(a.left_at),
             "votes": str(cast.get(a.meeting_id, 0))}
            for a, stage in rows
        ],
    )  # fmt: skip


def hindrances(ids: Sequence[int]) -> list[Said]:
    """Reviews that are asked for and not handed in, of stages still under review."""
    locked = select(Review.assignment_id).where(Review.state != ReviewState.DRAFT)
    owed = db.session.scalar(
        select(func.count(Assignment.id))
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .join(Stage, StageEntry.stage_id == Stage.id)
        .where(
            Assignment.person_id.in_(ids), Assignment.state.in_(LIVE), Stage.review_closed_at.is_(None),
            Assignment.state != AssignmentState.DRAFT, Assignment.id.not_in(locked),
        )
    )  # fmt: skip
    if not owed:
        return []
    return [
        said(
            "끝내지 않은 평가 {n}건: 제출하거나 사양해 주십시오.",
            "Reviews not finished ({n}): submit or decline them.",
            n=owed,
        )
    ]


def erase_of_applications(application_ids: Sequence[int]) -> None:
    """What was written about applications whose term is over; points and receipts stay."""
    of = select(Review.id).join(Assignment, Review.assignment_id == Assignment.id)
    of = of.join(StageEntry, Assignment.entry_id == StageEntry.id)
    found = list(db.session.scalars(of.where(StageEntry.application_id.in_(list(application_ids)))))
    db.session.execute(update(Review).where(Review.id.in_(found)).values(comment="", note_to_officer=""))
    db.session.execute(update(Score).where(Score.review_id.in_(found)).values(reason=""))
    for version in db.session.scalars(select(ReviewVersion).where(ReviewVersion.review_id.in_(found))):
        version.comment = version.reason = ""
        version.marks = {code: [points, ""] for code, (points, _) in version.marks.items()}
    entries = set(db.session.scalars(select(StageEntry.id).where(StageEntry.application_id.in_(list(application_ids)))))
    _erase_from_meetings(entries)


def _erase_from_meetings(entries: set[int]) -> None:
    """What a panel noted on these entries, and the questions that it voted on about them; the counts stay."""
    db.session.execute(update(MeetingItem).where(MeetingItem.entry_id.in_(entries)).values(note=""))
    met = select(MeetingItem.meeting_id).where(MeetingItem.entry_id.in_(entries))
    for motion in db.session.scalars(select(Motion).where(Motion.meeting_id.in_(met))):
        if entries & set(motion.entries):
            motion.question = ""

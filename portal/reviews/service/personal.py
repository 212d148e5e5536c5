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
from portal.reviews.models import Review, ReviewState, Score
from portal.routing.models import Assignment, AssignmentState
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

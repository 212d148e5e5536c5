"""What routing holds of a person: seats and assignments. Of applications no word, and of others nothing."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import joinedload

from portal.accounts.retention import TERMS
from portal.applications.models import StageEntry
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.language import Text
from portal.platform.personal import Holding, Said, plain, said
from portal.programs.models import Stage
from portal.routing.models import Assignment, Panel, Seat, SeatState
from portal.routing.rules.panels import LIVE

CALL, STATE = Text("공고", "Call"), Text("상태", "State")


def export_person(ids: Sequence[int]) -> list[Holding]:
    seats = db.session.scalars(
        select(Seat)
        .where(Seat.person_id.in_(ids))
        .options(joinedload(Seat.panel).joinedload(Panel.stage).joinedload(Stage.call))
        .order_by(Seat.id)
    )
    given = db.session.scalars(
        select(Assignment)
        .where(Assignment.person_id.in_(ids))
        .options(joinedload(Assignment.entry).joinedload(StageEntry.stage).joinedload(Stage.call))
        .order_by(Assignment.id)
    )
    return [
        Holding(
            "review", Text("평가위원 위촉", "Seats on panels"),
            {"call": CALL, "state": STATE, "invited_at": Text("초대", "Invited"), "answered_at": Text("답변", "Answered"),
             "pledged_at": Text("서약", "Pledged"), "decline_reason": Text("사양 사유", "Reason for declining")},
            [
                {"call": s.panel.stage.call.code, "state": s.state.value, "invited_at": plain(s.invited_at),
                 "answered_at": plain(s.answered_at), "pledged_at": plain(s.pledged_at), "decline_reason": s.decline_reason or ""}
                for s in seats
            ],
        ),
        Holding(
            "review", Text("배정된 평가", "Assignments"),
            {"call": CALL, "stage": Text("단계", "Stage"), "state": STATE, "published_at": Text("배정", "Assigned"),
             "answered_at": Text("답변", "Answered")},
            [
                {"call": a.entry.stage.call.code, "stage": a.entry.stage.code, "state": a.state.value,
                 "published_at": plain(a.published_at), "answered_at": plain(a.answered_at)}
                for a in given
                if a.published_at is not None  # a draft is not told yet
            ],
        ),
    ]  # fmt: skip


def hindrances(ids: Sequence[int]) -> list[Said]:
    """Panels on which the person sits while their stage is not decided."""
    seats = db.session.scalar(
        select(func.count(Seat.id))
        .join(Panel, Seat.panel_id == Panel.id)
        .join(Stage, Panel.stage_id == Stage.id)
        .where(Seat.person_id.in_(ids), Seat.state == SeatState.ACCEPTED, Stage.decided_at.is_(None))
    )
    if not seats:
        return []
    return [
        said("수락하신 평가위원 자리 {n}개: 결정이 끝나거나 담당자가 교체한 뒤 닫을 수 있습니다.",
             "Seats on panels that you accepted ({n}): close the account once they are decided, or ask the office to replace you.", n=seats)
    ]  # fmt: skip


def remaining(context: Context, ids: Sequence[int]) -> list[Said]:
    """Assignments of stages that were decided within the term of applications: who reviewed has to stay known."""
    since = context.now - TERMS["application"].span
    count = db.session.scalar(
        select(func.count(Assignment.id))
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .join(Stage, StageEntry.stage_id == Stage.id)
        .where(
            Assignment.person_id.in_(ids), Assignment.state.in_(LIVE),
            (Stage.decided_at.is_(None)) | (Stage.decided_at > since),
        )
    )  # fmt: skip
    return (
        [
            said(
                "맡으신 평가 {n}건의 기록(결과 통보 뒤 1년)",
                "The record of your reviews ({n}), one year after the result",
                n=count,
            )
        ]
        if count
        else []
    )


def erase_of_applications(application_ids: Sequence[int]) -> None:
    """Why somebody declined an application whose term is over, and which of its words matched."""
    entries = select(StageEntry.id).where(StageEntry.application_id.in_(list(application_ids)))
    db.session.execute(
        update(Assignment).where(Assignment.entry_id.in_(entries)).values(explanation={}, decline_reason=None)
        .execution_options(synchronize_session=False)
    )  # fmt: skip


def erase_person(ids: Sequence[int]) -> None:
    """What they wrote when they answered, and whom they suggested."""
    db.session.execute(update(Seat).where(Seat.person_id.in_(ids)).values(decline_reason=None, suggestion=None))

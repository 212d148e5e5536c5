"""Letters to reviewers: invitation to a panel, assignments, receipts. No other reviewer is ever named."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, func, or_, select

from portal.accounts.models import Person, Role
from portal.applications.models import StageEntry
from portal.notifications.drafts import Draft, letter
from portal.notifications.letters.recipients import holders, line, person
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.formats import moment
from portal.platform.language import Text, say
from portal.programs.models import Stage
from portal.reviews.jobs import MEETING_OPENED, REMINDER, SUBMITTED
from portal.reviews.models import PanelMeeting, Review, ReviewState
from portal.reviews.queries.meetings import panel_members
from portal.reviews.queries.mine import IN_STAGE
from portal.routing.jobs import ASSIGNED, REVOKED, SEAT_INVITED
from portal.routing.models import Assignment, AssignmentState, Panel, Seat
from portal.routing.rules.panels import awaits_declaration
from portal.routing.service import mint_assignment_token, mint_seat_token


@letter(SEAT_INVITED)
def seat_invited(context: Context, payload: dict[str, Any]) -> list[Draft]:
    """Call and field only: the applications are not named before the declaration."""
    seat = db.session.get_one(Seat, payload["seat_id"])
    if seat.answered_at is not None:
        return []
    call = seat.panel.stage.call
    stage = call.definition.stage(seat.panel.stage.code)
    return [
        Draft(
            to=person(seat.person),
            subject=Text("평가위원 위촉 초대: {call}", "Invitation to review: {call}"),
            params={"call": call.names},
            paragraphs=[
                line(
                    "‘{call}’ {stage}의 평가위원으로 모시고자 합니다. 평가 기간은 배정일부터 {days}일입니다.",
                    "You are invited to the panel of ‘{call}’, {stage}. The review lasts {days} days from assignment.",
                    call=lambda: say(call.names), stage=lambda: say(stage.names), days=str(stage.review_days),
                ),
                line(
                    "링크에서 한 번에 수락하거나 사양하실 수 있습니다.",
                    "Accept or decline behind the link with one click.",
                ),
            ],
            action=Text("수락 또는 사양", "Accept or decline"),
            path=f"/invitations/{mint_seat_token(context, seat.id)}",
            reference=call.code,
            key=f"{seat.id}:{context.now.isoformat()}",
            secret=True,
            call_id=call.id,
        )
    ]  # fmt: skip


@letter(REVOKED)
def revoked(context: Context, payload: dict[str, Any]) -> list[Draft]:
    """To the officers of the call; neither the reviewer nor the application is named, as one of them may be barred
    from it. Whoever has taken over the place meanwhile is on the page."""
    panel = db.session.get_one(Panel, payload["panel_id"])
    call = panel.stage.call
    if panel.stage.review_closed_at is not None:
        return []
    return [
        Draft(
            to=to,
            subject=Text("평가 중에 이해충돌이 확인되었습니다: {call}", "A conflict arose during the review: {call}"),
            params={"call": call.names},
            paragraphs=[
                line(
                    "‘{call}’의 ‘{panel}’에서 이해충돌이 새로 확인되어 배정을 풀고 열람을 막았습니다.",
                    "On ‘{panel}’ of ‘{call}’ a new conflict of interest was found. The assignment was withdrawn and access closed.",
                    call=lambda: say(call.names), panel=lambda: say(panel.names),
                ),
                line(
                    "빈자리를 누가 맡을 수 있는지 배정 화면에서 보실 수 있습니다.",
                    "The routing page shows who can take over the place.",
                ),
            ],
            action=Text("배정 보기", "See the routing"),
            path=f"/office/calls/{call.public_id}/routing?stage={panel.stage.code}" + (f"&track={panel.track}" if panel.track else ""),
            reference=call.code,
            key=f"{panel.id}:{context.now:%Y%m%d%H}:{to.person_id}",
            call_id=call.id,
        )
        for to in holders(context.now, Role.OFFICER, *call.scopes)
    ]  # fmt: skip


@letter(ASSIGNED)
def assigned(context: Context, payload: dict[str, Any]) -> list[Draft]:
    """One alone can be declined behind a link; of several each is answered with the pledge, after signing in."""
    panel = db.session.get_one(Panel, payload["panel_id"])
    who = db.session.get_one(Person, payload["person_id"])
    given = db.session.scalars(
        select(Assignment)
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .where(
            Assignment.person_id == who.id, Assignment.panel_id == panel.id,
            Assignment.state.in_((AssignmentState.PUBLISHED, AssignmentState.ACCEPTED)),
        )
        .order_by(Assignment.id)
    ).all()  # fmt: skip
    if not given:
        return []
    call, due = panel.stage.call, given[-1].late_until or panel.stage.review_due_at
    waiting = [a for a in given if awaits_declaration(a)]
    alone = waiting[0] if len(waiting) == 1 else None
    return [
        Draft(
            to=person(who),
            subject=Text("평가할 신청 {n}건이 배정되었습니다", "{n} applications to review"),
            params={"n": len(given)},
            paragraphs=[
                line(
                    "‘{call}’의 신청 {n}건이 배정되었습니다. 먼저 건마다 이해충돌 여부를 알려 주십시오.",
                    "{n} applications of ‘{call}’ were assigned to you. First declare for each whether you have a conflict of interest.",
                    call=lambda: say(call.names), n=str(len(given)),
                ),
                line(
                    "평가 기한은 {at}입니다.", "The reviews are due {at}.",
                    at=lambda: moment(due, call.definition.time_zone) if due else "–",
                ),
                line(
                    "맡기 어려우시면 링크에서 한 번에 사양하고 대신할 분을 알려 주실 수 있습니다.",
                    "If you cannot take it, decline behind the link with one click and suggest somebody.",
                ) if alone else line(
                    "맡기 어려운 과제는 서약하실 때 과제별로 사양하고 대신할 분을 알려 주실 수 있습니다.",
                    "Those you cannot take you may decline one by one with the pledge, and suggest somebody.",
                ),
            ],
            action=Text("맡기 또는 사양", "Take it or decline") if alone else Text("평가 화면 열기", "Open your reviews"),
            path=f"/assignments/{mint_assignment_token(context, alone.id)}" if alone else "/reviews",
            reference=call.code,
            key=f"{panel.id}:{who.id}:{context.now.isoformat()}",
            secret=alone is not None,
            call_id=call.id,
        )
    ]  # fmt: skip


@letter(SUBMITTED)
def submitted(context: Context, payload: dict[str, Any]) -> list[Draft]:
    review = db.session.get_one(Review, payload["review_id"])
    who = db.session.get_one(Person, review.assignment.person_id)
    call = review.assignment.entry.stage.call
    return [
        Draft(
            to=person(who),
            subject=Text("평가 접수 확인", "Receipt of your review"),
            paragraphs=[
                line(
                    "제출하신 평가를 접수하고 잠갔습니다. 이후의 어떤 변경도 아래 해시와 어긋나게 됩니다.",
                    "Your review was received and locked. Any later change would no longer match the hash below.",
                ),
                line("SHA-256: {sha}", "SHA-256: {sha}", sha=review.receipt or ""),
            ],
            action=Text("내 평가 보기", "See your reviews"),
            path="/reviews",
            reference=(review.receipt or "")[:12],
            key=review.receipt or str(review.id),
            call_id=call.id,
        )
    ]


NOT_YET = (
    "‘{call}’의 평가 {n}건이 아직 제출되지 않았습니다. 기한은 {at}입니다.",
    "{n} reviews of ‘{call}’ are still to be submitted. They are due {at}.",
)
LATE = (
    "‘{call}’의 평가 {n}건이 아직 제출되지 않았습니다. 기한({at})이 지났으니 되도록 빨리 제출해 주십시오.",
    "{n} reviews of ‘{call}’ are still to be submitted. They were due {at}; please submit them as soon as you can.",
)


@letter(REMINDER)
def reminder(context: Context, payload: dict[str, Any]) -> list[Draft]:
    """Stops by itself: nothing is written when every review of the stage is in."""
    stage = db.session.get_one(Stage, payload["stage_id"])
    who = db.session.get_one(Person, payload["person_id"])
    left = (
        db.session.scalar(
            select(func.count())
            .select_from(Assignment)
            .join(StageEntry, Assignment.entry_id == StageEntry.id)
            .outerjoin(Review, Review.assignment_id == Assignment.id)
            .where(
                StageEntry.stage_id == stage.id, Assignment.person_id == who.id, StageEntry.state.in_(IN_STAGE),
                # "not sure" waits for an officer, not for the reviewer
                or_(
                    Assignment.state == AssignmentState.ACCEPTED,
                    and_(Assignment.state == AssignmentState.PUBLISHED, Assignment.declared_at.is_(None)),
                ),
                or_(Review.id.is_(None), Review.state == ReviewState.DRAFT),
            )
        )
        or 0
    )  # fmt: skip
    due = stage.review_due_at
    if not left or stage.review_closed_at is not None:
        return []
    return [
        Draft(
            to=person(who),
            subject=Text("아직 제출하지 않은 평가 {n}건", "{n} reviews still to submit"),
            params={"n": left},
            paragraphs=[
                line(
                    *(LATE if due is not None and context.now > due else NOT_YET),
                    call=lambda: say(stage.call.names), n=str(left),
                    at=lambda: moment(due, stage.call.definition.time_zone) if due else "–",
                ),
                line(
                    "어려우시면 평가 화면에서 사양하실 수 있습니다.",
                    "If you cannot manage, you may decline on your page of reviews.",
                ),
            ],
            action=Text("평가 화면 열기", "Open your reviews"),
            path="/reviews",
            reference=stage.call.code,
            key=f"{stage.id}:{who.id}:{context.now.date().isoformat()}",
            call_id=stage.call_id,
        )
    ]  # fmt: skip


@letter(MEETING_OPENED)
def meeting_opened(context: Context, payload: dict[str, Any]) -> list[Draft]:
    """To every member but whoever opened it; nothing of any application is told. None once it is over."""
    meeting = db.session.get_one(PanelMeeting, payload["meeting_id"])
    panel = meeting.panel
    call = panel.stage.call
    if meeting.closed_at is not None:
        return []
    return [
        Draft(
            to=person(seat.person),
            subject=Text("평가위원회 회의가 열렸습니다: {call}", "Your panel is meeting: {call}"),
            params={"call": call.names},
            paragraphs=[
                line(
                    "‘{call}’의 ‘{panel}’ 회의가 열렸습니다. 회의 화면에서 출석을 알려 주십시오.",
                    "The meeting of ‘{panel}’ of ‘{call}’ is open. Say on its page that you are here.",
                    call=lambda: say(call.names), panel=lambda: say(panel.names),
                ),
                line(
                    "이해충돌이 있는 신청을 논의하는 동안에는 자리를 비우며, 그 신청은 화면에 나오지 않습니다.",
                    "While an application with which you have a conflict of interest is discussed you leave the room; it does not appear on your page.",
                ),
            ],
            action=Text("회의 화면 열기", "Open the meeting"),
            path=f"/panels/{panel.public_id}/meeting",
            reference=call.code,
            key=f"{meeting.id}:{seat.person_id}",
            call_id=call.id,
        )
        for seat in panel_members(panel.id)
        if seat.person_id != meeting.opened_by_id
    ]  # fmt: skip

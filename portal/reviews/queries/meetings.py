"""A panel's meetings. An application that bars the viewer is in none of these lists, nor anything said of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from portal.applications.models import Application, StageEntry
from portal.conflicts.queries import not_barred
from portal.platform.context import Actor
from portal.platform.db import db
from portal.platform.visibility import clause
from portal.programs.definition import MeetingRule
from portal.programs.models import Call, Program, Stage
from portal.programs.queries import OFFICE_ROLES, call_in_scope
from portal.reviews.models import (
    Attendance,
    Ballot,
    MeetingItem,
    MeetingMinutes,
    Motion,
    PanelMeeting,
    Review,
    ReviewVersion,
)
from portal.routing.models import Assignment, AssignmentState, Panel, Seat, SeatState
from portal.routing.queries.panels import identities
from portal.routing.queries.sessions import seated_on


def rule_of(panel: Panel) -> MeetingRule | None:
    return panel.stage.call.definition.stage(panel.stage.code).meeting


@clause
def audits(actor: Actor) -> ColumnElement[bool]:
    """Auditors read what a panel did, of every call."""
    return true() if actor.holds("auditor") else false()


def meeting_panel(actor: Actor, public_id: str, **_: str) -> Panel | None:
    """A panel that may meet, for its members until the stage is decided, for the office of its call, for auditors."""
    panel = db.session.scalars(
        select(Panel)
        .join(Stage, Panel.stage_id == Stage.id)
        .join(Call, Stage.call_id == Call.id)
        .join(Program, Call.program_id == Program.id)
        .where(Panel.public_id == public_id, or_(seated_on(actor), call_in_scope(actor, *OFFICE_ROLES), audits(actor)))
        .options(contains_eager(Panel.stage), selectinload(Panel.seats).joinedload(Seat.person))
    ).one_or_none()
    return panel if panel is not None and rule_of(panel) is not None else None


def seat_of(actor: Actor, panel: Panel) -> Seat | None:
    """The actor's accepted seat."""
    mine = identities(actor)
    return next((s for s in panel.seats if s.person_id in mine and s.state is SeatState.ACCEPTED), None)


def meetings_of(panel_id: int) -> Sequence[PanelMeeting]:
    """The newest first."""
    return db.session.scalars(
        select(PanelMeeting)
        .where(PanelMeeting.panel_id == panel_id)
        .options(selectinload(PanelMeeting.attendance))
        .order_by(PanelMeeting.number.desc())
    ).all()


def open_meeting_of(panel_id: int) -> PanelMeeting | None:
    return db.session.scalars(
        select(PanelMeeting).where(PanelMeeting.panel_id == panel_id, PanelMeeting.closed_at.is_(None))
    ).one_or_none()


def is_meeting(stage_id: int, track: str = "") -> bool:
    """A panel of the stage's track has a meeting open."""
    query = (
        select(PanelMeeting.id)
        .join(Panel, PanelMeeting.panel_id == Panel.id)
        .where(Panel.stage_id == stage_id, Panel.track == track, PanelMeeting.closed_at.is_(None))
    )
    return db.session.scalars(query.limit(1)).first() is not None


def locked_meeting(meeting_id: int) -> PanelMeeting:
    """Everything that happens in a meeting waits for its row."""
    return db.session.scalars(
        select(PanelMeeting).where(PanelMeeting.id == meeting_id).with_for_update(of=PanelMeeting)
    ).one()


def agenda(actor: Actor, meeting_id: int) -> Sequence[MeetingItem]:
    """In order, with their applications; whoever is barred from one does not find it."""
    return db.session.scalars(
        select(MeetingItem)
        .join(StageEntry, MeetingItem.entry_id == StageEntry.id)
        .join(Application, StageEntry.application_id == Application.id)
        .where(MeetingItem.meeting_id == meeting_id, not_barred(identities(actor), StageEntry.application_id))
        .options(contains_eager(MeetingItem.entry).contains_eager(StageEntry.application))
        .order_by(MeetingItem.position, MeetingItem.id)
    ).all()


def items_of(meeting_id: int) -> list[int]:
    """Ids of every entry on the agenda, for the machine."""
    return list(
        db.session.scalars(
            select(MeetingItem.entry_id).where(MeetingItem.meeting_id == meeting_id).order_by(MeetingItem.position)
        )
    )


def applications_of(entry_ids: Iterable[int]) -> list[int]:
    query = select(StageEntry.application_id).where(StageEntry.id.in_(list(entry_ids))).order_by(StageEntry.id)
    return list(db.session.scalars(query))


def panel_members(panel_id: int) -> Sequence[Seat]:
    """Accepted seats; of the standby members those who took over an application."""
    took = select(Assignment.id).where(
        Assignment.panel_id == panel_id, Assignment.person_id == Seat.person_id,
        Assignment.state == AssignmentState.ACCEPTED,
    )  # fmt: skip
    return db.session.scalars(
        select(Seat)
        .where(
            Seat.panel_id == panel_id, Seat.state == SeatState.ACCEPTED,
            or_(Seat.standby.is_(False), took.correlate(Seat).exists()),
        )
        .options(joinedload(Seat.person))
        .order_by(Seat.id)
    ).all()  # fmt: skip


def present_people(meeting_id: int) -> set[int]:
    query = select(Attendance.person_id).where(Attendance.meeting_id == meeting_id, Attendance.left_at.is_(None))
    return set(db.session.scalars(query.order_by(Attendance.id)))


def presence_of(meeting_id: int, person_id: int) -> Attendance | None:
    return db.session.scalars(
        select(Attendance).where(
            Attendance.meeting_id == meeting_id, Attendance.person_id == person_id, Attendance.left_at.is_(None)
        )
    ).one_or_none()


def reviews_of_entries(entry_ids: Iterable[int]) -> dict[int, list[Review]]:
    """Submitted reviews by entry, in the order of their pseudonyms, with scores."""
    found: dict[int, list[Review]] = {}
    rows = db.session.scalars(
        select(Review)
        .join(Assignment, Review.assignment_id == Assignment.id)
        .where(
            Assignment.entry_id.in_(list(entry_ids)), Assignment.state == AssignmentState.ACCEPTED,
            Review.locked_at.is_not(None),
        )
        .options(selectinload(Review.scores), contains_eager(Review.assignment))
        .order_by(Assignment.entry_id, Assignment.pseudonym)
    )  # fmt: skip
    for row in rows:
        found.setdefault(row.assignment.entry_id, []).append(row)
    return found


def versions_of(review_ids: Iterable[int]) -> dict[int, list[ReviewVersion]]:
    """Earlier versions by review, the oldest first."""
    found: dict[int, list[ReviewVersion]] = {}
    query = select(ReviewVersion).where(ReviewVersion.review_id.in_(list(review_ids)))
    for row in db.session.scalars(query.order_by(ReviewVersion.review_id, ReviewVersion.number)):
        found.setdefault(row.review_id, []).append(row)
    return found


def motions_of(meeting_id: int) -> Sequence[Motion]:
    """The newest first; the caller leaves out what concerns an entry that the viewer may not know of."""
    return db.session.scalars(select(Motion).where(Motion.meeting_id == meeting_id).order_by(Motion.id.desc())).all()


def open_motion(meeting_id: int) -> Motion | None:
    query = select(Motion).where(Motion.meeting_id == meeting_id, Motion.closed_at.is_(None))
    return db.session.scalars(query.order_by(Motion.id).limit(1)).first()


def ballots_of(motion_id: int) -> Sequence[Ballot]:
    return db.session.scalars(select(Ballot).where(Ballot.motion_id == motion_id).order_by(Ballot.id)).all()


def cast_in(motion_ids: Iterable[int]) -> dict[int, dict[int, str]]:
    """motion -> person -> choice, for the viewer's own vote and for how many are still to come."""
    found: dict[int, dict[int, str]] = {}
    for row in db.session.scalars(select(Ballot).where(Ballot.motion_id.in_(list(motion_ids))).order_by(Ballot.id)):
        found.setdefault(row.motion_id, {})[row.person_id] = row.choice
    return found


def minutes_of(meeting_id: int) -> Sequence[MeetingMinutes]:
    """The newest first."""
    return db.session.scalars(
        select(MeetingMinutes)
        .where(MeetingMinutes.meeting_id == meeting_id)
        .options(joinedload(MeetingMinutes.written_by))
        .order_by(MeetingMinutes.version.desc())
    ).all()


def item_for(actor: Actor, public_id: str, entry_id: str) -> MeetingItem | None:
    """An application of the panel's newest meeting, for those of the panel and its office whom it does not bar."""
    panel = meeting_panel(actor, public_id)
    known = meetings_of(panel.id) if panel is not None else []
    if not known:
        return None
    return next((i for i in agenda(actor, known[0].id) if i.entry.public_id == entry_id), None)


def motion_for(actor: Actor, public_id: str, motion_id: str) -> Motion | None:
    """A motion that concerns nothing which bars the viewer."""
    panel = meeting_panel(actor, public_id)
    if panel is None:
        return None
    motion = db.session.scalars(
        select(Motion)
        .join(PanelMeeting, Motion.meeting_id == PanelMeeting.id)
        .where(PanelMeeting.panel_id == panel.id, Motion.public_id == motion_id)
        .options(contains_eager(Motion.meeting))
    ).one_or_none()
    if motion is None or not set(motion.entries) <= {i.entry_id for i in agenda(actor, motion.meeting_id)}:
        return None
    return motion

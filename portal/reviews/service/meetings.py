"""A panel meets on its reviews: opened, attended, item by item, written down, closed."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import select

from portal.audit.service import record
from portal.conflicts.queries import barred_pairs
from portal.conflicts.rules import today
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import Forbidden, NotFound
from portal.platform.files.resident_number import refuse_resident_numbers
from portal.platform.jobs import enqueue
from portal.platform.names import nfc
from portal.programs.models import Stage
from portal.reviews import rules
from portal.reviews.errors import (
    MeetingAlreadyOpen,
    MeetingOver,
    MeetingTooEarly,
    MinutesChanged,
    MinutesNeeded,
    MotionOpen,
    NoMeeting,
    NoQuorum,
    NotMember,
    NotUnderDiscussion,
)
from portal.reviews.jobs import MEETING_OPENED, STAGE_REVIEWED
from portal.reviews.models import Attendance, MeetingItem, MeetingMinutes, PanelMeeting
from portal.reviews.queries import meetings as queries
from portal.routing.models import Panel, Seat
from portal.routing.queries.panels import identities, panel_by_id
from portal.routing.queries.sessions import presides


class AgendaItem(NamedTuple):
    """Where ranking puts an entry: `near_line`, and `spread`, the mean deviation of its marks, exact as "n/d"."""

    entry_id: int
    near_line: bool
    spread: str


def open_meeting(context: Context, panel_id: int, run: str, agenda: Sequence[AgendaItem]) -> PanelMeeting:
    """Called by ranking, which knows the order. Raises NoMeeting, MeetingTooEarly, MeetingAlreadyOpen, Forbidden."""
    panel = panel_by_id(panel_id)
    stage = db.session.scalars(select(Stage).where(Stage.id == panel.stage_id).with_for_update(of=Stage)).one()
    if queries.rule_of(panel) is None:
        raise NoMeeting
    if not presides(context.actor, panel):
        raise Forbidden
    if stage.review_closed_at is None or stage.decided_at is not None or not agenda:
        raise MeetingTooEarly
    if queries.open_meeting_of(panel_id) is not None:
        raise MeetingAlreadyOpen
    meeting = PanelMeeting(
        public_id=context.ids.public_id(), panel_id=panel_id, number=len(queries.meetings_of(panel_id)) + 1, run=run,
        opened_at=context.now, opened_by_id=context.actor.person_id,
        items=[
            MeetingItem(entry_id=item.entry_id, position=position, near_line=item.near_line, spread=item.spread)
            for position, item in enumerate(agenda, start=1)
        ],
    )  # fmt: skip
    db.session.add(meeting)
    db.session.flush()
    record(context, "MeetingOpened", "panel_meeting", meeting.public_id, panel=panel.public_id, run=run)
    enqueue(MEETING_OPENED, {"meeting_id": meeting.id}, key=meeting.public_id, now=context.now)
    return meeting


def running(context: Context, meeting_id: int) -> PanelMeeting:
    """The meeting, held by this transaction. Raises MeetingOver."""
    meeting = queries.locked_meeting(meeting_id)
    if meeting.closed_at is not None or meeting.panel.stage.decided_at is not None:
        raise MeetingOver
    return meeting


def led(context: Context, meeting_id: int) -> PanelMeeting:
    """The same, for the chair or an officer of the call."""
    meeting = running(context, meeting_id)
    if not presides(context.actor, meeting.panel):
        raise Forbidden
    return meeting


def free_of_bars(context: Context, people: Collection[int], entry_ids: Collection[int]) -> set[int]:
    """Of these people, those whom no conflict of interest keeps from any of these entries."""
    applications = queries.applications_of(entry_ids)
    barred = {person for person, _ in barred_pairs(people, applications, today(context.now))}
    return set(people) - barred


def may_know(context: Context, entry_ids: Collection[int]) -> None:
    """The actor is barred from none of these entries. Raises NotFound: for them it is not there."""
    mine = identities(context.actor)
    if len(free_of_bars(context, mine, entry_ids)) != len(mine):
        raise NotFound


def in_the_room(context: Context, meeting: PanelMeeting, entry_ids: Collection[int]) -> list[int]:
    """Members present who may take part in what concerns these entries. Raises NoQuorum."""
    rule = queries.rule_of(meeting.panel)
    assert rule is not None  # a meeting was opened
    members = free_of_bars(context, [s.person_id for s in queries.panel_members(meeting.panel_id)], entry_ids)
    present = sorted(members & queries.present_people(meeting.id))
    if not rules.has_quorum(len(present), len(members), rule.quorum):
        raise NoQuorum(present=len(present), members=len(members), quorum=rule.quorum)
    return present


def note_presence(context: Context, meeting_id: int, person_id: int, present: bool) -> None:
    """A member came or left: told by themselves, the chair or an officer. Again changes nothing."""
    meeting = running(context, meeting_id)
    seat = next((s for s in queries.panel_members(meeting.panel_id) if s.person_id == person_id), None)
    if seat is None:
        raise NotMember
    own = queries.seat_of(context.actor, meeting.panel)
    if (own is None or own.id != seat.id) and not presides(context.actor, meeting.panel):
        raise Forbidden
    there = queries.presence_of(meeting_id, person_id)
    if (there is not None) == present:
        return
    if there is None:
        db.session.add(Attendance(meeting_id=meeting_id, person_id=person_id, came_at=context.now))
    else:
        there.left_at = context.now
    record(
        context, "MemberCame" if present else "MemberLeft", "panel_meeting", meeting.public_id, seat=seat.public_id
    )  # fmt: skip


def take_up(context: Context, meeting_id: int, entry_id: int) -> MeetingItem:
    """Discuss this application now; whoever is barred from it is out of the room. Raises NoQuorum, NotFound."""
    meeting = led(context, meeting_id)
    item = _item(context, meeting, entry_id)
    in_the_room(context, meeting, [entry_id])
    if queries.open_motion(meeting_id) is not None:
        raise MotionOpen
    item.taken_up_at = item.taken_up_at or context.now
    meeting.current_id = entry_id
    record(context, "ItemTakenUp", "panel_meeting", meeting.public_id, entry=item.entry.public_id)
    return item


def conclude(context: Context, meeting_id: int, entry_id: int, note: str) -> MeetingItem:
    """What the panel concluded on the application it discusses; may be taken up and concluded again."""
    meeting = led(context, meeting_id)
    item = _item(context, meeting, entry_id)
    if meeting.current_id != entry_id:
        raise NotUnderDiscussion
    if queries.open_motion(meeting_id) is not None:
        raise MotionOpen
    refuse_resident_numbers(note)
    item.note, item.concluded_at, meeting.current_id = nfc(note).strip(), context.now, None
    record(context, "ItemConcluded", "panel_meeting", meeting.public_id, entry=item.entry.public_id, note=item.note)
    return item


def _item(context: Context, meeting: PanelMeeting, entry_id: int) -> MeetingItem:
    item = next((i for i in meeting.items if i.entry_id == entry_id), None)
    if item is None:
        raise NotFound
    may_know(context, [entry_id])
    return item


def write_minutes(context: Context, meeting_id: int, words: str, after: int) -> MeetingMinutes:
    """A new version after version `after` (0: the first), by the chair or an officer whom nothing on the agenda bars.

    Raises MinutesChanged when somebody else was quicker.
    """
    meeting = led(context, meeting_id)
    may_know(context, queries.items_of(meeting_id))
    refuse_resident_numbers(words)
    words = nfc(words).strip()
    versions = queries.minutes_of(meeting_id)
    last = versions[0] if versions else None
    if last is not None and last.text == words:
        return last
    if (last.version if last is not None else 0) != after:
        raise MinutesChanged("text")
    made = MeetingMinutes(
        meeting_id=meeting_id, version=after + 1, text=words, sha256=hashlib.sha256(words.encode()).hexdigest(),
        written_at=context.now, written_by_id=context.actor.person_id,
    )  # fmt: skip
    db.session.add(made)
    record(
        context, "MinutesWritten", "panel_meeting", meeting.public_id, version=made.version, sha256=made.sha256
    )  # fmt: skip
    return made


def close_meeting(context: Context, meeting_id: int) -> PanelMeeting:
    """Everybody leaves; the stage is ranked anew from the reviews as they stand. Raises MotionOpen, MinutesNeeded."""
    meeting = led(context, meeting_id)
    may_know(context, queries.items_of(meeting_id))
    if queries.open_motion(meeting_id) is not None:
        raise MotionOpen
    if not queries.minutes_of(meeting_id):
        raise MinutesNeeded
    for person_id in sorted(queries.present_people(meeting_id)):
        there = queries.presence_of(meeting_id, person_id)
        assert there is not None
        there.left_at = context.now
    meeting.closed_at, meeting.closed_by_id, meeting.current_id = context.now, context.actor.person_id, None
    record(context, "MeetingClosed", "panel_meeting", meeting.public_id)
    enqueue(
        STAGE_REVIEWED, {"stage_id": meeting.panel.stage_id}, key=f"meeting:{meeting.public_id}", now=context.now
    )  # fmt: skip
    return meeting


def own_seat(context: Context, panel: Panel) -> Seat:
    """The actor's seat among the members. Raises NotMember."""
    seat = queries.seat_of(context.actor, panel)
    if seat is None or seat.id not in {s.id for s in queries.panel_members(panel.id)}:
        raise NotMember
    return seat

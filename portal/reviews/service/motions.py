"""A meeting votes: a motion is put, members cast ballots, the chair closes it and the count stands."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select

from portal.applications.models import StageEntry
from portal.audit.service import record
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import NotFound
from portal.platform.files.resident_number import refuse_resident_numbers
from portal.platform.names import nfc
from portal.reviews import rules
from portal.reviews.errors import MotionClosed, MotionOpen, NoSuchChoice, NotPresent, NoVotesHere
from portal.reviews.models import Ballot, Motion
from portal.reviews.queries import meetings as queries
from portal.reviews.service.meetings import in_the_room, led, may_know, own_seat, running


def put_motion(context: Context, meeting_id: int, question: str, entry_ids: Sequence[int]) -> Motion:
    """A question (about one application or none), or a choice among several. One at a time, with a quorum.

    Raises NoVotesHere, MotionOpen, NoQuorum, NotFound (not on the agenda, or barred from it).
    """
    meeting = led(context, meeting_id)
    rule = queries.rule_of(meeting.panel)
    if rule is None or not rule.votes:
        raise NoVotesHere
    if queries.open_motion(meeting_id) is not None:
        raise MotionOpen
    entries = sorted(set(entry_ids))
    if not set(entries) <= set(queries.items_of(meeting_id)):
        raise NotFound
    may_know(context, entries)
    in_the_room(context, meeting, entries)
    refuse_resident_numbers(question)
    motion = Motion(
        public_id=context.ids.public_id(), meeting_id=meeting_id, question=nfc(question).strip(), entries=entries,
        opened_at=context.now, opened_by_id=context.actor.person_id,
    )  # fmt: skip
    db.session.add(motion)
    db.session.flush()
    record(
        context, "MotionPut", "panel_meeting", meeting.public_id, motion=motion.public_id, question=motion.question,
        entries=names_of(entries),
    )  # fmt: skip
    return motion


def names_of(entry_ids: Sequence[int]) -> list[str]:
    """Public ids in the order of the ids."""
    query = select(StageEntry.public_id).where(StageEntry.id.in_(list(entry_ids))).order_by(StageEntry.id)
    return list(db.session.scalars(query))


def cast_ballot(context: Context, motion_id: int, choice: str) -> Ballot:
    """One's own vote; cast again, the last one counts. The audit chain holds that a vote was cast, not which.

    Raises MotionClosed, NotPresent, NotFound (barred from an application that the motion concerns), NoSuchChoice.
    """
    meeting = running(context, db.session.get_one(Motion, motion_id).meeting_id)
    motion = db.session.get_one(Motion, motion_id, populate_existing=True)
    may_know(context, motion.entries)
    seat = own_seat(context, meeting.panel)
    if motion.closed_at is not None:
        raise MotionClosed
    if seat.person_id not in queries.present_people(meeting.id):
        raise NotPresent
    if choice not in rules.choices_of(names_of(motion.entries)):
        raise NoSuchChoice("choice")
    known = next((b for b in queries.ballots_of(motion_id) if b.person_id == seat.person_id), None)
    if known is None:
        known = Ballot(motion_id=motion_id, person_id=seat.person_id, choice=choice, cast_at=context.now)
        db.session.add(known)
    elif known.choice == choice:
        return known
    known.choice, known.cast_at = choice, context.now
    record(context, "BallotCast", "panel_meeting", meeting.public_id, motion=motion.public_id)
    return known


def close_motion(context: Context, motion_id: int) -> Motion:
    """Counts the ballots of those who are present and may vote. Raises NoQuorum; closed again it stays as it was."""
    meeting = led(context, db.session.get_one(Motion, motion_id).meeting_id)
    motion = db.session.get_one(Motion, motion_id, populate_existing=True)
    may_know(context, motion.entries)
    if motion.closed_at is not None:
        return motion
    present = in_the_room(context, meeting, motion.entries)
    cast = [b for b in queries.ballots_of(motion_id) if b.person_id in present]
    names = names_of(motion.entries)
    counts = Counter(b.choice for b in cast)
    motion.closed_at, motion.entitled = context.now, len(present)
    motion.counts = {choice: counts[choice] for choice in rules.choices_of(names)}
    motion.outcome = rules.outcome_of(counts, names, len(present))
    sealed = hashlib.sha256("\n".join(sorted(f"{b.person_id} {b.choice}" for b in cast)).encode()).hexdigest()
    record(
        context, "MotionClosed", "panel_meeting", meeting.public_id, motion=motion.public_id, counts=motion.counts,
        entitled=motion.entitled, outcome=motion.outcome, ballots=sealed,
    )  # fmt: skip
    return motion

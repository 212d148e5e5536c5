"""A reviewer's packet: asked for, kept under its hash, removed when the stage's review ends."""

from __future__ import annotations

from sqlalchemy import select

from portal.audit.service import record
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.jobs import JobState, enqueue
from portal.platform.storage import Stored
from portal.reviews import queries
from portal.reviews.errors import NothingToPack
from portal.reviews.jobs import PACKET
from portal.reviews.models import ReviewPacket
from portal.routing.models import Panel


def ask_packet(context: Context, panel_id: int) -> ReviewPacket:
    """Have all own applications of a panel bound anew; one that is under way is the answer to asking twice."""
    db.session.scalars(select(Panel).where(Panel.id == panel_id).with_for_update(of=Panel)).one()
    assert context.actor.person_id is not None
    mine = [assignment for assignment, _ in queries.batch(context.actor, panel_id)]
    if not mine:
        raise NothingToPack
    last = queries.packet_of(context.actor, panel_id)
    if last is not None and last.made_at is None and set(last.assignments) == {a.public_id for a in mine}:
        job = queries.packet_job(last)
        if job is not None and job.state in (JobState.WAITING, JobState.RUNNING):
            return last
    made = ReviewPacket(
        public_id=context.ids.public_id(), panel_id=panel_id, person_id=context.actor.person_id,
        asked_at=context.now, assignments=[a.public_id for a in mine],
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    _remove(context, [p for p in _of(panel_id, made.person_id) if p.id != made.id])
    record(context, "PacketAsked", "packet", made.public_id, panel=panel_id, applications=len(mine))
    enqueue(PACKET, {"packet_id": made.id}, key=made.public_id, now=context.now)
    return made


def keep_packet(context: Context, packet_id: int, stored: Stored, pages: int) -> ReviewPacket:
    """What the worker made; a packet that was removed meanwhile stays removed."""
    packet = db.session.scalars(select(ReviewPacket).where(ReviewPacket.id == packet_id).with_for_update()).one()
    if packet.removed_at is None:
        packet.sha256, packet.size, packet.pages, packet.made_at = stored.sha256, stored.size, pages, context.now
        record(context, "PacketMade", "packet", packet.public_id, sha256=stored.sha256, pages=pages)
    return packet


def note_download(context: Context, packet_id: int) -> None:
    packet = db.session.get_one(ReviewPacket, packet_id)
    record(
        context, "PacketDownloaded", "packet", packet.public_id,
        person=packet.person_id, applications=len(packet.assignments),
    )  # fmt: skip


def remove_packets(context: Context, stage_id: int) -> None:
    """The stage's review ends: its packets are gone, and the sweeper takes the files."""
    rows = db.session.scalars(
        select(ReviewPacket)
        .join(Panel, ReviewPacket.panel_id == Panel.id)
        .where(Panel.stage_id == stage_id, ReviewPacket.removed_at.is_(None))
        .order_by(ReviewPacket.id)
        .with_for_update(of=ReviewPacket)
    ).all()
    _remove(context, list(rows))
    if rows:
        record(context, "PacketsRemoved", "stage", str(stage_id), count=len(rows))


def _of(panel_id: int, person_id: int) -> list[ReviewPacket]:
    return list(
        db.session.scalars(
            select(ReviewPacket)
            .where(
                ReviewPacket.panel_id == panel_id,
                ReviewPacket.person_id == person_id,
                ReviewPacket.removed_at.is_(None),
            )
            .order_by(ReviewPacket.id)
        )
    )


def _remove(context: Context, packets: list[ReviewPacket]) -> None:
    for packet in packets:
        packet.sha256, packet.removed_at = None, context.now

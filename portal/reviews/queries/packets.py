"""A reviewer's packet of one panel, as long as the stage is under review and nothing in it is out of reach."""

from __future__ import annotations

from sqlalchemy import select

from portal.platform.context import Actor
from portal.platform.db import db
from portal.platform.jobs import Job
from portal.programs.definition import Stage as StageDefinition
from portal.reviews.jobs import PACKET
from portal.reviews.models import ReviewPacket
from portal.reviews.queries.mine import batch, my_panel
from portal.routing.models import Panel
from portal.routing.queries.panels import identities


def _definition(panel: Panel) -> StageDefinition:
    return panel.stage.call.definition.stage(panel.stage.code)


def _under_review(actor: Actor, public_id: str) -> Panel | None:
    found = my_panel(actor, public_id)
    open_ = found is not None and found.stage.review_opens_at is not None and found.stage.review_closed_at is None
    return found if open_ else None


def my_packet_panel(actor: Actor, public_id: str, **_: object) -> Panel | None:
    found = _under_review(actor, public_id)
    return found if found is not None and _definition(found).packet else None


def my_sheet_panel(actor: Actor, public_id: str) -> Panel | None:
    found = _under_review(actor, public_id)
    return found if found is not None and _definition(found).score_sheet else None


def packet_of(actor: Actor, panel_id: int) -> ReviewPacket | None:
    """The newest one, made or under way; one that holds what is no longer theirs is not there."""
    found = db.session.scalars(
        select(ReviewPacket)
        .where(
            ReviewPacket.panel_id == panel_id,
            ReviewPacket.person_id.in_(identities(actor)),
            ReviewPacket.removed_at.is_(None),
        )
        .order_by(ReviewPacket.id.desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    theirs = {assignment.public_id for assignment, _ in batch(actor, panel_id)}
    return found if set(found.assignments) <= theirs else None


def packet_file(actor: Actor, panel_id: int, public_id: str) -> ReviewPacket | None:
    found = packet_of(actor, panel_id)
    return found if found is not None and found.public_id == public_id and found.sha256 is not None else None


def packet_job(packet: ReviewPacket) -> Job | None:
    return db.session.scalars(select(Job).where(Job.dedupe_key == f"{PACKET.code}:{packet.public_id}")).one_or_none()


def packet_hashes(hashes: set[str]) -> set[str]:
    """Which of the hashes a packet has; for the sweeper."""
    found = db.session.scalars(select(ReviewPacket.sha256).where(ReviewPacket.sha256.in_(hashes))).all()
    return {h for h in found if h}

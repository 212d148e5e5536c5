"""Requests to exchange slots."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select

from portal.platform.db import db
from portal.routing.models import SessionSwap


def open_swaps(*session_ids: int) -> Sequence[SessionSwap]:
    """Requests from or to these slots that nobody has answered or closed, the first asked first."""
    return db.session.scalars(
        select(SessionSwap)
        .where(
            or_(SessionSwap.from_id.in_(session_ids), SessionSwap.to_id.in_(session_ids)),
            SessionSwap.answered_at.is_(None),
            SessionSwap.closed_at.is_(None),
        )
        .order_by(SessionSwap.id)
    ).all()


def swap_by_public_id(public_id: str) -> SessionSwap | None:
    return db.session.scalars(select(SessionSwap).where(SessionSwap.public_id == public_id)).one_or_none()


def locked_swap(swap_id: int) -> SessionSwap:
    return db.session.scalars(
        select(SessionSwap).where(SessionSwap.id == swap_id).with_for_update().execution_options(populate_existing=True)
    ).one()

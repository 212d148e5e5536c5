"""A person's letters and the office's log of them."""

from __future__ import annotations

from sqlalchemy import func, select

from portal.notifications.models import Letter, LetterState
from portal.platform.context import Actor
from portal.platform.db import db


def unread_count(actor: Actor) -> int:
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Letter)
            .where(Letter.person_id.in_(actor.same_as), Letter.read_at.is_(None), Letter.state != LetterState.WAITING)
        )
        or 0
    )

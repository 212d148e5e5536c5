"""A reviewer's seats on panels, until the stage is decided."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from portal.platform.context import Actor
from portal.platform.db import db
from portal.programs.models import Call, Stage
from portal.programs.queries import is_no_preview
from portal.routing.models import Panel, Seat, SeatState
from portal.routing.queries.panels import identities


def seats(actor: Actor) -> Sequence[Seat]:
    """Invitations to answer and seats held, the earliest due first."""
    return db.session.scalars(
        select(Seat)
        .join(Panel, Seat.panel_id == Panel.id)
        .join(Stage, Panel.stage_id == Stage.id)
        .join(Call, Stage.call_id == Call.id)
        .where(
            Seat.person_id.in_(identities(actor)),
            Seat.state.in_((SeatState.INVITED, SeatState.ACCEPTED)),
            Stage.decided_at.is_(None),
            is_no_preview(),
        )
        .options(contains_eager(Seat.panel).contains_eager(Panel.stage))
        .order_by(Stage.review_due_at, Seat.id)
    ).all()

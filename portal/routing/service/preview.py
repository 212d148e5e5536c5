"""One officer reads and judges what was handed in to a preview."""

from __future__ import annotations

from portal.applications.models import StageEntry
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import NotFound
from portal.routing.models import Assignment, AssignmentState, Panel, Seat, SeatState
from portal.routing.queries import panels
from portal.routing.service.pseudonyms import fresh_pseudonym


def seat_previewer(context: Context, entry: StageEntry) -> Assignment:
    """The actor's assignment of the entry, made with a panel of one; the same again. Raises NotFound on a real call."""
    person = context.actor.person_id
    if not entry.stage.call.is_preview or person is None:
        raise NotFound
    panel = panels.panel_of(entry.stage_id, entry.track) or _panel(context, entry)
    if panels.seat_of(panel.id, frozenset({person})) is None:
        db.session.add(
            Seat(
                public_id=context.ids.public_id(), panel_id=panel.id, person_id=person, kind="academia",
                state=SeatState.ACCEPTED, invited_at=context.now, answered_at=context.now, pledged_at=context.now,
            )
        )  # fmt: skip
    known = panels.pairs_of_entries([entry.id])
    if mine := [pair for pair in known if pair.person_id == person]:
        return mine[0]
    made = Assignment(
        public_id=context.ids.public_id(), entry_id=entry.id, panel_id=panel.id, person_id=person,
        state=AssignmentState.ACCEPTED, pseudonym=fresh_pseudonym(context.rng, {pair.pseudonym for pair in known}), explanation={},
        created_at=context.now, published_at=context.now, declared_at=context.now, answered_at=context.now,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def _panel(context: Context, entry: StageEntry) -> Panel:
    made = Panel(
        public_id=context.ids.public_id(), stage_id=entry.stage_id, track=entry.track, names=entry.stage.call.names,
        created_at=context.now,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made

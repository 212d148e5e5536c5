"""Form a panel, invite, answer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import select

from portal.audit import service as audit
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.jobs import enqueue
from portal.programs.models import Stage
from portal.routing.errors import CannotStandBy, NoSeats, NotInPool, OneChair, ReasonMissing, SeatAnswered
from portal.routing.jobs import SEAT_INVITED
from portal.routing.models import Assignment, AssignmentState, Panel, Seat, SeatState
from portal.routing.queries import panels
from portal.routing.queries import pool as reviewers
from portal.routing.rules.panels import LIVE

Wanted = tuple[int, str, bool]  # person, kind, chair


def form_panel(
    context: Context, stage_id: int, names: dict[str, str], seats: Sequence[Wanted], track: str = ""
) -> Panel:
    """A panel for a stage's entries; everybody chosen is invited. On a repetition the seats are added to it."""
    stage = db.session.scalars(select(Stage).where(Stage.id == stage_id).with_for_update(of=Stage)).unique().one()
    panel = panels.panel_of(stage_id, track)
    if panel is None:
        if not seats:
            raise NoSeats("people")
        panel = Panel(
            public_id=context.ids.public_id(), stage_id=stage_id, track=track, names=names, created_at=context.now
        )
        db.session.add(panel)
        db.session.flush()
        audit.record(context, "PanelFormed", "panel", panel.public_id, stage=stage.public_id, track=track)
    add_seats(context, panel.id, seats)
    return panel


def add_seats(context: Context, panel_id: int, seats: Sequence[Wanted]) -> list[Seat]:
    """Invite more people; someone who already has a seat keeps it."""
    panel = db.session.scalars(select(Panel).where(Panel.id == panel_id).with_for_update()).one()
    if not seats:
        raise NoSeats("people")
    there = {seat.person_id for seat in panel.seats}
    wanted = {person: (kind, chair) for person, kind, chair in seats if person not in there}
    if not set(wanted) <= reviewers.pool_ids(panel.stage.call, context.now):
        raise NotInPool("people")
    chairs = sum(chair for _, chair in wanted.values()) + sum(
        s.chair for s in panel.seats if s.state is not SeatState.DECLINED
    )
    if chairs > 1:
        raise OneChair("people")
    made = [
        Seat(
            public_id=context.ids.public_id(), panel_id=panel_id, person_id=person, kind=kind, chair=chair,
            state=SeatState.INVITED, invited_at=context.now,
        )
        for person, (kind, chair) in sorted(wanted.items())
    ]  # fmt: skip
    db.session.add_all(made)
    db.session.flush()
    db.session.expire(panel, ["seats"])
    for seat in made:
        audit.record(
            context, "SeatInvited", "seat", seat.public_id,
            panel=panel.public_id, person=seat.person_id, seat_kind=seat.kind, chair=seat.chair,
        )  # fmt: skip
        enqueue(SEAT_INVITED, {"seat_id": seat.id}, key=str(seat.id), now=context.now)
    return made


def make_chair(context: Context, seat_id: int) -> Seat:
    """Give the chair to one member; the panel has exactly one."""
    seat = db.session.get_one(Seat, seat_id)
    panel = db.session.scalars(select(Panel).where(Panel.id == seat.panel_id).with_for_update()).one()
    if seat.state is SeatState.DECLINED:
        raise SeatAnswered
    for other in panel.seats:
        other.chair = other.id == seat.id
    seat.standby = False
    audit.record(context, "ChairNamed", "panel", panel.public_id, person=seat.person_id)
    return seat


def set_standby(context: Context, seat_id: int, standby: bool) -> Seat:
    """Put a member on the standby list, or back among those who are assigned. Raises CannotStandBy for the chair and
    for whoever has something to review already."""
    seat = db.session.scalars(select(Seat).where(Seat.id == seat_id).with_for_update()).one()
    if seat.state is SeatState.DECLINED:
        raise SeatAnswered
    busy = select(Assignment.id).where(
        Assignment.panel_id == seat.panel_id, Assignment.person_id == seat.person_id,
        Assignment.state.in_((AssignmentState.DRAFT, *LIVE)),
    )  # fmt: skip
    if standby and (seat.chair or db.session.scalars(busy).first() is not None):
        raise CannotStandBy
    seat.standby = standby
    audit.record(context, "StandbyChanged", "seat", seat.public_id, person=seat.person_id, standby=standby)
    return seat


def mint_seat_token(context: Context, seat_id: int) -> str:
    """The one-time link of an invitation, made when its letter is written; only its hash is kept."""
    seat = db.session.get_one(Seat, seat_id)
    token = context.ids.token()
    seat.token_hash = token_hash(token)
    return token


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def answer_seat(context: Context, seat_id: int, accept: bool, reason: str = "", suggestion: str = "") -> Seat:
    """Accept or decline an invitation, once; declining takes a reason and, if one likes, a suggestion."""
    seat = db.session.scalars(select(Seat).where(Seat.id == seat_id).with_for_update()).one()
    if seat.state is not SeatState.INVITED:
        raise SeatAnswered
    if not accept and not reason.strip():
        raise ReasonMissing("reason")
    seat.state = SeatState.ACCEPTED if accept else SeatState.DECLINED
    seat.answered_at = context.now
    if not accept:
        seat.decline_reason, seat.suggestion, seat.chair = reason.strip(), suggestion.strip() or None, False
    audit.record(
        context, "SeatAccepted" if accept else "SeatDeclined", "seat", seat.public_id,
        person=seat.person_id, panel=seat.panel.public_id, **({} if accept else {"reason": reason.strip()}),
    )  # fmt: skip
    return seat

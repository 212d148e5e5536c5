"""Sessions: of a panel for its office and its members, of an application for its team."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from portal.applications.models import Application, StageEntry
from portal.applications.queries.drafts import member_of_application
from portal.applications.queries.submissions import readable_by_officer
from portal.conflicts.queries import not_barred
from portal.platform.context import Actor
from portal.platform.db import db
from portal.platform.visibility import clause
from portal.programs.definition import SessionRule
from portal.programs.models import Call, Program, Stage
from portal.programs.queries import OFFICE_ROLES, call_in_scope
from portal.routing.models import Assignment, Panel, Seat, SeatState, Session, SessionMinutes
from portal.routing.queries.panels import IN_STAGE, identities
from portal.routing.rules.panels import LIVE


def rule_of(panel: Panel) -> SessionRule | None:
    """The stage's rule for sessions; None where nobody presents."""
    return panel.stage.call.definition.stage(panel.stage.code).session


# --- who may see a panel's sessions ---


@clause
def seated_on(actor: Actor) -> ColumnElement[bool]:
    """Accepted a seat on the panel; ends with the stage."""
    seat = select(Seat.id).where(
        Seat.panel_id == Panel.id, Seat.person_id.in_(identities(actor)), Seat.state == SeatState.ACCEPTED
    )
    return and_(seat.correlate(Panel).exists(), Stage.decided_at.is_(None))


@clause
def panel_bars_nobody(actor: Actor) -> ColumnElement[bool]:
    """No conflict between the actor and any entry that the panel hears: a day with one slot missing would tell when
    that team presents, so an officer who is barred from one leaves the whole day to another."""
    barred = select(StageEntry.id).where(
        StageEntry.stage_id == Panel.stage_id,
        StageEntry.track == Panel.track,
        ~not_barred(identities(actor), StageEntry.application_id),
    )
    return ~barred.correlate(Panel).exists()


def _panels() -> Select[Panel]:
    return (
        select(Panel)
        .join(Stage, Panel.stage_id == Stage.id)
        .join(Call, Stage.call_id == Call.id)
        .join(Program, Call.program_id == Program.id)
        .options(contains_eager(Panel.stage), selectinload(Panel.seats).joinedload(Seat.person))
    )


def _in_office(actor: Actor) -> ColumnElement[bool]:
    return and_(call_in_scope(actor, *OFFICE_ROLES), panel_bars_nobody(actor))


def _with_sessions(panel: Panel | None) -> Panel | None:
    return panel if panel is not None and rule_of(panel) is not None else None


def office_panel(actor: Actor, public_id: str, **_: str) -> Panel | None:
    """A panel that hears presentations, of a call in the officer's scope, none of whose teams bars them."""
    query = _panels().where(Panel.public_id == public_id, _in_office(actor))
    return _with_sessions(db.session.scalars(query).one_or_none())


def office_session(actor: Actor, public_id: str, session_id: str) -> Session | None:
    """One slot of such a panel."""
    panel = office_panel(actor, public_id)
    if panel is None:
        return None
    return db.session.scalars(
        select(Session).where(Session.panel_id == panel.id, Session.public_id == session_id)
    ).one_or_none()


def panel_for(actor: Actor, public_id: str, **_: str) -> Panel | None:
    """The panel, for its members and its office."""
    query = _panels().where(Panel.public_id == public_id, or_(seated_on(actor), _in_office(actor)))
    return _with_sessions(db.session.scalars(query).one_or_none())


def _heard(actor: Actor, panel_id: int) -> Select[Session]:
    """Published slots of the panel whose team the viewer may know of; the others are as if they were not there."""
    return (
        select(Session)
        .join(StageEntry, Session.entry_id == StageEntry.id)
        .join(Application, StageEntry.application_id == Application.id)
        .where(
            Session.panel_id == panel_id,
            session_is_published(),
            not_barred(identities(actor), StageEntry.application_id),
        )
        .options(contains_eager(Session.entry).contains_eager(StageEntry.application))
        .order_by(Session.starts_at, Session.id)
    )


def heard(actor: Actor, panel_id: int) -> Sequence[Session]:
    return db.session.scalars(_heard(actor, panel_id)).all()


def panels_heard(actor: Actor, panel_ids: Sequence[int]) -> set[int]:
    """Of these panels, those with a published slot that the viewer may know of."""
    rows = db.session.scalars(
        select(Session.panel_id)
        .join(StageEntry, Session.entry_id == StageEntry.id)
        .where(
            Session.panel_id.in_(list(panel_ids)),
            session_is_published(),
            not_barred(identities(actor), StageEntry.application_id),
        )
        .distinct()
        .order_by(Session.panel_id)
    )
    return set(rows)


def given_to(actor: Actor, panel_id: int) -> dict[int, Assignment]:
    """entry -> the viewer's own assignment on it, while it stands."""
    rows = db.session.scalars(
        select(Assignment)
        .where(
            Assignment.panel_id == panel_id, Assignment.person_id.in_(identities(actor)), Assignment.state.in_(LIVE)
        )
        .order_by(Assignment.id)
    )  # fmt: skip
    return {row.entry_id: row for row in rows}


@clause
def declared_on(actor: Actor) -> ColumnElement[bool]:
    """The viewer owes no declaration on this entry: until it is given a title is not told."""
    owed = select(Assignment.id).where(
        Assignment.entry_id == Session.entry_id,
        Assignment.person_id.in_(identities(actor)),
        Assignment.state.in_(LIVE),
        Assignment.declared_at.is_(None),
    )
    return ~owed.correlate(Session).exists()


def session_for(actor: Actor, public_id: str, session_id: str) -> Session | None:
    """One slot with its team, for those who may know of it."""
    panel = panel_for(actor, public_id)
    if panel is None:
        return None
    query = _heard(actor, panel.id).where(Session.public_id == session_id, declared_on(actor))
    return db.session.scalars(query).one_or_none()


def presides(actor: Actor, panel: Panel) -> bool:
    """The chair, or an officer of the call."""
    mine, scopes = identities(actor), panel.stage.call.scopes
    chair = any(s.chair and s.state is SeatState.ACCEPTED and s.person_id in mine for s in panel.seats)
    return chair or any(actor.has(role, *scopes) for role in OFFICE_ROLES)


# --- the office's list ---


def of_panel(panel_id: int) -> Sequence[Session]:
    """Every slot in order, with its team."""
    return db.session.scalars(
        select(Session)
        .where(Session.panel_id == panel_id)
        .options(joinedload(Session.entry).joinedload(StageEntry.application))
        .order_by(Session.starts_at, Session.id)
    ).all()


def entries_to_hear(panel: Panel) -> Sequence[StageEntry]:
    """The teams of the panel's stage and track that wait for its result."""
    return db.session.scalars(
        select(StageEntry)
        .join(Application, StageEntry.application_id == Application.id)
        .where(
            StageEntry.stage_id == panel.stage_id, StageEntry.track == panel.track, StageEntry.state.in_(IN_STAGE),
            readable_by_officer(),
        )
        .options(contains_eager(StageEntry.application))
        .order_by(StageEntry.id)
    ).all()  # fmt: skip


def without_slot(panel: Panel) -> list[StageEntry]:
    """Those of them that have none."""
    placed = set(db.session.scalars(select(Session.entry_id).where(Session.entry_id.is_not(None))))
    return [entry for entry in entries_to_hear(panel) if entry.id not in placed]


def locked(*session_ids: int) -> list[Session]:
    """The slots in the order of their ids, which is the order of their locks; answered as asked for."""
    rows = db.session.scalars(
        select(Session)
        .where(Session.id.in_(session_ids))
        .order_by(Session.id)
        .with_for_update(of=Session)
        .execution_options(populate_existing=True)
    ).all()
    found = {row.id: row for row in rows}
    return [found[id_] for id_ in session_ids]


# --- a team's own ---


@clause
def session_is_published() -> ColumnElement[bool]:
    """Until the office publishes the day, a slot is known to the office alone."""
    return Session.published_at.is_not(None)


def own_sessions(actor: Actor, application_id: str) -> Select[Session]:
    return (
        select(Session)
        .join(StageEntry, Session.entry_id == StageEntry.id)
        .join(Application, StageEntry.application_id == Application.id)
        .join(Stage, StageEntry.stage_id == Stage.id)
        .where(Application.public_id == application_id, member_of_application(actor), session_is_published())
        .options(
            contains_eager(Session.entry).options(
                contains_eager(StageEntry.application), contains_eager(StageEntry.stage)
            )
        )
        .order_by(Stage.position.desc())
        .limit(1)
    )


def own_session(actor: Actor, public_id: str) -> Session | None:
    """The slot of the actor's team in the last stage in which it has one."""
    return db.session.scalars(own_sessions(actor, public_id)).one_or_none()


def unconfirmed(application_ids: Sequence[int]) -> Sequence[Session]:
    """Published slots of these applications that their teams have not confirmed, in stages not decided."""
    return db.session.scalars(
        select(Session)
        .join(StageEntry, Session.entry_id == StageEntry.id)
        .join(Stage, StageEntry.stage_id == Stage.id)
        .where(
            StageEntry.application_id.in_(application_ids), StageEntry.state.in_(IN_STAGE), Stage.decided_at.is_(None),
            Session.confirmed_at.is_(None), session_is_published(),
        )
        .options(contains_eager(Session.entry), joinedload(Session.panel).joinedload(Panel.stage))
        .order_by(Session.starts_at, Session.id)
    ).all()  # fmt: skip


def others_of(session: Session) -> Sequence[Session]:
    """The other published slots of its panel, by time."""
    return db.session.scalars(
        select(Session)
        .where(Session.panel_id == session.panel_id, Session.id != session.id, session_is_published())
        .order_by(Session.starts_at, Session.id)
    ).all()


# --- what was held ---


def minutes_of(session_id: int) -> Sequence[SessionMinutes]:
    """Every version, the newest first."""
    return db.session.scalars(
        select(SessionMinutes)
        .where(SessionMinutes.session_id == session_id)
        .options(joinedload(SessionMinutes.written_by))
        .order_by(SessionMinutes.version.desc())
    ).all()


def absences(entry_ids: Iterable[int]) -> dict[int, Session]:
    """Of these entries, those noted as not having come to their session: a fact beside the ranking."""
    rows = db.session.scalars(
        select(Session)
        .where(Session.entry_id.in_(list(entry_ids)), Session.absent_at.is_not(None))
        .order_by(Session.id)
    )
    return {row.entry_id: row for row in rows if row.entry_id is not None}

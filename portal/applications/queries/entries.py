"""Stage entries: an application in a stage and track."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from portal.applications.models import Application, EntryState, StageEntry
from portal.applications.queries.submissions import readable_by_officer
from portal.platform.db import db
from portal.programs.models import Stage


def entry(entry_id: int) -> StageEntry:
    return db.session.get_one(StageEntry, entry_id)


def locked_entry(entry_id: int) -> StageEntry:
    return db.session.scalars(select(StageEntry).where(StageEntry.id == entry_id).with_for_update()).one()


def entry_of(stage_id: int, application_id: int, track: str = "") -> StageEntry | None:
    return db.session.scalars(
        select(StageEntry).where(
            StageEntry.stage_id == stage_id, StageEntry.application_id == application_id, StageEntry.track == track
        )
    ).one_or_none()


def entry_in(stage_id: int, application_id: int) -> StageEntry | None:
    """The application's entry in a stage, whatever its track."""
    query = select(StageEntry).where(StageEntry.stage_id == stage_id, StageEntry.application_id == application_id)
    return db.session.scalars(query.order_by(StageEntry.id).limit(1)).one_or_none()


def entry_by_public_id(public_id: str) -> StageEntry | None:
    return db.session.scalars(
        select(StageEntry)
        .where(StageEntry.public_id == public_id)
        .options(joinedload(StageEntry.application), joinedload(StageEntry.submission), joinedload(StageEntry.stage))
    ).one_or_none()


def entries_of_application(application_id: int) -> Sequence[StageEntry]:
    """In the order of the stages."""
    return db.session.scalars(
        select(StageEntry)
        .join(Stage, StageEntry.stage_id == Stage.id)
        .where(StageEntry.application_id == application_id)
        .options(contains_eager(StageEntry.stage))
        .order_by(Stage.position, StageEntry.track, StageEntry.id)
    ).all()


def entries_of_stage(
    stage_id: int, track: str | None = None, states: Sequence[EntryState] = ()
) -> Sequence[StageEntry]:
    """The entries of a stage with application and submission; only of applications whose seal is open."""
    query = (
        select(StageEntry)
        .join(Application, StageEntry.application_id == Application.id)
        .where(StageEntry.stage_id == stage_id, readable_by_officer())
        .options(contains_eager(StageEntry.application), joinedload(StageEntry.submission))
    )
    if track is not None:
        query = query.where(StageEntry.track == track)
    if states:
        query = query.where(StageEntry.state.in_(states))
    return db.session.scalars(query.order_by(StageEntry.track, StageEntry.id)).all()

"""What an officer has done in a preview."""

from __future__ import annotations

from sqlalchemy import select

from portal.applications.models import Application, StageEntry
from portal.platform.context import Actor
from portal.platform.db import db
from portal.routing.models import Assignment
from portal.routing.queries.panels import identities


def own_application(actor: Actor, call_id: int) -> Application | None:
    """The officer's latest application in the preview."""
    return db.session.scalars(
        select(Application)
        .where(Application.call_id == call_id, Application.owner_id.in_(identities(actor)))
        .order_by(Application.id.desc())
        .limit(1)
    ).one_or_none()


def own_assignment(actor: Actor, application_id: int) -> Assignment | None:
    return db.session.scalars(
        select(Assignment)
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .where(StageEntry.application_id == application_id, Assignment.person_id.in_(identities(actor)))
        .order_by(Assignment.id.desc())
        .limit(1)
    ).one_or_none()

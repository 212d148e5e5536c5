"""What an officer has done in a preview, and which pages belong to one."""

from __future__ import annotations

from sqlalchemy import select

from portal.applications.models import Application, StageEntry
from portal.platform.context import Actor
from portal.platform.db import db
from portal.programs.models import Call
from portal.routing.models import Assignment
from portal.routing.queries.panels import identities


def previewed(subject: object) -> Call | None:
    """The call whose preview the page's object belongs to; None on every real page."""
    first = subject[0] if isinstance(subject, tuple) else subject
    call = first if isinstance(first, Call) else getattr(first, "call", None)
    if isinstance(first, Assignment):
        call = first.entry.stage.call
    return call.preview_of if isinstance(call, Call) and call.is_preview else None


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

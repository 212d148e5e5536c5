"""A copy of a call that its officers walk through before it opens."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from portal.audit.service import record
from portal.platform.context import Context
from portal.platform.db import db
from portal.programs import queries
from portal.programs.errors import CallIncomplete
from portal.programs.models import Call
from portal.programs.service.calls import locked_call, put_call

LASTS = timedelta(days=30)  # how long a preview takes applications


def make_preview(context: Context, call_id: int) -> Call:
    """The preview of what the call holds now; made anew once its content has changed. Raises CallIncomplete."""
    call = locked_call(call_id)
    if missing := queries.missing_of(call.definition):
        raise CallIncomplete(count=len(missing))
    known = queries.latest_preview(call.id)
    if known is not None and known.content_hash == call.content_hash and context.now < known.closes_at:
        return known
    number = db.session.scalar(select(func.count()).select_from(Call).where(Call.preview_of_id == call.id)) or 0
    made = put_call(
        context, call.program, call.definition, f"{call.code[:24]}-P{number + 1}", call.names, context.now,
        context.now + LASTS, preview_of=call,
    )  # fmt: skip
    made.opened_at = context.now
    for stage in queries.stages_of(made):
        stage.review_opens_at, stage.review_due_at = context.now, made.closes_at
    record(context, "CallPreviewed", "call", call.public_id, preview=made.public_id, hash=call.content_hash)
    return made

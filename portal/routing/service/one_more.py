"""One more review of an application, asked for after the stage's review has closed."""

from __future__ import annotations

from sqlalchemy import select

from portal.applications.models import EntryState, StageEntry
from portal.audit import service as audit
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.jobs import enqueue
from portal.platform.names import nfc
from portal.programs.models import Stage
from portal.routing.errors import NobodyFree, NotAfterReview, ReasonMissing, ReviewAlreadyAsked
from portal.routing.jobs import ASSIGNED
from portal.routing.models import Assignment, AssignmentState
from portal.routing.queries import panels
from portal.routing.rules.panels import LIVE, due_at, is_late
from portal.routing.service import standby
from portal.routing.service.pseudonyms import fresh_pseudonym


def ask_one_more(context: Context, entry_id: int, reason: str) -> Assignment:
    """The nearest free member of the panel gets as many days for it as the stage's reviews had; who it is stays unknown
    to whoever asks. Raises NotAfterReview, ReviewAlreadyAsked, NobodyFree, ReasonMissing."""
    entry = db.session.get_one(StageEntry, entry_id)
    stage = db.session.scalars(select(Stage).where(Stage.id == entry.stage_id).with_for_update(of=Stage)).one()
    if not reason.strip():
        raise ReasonMissing("reason")
    if stage.review_closed_at is None or stage.decided_at is not None or entry.state is not EntryState.IN_REVIEW:
        raise NotAfterReview
    given = panels.pairs_of_entries([entry_id])
    if any(row.state in LIVE and is_late(row, context.now) for row in given):
        raise ReviewAlreadyAsked
    one = next((row for row in given if row.state is AssignmentState.ACCEPTED), given[0] if given else None)
    person_id = standby.next_in_line(context, one, beyond=True) if one is not None else None
    if one is None or person_id is None:
        raise NobodyFree
    definition = stage.call.definition
    made = Assignment(
        public_id=context.ids.public_id(), entry_id=entry_id, panel_id=one.panel_id, person_id=person_id,
        run_id=one.run_id, state=AssignmentState.PUBLISHED,
        pseudonym=fresh_pseudonym(context.rng, {row.pseudonym for row in given}),
        affinity=standby.nearness(one).get(person_id, 0), explanation={"one_more": True}, created_at=context.now,
        published_at=context.now,
        late_until=due_at(context.now, definition.stage(stage.code).review_days, definition.time_zone),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    audit.record(
        context, "OneMoreReviewAsked", "assignment", made.public_id, entry=entry.public_id, person=person_id,
        reason=nfc(reason).strip(),
    )  # fmt: skip
    enqueue(ASSIGNED, {"panel_id": made.panel_id, "person_id": person_id}, key=f"one:{made.id}", now=context.now)
    return made

"""Save what the team asks for."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete

from portal.applications.errors import AnswersRefused
from portal.applications.models import RequestedMeans, SectionAnswer
from portal.applications.queries import drafts
from portal.applications.rules import MEANS, can_edit_team
from portal.applications.rules.means import Wish, flags_of, problems
from portal.applications.service.draft import next_version, opened_for
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import Forbidden


def save_means(context: Context, application_id: int, wishes: Sequence[Wish], version: int) -> SectionAnswer:
    """Replace the request; rows without a quantity fall away. Raises CallClosed, Forbidden, StaleAnswers,
    AnswersRefused (over a cap, not offered, excluded for this team)."""
    application = opened_for(context, application_id, "requested_means")
    if not can_edit_team(drafts.standing_of(context.actor, application)):
        raise Forbidden
    flags = flags_of(drafts.institutions_of(application.id), context.now.date())
    if found := problems(application.call.definition, wishes, flags):
        raise AnswersRefused(found)
    kept = sorted(w for w in wishes if w.quantity)
    row = drafts.answer_of(application.id, MEANS)
    before = sorted(wish_in(m) for m in drafts.means_of(application.id))
    if row is not None and row.version == version + 1 and row.saved_by_id == context.actor.person_id and before == kept:
        return row  # the same save once more because its answer was lost on the way
    row = next_version(context, application, MEANS, "", version)
    db.session.execute(delete(RequestedMeans).where(RequestedMeans.application_id == application.id))
    db.session.add_all(RequestedMeans(application_id=application.id, **w._asdict()) for w in kept)
    db.session.flush()
    return row


def wish_in(row: RequestedMeans) -> Wish:
    return Wish(row.component, row.option, row.year, row.quantity, row.months)

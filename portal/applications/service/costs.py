"""Save an institution's own budget grid."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete

from portal.applications.errors import AnswersRefused
from portal.applications.models import Institution, PlannedCost, SectionAnswer
from portal.applications.queries import drafts
from portal.applications.rules import BUDGET
from portal.applications.rules.budget import problems
from portal.applications.rules.matching import Costs
from portal.applications.service.draft import edited_by_institution, next_version, opened_for
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import NotFound


def save_costs(
    context: Context, institution_id: int, cells: Mapping[tuple[int, str], Costs], version: int
) -> SectionAnswer:
    """Replace the whole grid of one institution: {(year, category): costs}, minor units; empty cells fall away.

    Raises CallClosed, NotYours, StaleAnswers, AnswersRefused (unknown year or category, negative, too large).
    """
    institution = db.session.get(Institution, institution_id)
    if institution is None:
        raise NotFound
    application = opened_for(context, institution.application_id, "budget")
    edited_by_institution(context, application, institution.public_id)
    if found := problems(application.call.definition, cells):
        raise AnswersRefused(found)
    before = {(c.year, c.category): costs_in(c) for c in drafts.costs_of_institution(institution.id)}
    after = {place: costs for place, costs in sorted(cells.items()) if costs.total}
    row = drafts.answer_of(application.id, BUDGET, institution.public_id)
    if row is not None and row.version == version + 1 and before == after and _mine(context, row):
        return row  # the same save once more because its answer was lost on the way
    row = next_version(context, application, BUDGET, institution.public_id, version)
    db.session.execute(delete(PlannedCost).where(PlannedCost.institution_id == institution.id))
    db.session.add_all(
        PlannedCost(
            institution_id=institution.id, year=year, category=category, government=costs.government,
            cash=costs.cash, in_kind=costs.in_kind,
        )
        for (year, category), costs in after.items()
    )  # fmt: skip
    db.session.flush()
    return row


def costs_in(row: PlannedCost) -> Costs:
    return Costs(row.government, row.cash, row.in_kind)


def _mine(context: Context, row: SectionAnswer) -> bool:
    return row.saved_by_id == context.actor.person_id

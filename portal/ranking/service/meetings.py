"""A panel's meeting is opened in the order that its ranking suggests; the meeting itself lives in `reviews`."""

from __future__ import annotations

from fractions import Fraction

from portal.platform.context import Context
from portal.ranking import queries, rules
from portal.ranking.agenda import Placed, discussion_order
from portal.ranking.errors import ReviewStillOpen
from portal.reviews import service as reviews
from portal.reviews.models import PanelMeeting
from portal.reviews.service import AgendaItem
from portal.routing.queries.panels import assignments_of_panel, panel_by_id


def open_meeting(context: Context, panel_id: int) -> PanelMeeting:
    """Raises ReviewStillOpen (no ranking yet) and what `reviews` refuses."""
    panel = panel_by_id(panel_id)
    run = queries.latest_run(panel.stage_id, panel.track)
    if run is None:
        raise ReviewStillOpen
    given = {assignment.entry_id for assignment in assignments_of_panel(panel_id)}
    ranked = [
        Placed(row["entry"], int(row["entry_id"]), rules.from_text(row["mean"]), Fraction(row["spread"] or 0))
        for row in run.result
    ]
    keep = panel.stage.call.definition.keep(panel.stage.code, panel.track)
    agenda = [
        AgendaItem(one.entry_id, near, f"{one.spread.numerator}/{one.spread.denominator}")
        for one, near in discussion_order(ranked, keep)
        if one.entry_id in given
    ]
    return reviews.open_meeting(context, panel_id, run.public_id, agenda)

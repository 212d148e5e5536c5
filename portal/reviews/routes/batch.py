"""All applications of one panel on one page: each saves itself as on its own page."""

from __future__ import annotations

from flask import Response, abort, g, request

from portal.platform.access import guard, subject
from portal.platform.web import page
from portal.reviews import pages, queries
from portal.reviews.policies import reviews_panel
from portal.reviews.routes import bp
from portal.routing.models import Panel
from portal.routing.pages import pagination


@bp.get("/reviews/batch/<public_id>")
@guard(reviews_panel)
def batch(public_id: str) -> Response:
    panel = subject(Panel)
    stage, call = panel.stage, panel.stage.call
    definition = call.definition.stage(stage.code)
    size = queries.batch_size(g.actor, panel.id)
    last = max(1, -(-size // pages.PER_PAGE))
    number = request.args.get("page", 1, type=int)
    if not 1 <= number <= last:
        abort(404)
    first = (number - 1) * pages.PER_PAGE
    rows = queries.batch(g.actor, panel.id, pages.PER_PAGE, first)
    cards = pages.cards(rows, first + 1, definition, g.now)
    return page(
        "reviews/batch.html", panel=panel, call=call, stage=stage, definition=definition, cards=cards, size=size,
        editable=any(c.form for c in cards), ready=sum(c.standing is pages.Standing.READY for c in cards),
        top=sum(c.points for c in definition.criteria), anchors=pages.anchors, zone=call.definition.time_zone,
        paging=pagination("reviews.batch", number, last, size, public_id=public_id),
    )  # fmt: skip

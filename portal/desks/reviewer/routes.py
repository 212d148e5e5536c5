"""The reviewer's desk: one page for all panels and stages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, g, redirect, request, url_for

from portal.desks.reviewer import pages, queries
from portal.desks.reviewer.forms import SubmitForm
from portal.desks.reviewer.pages import Step
from portal.platform.access import guard, signed_in
from portal.platform.context import Context
from portal.platform.language import Text
from portal.platform.web import page, perform
from portal.reviews import queries as reviews_queries
from portal.reviews import service
from portal.reviews.rules import MINUTES_EACH
from portal.routing.queries.sessions import panels_heard

bp = Blueprint("desks_reviewer", __name__)


@bp.get("/reviews")
@guard(signed_in)
def reviews() -> Any:
    """One's own assignments and seats; for whom there are none, the page says why."""
    found = pages.items(reviews_queries.desk(g.actor), g.now)
    seats = queries.seats(g.actor)
    return page(
        "desks/reviewer/reviews.html", first=pages.first_line(found), next=pages.next_step(found, seats),
        groups=pages.groups(found),
        seats=pages.seats_shown(
            seats, "awards.table" in current_app.view_functions, panels_heard(g.actor, [s.panel_id for s in seats])
        ),
        ready=sum(i.step is Step.READY for i in found), steps=Step, minutes=MINUTES_EACH,
    )  # fmt: skip


@bp.route("/reviews/submit", methods=["GET", "POST"])
@guard(signed_in)
def submit() -> Any:
    """All complete reviews (of one panel) with what will be locked; those ticked are locked together, all or none."""
    panel = request.args.get("panel", "")
    ready = [i for i in pages.items(reviews_queries.desk(g.actor, panel), g.now) if i.step is Step.READY]
    form = SubmitForm()
    form.reviews.choices = [(i.id, i.title) for i in ready]
    ids = {i.id: i.row.assignment.id for i in ready}
    if not form.is_submitted():
        if not ready:
            return redirect(url_for("desks_reviewer.reviews"))
        asked = request.args.getlist("id")
        form.reviews.data = [i for i in ids if not asked or i in asked]

    def act(context: Context) -> str:
        service.submit_reviews(context, [ids[i] for i in form.reviews.data or [] if i in ids])
        return url_for("desks_reviewer.reviews", _anchor="receipts")

    done = perform(form, act, Text("평가를 제출하고 잠갔습니다.", "Your reviews are submitted and locked."))
    if done is not None:
        return done
    ready = [i for i in pages.items(reviews_queries.desk(g.actor), g.now) if i.id in ids]
    return page("desks/reviewer/submit.html", form, groups=pages.groups(ready))

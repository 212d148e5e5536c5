"""What the ranking asks of the panel: a meeting, one more review."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for

from portal.applications.models import StageEntry
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.language import Text
from portal.platform.web import ActionForm, page, perform
from portal.ranking import service
from portal.ranking.forms import (
    OneMoreForm,
)
from portal.ranking.policies import judges_conditions
from portal.ranking.routes.blueprint import bp
from portal.reviews.policies import leads_meeting
from portal.routing.models import Panel
from portal.routing.queries.panels import asked_late
from portal.routing.service import ask_one_more


@bp.route("/office/calls/<public_id>/ranking/entries/<entry_id>/one-more", methods=["GET", "POST"])
@guard(judges_conditions)
def one_more(public_id: str, entry_id: str) -> Any:
    """One more review of an application that the scores cannot place."""
    entry, form = subject(StageEntry), OneMoreForm()
    code, track, id_ = entry.stage.code, entry.track, entry.id

    def act(context: Context) -> str:
        ask_one_more(context, id_, form.reason.data)
        return url_for("ranking.ranking", public_id=public_id, stage=code, track=track or None, _anchor="worth")

    done = perform(
        form,
        act,
        Text(
            "가장 가까운 위원에게 부탁했습니다. 들어오면 순위를 다시 계산합니다.",
            "The nearest free member was asked; the ranking is computed anew when the review is in.",
        ),
    )
    if done is not None:
        return done
    entry = subject(StageEntry)
    call, stage = entry.stage.call, entry.stage.call.definition.stage(code)
    return page(
        "ranking/one_more.html", form, call=call, entry=entry, stage=stage, days=stage.review_days,
        asked=asked_late(entry.stage_id).get(id_), zone=call.definition.time_zone,
    )  # fmt: skip


@bp.post("/panels/<public_id>/meeting/open")
@guard(leads_meeting)
def open_meeting(public_id: str) -> Any:
    """The panel meets, in the order that the ranking suggests."""
    form, panel_id = ActionForm(), subject(Panel).id
    address = url_for("reviews.meeting", public_id=public_id)

    def act(context: Context) -> str:
        service.open_meeting(context, panel_id)
        return address

    done = perform(form, act, Text("회의를 열었습니다.", "The meeting is open."))
    if done is None:
        for sentence in form.form_errors:
            flash(sentence, "danger")
        return redirect(address)
    return done

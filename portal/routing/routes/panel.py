"""Choosing a panel from the pool."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, request, url_for

from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.language import Text, say
from portal.platform.web import ActionForm, context, page, perform
from portal.programs.models import Call, Stage
from portal.programs.policies import officer_of_call
from portal.routing import pages, service
from portal.routing.forms import PeopleForm
from portal.routing.queries import conflicts, facts, panels
from portal.routing.queries import pool as reviewers
from portal.routing.routes.blueprint import bp
from portal.routing.routes.office import posted_stage
from portal.routing.rules.panels import KINDS, composition, review_window
from portal.screening.pages import chosen_stage, chosen_track

STANDBY = Text(
    "예비 위원으로 두었습니다. 배정되지 않고 빈자리가 생기면 먼저 맡습니다.",
    "On standby: nothing is assigned, and places that are given back come to them first.",
)
BACK = Text("다시 배정받는 위원으로 두었습니다.", "Back among those who are assigned.")


@bp.route("/office/calls/<public_id>/routing/panel", methods=["GET", "POST"])
@guard(officer_of_call)
def form_panel(public_id: str) -> Response:
    call, form = subject(Call), PeopleForm()
    stage = posted_stage(call, form) if form.is_submitted() else chosen_stage(call, request.args.get("stage"))
    track = chosen_track(call, (form.track.data if form.is_submitted() else None) or request.args.get("track"))
    pool = reviewers.pool(
        call, context().now, words=request.args.get("q", ""), kind=request.args.get("kind", ""),
        number=max(1, request.args.get("page", 1, type=int)), window=review_window(stage, context().now),
    )  # fmt: skip
    form.stage.data, form.track.data = stage.code, track
    form.people.choices = [(row.person.public_id, row.person.name) for row in pool.rows]
    form.chair.choices = [("", Text("지금 정하지 않음", "Not now")), *form.people.choices]
    known = {row.person.public_id: (row.person.id, row.profile.kind) for row in pool.rows}
    names = _names(form, call, stage, track)
    stage_id, code = stage.id, stage.code

    def act(context: Context) -> str:
        chosen = [*(form.people.data or [])]
        if form.chair.data and form.chair.data not in chosen:
            chosen.append(form.chair.data)
        seats = [(*known[p], p == form.chair.data) for p in chosen if p in known]
        service.form_panel(context, stage_id, names, seats, track)
        service.detect(context, stage_id)
        return url_for("routing.routing", public_id=public_id, stage=code, track=track or None)

    done = perform(form, act, Text("초대 편지를 보냈습니다.", "The invitations are on their way."))
    if done is not None:
        return done
    panel = panels.panel_of(stage_id, track)
    rule = call.definition.stage(code).panel
    people = [row.person.id for row in pool.rows]
    applications = facts.open_applications(stage_id)
    return page(
        "routing/panel.html", form, call=call, stage=stage, track=track, pool=pool, panel=panel, rule=rule, kinds=KINDS,
        stage_name=call.definition.stage(code).names, seated={s.person_id for s in panel.seats} if panel else set(),
        composition=composition(panel.seats if panel else [], rule), applications=len(applications),
        barred=conflicts.barred_counts(applications, people), words=request.args.get("q", ""),
        kind=request.args.get("kind", ""),
        pagination=pages.pagination(
            "routing.form_panel", pool.number, pool.pages, pool.total, public_id=public_id, stage=code, track=track
        ),
    )  # fmt: skip


def _names(form: PeopleForm, call: Call, stage: Stage, track: str) -> dict[str, str]:
    """What the officer called the panel, or the stage's and the track's own names."""
    words, found = call.definition.stage(stage.code).names, call.definition.track(track)
    of_track = found.names if found else {}
    ko = " ".join(filter(None, (of_track.get("ko"), words.get("ko", stage.code))))
    en = ", ".join(filter(None, (words.get("en", stage.code), of_track.get("en"))))
    names = {"ko": form.name_ko.data or f"{ko} 패널", "en": form.name_en.data or f"Panel for {en}"}
    return {code: name for code, name in names.items() if code in call.definition.languages}


@bp.post("/office/calls/<public_id>/routing/seats/<seat_id>/standby")
@guard(officer_of_call)
def set_standby(public_id: str, seat_id: str) -> Any:
    """On the standby list, or off it again."""
    call, form = subject(Call), ActionForm()
    seat = panels.seat_of_call(call.id, seat_id)
    if seat is None:
        abort(404)
    id_, code, track, wanted = seat.id, seat.panel.stage.code, seat.panel.track, not seat.standby
    back = url_for("routing.routing", public_id=public_id, stage=code, track=track or None)

    def act(context: Context) -> str:
        service.set_standby(context, id_, wanted)
        return back

    done = perform(form, act, STANDBY if wanted else BACK)
    if done is not None:
        return done
    for sentence in [e for errors in form.errors.values() for e in errors]:
        flash(say(sentence), "danger")
    return redirect(back, code=303)


@bp.post("/office/calls/<public_id>/routing/seats/<seat_id>/chair")
@guard(officer_of_call)
def make_chair(public_id: str, seat_id: str) -> Response:
    call, form = subject(Call), ActionForm()
    seat = panels.seat_of_call(call.id, seat_id)
    if seat is None:
        abort(404)
    id_, code, track = seat.id, seat.panel.stage.code, seat.panel.track

    def act(context: Context) -> str:
        service.make_chair(context, id_)
        return url_for("routing.routing", public_id=public_id, stage=code, track=track or None)

    done = perform(form, act, Text("위원장을 정했습니다.", "The chair is named."))
    if done is None:
        abort(409)
    return done

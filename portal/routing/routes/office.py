"""The call's routing page: pool and capacity against demand, run, result, publish, discard."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for

from portal.conflicts.queries import barred_pairs
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.language import Text
from portal.platform.web import PortalForm, context, page, perform
from portal.programs.models import Call, Stage
from portal.programs.policies import officer_of_call
from portal.routing import pages, service
from portal.routing.forms import LOAD, DiscardForm, DrawForm, RunForm, TrialForm
from portal.routing.models import Assignment, AssignmentState, Panel, RoutingRun, SeatState
from portal.routing.pages import runs
from portal.routing.queries import panels, sessions
from portal.routing.queries import pool as reviewers
from portal.routing.routes.blueprint import bp
from portal.routing.rules.panels import KINDS, LIVE, can_run, composition, reviews_together
from portal.screening.pages import chosen_stage, chosen_track, stage_chips, track_chips


@bp.get("/office/calls/<public_id>/routing")
@guard(officer_of_call)
def routing(public_id: str) -> Response:
    call = subject(Call)
    stage, track = chosen_stage(call, request.args.get("stage")), chosen_track(call, request.args.get("track"))
    return show(call, stage, track, RunForm())


def show(call: Call, stage: Stage, track: str, form: PortalForm) -> Response:
    """The page, with the form that was refused, if any."""
    rule = call.definition.stage(stage.code).panel
    panel = panels.panel_of(stage.id, track)
    entries = panels.entries(context().actor, stage.id, track)
    form["stage"].data, form["track"].data = stage.code, track
    values: dict[str, Any] = {
        "call": call, "stage": stage, "rule": rule, "panel": panel, "entries": entries, "form_run": form,
        "stage_name": call.definition.stage(stage.code).names, "together": reviews_together(rule),
        "stage_chips": stage_chips(call, stage, "routing.routing"), "kinds": KINDS, "track": track,
        "track_chips": track_chips(call, stage, track, "routing.routing"),
        "waiting": panels.waiting_entries(stage.id), "demand": len(entries) * rule.reviews_per_entry,
    }  # fmt: skip
    if panel is not None:
        values |= _panel_values(panel, values)
    return page("routing/routing.html", form, **values)


def _panel_values(panel: Panel, values: dict[str, Any]) -> dict[str, Any]:
    actor, now = context().actor, context().now
    rule, entries = values["rule"], values["entries"]
    people = [s.person_id for s in panel.seats]
    assignments = panels.assignments_of_panel(panel.id, actor)
    barred = barred_pairs(people, [e.application_id for e in entries])
    capacities = {p: profile.capacity for p, profile in reviewers.profiles_of(people).items()}
    names = panels.people(sorted({a.person_id for a in assignments}))
    rows = pages.seat_rows(
        panel, reviewers.organisations_of(people, now), assignments, capacities, barred,
        len(entries) if values["together"] else rule.max_load,
    )  # fmt: skip
    run, job = panels.current_run(panel.id), panels.latest_job(panel)
    by_entry: dict[int, list[Assignment]] = {}
    for assignment in assignments:
        if assignment.state in (AssignmentState.DRAFT, *LIVE):
            by_entry.setdefault(assignment.entry_id, []).append(assignment)
    everybody = {s.person_id: s.person for s in panel.seats}
    titles = {e.id: e.application.title for e in entries}
    return {
        "quality": runs.quality(run), "weakest": runs.weakest(entries, by_entry),
        "stage_of_run": runs.stage_of(job) if job is not None else None,
        "loads": [
            {"label": r.name, "value": r.load, "limit": r.capacity}
            for r in rows if r.seat.state is SeatState.ACCEPTED
        ],
        "trials": [runs.trial(t, run, everybody, titles) for t in panels.trials_of(panel.id)],
        "form_trial": trial_form(panel, values["stage"].code), "form_draw": DrawForm(formdata=None, stage=values["stage"].code, track=panel.track),
        "seats": rows, "run": run, "composition": composition(panel.seats, rule),
        "capacity": sum(r.capacity for r in rows if r.seat.state is SeatState.ACCEPTED),
        "can_run": bool(entries) and can_run(panel.seats, rule),
        "rows": pages.entry_rows(entries, assignments, names, barred, panel.seats, rule.reviews_per_entry),
        "unfilled": pages.unfilled(run, entries), "job": pages.job_state(job),
        "left_out": pages.left_out(run, {s.person_id: s.person for s in panel.seats}),
        "live": sum(a.state in LIVE for a in assignments),
        "drafts": sum(a.state is AssignmentState.DRAFT for a in assignments),
        "sessions_url": _sessions_url(panel), "runs": panels.runs_of(panel.id), "form_discard": DiscardForm(formdata=None, stage=values["stage"].code, track=panel.track),
    }  # fmt: skip


def _sessions_url(panel: Panel) -> str:
    """Where presentations are planned; for who may plan them."""
    found = sessions.office_panel(context().actor, panel.public_id)
    return url_for("routing.office_sessions", public_id=panel.public_id) if found is not None else ""


def posted_stage(call: Call, form: PortalForm) -> Stage:
    stage = next((s for s in call.stages if s.code == form["stage"].data), None)
    if stage is None:
        abort(404)
    return stage


def posted_panel(call: Call, form: PortalForm) -> tuple[Stage, Panel]:
    stage = posted_stage(call, form)
    panel = panels.panel_of(stage.id, form["track"].data or "")
    if panel is None:
        abort(404)
    return stage, panel


def trial_form(panel: Panel, stage: str) -> TrialForm:
    """To try another most load of somebody who accepted."""
    form = TrialForm(formdata=None, stage=stage, track=panel.track, change=LOAD)
    form.person.choices = [(s.person.public_id, s.person.name) for s in panel.seats if s.state is SeatState.ACCEPTED]
    return form


@bp.post("/office/calls/<public_id>/routing/draw")
@guard(officer_of_call)
def draw(public_id: str) -> Response:
    """Another seed, with a reason."""
    call, form = subject(Call), DrawForm()
    stage, panel = posted_panel(call, form)
    panel_id, code, track = panel.id, stage.code, panel.track

    def act(context: Context) -> str:
        service.ask_to_route(context, panel_id, context.rng.randrange(2**31), form.reason.data)
        return url_for("routing.routing", public_id=public_id, stage=code, track=track or None)

    done = perform(form, act, Text("배정안을 만들고 있습니다.", "The assignment is being made."))
    return done if done is not None else show(call, stage, track, form)


@bp.post("/office/calls/<public_id>/routing/run")
@guard(officer_of_call)
def run(public_id: str) -> Response:
    call, form = subject(Call), RunForm()
    stage, panel = posted_panel(call, form)
    panel_id, code = panel.id, stage.code
    track = panel.track

    def act(context: Context) -> str:
        service.ask_to_route(context, panel_id)
        return url_for("routing.routing", public_id=public_id, stage=code, track=track or None)

    done = perform(form, act, Text("배정안을 만들고 있습니다.", "The assignment is being made."))
    return done if done is not None else show(call, stage, track, form)


def _open_run(panel: Panel) -> RoutingRun:
    run = panels.current_run(panel.id)
    if run is None or run.published_at is not None:
        abort(404)
    return run


@bp.post("/office/calls/<public_id>/routing/publish")
@guard(officer_of_call)
def publish(public_id: str) -> Response:
    call, form = subject(Call), RunForm()
    stage, panel = posted_panel(call, form)
    run_id, code = _open_run(panel).id, stage.code
    track = panel.track

    def act(context: Context) -> str:
        service.publish(context, run_id)
        return url_for("routing.routing", public_id=public_id, stage=code, track=track or None)

    done = perform(form, act, Text("배정을 확정하고 위원들에게 알렸습니다.", "Published; the reviewers are told."))
    return done if done is not None else show(call, stage, track, form)


@bp.post("/office/calls/<public_id>/routing/discard")
@guard(officer_of_call)
def discard(public_id: str) -> Response:
    call, form = subject(Call), DiscardForm()
    stage, panel = posted_panel(call, form)
    run_id, code = _open_run(panel).id, stage.code
    track = panel.track

    def act(context: Context) -> str:
        service.discard(context, run_id, form.reason.data)
        return url_for("routing.routing", public_id=public_id, stage=code, track=track or None)

    done = perform(form, act, Text("배정안을 버렸습니다.", "The proposal was discarded."))
    return done if done is not None else show(call, stage, track, form)

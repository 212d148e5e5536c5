"""What-ifs of the assignment, and one pair: why this reviewer, who else, change."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, url_for

from portal.conflicts.queries import barred_pairs
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.language import Text
from portal.platform.web import context, page, perform
from portal.programs.models import Call
from portal.programs.policies import officer_of_call
from portal.routing import service
from portal.routing.forms import FORBID, LOAD, LOCK, AdoptForm, SwapForm, TrialForm
from portal.routing.models import Assignment, AssignmentState, Panel, RoutingRun
from portal.routing.pages import runs
from portal.routing.policies import swaps_reviewer
from portal.routing.queries import panels
from portal.routing.queries import pool as reviewers
from portal.routing.routes.blueprint import bp
from portal.routing.routes.office import posted_panel, show
from portal.routing.rules.trials import Changes

TRIED = Text("가정해 보는 중입니다. 배정안은 그대로입니다.", "Being tried; the proposal stays as it is.")


@bp.post("/office/calls/<public_id>/routing/trials")
@guard(officer_of_call)
def try_change(public_id: str) -> Response:
    """One change on top of a trial, or of the proposal's own changes."""
    call, form = subject(Call), TrialForm()
    stage, panel = posted_panel(call, form)
    change = _change(form, panel)
    base = panels.run_of_call(call.id, form.base.data) if form.base.data else panels.current_run(panel.id)
    before = Changes.from_json(base.inputs.get("changes") if base is not None else None)
    panel_id, code, track = panel.id, stage.code, panel.track

    def act(context: Context) -> str:
        service.try_changes(context, panel_id, before.and_also(change))
        return url_for("routing.routing", public_id=public_id, stage=code, track=track or None, _anchor="trials")

    done = perform(form, act, TRIED)
    return done if done is not None else show(call, stage, track, form)


def _change(form: TrialForm, panel: Panel) -> Changes:
    """What was posted, of the panel's people and the entries that the officer sees."""
    person = next((s.person_id for s in panel.seats if s.person.public_id == form.person.data), None)
    if person is None or form.change.data not in (LOCK, FORBID, LOAD):
        abort(404)
    if form.change.data == LOAD:
        return Changes(loads={person: form.load.data if form.load.data is not None else 0})
    entries = panels.entries(context().actor, panel.stage_id, panel.track)
    entry = next((e.id for e in entries if e.public_id == form.entry.data), None)
    if entry is None:
        abort(404)
    pair = ((entry, person),)
    return Changes(locked=pair) if form.change.data == LOCK else Changes(forbidden=pair)


@bp.route("/office/calls/<public_id>/routing/trials/<run_id>", methods=["GET", "POST"])
@guard(officer_of_call)
def trial(public_id: str, run_id: str) -> Response:
    """What it would change, pair by pair; adopted with a reason, or put away."""
    call, form = subject(Call), AdoptForm()
    run = panels.run_of_call(call.id, run_id)
    if run is None or not run.trial:
        abort(404)
    panel, id_ = panels.panel_by_id(run.panel_id), run.id
    stage, track = panel.stage, panel.track
    back = url_for("routing.routing", public_id=public_id, stage=stage.code, track=track or None)

    def act(context: Context) -> str:
        if form.answer.data == "discard":
            service.discard(context, id_, form.reason.data)
        else:
            service.adopt(context, id_, form.reason.data)
        return back

    done = perform(form, act, Text("기록했습니다.", "Recorded."))
    if done is not None:
        return done
    return page("routing/trial.html", form, **_trial_values(call, panel, run, back))


def _trial_values(call: Call, panel: Panel, run: RoutingRun, back: str) -> dict[str, Any]:
    entries = panels.entries(context().actor, panel.stage_id, panel.track)
    everybody = {s.person_id: s.person for s in panel.seats}
    proposal = panels.current_run(panel.id)
    return {
        "call": call, "stage": panel.stage, "back": back, "run": run, "proposal": proposal,
        "trial": runs.trial(run, proposal, everybody, {e.id: e.application.title for e in entries}),
        "quality": runs.quality(run), "before": runs.quality(proposal),
        "open": run.discarded_at is None and (proposal is None or proposal.published_at is None),
        "by": panels.people([run.created_by_id or 0]).get(run.created_by_id or 0),
    }  # fmt: skip


@bp.route("/office/calls/<public_id>/routing/assignments/<assignment_id>", methods=["GET", "POST"])
@guard(swaps_reviewer)
def swap(public_id: str, assignment_id: str) -> Response:
    """The pair's card and who else there is; another reviewer, at once on a draft, with a reason once published."""
    assignment, form = subject(Assignment), SwapForm()
    draft, id_ = assignment.state is AssignmentState.DRAFT, assignment.id
    code = assignment.entry.stage.code
    found = _candidates(assignment)
    seats = {s.person.public_id: s.person_id for s in panels.accepted_seats(assignment.panel_id)}
    free = [c for c in found if c.why_not is None]
    form.person.choices = [(c.person, _choice(c)) for c in free]
    chosen = {c.person: seats[c.person] for c in free}

    def act(context: Context) -> str:
        person_id = chosen.get(form.person.data)
        if person_id is None:
            abort(404)
        if draft:
            service.swap(context, id_, person_id)
        else:
            service.replace(context, id_, person_id, form.reason.data or "")
        return url_for("routing.routing", public_id=public_id, stage=code)

    done = perform(form, act, Text("위원을 바꾸었습니다.", "The reviewer was changed."))
    if done is not None:
        return done
    shown = panels.office_assignment(context().actor, public_id, assignment_id)
    if shown is None:
        abort(404)
    others = {shown.person_id, shown.explanation.get("instead") or 0}
    names = panels.people(sorted(others))
    return page(
        "routing/swap.html", form, assignment=shown, entry=shown.entry, call=shown.entry.stage.call, draft=draft,
        person=names[shown.person_id], card=runs.card(shown, names), candidates=found,
        trial_url=url_for("routing.try_change", public_id=public_id), track=shown.panel.track,
    )  # fmt: skip


def _candidates(assignment: Assignment) -> list[runs.Candidate]:
    seats = panels.accepted_seats(assignment.panel_id)
    people = [seat.person_id for seat in seats]
    run = panels.run_by_id(assignment.run_id) if assignment.run_id is not None else None
    proposed = assignment.state is AssignmentState.DRAFT and run is not None
    loads = {int(p): n for p, n in run.result["load"].items()} if proposed and run else reviewers.loads_of(people)
    return runs.candidates(
        assignment, run, seats, loads,
        {person for person, _ in barred_pairs(people, [assignment.entry.application_id])},
        {a.person_id for a in panels.pairs_of_entries([assignment.entry_id])},
    )  # fmt: skip


def _choice(one: runs.Candidate) -> Text:
    near = "" if one.affinity is None else f"{one.affinity}% · "
    return Text(f"{one.name} · {near}맡은 과제 {one.load}건", f"{one.name} · {near}{one.load} applications")

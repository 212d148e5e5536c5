"""Selections to try before a decision: saved, computed by a job, compared two by two. Nothing is awarded here."""

from __future__ import annotations

from flask import Response, abort, request, url_for

from portal.awards import rules, service
from portal.awards.forms import ScenarioForm
from portal.awards.pages import scenarios as pages
from portal.awards.queries import scenarios as queries
from portal.awards.routes.blueprint import bp
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.language import Text
from portal.platform.web import page, perform
from portal.programs.models import Call, Stage
from portal.ranking.policies import works_on_ranking
from portal.ranking.queries import latest_run, titles
from portal.screening.pages import chosen_track, track_chips

SAVED = Text("저장했습니다. 계산이 끝나면 결과가 보입니다.", "Saved. The result appears when it is computed.")


def _stage(call: Call, code: str) -> Stage:
    """One whose review is closed."""
    found = next((s for s in call.stages if s.code == code and s.review_closed_at is not None), None)
    return found or abort(404)


@bp.get("/office/calls/<public_id>/scenarios")
@guard(works_on_ranking)
def scenarios(public_id: str) -> Response:
    call = subject(Call)
    stage = _stage(call, request.args.get("stage", ""))
    return _page(
        call,
        stage,
        chosen_track(call, request.args.get("track")),
        ScenarioForm(formdata=None, data={"rule": call.definition.awards.over_cap}),
    )


@bp.post("/office/calls/<public_id>/scenarios")
@guard(works_on_ranking)
def save_scenario(public_id: str) -> Response:
    call, form = subject(Call), ScenarioForm()
    stage, track = _stage(call, form.stage.data or ""), chosen_track(call, form.track.data)
    code, stage_id = stage.code, stage.id
    known = {row["entry"] for row in _candidates(stage, track)}
    inside, outside = (known & set(field.data or []) for field in (form.inside, form.outside))

    def act(context: Context) -> str:
        service.save_scenario(context, stage_id, track, form.name.data, form.rule.data, inside, outside)
        return url_for("awards.scenarios", public_id=public_id, stage=code, track=track or None)

    done = perform(form, act, SAVED)
    return done if done is not None else _page(subject(Call), _stage(subject(Call), code), track, form)


def _candidates(stage: Stage, track: str) -> list[dict[str, str]]:
    """Ranked entries in order: public id and title."""
    run = latest_run(stage.id, track)
    if run is None:
        return []
    told = titles([row["entry_id"] for row in run.result])
    return [{"entry": row["entry"], "title": told[row["entry_id"]][1], "rank": row["rank"]} for row in run.result]


def _page(call: Call, stage: Stage, track: str, form: ScenarioForm) -> Response:
    form.stage.data, form.track.data = stage.code, track
    found = list(queries.scenarios(stage.id, track))
    chosen = [code for code in (request.args.get("a", ""), request.args.get("b", "")) if code]
    compared = [s for s in found if s.public_id in chosen][:2] or found[:2]
    return page(
        "awards/scenarios.html", form, call=call, stage=stage, track=track, shown=pages.shown(found),
        definition=call.definition.stage(stage.code), compared=compared, bars=pages.bars, rows=pages.rows(compared),
        candidates=_candidates(stage, track), tracks=track_chips(call, stage, track, "awards.scenarios"),
        matches=rules.ranked_choice(call.definition) is not None,
    )  # fmt: skip

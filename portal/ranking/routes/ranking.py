"""The ranking of a call's stages: picture, table, runs, export."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import abort, flash, g, request, send_file, url_for

from portal.audit.service import record
from portal.platform import sheets
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.language import Text, say
from portal.platform.transaction import in_transaction
from portal.platform.web import context, page, perform
from portal.programs.models import Call, Stage
from portal.programs.policies import officer_of_call
from portal.ranking import pages, queries, rules, service
from portal.ranking.forms import (
    XLSX,
    ExportForm,
    StageForm,
    for_stage,
)
from portal.ranking.policies import works_on_ranking
from portal.ranking.routes.blueprint import bp
from portal.routing.queries.panels import asked_late, panel_of
from portal.screening.pages import chosen_track, track_chips

SAME = Text(
    "다시 계산했습니다. 입력과 결과의 해시가 그대로입니다.", "Computed again: inputs and result have the same hash."
)
CHANGED = Text(
    "입력이 바뀌어 새 순위를 만들었습니다. 앞의 순위는 버린 것으로 남겨 둡니다.",
    "The inputs had changed: there is a new ranking. The former one is kept as discarded.",
)

ASKED = Text(
    "재현을 시작했습니다. 끝나면 ‘마지막 재현’에 결과와 때가 보입니다.",
    "The replay has begun. When it is done, “Last replay” tells result and time.",
)


@bp.get("/office/calls/<public_id>/ranking")
@guard(officer_of_call)
def ranking(public_id: str) -> Any:
    """Whoever a conflict keeps from one application of the call is told so and sees no ranking."""
    call = subject(Call)
    if queries.ranked_call(g.actor, public_id) is None:
        return page("ranking/ranking.html", call=call, barred=True, stage=None, run=None)
    stage = _chosen(call, request.args.get("stage"))
    return _page(call, stage, request.args.get("track", "")[:40], ExportForm(formdata=None))


@bp.post("/office/calls/<public_id>/ranking/again")
@guard(works_on_ranking)
def again(public_id: str) -> Any:
    call, form = subject(Call), StageForm()
    stage, track = _posted(call, form.stage.data), form.track.data or ""
    stage_id, code = stage.id, stage.code
    known = queries.latest_run(stage_id, track)
    before = known.result_hash if known is not None else ""

    def act(context: Context) -> str:
        service.rank(context, stage_id, track)
        return url_for("ranking.ranking", public_id=public_id, stage=code, track=track or None)

    done = perform(form, act)
    if done is None:
        return _page(subject(Call), _posted(subject(Call), code), track, form)
    run = queries.latest_run(stage_id, track)
    same = run is not None and run.result_hash == before == rules.digest(service.compute(run.inputs))
    flash(say(SAME if same else CHANGED), "success")
    return done


@bp.post("/office/calls/<public_id>/ranking/replay")
@guard(works_on_ranking)
def replay(public_id: str) -> Any:
    """Asks for it; a job computes, and the page shows what it found."""
    call, form = subject(Call), StageForm()
    stage, track = _posted(call, form.stage.data), form.track.data or ""
    stage_id, code = stage.id, stage.code

    def act(context: Context) -> str:
        service.ask_replay(context, stage_id, track)
        return url_for("ranking.ranking", public_id=public_id, stage=code, track=track or None, _anchor="runs")

    done = perform(form, act, ASKED)
    return done if done is not None else _page(subject(Call), _posted(subject(Call), code), track, form)


@bp.post("/office/calls/<public_id>/ranking/export")
@guard(works_on_ranking)
def export(public_id: str) -> Any:
    """The table and all marks by pseudonym, as a file; each download is in the audit chain."""
    call, form = subject(Call), ExportForm()
    stage, track = _posted(call, form.stage.data), form.track.data or ""
    run = queries.latest_run(stage.id, track)
    if run is None:
        abort(404)
    if not form.validate():
        form.status = 422
        return _page(call, stage, track, form)
    definition, name = call.definition.stage(stage.code), f"{call.code}-{stage.code}"
    made = pages.sheets(pages.rows(run, definition, call.definition.keep(stage.code, track)), definition)
    who, run_id, digest, reason = context(), run.public_id, run.result_hash, form.reason.data
    kind = form.kind.data
    in_transaction(
        lambda: record(who, "RankingExported", "ranking_run", run_id, result=digest, format=kind, reason=reason)
    )
    if kind == XLSX:
        content, mime = sheets.xlsx_bytes(made), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    else:
        content, mime = sheets.csv_bytes(made[1].header, made[1].rows), "text/csv"
    return send_file(BytesIO(content), mimetype=mime, as_attachment=True, download_name=f"{name}.{kind}", etag=False)


def _chosen(call: Call, code: str | None) -> Stage | None:
    """The stage asked for, else the latest whose review is closed; before that nobody sees a score."""
    closed = [s for s in call.stages if s.review_closed_at is not None]
    return next((s for s in closed if s.code == code), closed[-1] if closed else None)


def _posted(call: Call, code: str | None) -> Stage:
    return next((s for s in call.stages if s.code == code), None) or abort(404)


def _page(call: Call, stage: Stage | None, track: str, form: ExportForm | StageForm) -> Any:
    if stage is None or stage.review_closed_at is None:
        return page("ranking/ranking.html", form, call=call, barred=False, stage=None, run=None)
    definition = call.definition.stage(stage.code)
    track = chosen_track(call, track)
    run = queries.latest_run(stage.id, track)
    keep = call.definition.keep(stage.code, track)
    rows = pages.rows(run, definition, keep) if run is not None else []
    shown = pages.paged(len(rows), keep, request.args.get("page", ""), call.public_id, stage.code, track)
    here = rows[shown.place]
    job = queries.calibrating(run) if run is not None and run.calibration is None else None
    sure = pages.certainty(run, rows, job, shown.place) if run is not None else None
    exporting = form if isinstance(form, ExportForm) else ExportForm(formdata=None)
    return page(
        "ranking/ranking.html", form, call=call, barred=False, stage=stage, definition=definition, run=run, rows=here, shown=shown,
        strips=pages.strips(here, shown.ends_at_line), shares=pages.lane_shares(here, definition) if definition.lanes else [], keep=keep, top=sum(c.points for c in definition.criteria),
        at_line=rules.tie_at_the_line([r.rank for r in rows], keep),
        open_conditions=sum(c.result is None for r in rows for c in r.conditions),
        open_page=pages.page_of(next((n for n, r in enumerate(rows) if any(c.result is None for c in r.conditions)), 0)),
        sure=sure, runs=pages.runs_shown(queries.runs_listed(stage.id, track)),
        replay_state=pages.replay_state(queries.replaying(stage.id, track)),
        replaying=for_stage(StageForm(formdata=None), stage.code, track), chips=pages.stage_chips(call, stage.id),
        tracks=track_chips(call, stage, track, "ranking.ranking"), track=track, again=for_stage(StageForm(formdata=None), stage.code, track),
        exporting=for_stage(exporting, stage.code, track), zone=call.definition.time_zone,
        asked_late=asked_late(stage.id), meets=panel_of(stage.id, track) if definition.meeting is not None else None,
    )  # fmt: skip

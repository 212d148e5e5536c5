"""The ranking of a call's stages: picture, table, conditions, runs, export."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, request, send_file, url_for

from portal.applications.models import StageEntry
from portal.audit.service import record
from portal.platform import sheets, storage
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.errors import DomainError
from portal.platform.language import Text, say
from portal.platform.transaction import in_transaction
from portal.platform.web import ActionForm, context, page, perform
from portal.programs.models import Call, Stage
from portal.programs.policies import officer_of_call
from portal.ranking import pages, queries, rules, service
from portal.ranking.forms import (
    PASS,
    XLSX,
    AdjustmentForm,
    ConditionForm,
    ExportForm,
    MeasurementForm,
    OneMoreForm,
    StageForm,
    for_stage,
)
from portal.ranking.pages import measured
from portal.ranking.policies import judges_conditions, works_on_ranking
from portal.reviews.policies import leads_meeting
from portal.routing.models import Panel
from portal.routing.queries.panels import asked_late, panel_of
from portal.routing.service import ask_one_more
from portal.screening.pages import chosen_track, track_chips

bp = Blueprint("ranking", __name__)
LARGEST = 2_000_000  # bytes of a file of measurements
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


@bp.route("/office/calls/<public_id>/ranking/entries/<entry_id>", methods=["GET", "POST"])
@guard(judges_conditions)
def condition(public_id: str, entry_id: str) -> Any:
    """Pass or fail of the conditions of one entry, apart from its points."""
    entry, form = subject(StageEntry), ConditionForm()
    call, code, id_, track = entry.stage.call, entry.stage.code, entry.id, entry.track
    stage = call.definition.stage(code)
    run = queries.latest_run(entry.stage_id, track)
    order = [row["entry_id"] for row in run.result] if run is not None else []
    number = pages.page_of(order.index(id_)) if id_ in order else 1
    if not stage.conditions and not stage.adjustments:
        abort(404)

    def act(context: Context) -> str:
        service.record_condition(context, id_, form.condition.data, form.outcome.data == PASS, form.reason.data)
        return url_for(
            "ranking.ranking", public_id=public_id, stage=code, track=track or None, page=number, _anchor="conditions"
        )

    done = perform(form, act, Text("판정을 기록했습니다.", "The finding is recorded."))
    if done is not None:
        return done
    return _entry_page(subject(StageEntry), code, form)


def _entry_page(entry: StageEntry, code: str, form: ConditionForm | AdjustmentForm) -> Any:
    """The conditions, bonuses and penalties of one entry; `form` is the one that was refused, if any."""
    call = entry.stage.call
    stage = call.definition.stage(code)
    judging = form if isinstance(form, ConditionForm) else ConditionForm(formdata=None)
    adjusting = form if isinstance(form, AdjustmentForm) else AdjustmentForm(formdata=None)
    judging.condition.choices = [(c.code, c.names) for c in stage.conditions]
    adjusting.adjustment.choices = [(a.code, a.names) for a in stage.adjustments]
    for field, choices in ((judging.condition, stage.conditions), (adjusting.adjustment, stage.adjustments)):
        if len(choices) == 1 and not field.data:
            field.data = choices[0].code
    found = queries.conditions([entry.id]).get(entry.id, {})
    adjusted = queries.adjustments([entry.id]).get(entry.id, {})
    judged = [c.by_id for c in found.values()] + [a.by_id for a in adjusted.values()]
    names = queries.judges([id_ for id_ in judged if id_ is not None])
    return page(
        "ranking/condition.html", form, call=call, entry=entry, stage=stage, found=found, names=names, judging=judging,
        adjusting=adjusting, adjusted=adjusted, decided=entry.stage.decided_at is not None,
        hints={c.code: c.text for c in stage.conditions if c.text},
    )  # fmt: skip


@bp.post("/office/calls/<public_id>/ranking/entries/<entry_id>/adjustment")
@guard(judges_conditions)
def adjustment(public_id: str, entry_id: str) -> Any:
    """Whether a bonus or a penalty of the call applies to one entry."""
    entry, form = subject(StageEntry), AdjustmentForm()
    code, id_ = entry.stage.code, entry.id

    def act(context: Context) -> str:
        service.record_adjustment(
            context, id_, form.adjustment.data, form.applies.data == PASS, form.adjust_reason.data
        )
        return url_for("ranking.condition", public_id=public_id, entry_id=entry_id)

    done = perform(
        form,
        act,
        Text(
            "판정을 기록했습니다. 다시 계산하면 순위에 들어갑니다.",
            "The finding is recorded; it counts when the ranking is computed again.",
        ),
    )
    return done if done is not None else _entry_page(subject(StageEntry), code, form)


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


@bp.route("/office/calls/<public_id>/ranking/measurements", methods=["GET", "POST"])
@guard(works_on_ranking)
def measurements(public_id: str) -> Any:
    """Measured points of a stage's lanes, with the files they come from."""
    call, form = subject(Call), MeasurementForm()
    code = form.stage.data if form.is_submitted() else request.args.get("stage", "")
    stage = next((s for s in call.stages if s.code == code), None)
    if stage is None or not call.definition.stage(stage.code).lanes:
        abort(404)
    definition, stage_id = call.definition.stage(stage.code), stage.id
    form.stage.data = stage.code
    form.lane.choices = [(lane.code, lane.names) for lane in definition.lanes]
    if form.is_submitted() and form.validate():
        upload, lane, note = form.file.data, form.lane.data or "", form.note.data
        try:
            stored = storage.put(upload.stream, LARGEST, "file")
            known = {
                public: entry for entry, (public, _) in queries.titles(queries.entries_of_tracks(stage_id)).items()
            }
            read = measured.read(storage.path_for_parser(stored.sha256), known, definition, lane)
        except DomainError as error:
            form.refuse(error)
        else:

            def act(context: Context) -> str:
                service.import_measurements(context, stage_id, lane, read, upload.filename or "", stored.sha256, note)
                return url_for("ranking.measurements", public_id=public_id, stage=code)

            done = perform(
                form,
                act,
                Text(
                    "측정 결과를 들였습니다. 다시 계산하면 순위에 들어갑니다.",
                    "The points are in; they count when the ranking is computed again.",
                ),
            )
            if done is not None:
                return done
    elif form.is_submitted():
        form.status = 422
    call = subject(Call)
    stage = _posted(call, code)
    return page(
        "ranking/measurements.html", form, call=call, stage=stage, definition=definition,
        rows=measured.table(stage, definition), imports=measured.imports(stage), zone=call.definition.time_zone,
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

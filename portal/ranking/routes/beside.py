"""What stands beside the marks: conditions, bonuses and penalties, measured points."""

from __future__ import annotations

from typing import Any

from flask import abort, request, url_for

from portal.applications.models import StageEntry
from portal.platform import storage
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.errors import DomainError
from portal.platform.language import Text
from portal.platform.web import page, perform
from portal.programs.models import Call
from portal.ranking import pages, queries, service
from portal.ranking.forms import (
    PASS,
    AdjustmentForm,
    ConditionForm,
    MeasurementForm,
)
from portal.ranking.pages import measured
from portal.ranking.policies import judges_conditions, works_on_ranking
from portal.ranking.routes.blueprint import bp

LARGEST = 2_000_000  # bytes of a file of measurements


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
    stage = next(s for s in call.stages if s.code == code)
    return page(
        "ranking/measurements.html", form, call=call, stage=stage, definition=definition,
        rows=measured.table(stage, definition), imports=measured.imports(stage), zone=call.definition.time_zone,
    )  # fmt: skip

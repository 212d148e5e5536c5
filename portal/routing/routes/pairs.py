"""The assignment as a file: pairs or the frozen inputs down, pairs up for a dry run that becomes a trial."""

from __future__ import annotations

import io

from flask import Response, request, send_file, url_for

from portal.audit.service import record
from portal.platform import storage
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.errors import DomainError
from portal.platform.language import Text
from portal.platform.transaction import in_transaction
from portal.platform.web import PortalForm, context, page, perform
from portal.programs.models import Call, Stage
from portal.programs.policies import officer_of_call
from portal.routing import service
from portal.routing.errors import NothingToCompare
from portal.routing.forms import INSTANCE, PairsDownloadForm, PairsForm
from portal.routing.models import Panel
from portal.routing.pages import pairs as files
from portal.routing.queries import panels
from portal.routing.routes.blueprint import bp
from portal.routing.routes.office import posted_panel
from portal.screening.pages import chosen_stage, chosen_track

LARGEST = 2_000_000  # bytes
TRIED = Text(
    "올린 쌍을 배정안과 견주었습니다. 배정안은 그대로이며, 사유와 함께 받아들이면 바뀝니다.",
    "The pairs are compared with the proposal, which stands until you adopt them with a reason.",
)


@bp.get("/office/calls/<public_id>/routing/pairs")
@guard(officer_of_call)
def pairs(public_id: str) -> Response:
    call = subject(Call)
    stage = chosen_stage(call, request.args.get("stage"))
    return _page(call, stage, chosen_track(call, request.args.get("track")), None)


@bp.post("/office/calls/<public_id>/routing/pairs/download")
@guard(officer_of_call)
def download_pairs(public_id: str) -> Response:
    """With a reason, which is kept: the list names reviewers."""
    call, form = subject(Call), PairsDownloadForm()
    stage, panel = posted_panel(call, form)
    if not form.validate():
        form.status = 422
        return _page(call, stage, panel.track, form)
    kind, who = form.kind.data, context()
    run = panels.current_run(panel.id)
    if kind == INSTANCE and run is None:
        form.refuse(NothingToCompare("kind"))
        return _page(call, stage, panel.track, form)
    entries = panels.entries(who.actor, panel.stage_id, panel.track)
    if kind == INSTANCE and run is not None:
        content, name = files.npz_of(run), f"{call.code}-{stage.code}.npz"
    else:
        content = files.csv_of(entries, panels.assignments_of_panel(panel.id, who.actor), panel)
        name = f"{call.code}-{stage.code}-pairs.csv"
    code, reason = panel.public_id, form.download_reason.data
    in_transaction(lambda: record(who, "PairsDownloaded", "panel", code, format=kind, reason=reason))
    return send_file(io.BytesIO(content), as_attachment=True, download_name=name, etag=False)


@bp.post("/office/calls/<public_id>/routing/pairs/upload")
@guard(officer_of_call)
def upload_pairs(public_id: str) -> Response:
    """Rows that cannot stand are told and nothing is kept; otherwise the file becomes a trial."""
    call, form = subject(Call), PairsForm()
    stage, panel = posted_panel(call, form)
    code, track, panel_id = stage.code, panel.track, panel.id
    if not form.validate():
        form.status = 422
        return _page(call, stage, track, form)
    entries = panels.entries(context().actor, panel.stage_id, track)
    try:
        stored = storage.put(form.file.data.stream, LARGEST, "file")
        reading = files.read(stored.sha256, entries, panel, service.proposal_to_compare(panel_id))
    except DomainError as error:
        form.refuse(error)
        return _page(call, stage, track, form)
    if reading.refused:
        form.status = 422
        return _page(call, stage, track, form, reading)

    def act(context: Context) -> str:
        run = service.import_pairs(context, panel_id, reading.pairs, reading.sha256)
        return url_for("routing.trial", public_id=public_id, run_id=run.public_id)

    done = perform(form, act, TRIED)
    return done if done is not None else _page(subject(Call), _stage(code), track, form)


def _stage(code: str) -> Stage:
    return chosen_stage(subject(Call), code)


def _page(
    call: Call, stage: Stage, track: str, form: PortalForm | None, reading: files.Reading | None = None
) -> Response:
    panel: Panel | None = panels.panel_of(stage.id, track)
    run = panels.current_run(panel.id) if panel is not None else None
    where = {"stage": stage.code, "track": track}
    return page(
        "routing/pairs.html", form, call=call, stage=stage, track=track, panel=panel, run=run, reading=reading,
        stage_name=call.definition.stage(stage.code).names,
        download=form if isinstance(form, PairsDownloadForm) else PairsDownloadForm(formdata=None, **where),
        upload=form if isinstance(form, PairsForm) else PairsForm(formdata=None, **where),
        back=url_for("routing.routing", public_id=call.public_id, stage=stage.code, track=track or None),
    )  # fmt: skip

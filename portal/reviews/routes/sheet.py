"""The score sheet of a panel, where the call allows it: down, up for a dry run, then saved."""

from __future__ import annotations

from flask import Response, g, make_response, url_for

from portal.platform import sheets, storage
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.errors import DomainError
from portal.platform.language import Text
from portal.platform.web import page, perform
from portal.programs.definition import Stage
from portal.reviews import queries, service
from portal.reviews.errors import SheetNotOurs
from portal.reviews.forms import SheetChange, SheetChanges, SheetConfirmForm, SheetForm
from portal.reviews.policies import uses_sheet
from portal.reviews.routes import bp
from portal.reviews.service import Changed, Reading
from portal.routing.models import Panel

LARGEST_SHEET = 5_000_000  # bytes
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/reviews/sheet/<public_id>.xlsx")
@guard(uses_sheet)
def sheet_xlsx(public_id: str) -> Response:
    panel = subject(Panel)
    content = sheets.xlsx_bytes([service.score_sheet(_stage(panel), queries.batch(g.actor, panel.id))])
    response = make_response(content)
    response.headers["Content-Type"] = XLSX
    response.headers["Content-Disposition"] = "attachment; filename=scores.xlsx"
    return response


@bp.route("/reviews/sheet/<public_id>", methods=["GET", "POST"])
@guard(uses_sheet)
def sheet(public_id: str) -> Response:
    """The upload is a dry run: what differs and what is refused, cell by cell; nothing is stored."""
    form = SheetForm()
    if not form.is_submitted():
        return _page(form)
    if not form.validate():
        form.status = 422
        return _page(form)
    panel = subject(Panel)
    try:
        stored = storage.put(form.file.data.stream, LARGEST_SHEET, "file")
        rows = sheets.read_xlsx(stored.sha256, field="file")
        reading = service.sheet_read(_stage(panel), queries.batch(g.actor, panel.id), rows)
    except DomainError as error:
        form.refuse(error)
        return _page(form)
    form.status = 422 if reading.refused else 200
    return _page(form, reading)


@bp.post("/reviews/sheet/<public_id>/save")
@guard(uses_sheet)
def sheet_save(public_id: str) -> Response:
    form, panel_id = SheetConfirmForm(), subject(Panel).id

    def act(context: Context) -> str:
        changes = form.read()
        if changes is None:
            raise SheetNotOurs
        service.save_sheet(
            context, panel_id, {row.assignment: (row.version, row.marks, row.comment) for row in changes.rows}
        )
        return url_for("reviews.batch", public_id=public_id)

    done = perform(form, act, Text("점수표의 내용을 저장했습니다.", "What the sheet holds is saved."))
    return done if done is not None else _page(form)


def _stage(panel: Panel) -> Stage:
    return panel.stage.call.definition.stage(panel.stage.code)


def _confirm(changed: list[Changed]) -> SheetConfirmForm:
    rows = [
        SheetChange(assignment=c.assignment, version=c.version, marks=dict(c.marks), comment=c.comment) for c in changed
    ]
    return SheetConfirmForm(formdata=None, changes=SheetChanges(rows=rows).model_dump_json())


def _page(form: SheetForm | SheetConfirmForm, reading: Reading | None = None) -> Response:
    panel = subject(Panel)
    call = panel.stage.call
    return page(
        "reviews/sheet.html", form, panel=panel, call=call, definition=_stage(panel), reading=reading,
        upload=form if isinstance(form, SheetForm) else SheetForm(formdata=None),
        confirm=_confirm(reading.changed) if reading is not None and reading.changed and not reading.refused else None,
    )  # fmt: skip

"""`/panels/<id>/award`: works as a plain form; the sums move by script and are counted again here."""

from __future__ import annotations

from flask import Response, url_for

from portal.awards import service
from portal.awards.forms import ReasonForm, TableForm
from portal.awards.pages import table as pages
from portal.awards.policies import closes_table, opens_table, reads_table, reopens_table, writes_table
from portal.awards.queries.tables import panel_for
from portal.awards.routes.blueprint import bp
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.language import Text
from portal.platform.web import ActionForm, PortalForm, context, page, perform
from portal.routing.models import Panel


@bp.get("/panels/<public_id>/award")
@guard(reads_table)
def table(public_id: str) -> Response:
    return _page(subject(Panel))


@bp.post("/panels/<public_id>/award")
@guard(writes_table)
def save_table(public_id: str) -> Response:
    made = pages.sheet(context().actor, subject(Panel))
    form = pages.blank_form(made)
    table_id = made.table.id if made.table else 0

    def act(context: Context) -> str:
        service.recommend(context, table_id, pages.typed(form, made), form.number())
        return url_for("awards.table", public_id=public_id)

    done = perform(form, act, Text("권고안을 저장했습니다.", "The recommendation is saved."))
    if done is not None:
        return done
    if form.status == 409:  # somebody saved in between: show theirs beside what was typed, and save on top of it
        made = pages.sheet(context().actor, _again(public_id))
        form.version.data = str(made.table.version if made.table else 0)
    return _page(made.panel, made, form)


def _again(public_id: str) -> Panel:
    panel = panel_for(context().actor, public_id)
    assert panel is not None
    return panel


@bp.post("/panels/<public_id>/award/open")
@guard(opens_table)
def open_table(public_id: str) -> Response:
    form, panel_id = ActionForm(), subject(Panel).id

    def act(context: Context) -> str:
        service.open_table(context, panel_id)
        return url_for("awards.table", public_id=public_id)

    done = perform(form, act, Text("표를 열었습니다.", "The table is open."))
    return done if done is not None else _page(_again(public_id), refused=form)


@bp.post("/panels/<public_id>/award/close")
@guard(closes_table)
def close_table(public_id: str) -> Response:
    form, made = ActionForm(), pages.sheet(context().actor, subject(Panel))
    table_id = made.table.id if made.table else 0

    def act(context: Context) -> str:
        service.close_table(context, table_id)
        return url_for("awards.table", public_id=public_id)

    done = perform(form, act, Text("권고안을 확정했습니다.", "The recommendation is closed."))
    return done if done is not None else _page(_again(public_id), refused=form)


@bp.post("/panels/<public_id>/award/reopen")
@guard(reopens_table)
def reopen_table(public_id: str) -> Response:
    form, made = ReasonForm(), pages.sheet(context().actor, subject(Panel))
    table_id = made.table.id if made.table else 0

    def act(context: Context) -> str:
        service.reopen_table(context, table_id, form.reason.data)
        return url_for("awards.table", public_id=public_id)

    done = perform(form, act, Text("표를 다시 열었습니다.", "The table is open again."))
    return done if done is not None else _page(_again(public_id), reopening=form)


def _page(
    panel: Panel,
    made: pages.Sheet | None = None,
    form: PortalForm | None = None,
    *,
    refused: PortalForm | None = None,
    reopening: ReasonForm | None = None,
) -> Response:
    """The table with the form that was refused, if one was."""
    actor = context().actor
    made = made or pages.sheet(actor, panel)
    shown = form if isinstance(form, TableForm) else pages.stored_form(made)
    failed = refused or reopening or form
    return page(
        "awards/table.html", shown, status=failed.status if failed is not None else 200, sheet=made, panel=made.panel,
        call=made.panel.stage.call, definition=made.definition, refused=refused,
        reopening=reopening or ReasonForm(formdata=None), **pages.view(actor, made, shown),
    )  # fmt: skip

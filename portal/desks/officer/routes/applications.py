"""A call's applications: looked for in the database, filters kept under a name, the same rows as a file."""

from __future__ import annotations

import tempfile
from dataclasses import fields
from typing import IO, Any

from flask import g, request, send_file, url_for

from portal.accounts import queries as accounts
from portal.accounts import service as account_service
from portal.audit.service import record
from portal.awards.rules import RESULTS
from portal.desks.officer import pages
from portal.desks.officer.forms import XLSX, DownloadForm, FilterForm
from portal.desks.officer.pages import listing
from portal.desks.officer.pages.paging import Pages, chips, number
from portal.desks.officer.queries import listing as queries
from portal.desks.officer.queries.filter import Filter
from portal.desks.officer.routes.blueprint import bp
from portal.platform import sheets
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.language import Text
from portal.platform.transaction import in_transaction
from portal.platform.web import ActionForm, PortalForm, addresses, context, page, perform
from portal.programs.models import Call
from portal.programs.policies import officer_of_call
from portal.screening.pages import STATES as SCREENING_STATES

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def asked(call: Call) -> Filter:
    """What the address asks for."""
    return Filter.of(call, {field.name: request.args.get(field.name, "") for field in fields(Filter)})


@bp.get("/office/calls/<public_id>/applications")
@guard(officer_of_call)
def applications(public_id: str) -> Any:
    return _page(subject(Call), FilterForm(formdata=None), DownloadForm(formdata=None))


def _page(call: Call, saving: FilterForm, downloading: DownloadForm, refused: PortalForm | None = None) -> Any:
    wanted = asked(call)
    counts = queries.state_counts(g.actor, call, wanted)
    total = counts.get(wanted.state, 0) if wanted.state else sum(counts.values())
    saved = accounts.saved_filters(g.actor, listing.page_code(call))
    current = next((one for one in saved if one.query == wanted.query), None)
    if current is not None and not saving.is_submitted():
        saving.name.data = current.name
    arguments: dict[str, Any] = {"public_id": call.public_id} | wanted.arguments
    return page(
        "desks/officer/applications.html", refused, call=call, wanted=wanted, total=total,
        rows=queries.page_of(g.actor, call, wanted, number()), saving=saving, downloading=downloading,
        chips=chips(
            listing.LIST, pages.APPLICATION_STATES, counts, wanted.state,
            public_id=call.public_id, **wanted.without("state").arguments,
        ),
        saved=listing.saved_chips(call, saved, wanted), current=current, selects=listing.selects(call, wanted),
        columns=listing.columns(call, wanted), states=pages.APPLICATION_STATES, entry_states=pages.ENTRY_STATES,
        screening_states=SCREENING_STATES, outcomes=RESULTS, arguments=arguments,
        address_of=addresses("desks_officer.application", "public_id"), stage_names={s.code: s.names for s in call.definition.stages},
        track_names={track.code: track.names for track in call.definition.tracks},
        pages=Pages(number(), total, listing.LIST, **arguments),
    )  # fmt: skip


@bp.post("/office/calls/<public_id>/applications/filters")
@guard(officer_of_call)
def save_filter(public_id: str) -> Any:
    """What the address asks for, under a name."""
    call, form = subject(Call), FilterForm()
    code, wanted = listing.page_code(call), asked(call)

    def act(context: Context) -> str:
        account_service.save_filter(context, code, form.name.data, wanted.query)
        return url_for(listing.LIST, public_id=public_id, **wanted.arguments)

    done = perform(form, act, Text("조건을 저장했습니다.", "The filter is saved."))
    return done if done is not None else _page(subject(Call), form, DownloadForm(formdata=None), form)


@bp.post("/office/calls/<public_id>/applications/filters/<filter_id>/delete")
@guard(officer_of_call)
def delete_filter(public_id: str, filter_id: str) -> Any:
    form, code, wanted = ActionForm(), listing.page_code(subject(Call)), asked(subject(Call))

    def act(context: Context) -> str:
        account_service.delete_filter(context, code, filter_id)
        return url_for(listing.LIST, public_id=public_id, **wanted.arguments)

    done = perform(form, act, Text("저장한 조건을 지웠습니다.", "The filter is deleted."))
    return done if done is not None else page("errors/404.html", status=404)


@bp.post("/office/calls/<public_id>/applications/download")
@guard(officer_of_call)
def download(public_id: str) -> Any:
    """All rows of the filter, not the page's alone, as a file; each download is in the audit chain."""
    call, form = subject(Call), DownloadForm()
    if not form.validate():
        form.status = 422
        return _page(call, FilterForm(formdata=None), form, form)
    wanted = asked(call)
    found = queries.matching(g.actor, call, wanted)
    who, asked_for, rows = context(), wanted.arguments, queries.count(found)
    words = asked_for.pop("q", "")
    kind, reason = form.kind.data, form.download_reason.data
    in_transaction(
        lambda: record(
            who, "ApplicationsDownloaded", "call", public_id, rows=rows, format=kind, filter=asked_for, text=words,
            reason=reason,
        )
    )  # fmt: skip
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it when it has been sent
    _write(file, subject(Call), wanted, kind)
    file.seek(0)
    name = f"{subject(Call).code}-applications.{kind}"
    mime = SHEET if kind == XLSX else "text/csv"
    return send_file(file, mimetype=mime, as_attachment=True, download_name=name, etag=False)


def _write(file: IO[bytes], call: Call, wanted: Filter, kind: str) -> None:
    """Row by row, with one query."""
    found = queries.matching(g.actor, call, wanted)
    rows = listing.lines(call, queries.every_row(call, found, wanted.sort))
    if kind == XLSX:
        sheets.write_xlsx(file, [sheets.Sheet(call.code, listing.HEADER, rows)])
    else:
        sheets.write_csv(file, listing.HEADER, rows)

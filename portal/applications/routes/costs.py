"""The budget: each institution its own grid, everybody the totals."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, abort, make_response, url_for

from portal.applications import service
from portal.applications.forms.costs import PAYER_NAMES, CostsForm, SheetForm, costs_form
from portal.applications.models import Application, Institution
from portal.applications.policies import asked_slice, edits_slice, views_application
from portal.applications.queries import drafts
from portal.applications.routes import bp
from portal.applications.routes.slices import Part, institution_part, part_tabs
from portal.applications.rules import BUDGET, budget
from portal.applications.rules.matching import Costs, Matching, matching, rate_for, sum_of
from portal.applications.rules.reopening import section_of_kind
from portal.platform import sheets, storage
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.errors import DomainError
from portal.platform.formats import minor_digits
from portal.platform.language import Text
from portal.platform.web import page, perform
from portal.programs.definition import CallDefinition

Cells = dict[tuple[int, str], Costs]
LARGEST_SHEET = 2_000_000  # bytes


@dataclass(frozen=True)
class Slice:
    """One institution's sums and what the matching rule says of them."""

    institution: Institution
    costs: Costs
    by_year: dict[int, Costs]
    rule: Matching


@bp.route("/applications/<public_id>/budget", endpoint="budget")
@guard(views_application)
def show_budget(public_id: str) -> Response:
    application = subject(Application)
    part = _part(application)
    return _page(application, part, _form(application, part), _sheet_form(part))


@bp.post("/applications/<public_id>/budget")
@guard(edits_slice)
def save_budget(public_id: str) -> Response:
    application = subject(Application)
    part = _part(application)
    form = _form(application, part)

    def act(context: Context) -> str:
        assert part.institution is not None
        assert form is not None
        service.save_costs(context, part.institution.id, form.cells(), form.started_from)
        return url_for("applications.budget", public_id=public_id, slice=part.slice)

    done = perform(form, act, Text("사업비를 저장했습니다.", "The budget has been saved.")) if form else abort(403)
    return done or _page(application, part, form, _sheet_form(part))


@bp.post("/applications/<public_id>/budget/sheet")
@guard(edits_slice)
def paste_budget(public_id: str) -> Response:
    """A whole grid at once; one cell that cannot be read and nothing is saved."""
    application = subject(Application)
    part = _part(application)
    sheet = SheetForm()
    cells: Cells = {}
    if sheet.validate_on_submit():
        cells = _read(application.call.definition, sheet)

    def act(context: Context) -> str:
        assert part.institution is not None
        service.save_costs(context, part.institution.id, cells, sheet.started_from)
        return url_for("applications.budget", public_id=public_id, slice=part.slice)

    if sheet.errors:
        sheet.status = 422
        return _page(application, part, _form(application, part, posted=False), sheet)
    done = perform(sheet, act, Text("표를 읽어 사업비를 저장했습니다.", "The sheet was read and the budget saved."))
    return done or _page(application, part, _form(application, part, posted=False), sheet)


@bp.get("/applications/<public_id>/budget/template.xlsx")
@guard(views_application)
def budget_template(public_id: str) -> Response:
    """The viewer's own grid as a workbook to fill in."""
    application = subject(Application)
    part = _part(application)
    if part.institution is None:
        abort(404)
    definition = application.call.definition
    rows = budget.sheet_rows(definition, _cells(part.institution.id))
    content = sheets.xlsx_bytes([sheets.Sheet(Text("사업비", "Budget"), budget.HEADINGS, rows)])
    response = make_response(content)
    response.headers["Content-Type"] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    response.headers["Content-Disposition"] = "attachment; filename=budget.xlsx"
    return response


def _part(application: Application) -> Part:
    part = institution_part(application, section_of_kind(application.call.definition, "budget"))
    if asked_slice() and part.institution is None:
        abort(404)
    return part


def _cells(institution_id: int) -> Cells:
    return {
        (c.year, c.category): Costs(c.government, c.cash, c.in_kind)
        for c in drafts.costs_of_institution(institution_id)
    }


def _form(application: Application, part: Part, *, posted: bool = True) -> CostsForm | None:
    if part.institution is None or not part.mine:
        return None
    saved = drafts.answer_of(application.id, BUDGET, part.slice)
    cells = _cells(part.institution.id)
    return costs_form(application.call.definition, cells, saved.version if saved else 0, posted=posted)


def _sheet_form(part: Part) -> SheetForm:
    saved = drafts.answer_of(subject(Application).id, BUDGET, part.slice)
    return SheetForm(formdata=None, version=str(saved.version if saved else 0), slice=part.slice)


def _read(definition: CallDefinition, sheet: SheetForm) -> Cells:
    """The cells of the pasted or uploaded sheet; what cannot be read is told in the form, cell by cell."""
    digits = minor_digits(definition.currency)
    field = sheet.file if sheet.has_file else sheet.grid
    try:
        if sheet.has_file:
            stored = storage.put(sheet.file.data.stream, LARGEST_SHEET, "file")
            rows = [(row.number, [row[column].value for column in "ABCDEF"]) for row in sheets.read_xlsx(stored.sha256)]
        else:
            lines = sheet.grid.data.replace("\r\n", "\n").strip("\n").split("\n")
            rows = [(number, list(line.split("\t"))) for number, line in enumerate(lines, start=1)]
        cells, found = budget.read_sheet(definition, rows, digits)
    except DomainError as error:
        field.errors = [*field.errors, error.sentence()]
        return {}
    field.errors = [*field.errors, *(problem.words() for problem in found)]
    return cells


def _page(application: Application, part: Part, form: CostsForm | None, sheet: SheetForm) -> Response:
    definition = application.call.definition
    saved = drafts.answer_of(application.id, BUDGET, part.slice) if part.slice else None
    theirs = _cells(part.institution.id) if part.institution else {}
    if form is not None and form.stale is not None:
        form.version.data = str(saved.version if saved else 0)
    status = max(form.status if form else 200, sheet.status)
    return page(
        "applications/budget.html", form=form, status=status, sheet=sheet, application=application, part=part,
        definition=definition, saved=saved, saver=drafts.saver_of(saved), theirs=theirs, cell_field=budget.cell_field,
        payers=PAYER_NAMES, slices=_slices(application), year_caps=_caps(application), zone=definition.time_zone,
        tabs=part_tabs("applications.budget", part, public_id=application.public_id),
        Costs=Costs, sums=budget.by_year(theirs),
    )  # fmt: skip


def _slices(application: Application) -> list[Slice]:
    """Every institution's sums: the whole team sees the totals."""
    grids: dict[int, Cells] = {i.id: {} for i in application.institutions}
    for institution, cost in drafts.costs_of(application.id):
        grids[institution.id][cost.year, cost.category] = Costs(cost.government, cost.cash, cost.in_kind)
    rates = application.call.definition.regime.matching
    return [
        Slice(
            i,
            total := sum_of(grids[i.id].values()),
            budget.by_year(grids[i.id]),
            matching(total, rate_for(i.kind, rates)),
        )
        for i in application.institutions
    ]


def _caps(application: Application) -> list[dict[str, int | None]]:
    """Per year: government money in the budget, what the call gives at most, money asked for."""
    definition = application.call.definition
    sums = [s.by_year for s in _slices(application)]
    asked: dict[int, int] = {}
    money = {c.code for c in definition.components if c.kind == "money"}
    for wish in drafts.means_of(application.id):
        if wish.component in money:
            asked[wish.year] = asked.get(wish.year, 0) + wish.quantity
    return [
        {
            "year": year,
            "government": sum(s.get(year, Costs()).government for s in sums),
            "cap": budget.year_cap(definition, year),
            "asked": asked.get(year, 0),
        }
        for year in definition.years
    ]

"""The plan as a tree, and one line with its entries."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from portal.budgets import pages, queries, service
from portal.budgets.forms import LiftForm, LineForm, cap_form
from portal.budgets.models import BudgetLine
from portal.budgets.policies import changes_cap, lifts_freeze, opens_line, reads_budget, reads_line
from portal.budgets.rules import may_change_cap
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.formats import UNITS, minor_digits
from portal.platform.language import Text
from portal.platform.names import parse_amount
from portal.platform.web import PortalForm, context, page, perform

bp = Blueprint("budgets", __name__)
SIZE = 50


@bp.get("/office/budget")
@guard(reads_budget)
def tree() -> Response:
    return _tree(LiftForm())


def _tree(form: LiftForm) -> Response:
    actor = context().actor
    lines = queries.lines_for(actor)
    return page(
        "budgets/tree.html", form, roots=pages.roots(lines), pools=pages.pools(lines), freeze=queries.open_freeze(),
        may_lift=actor.has("budget_officer"), may_open=actor.has("budget_officer"),
    )  # fmt: skip


@bp.post("/office/budget/lift")
@guard(lifts_freeze)
def lift() -> Response:
    form = LiftForm()

    def act(context: Context) -> str:
        service.lift_freeze(context, form.reason.data)
        return url_for("budgets.tree")

    done = perform(form, act, Text("정지를 풀었습니다.", "The freeze was lifted."))
    return done if done is not None else _tree(form)


@bp.route("/office/budget/new", methods=["GET", "POST"])
@guard(opens_line)
def new_line() -> Response:
    """A line of a program that no plan file has brought."""
    form = LineForm()

    def act(context: Context) -> str:
        unit = form.unit.data
        made = service.open_line(
            context,
            service.NewLine(
                code=form.code.data, parent=form.parent.data or None, names=form.names, unit=unit,
                cap=parse_amount(form.cap.data, minor_digits(unit), "cap"), year=form.year.data,
                note=dict.fromkeys(form.names, form.note.data),
            ),
        )  # fmt: skip
        return url_for("budgets.line", public_id=made.public_id)

    done = perform(form, act, Text("예산 항목을 열었습니다.", "The budget line is open."))
    return done if done is not None else page("budgets/new_line.html", form)


@bp.get("/office/budget/<public_id>")
@guard(reads_line)
def line(public_id: str) -> Response:
    return _line(cap_form(subject(BudgetLine).unit))


@bp.post("/office/budget/<public_id>")
@guard(changes_cap)
def change_cap(public_id: str) -> Response:
    form = cap_form(subject(BudgetLine).unit)
    line_id = subject(BudgetLine).id

    def act(context: Context) -> str:
        cap = form.cap.data
        assert cap is not None
        changed = service.change_cap(context, line_id, cap, form.reason.data)
        return url_for("budgets.line", public_id=changed.public_id)

    done = perform(form, act, Text("한도를 변경했습니다.", "The cap was changed."))
    return done if done is not None else _line(form)


def _line(form: PortalForm) -> Response:
    shown = queries.line_for(context().actor, subject(BudgetLine).public_id)
    assert shown is not None
    known = queries.tree()
    path = known.path(known.by_id[shown.id])
    number = max(1, request.args.get("page", 1, type=int))
    entries, total = queries.entries_of(shown.id, number, SIZE)
    visible = {other.id: other for other in queries.lines_for(context().actor)}
    return page(
        "budgets/line.html", form, line=shown, split=queries.split_of(shown.id), entries=entries, kinds=pages.KINDS,
        pagination=pages.EntryPage(shown, number, total, SIZE), may_change=may_change_cap(context().actor, path),
        planned=known.by_id[shown.id].planned, units=UNITS.get(shown.unit),
        parents=[
            (step.names, url_for("budgets.line", public_id=visible[step.id].public_id))
            for step in reversed(path[1:])
            if step.id in visible
        ],
        below=[other for other in visible.values() if other.parent_id == shown.id],
    )  # fmt: skip

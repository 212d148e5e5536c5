"""The lines themselves: loaded from the plan, capped by an audited act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, not_, or_, select, update

from portal.audit.service import record
from portal.budgets import queries
from portal.budgets.errors import CapBelowUsed, LineExists, NoSuchParent, ParentTooSmall, PlanRefused, UnitDiffers
from portal.budgets.models import BudgetLine, LineStatus
from portal.budgets.rules import PlannedLine, may_change_cap, parents_first
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import Forbidden
from portal.platform.formats import quantity


def load_plan(context: Context, lines: Sequence[PlannedLine]) -> list[BudgetLine]:
    """Create the lines of the plan and bring their words up to date; run again it changes nothing.

    The cap of a line that exists stays: it moves only by `change_cap`, with a reason. Raises PlanRefused.
    """
    wanted = {line.code: line for line in lines}
    if len(wanted) != len(lines):
        raise PlanRefused(what="a code stands twice")
    try:
        order = parents_first({code: line.parent for code, line in wanted.items()})
    except ValueError as error:
        raise PlanRefused(what=str(error)) from error
    known = queries.lines_by_code(wanted)
    for code in order:
        known[code] = _put(context, wanted[code], known)
    return [known[line.code] for line in lines]


@dataclass(frozen=True)
class NewLine:
    """A line opened on a page: in its own unit, for a year or for none."""

    code: str
    parent: str | None
    names: dict[str, str]
    unit: str
    cap: int
    year: int | None
    note: dict[str, str]
    status: str = "appropriated"
    enforced: bool = True
    month: int | None = None
    mark: str = "S"

    @property
    def office(self) -> dict[str, str]:
        return {}


def open_line(context: Context, line: NewLine) -> BudgetLine:
    """Open a line below another or on its own. Raises LineExists, NoSuchParent, UnitDiffers, ParentTooSmall."""
    known = queries.lines_by_code([line.code, *([line.parent] if line.parent else [])])
    if line.code in known:
        raise LineExists("code")
    if line.parent is not None:
        parent = known.get(line.parent)
        if parent is None:
            raise NoSuchParent("parent")
        if parent.unit != line.unit:
            raise UnitDiffers("unit", unit=parent.unit)
        held = db.session.scalars(select(BudgetLine).where(BudgetLine.id == parent.id).with_for_update()).one()
        below = db.session.scalar(
            select(func.coalesce(func.sum(BudgetLine.cap), 0)).where(
                BudgetLine.parent_id == held.id, BudgetLine.unit == line.unit
            )
        )
        left = held.cap - int(below or 0)
        if held.enforced and line.cap > left:
            raise ParentTooSmall("cap", left=quantity(max(left, 0), line.unit))
    return _put(context, line, known)


def _put(context: Context, definition: PlannedLine, known: dict[str, BudgetLine]) -> BudgetLine:
    parent = known[definition.parent].id if definition.parent else None
    line = known.get(definition.code)
    if line is None:
        line = BudgetLine(
            public_id=context.ids.public_id(), code=definition.code, unit=definition.unit, cap=definition.cap, used=0,
            parent_id=parent, status=LineStatus(definition.status), enforced=definition.enforced,
        )  # fmt: skip
        db.session.add(line)
        record(
            context, "BudgetLineOpened", "budget_line", line.public_id,
            code=line.code, cap=line.cap, unit=line.unit, status=line.status.value,
        )  # fmt: skip
    elif (line.unit, line.parent_id) != (definition.unit, parent):
        raise PlanRefused(what=f"{line.code}: unit and place in the tree cannot change")
    elif line.status is not LineStatus(definition.status):
        line.status = LineStatus(definition.status)
        record(context, "BudgetLineStatusChanged", "budget_line", line.public_id, status=line.status.value)
    line.names, line.office, line.note = definition.names, definition.office, definition.note
    line.year, line.month, line.mark = definition.year, definition.month, definition.mark
    db.session.flush()
    return line


def change_cap(context: Context, line_id: int, cap: int, reason: str) -> BudgetLine:
    """Raise or lower a line's cap, on record with its reason. Raises CapBelowUsed, Forbidden."""
    line = db.session.scalars(select(BudgetLine).where(BudgetLine.id == line_id).with_for_update()).one()
    known = queries.tree()
    if not may_change_cap(context.actor, known.path(known.by_id[line_id])):
        raise Forbidden
    before = line.cap
    changed = db.session.execute(
        update(BudgetLine)
        .where(BudgetLine.id == line_id, or_(BudgetLine.used <= cap, not_(BudgetLine.enforced)))
        .values(cap=cap)
        .returning(BudgetLine.id)
    ).scalar_one_or_none()
    if changed is None or cap < 0:
        raise CapBelowUsed("cap", used=quantity(line.used, line.unit))
    record(context, "CapChanged", "budget_line", line.public_id, before=before, after=cap, reason=reason)
    db.session.flush()
    db.session.refresh(line)
    return line

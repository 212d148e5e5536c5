"""Who reads live figures, who changes a cap."""

from __future__ import annotations

from portal.budgets import queries
from portal.budgets.models import BudgetLine
from portal.budgets.rules import may_change_cap, sees_figures
from portal.platform.access import FORBID, Decision, allow_if, policy
from portal.platform.context import Actor


@policy()
def reads_budget(actor: Actor) -> Decision:
    """Holds a budget role somewhere; the queries behind narrow to the lines in sight."""
    return allow_if(actor.holds("budget_officer") or actor.holds("auditor"), FORBID)


@policy(load=queries.line_for)
def reads_line(actor: Actor, line: BudgetLine) -> Decision:
    known = queries.tree()
    return allow_if(sees_figures(actor, known.path(known.by_id[line.id])))


@policy(load=queries.line_for)
def changes_cap(actor: Actor, line: BudgetLine) -> Decision:
    known = queries.tree()
    return allow_if(may_change_cap(actor, known.path(known.by_id[line.id])), FORBID)


@policy()
def lifts_freeze(actor: Actor) -> Decision:
    """Only a budget officer of the whole plan."""
    return allow_if(actor.has("budget_officer"), FORBID)


@policy()
def opens_line(actor: Actor) -> Decision:
    """Only a budget officer of the whole plan."""
    return allow_if(actor.has("budget_officer"), FORBID)

"""The verbs of the budget: load the plan, change a cap, set aside, move on, give back, reconcile."""

from portal.budgets.service.movements import (
    commit,
    disburse,
    hold,
    lapse,
    obligate,
    release,
    reserve,
    show_from,
)
from portal.budgets.service.plan import NewLine, change_cap, load_plan, open_line
from portal.budgets.service.reconcile import lift_freeze, reconcile

__all__ = [
    "NewLine",
    "change_cap",
    "commit",
    "disburse",
    "hold",
    "lapse",
    "lift_freeze",
    "load_plan",
    "obligate",
    "open_line",
    "reconcile",
    "release",
    "reserve",
    "show_from",
]

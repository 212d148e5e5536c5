"""The books against the guard column, hourly and by command (TRUST.md 3)."""

from __future__ import annotations

from sqlalchemy import select

from portal.audit.service import record
from portal.budgets import queries
from portal.budgets.errors import StillUnequal
from portal.budgets.jobs import MISMATCH
from portal.budgets.models import Freeze
from portal.budgets.rules import Mismatch
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import Forbidden
from portal.platform.jobs import enqueue


def reconcile(context: Context) -> list[Mismatch]:
    """Compare SUM(entries.amount) with `used` on every line. A difference freezes awards and tells the officers."""
    found = queries.mismatches()
    finding = "; ".join(str(m) for m in found)[:1000]
    standing = queries.open_freeze()
    if found and (standing is None or standing.finding != finding):
        freeze = Freeze(at=context.now, finding=finding)
        db.session.add(freeze)
        db.session.flush()
        lines = [[m.line_code, m.used, m.entries] for m in found]
        record(context, "BudgetFrozen", "budget_freeze", freeze.id, lines=lines)
        enqueue(MISMATCH, {"freeze_id": freeze.id}, key=str(freeze.id), now=context.now)
    return found


def lift_freeze(context: Context, reason: str) -> None:
    """A budget officer of the whole plan lifts every open freeze once the books agree again."""
    if not context.actor.has("budget_officer"):
        raise Forbidden
    if queries.mismatches():
        raise StillUnequal
    open_ones = db.session.scalars(
        select(Freeze).where(Freeze.lifted_at.is_(None)).order_by(Freeze.id).with_for_update()
    ).all()
    for freeze in open_ones:
        freeze.lifted_at, freeze.lifted_by_id = context.now, context.actor.person_id
        record(context, "BudgetFreezeLifted", "budget_freeze", freeze.id, reason=reason)

"""Withdraw a submitted application, and take that back until the deadline."""

from __future__ import annotations

from portal.applications.errors import NotWithdrawable, NotWithdrawn
from portal.applications.jobs import REINSTATED, WITHDRAWN
from portal.applications.models import Application, ApplicationState
from portal.applications.queries.drafts import standing_of
from portal.applications.queries.submissions import locked
from portal.applications.rules import can_lead
from portal.applications.rules.lifecycle import before_deadline, may_move
from portal.applications.service.submit import ask_to_close
from portal.audit.service import record
from portal.platform.context import Context
from portal.platform.errors import Forbidden
from portal.platform.files import refuse_resident_numbers
from portal.platform.jobs import enqueue


def withdraw(context: Context, application_id: int, reason: str) -> Application:
    """SUBMITTED -> WITHDRAWN. Raises NotWithdrawable after the deadline."""
    application = _mine(context, application_id)
    open_still = before_deadline(context.now, application.deadline)
    if not (open_still and may_move(application.state, ApplicationState.WITHDRAWN)):
        raise NotWithdrawable
    refuse_resident_numbers(reason, "reason")
    application.state, application.changed_at = ApplicationState.WITHDRAWN, context.now
    application.withdrawn_at, application.withdrawal_reason = context.now, reason
    record(context, "ApplicationWithdrawn", "application", application.public_id, reason=reason)
    _tell(context, application, withdrawn=True)
    return application


def reinstate(context: Context, application_id: int) -> Application:
    """WITHDRAWN -> SUBMITTED; the last submission stands again. Raises NotWithdrawn after the deadline."""
    application = _mine(context, application_id)
    if application.state is not ApplicationState.WITHDRAWN or not before_deadline(context.now, application.deadline):
        raise NotWithdrawn
    application.state, application.changed_at = ApplicationState.SUBMITTED, context.now
    application.withdrawn_at, application.withdrawal_reason = None, None
    record(context, "ApplicationReinstated", "application", application.public_id)
    _tell(context, application, withdrawn=False)
    ask_to_close(context, application)
    return application


def _mine(context: Context, application_id: int) -> Application:
    application = locked(application_id)
    if not can_lead(standing_of(context.actor, application)):
        raise Forbidden
    return application


def _tell(context: Context, application: Application, *, withdrawn: bool) -> None:
    kind = WITHDRAWN if withdrawn else REINSTATED
    key = f"{application.id}:{context.now.isoformat()}"
    enqueue(kind, {"application_id": application.id}, key=key, now=context.now)

"""A code lets a draft in that missed the deadline."""

from __future__ import annotations

from typing import Any

from flask import abort, g, request, url_for

from portal.accounts.service import throttles
from portal.applications import service
from portal.applications.forms.deadlines import CodeForm
from portal.applications.models import Application
from portal.applications.policies import leads_application
from portal.applications.routes import bp
from portal.applications.rules.extension import GUESSES, is_late
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.errors import DomainError
from portal.platform.language import Text
from portal.platform.transaction import in_transaction
from portal.platform.web import PortalForm, context, page, perform


def count_guess(form: PortalForm) -> bool:
    """Every try counts, also one that is refused later; False when there were too many."""
    if not form.is_submitted():
        return True
    now, person_id = context(), g.actor.person_id
    try:
        in_transaction(lambda: throttles.count(now, GUESSES, person_id))
    except DomainError as error:
        form.refuse(error)
        return False
    return True


@bp.route("/applications/<public_id>/late-code", methods=["GET", "POST"])
@guard(leads_application)
def late_code(public_id: str) -> Any:
    application = subject(Application)
    if not application.call.definition.late_codes:
        abort(404)
    application_id, form = application.id, CodeForm(data={"code": request.args.get("code", "")[:60]})

    def act(now: Context) -> str:
        service.use_code(now, application_id, form.code.data)
        return url_for("desks_applicant.cockpit", public_id=public_id)

    told = Text(
        "코드를 확인했습니다. 새 마감까지 제출할 수 있습니다.",
        "The code is good: you can submit until the new deadline.",
    )
    done = perform(form, act, told) if count_guess(form) else None
    if done is not None:
        return done
    return page("applications/late_code.html", form, application=application, late=is_late(application, g.now))

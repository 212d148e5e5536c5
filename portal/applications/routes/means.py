"""What the team asks for, against the call's caps."""

from __future__ import annotations

from typing import Any

from flask import Response, g, url_for

from portal.applications import service
from portal.applications.forms.means import MeansForm, means_form
from portal.applications.models import Application
from portal.applications.policies import edits_application, views_application
from portal.applications.queries import drafts
from portal.applications.routes import bp
from portal.applications.routes.slices import team_part
from portal.applications.rules import MEANS
from portal.applications.rules import means as rules
from portal.applications.rules.reopening import section_of_kind
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.language import Text
from portal.platform.web import page, perform


@bp.get("/applications/<public_id>/means", endpoint="means")
@guard(views_application)
def show_means(public_id: str) -> Response:
    application = subject(Application)
    return _page(application, _form(application))


@bp.post("/applications/<public_id>/means")
@guard(edits_application)
def save_means(public_id: str) -> Response:
    application = subject(Application)
    form = _form(application)

    def act(context: Context) -> str:
        service.save_means(context, application.id, form.wishes(), form.started_from)
        return url_for("applications.means", public_id=public_id)

    done = perform(form, act, Text("희망 자원을 저장했습니다.", "The requested means have been saved."))
    return done or _page(application, form)


def _flags(application: Application) -> frozenset[str]:
    return frozenset(rules.flags_of(application.institutions, g.now.date()))


def _stored(application: Application) -> list[rules.Wish]:
    return [rules.Wish(m.component, m.option, m.year, m.quantity, m.months) for m in drafts.means_of(application.id)]


def _form(application: Application) -> MeansForm:
    saved = drafts.answer_of(application.id, MEANS)
    version = saved.version if saved else 0
    return means_form(application.call.definition, _stored(application), version, _flags(application))


def _page(application: Application, form: MeansForm) -> Response:
    definition, flags = application.call.definition, _flags(application)
    saved = drafts.answer_of(application.id, MEANS)
    stored = _stored(application)
    if form.stale is not None:
        form.version.data = str(saved.version if saved else 0)
    shown = form.wishes() if form.is_submitted() else stored
    components: list[dict[str, Any]] = [
        {
            "component": component,
            "years": rules.years_of(component, definition) if component.kind == "money" else [],
            "barred": rules.barred_by(component, flags),
            "asked": {(w.year or w.option): w for w in shown if w.component == component.code},
            "total": sum(w.quantity for w in shown if w.component == component.code),
            "value": sum(rules.value_of(component, w) for w in shown if w.component == component.code),
            "worth": {w.option: rules.value_of(component, w) for w in shown if w.component == component.code},
        }
        for component in rules.asked_for(definition)
    ]
    return page(
        "applications/means.html", form=form, application=application, definition=definition, part=team_part(application, section_of_kind(definition, "requested_means")),
        components=components, shared=[c for c in definition.components if c.shared], saved=saved,
        saver=drafts.saver_of(saved), theirs={(w.component, w.year or w.option): w for w in stored},
        quantity_field=rules.quantity_field, months_field=rules.months_field, zone=definition.time_zone,
    )  # fmt: skip

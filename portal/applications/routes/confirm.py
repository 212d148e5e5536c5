"""The representative's page behind a link, and the request for it."""

from __future__ import annotations

from flask import flash, g, redirect, url_for
from werkzeug.wrappers import Response

from portal.applications import content, service
from portal.applications.forms.consortium import ROLE_NAMES, AskConfirmationForm, ConfirmForm
from portal.applications.forms.draft import KIND_NAMES
from portal.applications.models import Application, ConfirmationLink
from portal.applications.policies import answers_confirmation, views_application
from portal.applications.routes import bp
from portal.applications.rules.confirmation import PlaceState, changes, places_of
from portal.applications.rules.roles import member_roles
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.language import Text, say
from portal.platform.web import context, page, perform


@bp.post("/applications/<public_id>/institutions/<institution>/confirmation")
@guard(views_application)
def ask_confirmation(public_id: str, institution: str) -> Response:
    """Send the representative the link, or remind."""
    application, form = subject(Application), AskConfirmationForm()
    back = url_for("applications.institutions", public_id=public_id)

    def ask(now: Context) -> str:
        service.ask_confirmation(now, application.id, institution, form.name.data, form.email.data)
        return back

    done = perform(form, ask, Text("확인 링크를 보냈습니다.", "The confirmation link was sent."))
    if done is not None:
        return done
    for sentences in (form.form_errors, form.name.errors, form.email.errors):
        for sentence in sentences:
            flash(say(sentence), "danger")
    return redirect(back, code=303)


@bp.route("/confirm/<token>", methods=["GET", "POST"])
@guard(answers_confirmation)
def confirm(token: str) -> Response:
    """What the institution answers for, section by section; what changed since stands as a comparison."""
    subject(ConfirmationLink)
    form = ConfirmForm()

    def act(now: Context) -> str:
        service.confirm(now, token, form.sections.data or [], form.hashes)
        return url_for("applications.confirm", token=token)

    done = perform(form, act, Text("확인했습니다. 고맙습니다.", "Confirmed. Thank you."))
    if done is not None:
        return done
    link, institution, draft = service.behind_link(context(), token)
    places = places_of(draft, institution)
    frozen = content.frozen(draft, g.now.date())
    form.shown.data = ",".join(f"{p.section.code}:{p.content_hash}" for p in places)
    return page(
        "applications/confirm.html", form, link=link, institution=institution, application=draft.application,
        waiting=[(place, changes(place)) for place in places if place.state is not PlaceState.CONFIRMED],
        confirmed=[place for place in places if place.state is PlaceState.CONFIRMED],
        content=frozen, names={row["id"]: row["name"] for row in (*frozen["institutions"], *frozen["members"])},
        definition=draft.definition, role_names=ROLE_NAMES,
        kinds=KIND_NAMES, member_roles=member_roles(draft.definition),
    )  # fmt: skip

"""Referees: the team's page, and the page behind the link that a referee gets."""

from __future__ import annotations

from flask import abort, current_app, flash, g, redirect, url_for
from werkzeug.wrappers import Response

from portal.applications import queries, service
from portal.applications.forms.references import LETTER_LANGUAGES, DeclineLetterForm, LetterForm, RefereeForm
from portal.applications.models import Application, Reference
from portal.applications.policies import leads_application, views_application
from portal.applications.queries.references import referees_of, reference_behind
from portal.applications.routes import bp
from portal.applications.rules import can_lead
from portal.applications.rules.references import (
    answer_of,
    arrived,
    asked_now,
    due_at,
    ended_at,
    letters_note,
    letters_open,
)
from portal.platform.access import guard, public, subject
from portal.platform.context import Context
from portal.platform.errors import DomainError
from portal.platform.language import Text, language
from portal.platform.web import ActionForm, page, perform
from portal.programs.definition import ReferenceRule

# --- the team's page ---


def _rule(application: Application) -> ReferenceRule:
    return application.call.definition.references or abort(404)


@bp.get("/applications/<public_id>/references", endpoint="references")
@guard(views_application)
def show_references(public_id: str) -> Response:
    return _team_page(subject(Application), RefereeForm(language=language()))


@bp.post("/applications/<public_id>/references")
@guard(leads_application)
def name_referee(public_id: str) -> Response:
    application, form = subject(Application), RefereeForm()
    _rule(application)

    def name(context: Context) -> str:
        service.name_referee(
            context, application.id, name=form.name.data, email=form.email.data, relation=form.relation.data,
            language=form.language.data,
        )  # fmt: skip
        return url_for("applications.references", public_id=public_id)

    done = perform(form, name, Text("추천인에게 요청을 보냈습니다.", "The referee has been asked."))
    return done or _team_page(application, form)


def _team_page(application: Application, form: RefereeForm) -> Response:
    rule, referees = _rule(application), referees_of(application)
    leads = can_lead(queries.standing_of(g.actor, application))
    may_change = leads and letters_open(application, g.now)
    return page(
        "applications/references.html", form, application=application, rule=rule, due=due_at(application),
        rows=[{"referee": row, "answer": answer_of(row).value} for row in referees], may_change=may_change,
        may_name=may_change and asked_now(referees) < rule.count, languages=LETTER_LANGUAGES,
        waiting=letters_open(application, g.now) and arrived(referees) < rule.count,
        note=letters_note(application, referees, g.now), zone=application.call.definition.time_zone,
    )  # fmt: skip


@bp.post("/applications/<public_id>/references/<reference_id>/again")
@guard(leads_application)
def ask_referee_again(public_id: str, reference_id: str) -> Response:
    application, form = subject(Application), ActionForm()

    def again(context: Context) -> str:
        service.send_again(context, application.id, reference_id)
        return url_for("applications.references", public_id=public_id)

    done = perform(form, again, Text("새 링크를 보냈습니다.", "A new link was sent."))
    return done or _refused(form, public_id)


@bp.post("/applications/<public_id>/references/<reference_id>/remove")
@guard(leads_application)
def remove_referee(public_id: str, reference_id: str) -> Response:
    application, form = subject(Application), ActionForm()

    def remove(context: Context) -> str:
        service.remove_referee(context, application.id, reference_id)
        return url_for("applications.references", public_id=public_id)

    done = perform(form, remove, Text("추천인을 뺐습니다.", "The referee was removed."))
    return done or _refused(form, public_id)


def _refused(form: ActionForm, public_id: str) -> Response:
    for sentence in form.form_errors:
        flash(sentence, "danger")
    return redirect(url_for("applications.references", public_id=public_id), code=303)


# --- behind the link ---


@bp.route("/references/<token>", methods=["GET", "POST"])
@public
def reference(token: str) -> Response:
    """Who asks, for what and until when; the letter goes in here. The file is checked before the transaction."""
    found, form = reference_behind(token), LetterForm()
    if found is None:
        return _gone()
    received: list[service.NewFile] = []
    if form.validate_on_submit() and letters_open(found.application, g.now):
        file = form.file.data
        try:
            letter = service.receive(
                file.stream, file.filename, service.letter_place(found), "file", current_app.config["CLAMD"]
            )
        except DomainError as error:
            form.refuse(error)
            return _referee_page(found, token, form, DeclineLetterForm(formdata=None))
        file.stream.seek(0)
        received.append(letter)

    def act(context: Context) -> str:
        if not received:
            service.still_taken(context, token)  # says why nothing is taken in any more
            abort(409)
        service.hand_in_letter(context, token, received[0])
        return url_for("applications.reference", token=token)

    done = perform(form, act, Text("추천서를 받았습니다. 고맙습니다.", "Your letter has been received. Thank you."))
    return done or _again(token, form, DeclineLetterForm(formdata=None))


@bp.post("/references/<token>/decline")
@public
def decline_reference(token: str) -> Response:
    form = DeclineLetterForm()

    def act(context: Context) -> str:
        service.decline_reference(context, token, form.reason.data or "")
        return url_for("applications.reference", token=token)

    done = perform(form, act, Text("알려 주셔서 고맙습니다.", "Thank you for telling us."))
    return done or _again(token, LetterForm(formdata=None), form)


def _again(token: str, letter: LetterForm, decline: DeclineLetterForm) -> Response:
    found = reference_behind(token)
    return _referee_page(found, token, letter, decline) if found is not None else _gone()


def _gone() -> Response:
    return page("applications/reference_gone.html", status=410)


def _referee_page(found: Reference, token: str, letter: LetterForm, decline: DeclineLetterForm) -> Response:
    application, is_open = found.application, letters_open(found.application, g.now)
    definition = application.call.definition
    return page(
        "applications/reference.html", decline if decline.errors else letter, reference=found, decline=decline,
        letter=letter, token=token, application=application, rule=definition.references, open=is_open,
        answer=answer_of(found).value, due=due_at(application) if is_open else ended_at(application),
        zone=definition.time_zone, applicant=application.owner.name,
    )  # fmt: skip

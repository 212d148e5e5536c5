"""Files: what the call asks for, upload, replace, remove, download."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, current_app, flash, g, send_file, url_for
from flask_wtf import FlaskForm

from portal.applications import rules, service
from portal.applications.content import place_of
from portal.applications.forms.attachments import UploadForm
from portal.applications.models import Application, ApplicationState, Attachment
from portal.applications.policies import (
    asked_slice,
    edits_attachment,
    edits_slice,
    reads_attachment,
    views_application,
)
from portal.applications.queries import drafts, reopenings
from portal.applications.routes import bp
from portal.applications.routes.slices import may_write
from portal.applications.rules import attachments as places
from portal.platform import files, storage
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.errors import DomainError
from portal.platform.language import Text, say
from portal.platform.web import ActionForm, page, perform


@bp.get("/applications/<public_id>/attachments", endpoint="attachments")
@guard(views_application)
def show_attachments(public_id: str) -> Response:
    return _page(subject(Application))


@bp.post("/applications/<public_id>/attachments")
@guard(edits_slice)
def upload(public_id: str) -> Response:
    """Store and check first (that takes time), then one short transaction."""
    application, slice = subject(Application), asked_slice()
    form = UploadForm()
    place = places.place(application.call.definition, form.slot.data or "")
    if place is None or slice not in places.slices(place, application.institutions):
        abort(404)
    received: list[service.NewFile] = []
    if form.validate_on_submit() and may_write(application, place_of(place.code)):
        file = form.file.data
        try:
            found = service.receive(file.stream, file.filename, place, "file", current_app.config["CLAMD"])
        except DomainError as error:
            form.refuse(error)
            return _page(application, form)
        file.stream.seek(0)
        received.append(found)

    def act(context: Context) -> str:
        if not received:
            service.opened(context, application.id, place_of(place.code))  # says why nothing is taken in any more
            abort(409)
        service.attach(context, application.id, place.code, slice, received[0])
        return _address(public_id, form)

    done = perform(form, act, Text("파일을 올렸습니다.", "The file has been uploaded."))
    if done is None:
        return _page(application, form)
    for warning in received[0].warnings if received else ():
        flash(say(warning), "warning")
    return done


@bp.post("/applications/<public_id>/attachments/<attachment_id>/remove")
@guard(edits_attachment)
def remove_attachment(public_id: str, attachment_id: str) -> Response:
    application, attachment = subject(tuple)
    form = ActionForm()

    def act(context: Context) -> str:
        service.remove_attachment(context, application.id, attachment.public_id)
        return url_for("applications.attachments", public_id=public_id)

    done = perform(form, act, Text("파일을 뺐습니다.", "The file has been removed."))
    return done or _page(drafts.application_for(g.actor, public_id) or abort(404), form)


@bp.get("/applications/<public_id>/attachments/<attachment_id>")
@guard(reads_attachment)
def download(public_id: str, attachment_id: str) -> Response:
    attachment: Attachment = subject(tuple)[1]
    response = send_file(
        storage.open(attachment.sha256), mimetype=files.KINDS[_kind(attachment)].media_type, as_attachment=True,
        download_name=attachment.filename, etag=False, conditional=False,
    )  # fmt: skip
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _kind(attachment: Attachment) -> files.Kind:
    return next(kind for kind in files.KINDS if kind == attachment.kind)


def _address(public_id: str, form: UploadForm) -> str:
    section, slice = form.section.data, asked_slice() or None
    if section and subject(Application).call.definition.section(section):
        return url_for("applications.section", public_id=public_id, section=section, slice=slice)
    return url_for("applications.attachments", public_id=public_id, _anchor=f"slot-{form.slot.data}-{slice or ''}")


def _page(application: Application, form: FlaskForm | None = None) -> Response:
    standing = drafts.standing_of(g.actor, application)
    current = drafts.attachments_of(application.id)
    is_open = rules.is_open(application, g.now)
    live = reopenings.live(application.id, g.now) if application.state is ApplicationState.CLOSED else []
    reopened = {place for r in live for place in r.places}
    asked = {section.code for section in drafts.sections_asked(application)}
    refused = (form.slot.data, asked_slice()) if isinstance(form, UploadForm) else None
    rows: list[dict[str, Any]] = []
    for place in places.places(application.call.definition):
        if place.section is not None and place.section not in asked:
            continue
        for slice in places.slices(place, application.institutions):
            if slice and not rules.can_read_slice(standing, slice):
                continue
            mine = rules.can_edit_slice(standing, slice) if slice else rules.can_edit_team(standing)
            here = [a for a in current if a.slot == place.code and a.slice == slice]
            rows.append(
                {
                    "place": place,
                    "slice": slice,
                    "institution": next((i for i in application.institutions if i.public_id == slice), None),
                    "files": here,
                    "filled": places.filled(place, here),
                    "editable": mine and (is_open or place_of(place.code) in reopened),
                    "form": form
                    if refused == (place.code, slice)
                    else UploadForm(formdata=None, slot=place.code, slice=slice),
                    "accept": files.accept_attribute([kind for kind in files.KINDS if kind in place.kinds]),
                }
            )
    done = sum(row["filled"] for row in rows)
    return page(
        "applications/attachments.html", form=form, application=application, rows=rows, done=done,
        needed=[r for r in rows if r["place"].required and not r["filled"]], open=is_open or bool(reopened),
        zone=application.call.definition.time_zone,
    )  # fmt: skip

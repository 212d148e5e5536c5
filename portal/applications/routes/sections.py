"""One section per page; its autosave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, abort, g, jsonify, request, url_for

from portal.applications import service
from portal.applications.errors import StaleAnswers
from portal.applications.forms.attachments import UploadForm
from portal.applications.forms.sections import People, SectionForm, section_form, template_row
from portal.applications.models import Application, Attachment, Member, SectionAnswer
from portal.applications.policies import asked_slice, edits_slice, views_application
from portal.applications.queries import drafts
from portal.applications.routes import bp
from portal.applications.routes.slices import Part, institution_part, part_tabs, team_part
from portal.applications.rules.answers import field_name
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.errors import DomainError
from portal.platform.formats import clock_time
from portal.platform.language import Text, say
from portal.platform.transaction import in_transaction
from portal.platform.web import context, page, perform
from portal.programs.definition import Section


@bp.get("/applications/<public_id>/sections/<section>", endpoint="section")
@guard(views_application)
def show_section(public_id: str, section: str) -> Response:
    application, asked = subject(Application), _section(section)
    members, saved = drafts.members_and_answer(application.id, section)
    part = _part(application, asked, members)
    if asked.editor == "institution" and part.institution is None:
        return page("applications/section_closed.html", status=200, application=application, section=asked)
    if part.slice:
        saved = drafts.answer_of(application.id, section, part.slice)
    form = _form(application, asked, saved, members)
    return _page(application, asked, part, form, saved)


@bp.post("/applications/<public_id>/sections/<section>")
@guard(edits_slice)
def save_section(public_id: str, section: str) -> Response:
    application, asked, slice = subject(Application), _section(section), asked_slice()
    saved = drafts.answer_of(application.id, section, slice)
    form = _form(application, asked, saved)
    if "add_row" in request.form or "remove_row" in request.form:
        form.add_row(request.form.get("add_row", ""))
        form.remove_row(request.form.get("remove_row", ""))
        return _page(application, asked, _part(application, asked), form, saved)

    def act(context: Context) -> str:
        answers = form.result.answers if form.result else {}
        service.save_section(context, application.id, section, slice, answers, form.started_from)
        return _next_address(public_id, asked, slice)

    done = perform(form, act, Text("저장했습니다.", "Saved."))
    if done is not None:
        return done
    saved = drafts.answer_of(application.id, section, slice)
    if form.stale is not None:
        form.version.data = str(saved.version if saved else 0)
    return _page(application, asked, _part(application, asked), form, saved)


@bp.post("/applications/<public_id>/sections/<section>/autosave")
@guard(edits_slice)
def autosave(public_id: str, section: str) -> tuple[Response, int]:
    """Answers {saved_at, saved_text, version, errors}: 200; 409 somebody saved in between; 422 not kept."""
    application, asked, slice = subject(Application), _section(section), asked_slice()
    form = _form(application, asked, None)
    if not form.check(draft=True):
        words = Text("저장되지 않은 칸이 있습니다.", "Some fields are not saved.")
        return jsonify(errors=form.field_errors(), error=say(words)), 422
    answers = form.result.answers if form.result else {}
    try:
        row = in_transaction(
            lambda: service.save_section(context(), application.id, section, slice, answers, form.started_from)
        )
    except DomainError as error:
        told = {"errors": {}, "error": error.sentence()} | _newer(application, asked, slice, error)
        return jsonify(told), error.status
    zone = application.call.definition.time_zone
    time = clock_time(row.saved_at, zone)
    words = Text("{time}에 저장됨", "Saved {time}")
    return jsonify(
        saved_at=row.saved_at.isoformat(), saved_text=say(words, time=time), version=row.version,
        errors=form.field_errors(),
    ), 200  # fmt: skip


def _newer(application: Application, asked: Section, slice: str, error: DomainError) -> dict[str, Any]:
    """For a conflict: the version and the text that were saved in between."""
    saved = drafts.answer_of(application.id, asked.code, slice)
    if not isinstance(error, StaleAnswers) or saved is None:
        return {}
    words = Text(
        "그사이 {who} 님이 저장했습니다. ‘저장’을 누르면 두 내용을 나란히 보여 드립니다.",
        "{who} saved in the meantime. Press “Save” to see both texts side by side.",
    )
    who = drafts.saver_of(saved) or "-"
    return {"error": say(words, who=who), "saved_version": saved.version, "saved_answers": saved.answers}


def _section(code: str) -> Section:
    asked = next((s for s in drafts.sections_asked(subject(Application)) if s.code == code), None)
    return asked or abort(404)


def _part(application: Application, asked: Section, members: Sequence[Member] | None = None) -> Part:
    if asked.editor == "team":
        return team_part(application, f"sections.{asked.code}", members)
    part = institution_part(application, f"sections.{asked.code}")
    if asked_slice() and part.institution is None:
        abort(404)
    return part


def _form(
    application: Application, asked: Section, saved: SectionAnswer | None, members: Sequence[Member] | None = None
) -> SectionForm:
    members = members if members is not None else drafts.members_of(application.id)
    people = People(
        [(m.public_id, f"{m.name} ({m.institution.name})" if m.institution else m.name) for m in members],
        [(i.public_id, i.name) for i in application.institutions],
    )
    answers, known = saved.answers if saved else {}, service.known_of(application, members)
    return section_form(asked, known, people, answers, saved.version if saved else 0)


def _next_address(public_id: str, asked: Section, slice: str) -> str:
    if request.form.get("then") == "stay":
        return url_for("applications.section", public_id=public_id, section=asked.code, slice=slice or None)
    _, after = _neighbours(asked)
    if after is None:
        return url_for("desks_applicant.cockpit", public_id=public_id)
    return url_for("applications.section", public_id=public_id, section=after.code)


def _numbered(asked: Section) -> list[Section]:
    """The sections among which this one stands: those to apply with, or the later ones opened since."""
    sections = drafts.sections_asked(subject(Application))
    first = {s.code for s in subject(Application).call.definition.sections_to_apply_with}
    return [s for s in sections if (s.code in first) == (asked.code in first)]


def _neighbours(asked: Section) -> tuple[Section | None, Section | None]:
    sections = _numbered(asked)
    place = [s.code for s in sections].index(asked.code)
    return (
        sections[place - 1] if place else None,
        sections[place + 1] if place + 1 < len(sections) else None,
    )


def _page(
    application: Application, asked: Section, part: Part, form: SectionForm, saved: SectionAnswer | None
) -> Response:
    before, after = _neighbours(asked)
    sections = _numbered(asked)
    templates = {
        field_name(q): template_row(form, field_name(q))
        for q in form.questions
        if q.kind == "repeat" or (q.kind == "table" and not q.rows)
    }
    if not form.is_submitted() and saved is not None:
        form.check(draft=True)  # what a draft still holds that cannot be read is said when the page opens
        form.status = 200
    template = "applications/section_compare.html" if form.stale else "applications/section.html"
    return page(
        template, form=form, application=application, section=asked, part=part, saved=saved,
        saver=drafts.saver_of(saved, g.actor), before=before, after=after, templates=templates,
        number=[s.code for s in sections].index(asked.code) + 1, total=len(sections),
        tabs=part_tabs("applications.section", part, public_id=application.public_id, section=asked.code),
        files=_files(application, asked, part.slice),
        upload=UploadForm(formdata=None, slice=part.slice, section=asked.code),
        stored=saved.answers if saved else {}, zone=application.call.definition.time_zone,
        names={} if part.editable and not form.stale else _names(application),
        autosave=url_for(
            "applications.autosave", public_id=application.public_id, section=asked.code, slice=part.slice or None
        ),
    )  # fmt: skip


def _files(application: Application, asked: Section, slice: str) -> dict[str, Attachment]:
    """What stands in the section's own places."""
    if not any(question.is_file for question in asked.questions):
        return {}
    return {row.slot: row for row in drafts.attachments_of(application.id, slice=slice)}


def _names(application: Application) -> dict[str, str]:
    """The words for public ids in answers."""
    names = {m.public_id: m.name for m in drafts.members_of(application.id)}
    return names | {i.public_id: i.name for i in application.institutions}

"""Check, hand in, the receipt, withdraw and take that back."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import abort, current_app, flash, g, redirect, request, send_file, url_for
from werkzeug.wrappers import Response

from portal.applications import content, queries, service
from portal.applications.forms.consortium import ROLE_NAMES
from portal.applications.forms.draft import KIND_NAMES
from portal.applications.forms.submit import SubmitForm, WithdrawForm
from portal.applications.models import Application, Submission
from portal.applications.policies import leads_application, views_application
from portal.applications.queries.references import referees_of
from portal.applications.routes import bp
from portal.applications.routes.missing import missing_rows
from portal.applications.rules import Standing, can_edit_slice, can_lead, can_read_slice, is_open
from portal.applications.rules.completeness import blocking, completeness
from portal.applications.rules.references import letters_note
from portal.applications.rules.roles import member_roles
from portal.platform import typeset
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.formats import file_size, moment
from portal.platform.language import Text, say
from portal.platform.web import ActionForm, page, perform
from portal.programs.definition import CallDefinition

PDF = "application/pdf"


@bp.get("/applications/<public_id>/check")
@guard(views_application)
def check(public_id: str) -> Response:
    return _check_page(subject(Application), SubmitForm())


@bp.post("/applications/<public_id>/submit")
@guard(leads_application)
def submit(public_id: str) -> Response:
    application, form = subject(Application), SubmitForm()
    application_id = application.id  # asked of the object inside the transaction, it would be loaded once more

    first = url_for("applications.receipt", public_id=public_id, number=1)

    def hand_in(context: Context) -> str:
        number = service.submit(context, application_id).number
        return first if number == 1 else url_for("applications.receipt", public_id=public_id, number=number)

    said = Text("제출했습니다.", "Your application has been submitted.")
    done = perform(form, hand_in, said, expected=first)
    return done or _check_page(application, form)


def _check_page(application: Application, form: SubmitForm) -> Response:
    draft = queries.whole(application)
    standing = queries.standing_of(g.actor, application)
    today = g.now.date()
    found = completeness(draft, standing, today)
    last = queries.latest_submission(application.id)
    frozen = content.frozen(draft, today)
    return page(
        "applications/check.html", form, application=application, missing=missing_rows(found),
        stops=len(blocking(found)), last=last,
        unchanged=last is not None and content.same_but_declaration(queries.content_of(last), frozen),
        leads=can_lead(standing), open=is_open(application, g.now),
        letters_note=letters_note(application, referees_of(application), g.now), **_parts(draft.definition, frozen, standing),
    )  # fmt: skip


def _parts(definition: CallDefinition, frozen: content.Content, standing: Standing) -> dict[str, Any]:
    """What `_content.html` takes: the content within this person's reach, and the words of its codes."""
    institutions = [row["id"] for row in frozen["institutions"]]
    first = {section.code for section in definition.sections_to_apply_with}
    return {
        "content": seen_by(frozen, standing),
        "definition": definition,
        "sections": [s for s in definition.sections if s.code in first or s.code in frozen["sections"]],
        "names": {row["id"]: row["name"] for row in (*frozen["institutions"], *frozen["members"])},
        "readable": [i for i in institutions if can_read_slice(standing, i)],
        "own": [i for i in institutions if can_edit_slice(standing, i)],
        "role_names": ROLE_NAMES,
        "kinds": KIND_NAMES,
        "member_roles": member_roles(definition),
    }


def seen_by(frozen: content.Content, standing: Standing) -> content.Content:
    """What this member of the team may read: the team's parts, and the slices within reach."""
    return {
        **frozen,
        "sections": {
            code: {
                slice_: answers for slice_, answers in slices.items() if not slice_ or can_read_slice(standing, slice_)
            }
            for code, slices in frozen["sections"].items()
        },
        "costs": [row for row in frozen["costs"] if can_read_slice(standing, row["institution"])],
        "attachments": [
            row for row in frozen["attachments"] if not row["slice"] or can_read_slice(standing, row["slice"])
        ],
    }


def _submission(application: Application) -> Submission:
    number = request.args.get("number", type=int)
    found = (
        queries.latest_submission(application.id)
        if number is None
        else queries.submission_by_number(application.id, number)
    )
    if found is None:
        abort(404)
    return found


@bp.get("/applications/<public_id>/receipt")
@guard(views_application)
def receipt(public_id: str) -> Response:
    application = subject(Application)
    submission = _submission(application)
    return page(
        "applications/receipt.html", application=application, submission=submission,
        all=queries.submissions_of(application.id), open=is_open(application, g.now),
        leads=can_lead(queries.standing_of(g.actor, application)),
    )  # fmt: skip


@bp.get("/applications/<public_id>/submitted")
@guard(views_application)
def submitted(public_id: str) -> Response:
    """The frozen content itself, as the team handed it in."""
    application = subject(Application)
    submission = _submission(application)
    standing = queries.standing_of(g.actor, application)
    parts = _parts(application.call.definition, queries.content_of(submission), standing)
    return page("applications/submitted.html", application=application, submission=submission, open=False, **parts)


@bp.get("/applications/<public_id>/receipt.pdf")
@guard(views_application)
def receipt_pdf(public_id: str) -> Response:
    application = subject(Application)
    submission = _submission(application)
    return _download(typeset.pdf("receipt", _receipt_data(application, submission)), f"{submission.receipt}.pdf", PDF)


def _address(endpoint: str, application: Application) -> str:
    """A whole address from the configuration, never from the Host header."""
    return str(current_app.config["BASE_URL"]).rstrip("/") + url_for(endpoint, public_id=application.public_id)


def _receipt_data(application: Application, submission: Submission) -> dict[str, Any]:
    call, frozen = application.call, queries.content_of(submission)
    zone = call.definition.time_zone
    return {
        "service": say(Text("AI 연구지원 포털", "AI Grant Portal")),
        "program": say(call.program.names),
        "call": say(call.names),
        "number": submission.receipt,
        "title": frozen["title"],
        "applicant": queries.submitter_of(submission),
        "submitted_at": moment(submission.submitted_at, zone, seconds=True),
        "version": str(submission.number),
        "sha256": submission.sha256,
        "change_until": moment(application.deadline, zone),
        "verify_at": _address("applications.receipt", application),
        "institutions": [{"name": i["name"], "role": say(ROLE_NAMES[i["role"]])} for i in frozen["institutions"]],
        "attachments": [
            {"name": a["filename"], "size": file_size(a["size"]), "sha256": a["sha256"]} for a in frozen["attachments"]
        ],
    }


@bp.get("/applications/<public_id>/receipt.json")
@guard(views_application)
def receipt_content(public_id: str) -> Response:
    """The frozen text itself, whose SHA-256 stands on the receipt; for those who read every part."""
    application = subject(Application)
    submission = _submission(application)
    if not can_lead(queries.standing_of(g.actor, application)):
        abort(403)
    return _download(submission.content.encode(), f"{submission.receipt}.json", "application/json")


def _download(body: bytes, name: str, mimetype: str) -> Response:
    answer: Response = send_file(BytesIO(body), mimetype=mimetype, as_attachment=True, download_name=name)
    return answer


@bp.route("/applications/<public_id>/withdraw", methods=["GET", "POST"])
@guard(leads_application)
def withdraw(public_id: str) -> Response:
    application, form = subject(Application), WithdrawForm()

    def act(context: Context) -> str:
        service.withdraw(context, application.id, form.reason.data)
        return url_for("desks_applicant.cockpit", public_id=public_id)

    done = perform(form, act, Text("신청을 철회했습니다.", "The application was withdrawn."))
    return done or page("applications/withdraw.html", form, application=application)


@bp.post("/applications/<public_id>/reinstate")
@guard(leads_application)
def reinstate(public_id: str) -> Response:
    application, form = subject(Application), ActionForm()
    back = url_for("desks_applicant.cockpit", public_id=public_id)

    def act(context: Context) -> str:
        service.reinstate(context, application.id)
        return back

    done = perform(
        form,
        act,
        Text(
            "철회를 취소했습니다. 마지막으로 제출한 내용이 다시 유효합니다.",
            "The withdrawal was taken back. Your last submission stands again.",
        ),
    )
    if done is not None:
        return done
    for sentence in form.form_errors:
        flash(sentence, "danger")
    return redirect(back, code=303)

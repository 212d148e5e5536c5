"""One application and its review side by side: draft, autosave, submit, receipt."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, g, jsonify, redirect, request, url_for

from portal.applications.models import StageEntry
from portal.applications.rules.references import due_at
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.errors import DomainError
from portal.platform.formats import clock_time, moment
from portal.platform.language import Text, say
from portal.platform.transaction import in_transaction
from portal.platform.web import ActionForm, context, page, perform
from portal.programs.definition import Stage
from portal.reviews import pages, queries, rules, service
from portal.reviews.errors import StaleReview
from portal.reviews.forms import ReviewForm, filled, review_form
from portal.reviews.models import Review, ReviewState
from portal.reviews.policies import opens_review, reviews_application
from portal.reviews.routes import bp
from portal.routing.models import Assignment, AssignmentState


@bp.get("/reviews/<public_id>")
@guard(opens_review)
def review(public_id: str) -> Any:
    assignment = subject(Assignment)
    if assignment.state is not AssignmentState.ACCEPTED:
        return redirect(url_for("routing.conflict", public_id=public_id))
    found = queries.review_of(assignment.id)
    form = review_form(_stage(assignment), found)
    if "missing" in request.args and _editable(assignment, found):
        marks, comment = (service.marks_of(found), found.comment) if found else ({}, "")
        form.tell(rules.unfinished(marks, comment, form.stage))
    return _page(assignment, form, found)


@bp.post("/reviews/<public_id>")
@guard(reviews_application)
def save(public_id: str) -> Any:
    """Keep the draft; with the other button go on to the summary of what will be locked."""
    assignment = subject(Assignment)
    form, assignment_id = review_form(_stage(assignment), None), assignment.id
    onward, batch = request.form.get("then") == "submit", request.form.get("then") == "batch"
    panel = assignment.panel.public_id

    def act(context: Context) -> str:
        kept = _save(context, assignment_id, form)
        if batch:
            return url_for("reviews.batch", public_id=panel, _anchor=public_id)
        if not onward:
            return url_for("reviews.review", public_id=public_id)
        if rules.unfinished(service.marks_of(kept), kept.comment, form.stage):
            return url_for("reviews.review", public_id=public_id, missing="yes")
        return url_for("reviews.submit", public_id=public_id)

    done = perform(form, act, None if onward else Text("저장했습니다.", "Saved."))
    if done is not None:
        return done
    found = queries.review_of(assignment_id)
    if form.stale and found is not None:
        form.version.data = str(found.version)
    return _page(subject(Assignment), form, found)


@bp.post("/reviews/<public_id>/autosave")
@guard(reviews_application)
def autosave(public_id: str) -> tuple[Response, int]:
    """Answers {saved_at, saved_text, version, total, complete, errors}: 200; 422 nothing kept.

    409: closed, or another window was first; then `saved` is its {version, values} for the comparison.
    """
    assignment = subject(Assignment)
    form, assignment_id, zone = review_form(_stage(assignment), None), assignment.id, _zone(assignment)
    if not form.validate():
        return jsonify(errors=form.field_errors()), 422
    try:
        kept = in_transaction(lambda: _save(context(), assignment_id, form))
    except DomainError as error:
        errors = {error.field or "": [error.sentence()]}
        first = queries.review_of(assignment_id) if isinstance(error, StaleReview) else None
        saved = {"saved": {"version": str(first.version), "values": filled(first)}} if first is not None else {}
        return jsonify(errors=errors, error=error.sentence(), **saved), error.status
    time = clock_time(kept.saved_at, zone)
    marks = service.marks_of(kept)
    return jsonify(
        saved_at=kept.saved_at.isoformat(), saved_text=say(Text("{time}에 저장됨", "Saved {time}"), time=time),
        version=kept.version, total=rules.total(marks), complete=not rules.unfinished(marks, kept.comment, form.stage),
        errors={},
    ), 200  # fmt: skip


@bp.route("/reviews/<public_id>/submit", methods=["GET", "POST"])
@guard(reviews_application)
def submit(public_id: str) -> Any:
    """What will be locked, once more; then it is locked."""
    assignment, form = subject(Assignment), ActionForm()
    assignment_id, address = assignment.id, url_for("reviews.receipt", public_id=public_id)

    def act(context: Context) -> str:
        service.submit_reviews(context, [assignment_id])
        return address

    done = perform(form, act, expected=address)
    if done is not None:
        return done
    assignment, found = subject(Assignment), queries.review_of(assignment_id)
    if found is not None and found.state is not ReviewState.DRAFT:
        return redirect(url_for("reviews.receipt", public_id=public_id))
    stage = _stage(assignment)
    if found is None or rules.unfinished(service.marks_of(found), found.comment, stage):
        return redirect(url_for("reviews.review", public_id=public_id, missing="yes"))
    return page(
        "reviews/submit.html", form, assignment=assignment, review=found, stage=stage, scores=pages.scores(stage, found)
    )


@bp.get("/reviews/<public_id>/receipt")
@guard(reviews_application)
def receipt(public_id: str) -> Any:
    assignment = subject(Assignment)
    found = queries.review_of(assignment.id)
    if found is None or found.locked_at is None or found.receipt is None:
        abort(404)
    stage = _stage(assignment)
    return page(
        "reviews/receipt.html", assignment=assignment, review=found, stage=stage, scores=pages.scores(stage, found),
        holds=service.receipt_of(found) == found.receipt, zone=_zone(assignment),
    )  # fmt: skip


def _save(context: Context, assignment_id: int, form: ReviewForm) -> Review:
    return service.save_review(
        context, assignment_id, form.marks(), form.comment.data or "", form.note.data or "", form.started_from
    )


def _stage(assignment: Assignment) -> Stage:
    entry = assignment.entry
    return entry.stage.call.definition.stage(entry.stage.code)


def _zone(assignment: Assignment) -> str:
    return assignment.entry.stage.call.definition.time_zone


def _editable(assignment: Assignment, found: Review | None) -> bool:
    stage = assignment.entry.stage
    draft = found is None or found.state is ReviewState.DRAFT
    return draft and rules.window_open(stage.review_opens_at, stage.review_closed_at, g.now, assignment.late_until)


def _page(assignment: Assignment, form: ReviewForm, found: Review | None) -> Response:
    entry = assignment.entry
    call, stage = entry.stage.call, form.stage
    return page(
        "reviews/review.html", form, assignment=assignment, entry=entry, call=call, stage=stage, review=found,
        paper=pages.paper(call.definition, entry, queries.documents_of(entry), queries.letters_for(entry)),
        scores=pages.scores(stage, found), anchors=pages.anchors, editable=_editable(assignment, found),
        locked=found is not None and found.state is not ReviewState.DRAFT,
        total=sum(points or 0 for points, _ in form.marks().values()), top=sum(c.points for c in stage.criteria),
        compare=pages.differences(form, found) if form.stale and found is not None else [],
        due=assignment.late_until or entry.stage.review_due_at, zone=call.definition.time_zone,
        letters_until=_letters_until(entry),
    )  # fmt: skip


def _letters_until(entry: StageEntry) -> str | None:
    """Until when letters may still come, ready to show; empty: their time is over; None: the call asks for none."""
    if not queries.has_letters(entry):
        return None
    due = due_at(entry.application)
    return moment(due, entry.stage.call.definition.time_zone) if g.now < due else ""

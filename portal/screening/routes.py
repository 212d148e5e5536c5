"""The officer's queue of screenings, and one with its findings."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request, url_for

from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.language import Text
from portal.platform.web import ActionForm, PortalForm, context, page, perform
from portal.programs.models import Call
from portal.programs.policies import officer_of_call
from portal.screening import pages, queries, service
from portal.screening.forms import ELIGIBLE, CompletionForm, DecisionForm, OpenReviewForm, TogetherForm
from portal.screening.models import Screening, ScreeningState
from portal.screening.policies import decides_screening

bp = Blueprint("screening", __name__)


def _state(value: str | None) -> ScreeningState | None:
    return ScreeningState(value) if value in {s.value for s in ScreeningState} else None


@bp.get("/office/calls/<public_id>/screening")
@guard(officer_of_call)
def queue(public_id: str) -> Response:
    return _queue(subject(Call), OpenReviewForm())


def _queue(call: Call, form: OpenReviewForm) -> Response:
    stage = pages.chosen_stage(call, form.stage.data or request.args.get("stage"))
    state, rule = _state(request.args.get("state")), request.args.get("rule", "")
    number = max(1, request.args.get("page", 1, type=int))
    found = queries.queue(context().actor, stage.id, state, rule, number)
    form.stage.data = stage.code
    return page(
        "screening/queue.html", form, call=call, stage=stage, found=found, states=pages.STATES,
        results=pages.RESULTS, rules=pages.rule_names(call.definition), rule=rule, state=state,
        stage_name=call.definition.stage(stage.code).names,
        stage_chips=pages.stage_chips(call, stage, "screening.queue"),
        state_chips=pages.state_chips(call, stage, found, state), waiting=queries.waiting_count(stage.id),
        still_to_enter=queries.still_to_enter(call.id, context().now) if stage.position == call.stages[0].position else 0,
        pagination=pages.pagination(found, call.public_id),
    )  # fmt: skip


@bp.route("/office/calls/<public_id>/screening/together", methods=["GET", "POST"])
@guard(officer_of_call)
def decide_together(public_id: str) -> Response:
    """The second step: those chosen in the queue, or all that wait there, with what did not pass; one decision and
    reason for all of them."""
    call, form = subject(Call), TogetherForm()
    stage = pages.chosen_stage(call, request.args.get("stage"))
    asked = form.screenings.data if form.is_submitted() else request.args.getlist("chosen")
    if request.args.get("all") and not form.is_submitted():
        found = queries.waiting_with(context().actor, stage.id, request.args.get("rule", ""))
    else:
        found = queries.waiting_in(context().actor, stage.id, asked or [])
    ids = {row.public_id: row.id for row in found.rows}
    form.screenings.choices = [(row.public_id, row.entry.application.title) for row in found.rows]
    if not form.is_submitted():
        form.screenings.data = list(ids)
    code, chosen = stage.code, [ids[one] for one in asked or [] if one in ids]

    def act(context: Context) -> str:
        service.decide_together(context, chosen, form.outcome.data == ELIGIBLE, form.reason.data)
        return url_for("screening.queue", public_id=public_id, stage=code)

    done = perform(form, act, Text("고른 신청서를 함께 결정했습니다.", "The chosen applications are decided."))
    return done if done is not None else page(
        "screening/together.html", form, call=call, stage=stage, found=found, results=pages.RESULTS,
        rules=pages.rule_names(call.definition), stage_name=call.definition.stage(code).names,
    )  # fmt: skip


@bp.post("/office/calls/<public_id>/screening/open-review")
@guard(officer_of_call)
def open_review(public_id: str) -> Response:
    call, form = subject(Call), OpenReviewForm()
    stage = next((s for s in call.stages if s.code == form.stage.data), None)
    if stage is None:
        abort(404)
    stage_id, code = stage.id, stage.code

    def act(context: Context) -> str:
        service.open_review(context, stage_id)
        return url_for("routing.routing", public_id=public_id, stage=code)

    done = perform(form, act, Text("평가 배정을 시작할 수 있습니다.", "Reviewers can now be assigned."))
    return done if done is not None else _queue(call, form)


@bp.route("/office/screenings/<public_id>", methods=["GET", "POST"])
@guard(decides_screening)
def screening(public_id: str) -> Response:
    found, form = subject(Screening), DecisionForm()
    screening_id = found.id

    def act(context: Context) -> str:
        service.decide(context, screening_id, form.outcome.data == ELIGIBLE, form.reason.data)
        return url_for("screening.screening", public_id=public_id)

    done = perform(form, act, Text("결정을 기록했습니다.", "The decision is recorded."))
    return done if done is not None else _screening(public_id, form, None)


@bp.post("/office/screenings/<public_id>/completion")
@guard(decides_screening)
def ask_to_complete(public_id: str) -> Response:
    screening = subject(Screening)
    screening_id, form = screening.id, pages.completion_form(screening)

    def act(context: Context) -> str:
        assert form.due.data is not None
        service.ask_to_complete(context, screening_id, form.places.data, form.message.data, form.due.data)
        return url_for("screening.screening", public_id=public_id, _anchor="completion")

    done = perform(form, act, Text("보완을 요청했습니다.", "The applicant has been asked to complete it."))
    return done if done is not None else _screening(public_id, None, form)


@bp.post("/office/screenings/<public_id>/completion/take-back")
@guard(decides_screening)
def take_request_back(public_id: str) -> Response:
    screening_id, form = subject(Screening).id, ActionForm()

    def act(context: Context) -> str:
        service.take_request_back(context, screening_id)
        return url_for("screening.screening", public_id=public_id, _anchor="completion")

    done = perform(form, act, Text("요청을 거두었습니다.", "The request was taken back."))
    if done is not None:
        return done
    return _screening(public_id, form, None)


def _screening(public_id: str, form: PortalForm | None, completion: CompletionForm | None) -> Response:
    """`form`: the decision's, or a button's that was refused."""
    refused = completion or form
    shown = queries.for_officer(context().actor, public_id)
    assert shown is not None
    entry = shown.entry
    call = entry.stage.call
    sheet = queries.point_sheet(entry.id)
    decision = form if isinstance(form, DecisionForm) else DecisionForm(formdata=None)
    return page(
        "screening/screening.html", decision, refused.status if refused else None, refused=refused,
        completion=completion or pages.completion_form(shown, fresh=True),
        requests=pages.requests(shown, context().now), screening=shown, entry=entry, application=entry.application,
        submission=entry.submission, call=call, stage_name=call.definition.stage(entry.stage.code).names,
        findings=pages.findings(shown), states=pages.STATES, sheet=sheet,
        points=pages.points(sheet, call.definition), decides=call.definition.point_sheet_decides,
        applicant=entry.application.applicant,
        neighbours=queries.neighbours(context().actor, shown),
    )  # fmt: skip

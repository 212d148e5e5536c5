"""`/office/calls/<call>/awards`: the proposal, the second approver's queue, publication as its own act."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, abort, request, url_for

from portal.awards import rules, service
from portal.awards.errors import MatchingStale
from portal.awards.forms import CONFIRMED, ApproveForm, PassOverForm, PromoteForm, ReasonForm, SittingForm
from portal.awards.models import Decision
from portal.awards.pages import office as pages
from portal.awards.policies import (
    approves_decision,
    promotes_reserves,
    publishes_decision,
    records_sitting,
    returns_decision,
)
from portal.awards.queries import awards as award_queries
from portal.awards.queries import decisions as queries
from portal.awards.queries import tables
from portal.awards.queries.matching import matching
from portal.awards.routes.blueprint import bp
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.language import Text
from portal.platform.web import ActionForm, PortalForm, context, page, perform
from portal.programs.models import Call, Stage
from portal.programs.policies import officer_of_call
from portal.programs.queries import office_call
from portal.ranking.queries import ranked_call
from portal.screening.pages import chosen_track, track_chips


@bp.get("/office/calls/<public_id>/awards")
@guard(officer_of_call)
def awards(public_id: str) -> Response:
    return _page(subject(Call))


@bp.post("/office/calls/<public_id>/awards")
@guard(officer_of_call)
def propose(public_id: str) -> Response:
    call = subject(Call)
    if ranked_call(context().actor, public_id) is None:
        abort(403)
    stage = _stage(call, request.form.get("stage"))
    proposal = pages.Proposal(stage, request.form.get("track", "")[:40])
    form = proposal.form()
    code, stage_id, followed = stage.code, stage.id, form.matching.data or ""

    def act(context: Context) -> str:
        saved = matching(stage_id, followed) if followed else None
        if followed and saved is None:
            raise MatchingStale
        service.propose(context, stage_id, proposal.typed(form), form.reason.data, proposal.track, saved)
        return url_for("awards.awards", public_id=public_id, stage=code, track=proposal.track or None)

    done = perform(form, act, Text("의결안을 올렸습니다. 승인을 기다립니다.", "Proposed. It now waits for approval."))
    return done if done is not None else _page(_again(public_id), (code, proposal.track), form=form)


@bp.post("/decisions/<public_id>/approve")
@guard(approves_decision)
def approve(public_id: str) -> Response:
    form = ApproveForm()
    done = Text("승인했습니다. 발표는 따로 해야 합니다.", "Approved. Publication is a separate act.")
    return _act(form, lambda c, i: service.approve(c, i, form.note.data or ""), done, "approving")


@bp.post("/decisions/<public_id>/committee")
@guard(records_sitting)
def record_sitting(public_id: str) -> Response:
    """What the deliberation committee resolved: confirmed, or back to the proposer."""
    form = SittingForm()

    def verb(context: Context, decision_id: int) -> Any:
        return service.record_sitting(
            context, decision_id, form.held_on.data, form.members.data, form.present.data, form.in_favour.data,
            form.resolved.data == CONFIRMED, form.reason.data,
        )  # fmt: skip

    return _act(form, verb, Text("심의 결과를 적었습니다.", "The committee's resolution is noted."), "sitting")


@bp.post("/decisions/<public_id>/return")
@guard(returns_decision)
def return_decision(public_id: str) -> Response:
    form = ReasonForm()
    done = Text("반려했습니다.", "Returned.")
    return _act(form, lambda c, i: service.return_decision(c, i, form.reason.data), done, "returning")


@bp.post("/decisions/<public_id>/publish")
@guard(publishes_decision)
def publish(public_id: str) -> Response:
    done = Text("발표했습니다. 모든 신청자에게 통보합니다.", "Published. Every applicant is being told.")
    return _act(ActionForm(), service.publish, done, "publishing")


@bp.post("/decisions/<public_id>/promote")
@guard(promotes_reserves)
def promote(public_id: str) -> Response:
    form = PromoteForm()
    done = Text("승격하고 지원을 제안했습니다.", "Promoted; the offers are on their way.")
    return _act(form, lambda c, i: service.promote(c, i, form.chosen, form.reason.data), done, "promoting")


@bp.post("/decisions/<public_id>/pass-over")
@guard(promotes_reserves)
def pass_over(public_id: str) -> Response:
    form = PassOverForm()
    done = Text("예비 명단에서 제외했습니다.", "Taken off the reserve list.")
    return _act(form, lambda c, i: service.pass_over(c, i, form.outcome.data, form.reason.data), done, "passing_over")


def _act(form: PortalForm, verb: Callable[[Context, int], Any], done: Text, name: str) -> Response:
    """One act on the decision under way; a refusal shows the office's page again."""
    decision = subject(Decision)
    call_id, decision_id = decision.stage.call.public_id, decision.id
    place = decision.stage.code, decision.track

    def act(context: Context) -> str:
        verb(context, decision_id)
        return url_for("awards.awards", public_id=call_id, stage=place[0], track=place[1] or None)

    answer = perform(form, act, done)
    return answer if answer is not None else _page(_again(call_id), place, **{name: form})


def _today(call: Call, now: datetime) -> date:
    return now.astimezone(ZoneInfo(call.definition.time_zone)).date()


def _again(public_id: str) -> Call:
    call = office_call(context().actor, public_id)
    if call is None:
        abort(404)
    return call


def _stage(call: Call, code: str | None) -> Stage:
    if not code:
        return pages.default_stage(call)
    found = next((stage for stage in call.stages if stage.code == code), None)
    if found is None:
        abort(404)
    return found


def _page(
    call: Call, place: tuple[str, str] | None = None, *, form: PortalForm | None = None, **refused: PortalForm
) -> Response:
    """One stage and track: the decision under way or the form that proposes one; below, all awards of the call."""
    actor, now = context().actor, context().now
    if ranked_call(actor, call.public_id) is None:
        return page("awards/office.html", call=call, barred=True)
    code, chosen = place or (request.args.get("stage"), request.args.get("track", ""))
    stage = _stage(call, code)
    track = chosen_track(call, chosen)
    decision = queries.live_decision(stage.id, track)
    proposal = pages.Proposal(stage, track) if decision is None else None
    shown = form if form is not None else (proposal.form() if proposal and proposal.ready else None)
    status = next((f.status for f in (form, *refused.values()) if f is not None and f.status != 200), 200)
    panels = tables.panels_of_stage(stage.id, track)
    reserves = pages.reserve_list(actor, decision, now) if decision is not None else None
    promoting = refused.get("promoting") or PromoteForm(formdata=None)
    passing_over = refused.get("passing_over") or PassOverForm(formdata=None)
    if reserves is not None:
        promoting["following"].data = ",".join(outcome.public_id for outcome in reserves["following"])
        passing_over["outcome"].data = next((outcome.public_id for outcome in reserves["standing"]), "")
    return page(
        "awards/office.html", shown, status=status, call=call, stage=stage, track=track, barred=False,
        tracks=track_chips(call, stage, track, "awards.awards"),
        matches=rules.ranked_choice(call.definition) is not None,
        definition=call.definition, of_stage=call.definition.stage(stage.code), proposal=proposal,
        rows=proposal.rows(shown) if proposal and shown is not None else [],
        caps=pages.caps_beside(actor, call, proposal.pieces(shown)) if proposal and shown is not None else None,
        view=pages.decision_view(actor, decision, now) if decision is not None else None,
        history=[d for d in queries.decisions_of_call(call.id) if decision is None or d.id != decision.id],
        states=rules.DECISION_STATES, tones=pages.DECISION_TONES,
        awards=pages.award_rows(call, award_queries.awards_of_call(call.id)), panels=panels,
        approving=refused.get("approving") or ApproveForm(formdata=None),
        returning=refused.get("returning") or ReasonForm(formdata=None),
        sitting_form=refused.get("sitting") or SittingForm(formdata=None, data={"held_on": _today(call, now)}),
        publishing=refused.get("publishing") or ActionForm(formdata=None),
        reserves=reserves, promoting=promoting, passing_over=passing_over,
    )  # fmt: skip

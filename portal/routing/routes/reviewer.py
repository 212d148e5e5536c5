"""A reviewer's answers: the invitation, the pledge, the declaration."""

from __future__ import annotations

from flask import Response, abort, url_for

from portal.audit import service as audit
from portal.platform.access import arrive, guard, public, subject
from portal.platform.context import Context
from portal.platform.language import Text
from portal.platform.transaction import in_transaction
from portal.platform.web import context, page, perform
from portal.routing import pages, service
from portal.routing.errors import PledgeFirst
from portal.routing.forms import CONFLICT, DECLINE, NONE, UNSURE, DeclarationForm, DeclineForm, SeatForm, pledge_form
from portal.routing.models import Assignment, AssignmentState, Seat, SeatState
from portal.routing.policies import answers_declaration, holds_seat
from portal.routing.queries import panels
from portal.routing.routes.blueprint import bp
from portal.routing.rules.panels import SEAT_STATES, awaits_declaration, is_late
from portal.routing.service.panels import token_hash

ACCEPTED = Text("초대를 수락했습니다. 고맙습니다.", "You accepted the invitation. Thank you.")
DECLINED = Text("거절하셨습니다. 알려 주셔서 고맙습니다.", "You declined. Thank you for telling us.")


@bp.route("/invitations/<token>", methods=["GET", "POST"])
@public
def seat(token: str) -> Response:
    """The link of the letter: answers without an account; call and field only."""
    found = panels.seat_by_token_hash(token_hash(token))
    if found is None:
        abort(404)
    arrive(found)
    return _answer(found, url_for("routing.seat", token=token))


@bp.route("/assignments/<token>", methods=["GET", "POST"])
@public
def decline(token: str) -> Response:
    """The link of a letter about one assignment: declines without an account; call and field only."""
    found = panels.assignment_by_token_hash(token_hash(token)) or abort(404)
    form, assignment_id = DeclineForm(), found.id

    def act(context: Context) -> str:
        service.decline_by_link(context, assignment_id, _with(form.reason.data, form.suggestion.data))
        return url_for("routing.decline", token=token)

    done = perform(form, act, DECLINED)
    if done is not None:
        return done
    shown = panels.assignment_by_token_hash(token_hash(token)) or abort(404)
    stage = shown.panel.stage
    return page(
        "routing/decline.html", form, assignment=shown, call=stage.call, panel=shown.panel,
        stage=stage.call.definition.stage(stage.code), due=stage.review_due_at,
        waiting=awaits_declaration(shown) and (stage.review_closed_at is None or is_late(shown, context().now)),
        declined=shown.state is AssignmentState.DECLINED,
    )  # fmt: skip


@bp.route("/seats/<public_id>", methods=["GET", "POST"])
@guard(holds_seat)
def answer(public_id: str) -> Response:
    """The same, from the reviewer's desk."""
    return _answer(subject(Seat), url_for("routing.answer", public_id=public_id))


def _answer(seat: Seat, here: str) -> Response:
    form = SeatForm()
    accept, seat_id = form.answer.data == "accept", seat.id

    def act(context: Context) -> str:
        service.answer_seat(context, seat_id, accept, form.reason.data or "", form.suggestion.data or "")
        return here

    done = perform(form, act, ACCEPTED if accept else DECLINED)
    if done is not None:
        return done
    panel = seat.panel
    call = panel.stage.call
    stage = call.definition.stage(panel.stage.code)
    return page(
        "routing/seat.html", form, seat=seat, call=call, stage=stage, panel=panel, state=SEAT_STATES[seat.state],
        waiting=seat.state is SeatState.INVITED, here=here,
    )  # fmt: skip


@bp.route("/seats/<public_id>/pledge", methods=["GET", "POST"])
@guard(holds_seat)
def pledge(public_id: str) -> Response:
    """One pledge for all applications of the panel, with the exceptions on the same page."""
    seat = subject(Seat)
    if seat.state is not SeatState.ACCEPTED:
        abort(404)
    actor, regime = context().actor, seat.panel.stage.call.definition.regime
    open_ = [a for a in panels.undeclared(actor, seat.panel_id) if awaits_declaration(a)]
    seat_id, ids = seat.id, {a.public_id: a.id for a in open_}
    form = pledge_form(list(ids), regime)

    def act(context: Context) -> str:
        if not form.agree.data:
            raise PledgeFirst("agree")
        service.pledge(context, seat_id)
        for each, id_ in ids.items():
            answer, ground, statement, suggestion = (field.data for field in form.of(each))
            _declare(context, id_, answer, ground, statement, suggestion)
        return url_for("desks_reviewer.reviews")

    done = perform(form, act, Text("서약과 답을 기록했습니다.", "Your pledge and answers are recorded."))
    if done is not None:
        return done
    _log_names(open_)
    shown = panels.my_seat(actor, public_id)
    if shown is None:
        abort(404)
    call = shown.panel.stage.call
    return page(
        "routing/pledge.html", form, seat=shown, call=call, pledge=pages.PLEDGE,
        stage_name=call.definition.stage(shown.panel.stage.code).names,
        teams=[(a.public_id, pages.team_of(a.entry)) for a in panels.undeclared(actor, shown.panel_id)
               if a.public_id in ids],
        grounds=[g for g in regime.conflict_grounds if g.asked],
    )  # fmt: skip


def _declare(
    context: Context, assignment_id: int, answer: str, ground: str | None, statement: str | None, suggestion: str | None
) -> None:
    """One answer of the declaration: no conflict, a conflict, not sure, or no time for it."""
    if answer == NONE:
        service.answer_assignment(context, assignment_id, accept=True)
    elif answer == DECLINE:
        service.answer_assignment(context, assignment_id, False, _with(statement, suggestion))
    elif answer in (CONFLICT, UNSURE):
        service.declare(context, assignment_id, ground or None, answer == UNSURE, statement or "", suggestion or "")


def _log_names(assignments: list[Assignment]) -> None:
    """Reading who applies is logged: a GET that writes opens its own transaction."""
    if not assignments:
        return
    reader, ids = context(), [a.public_id for a in assignments]

    def log() -> None:
        for public_id in ids:
            audit.record(reader, "ApplicantNamesRead", "assignment", public_id)

    in_transaction(log)


@bp.route("/reviews/<public_id>/conflict", methods=["GET", "POST"])
@guard(answers_declaration)
def conflict(public_id: str) -> Response:
    """The declaration: people and institutions, the grounds in words, four answers."""
    assignment, form = subject(Assignment), DeclarationForm()
    actor = context().actor
    seat = panels.seat_of(assignment.panel_id, panels.identities(actor))
    if seat is None or seat.state is not SeatState.ACCEPTED:
        abort(404)
    regime = assignment.panel.stage.call.definition.regime
    form.offer(regime)
    id_, seat_id, pledged = assignment.id, seat.id, seat.pledged_at is not None

    def act(context: Context) -> str:
        if form.answer.data == NONE:
            if not pledged and not form.pledge.data:
                raise PledgeFirst("pledge")
            service.pledge(context, seat_id)
        _declare(context, id_, form.answer.data, form.ground.data, form.statement.data, form.suggestion.data)
        if form.answer.data == NONE:
            return url_for("reviews.review", public_id=public_id)
        return url_for("desks_reviewer.reviews")

    done = perform(form, act, Text("답을 기록했습니다.", "Your answer is recorded."))
    if done is not None:
        return done
    _log_names([assignment])
    shown = panels.my_assignment(context().actor, public_id)
    if shown is None:
        abort(404)
    call = shown.panel.stage.call
    return page(
        "routing/conflict.html", form, assignment=shown, call=call, team=pages.team_of(shown.entry),
        grounds=[g for g in regime.conflict_grounds if g.asked], regime=regime, pledged=pledged, pledge=pages.PLEDGE,
    )  # fmt: skip


def _with(reason: str | None, suggestion: str | None) -> str:
    """The reason, with the suggested person on a line of its own."""
    if not (reason or "").strip():
        return ""
    return "\n".join(part.strip() for part in (reason or "", suggestion or "") if part.strip())

"""A team's own slot: confirm it, exchange it once, take it into a calendar."""

from __future__ import annotations

from flask import Response, abort, url_for

from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.errors import NotFound
from portal.platform.language import Text
from portal.platform.web import ActionForm, PortalForm, context, page, perform
from portal.routing import service
from portal.routing.errors import SlotGone
from portal.routing.forms import ACCEPT, REFUSE, ExchangeForm, SwapAnswerForm
from portal.routing.models import Session, SessionSwap
from portal.routing.pages import sessions as pages
from portal.routing.policies import answers_session, views_session
from portal.routing.queries import sessions, swaps
from portal.routing.routes.blueprint import bp
from portal.routing.routes.sessions_panel import calendar_response


@bp.get("/applications/<public_id>/session")
@guard(views_session)
def session(public_id: str) -> Response:
    return _show(subject(Session), None)


def _show(found: Session, refused: PortalForm | None) -> Response:
    """The page, with the form that was refused, if any."""
    here = context()
    card = pages.card(here.actor, found, here)
    if card is None or found.entry is None:
        abort(404)
    form = refused if isinstance(refused, ExchangeForm) else ExchangeForm(formdata=None)
    form.slot.choices = pages.exchange_choices(here.actor, found, here.now)
    return page(
        "routing/session.html", refused, slot=card, application=found.entry.application, exchange=form,
        call=found.panel.stage.call,
    )  # fmt: skip


def _again(public_id: str, refused: PortalForm) -> Response:
    """The slot as it is now: while the form was on its way the team may have got another."""
    shown = sessions.own_session(context().actor, public_id)
    if shown is None:
        abort(404)
    return _show(shown, refused)


@bp.get("/applications/<public_id>/session.ics")
@guard(views_session)
def session_calendar(public_id: str) -> Response:
    path = url_for("routing.session", public_id=public_id)
    return calendar_response([pages.calendar_event(subject(Session), path)], context(), "session.ics")


@bp.post("/applications/<public_id>/session/confirm")
@guard(answers_session)
def confirm_session(public_id: str) -> Response:
    form, id_ = ActionForm(), subject(Session).id

    def act(context: Context) -> str:
        service.confirm_session(context, id_)
        return url_for("routing.session", public_id=public_id)

    done = perform(form, act, Text("발표 시간을 확인했습니다.", "You confirmed your slot."))
    return done if done is not None else _again(public_id, form)


@bp.post("/applications/<public_id>/session/exchange")
@guard(answers_session)
def exchange_session(public_id: str) -> Response:
    """A free slot is taken at once; the team of another one is asked."""
    mine, form = subject(Session), ExchangeForm()
    what, _, other_id = (form.slot.data or "").partition(":")
    known = {other.public_id: other.id for other in sessions.others_of(mine)}
    id_ = mine.id

    def act(context: Context) -> str:
        if other_id not in known or what not in (pages.TAKE, pages.ASK):
            raise SlotGone("slot")
        (service.take_free_slot if what == pages.TAKE else service.ask_to_swap)(context, id_, known[other_id])
        return url_for("routing.session", public_id=public_id)

    taken = Text("발표 시간을 바꾸었습니다.", "Your slot is changed.")
    asked = Text("그 팀에 교환을 요청했습니다.", "That team has been asked.")
    done = perform(form, act, taken if what == pages.TAKE else asked)
    return done if done is not None else _again(public_id, form)


def _swap_of(session: Session, form: SwapAnswerForm, *, asked_by_it: bool) -> SessionSwap:
    """A request about the team's own slot; any other is as if it were not there."""
    swap = swaps.swap_by_public_id(form.swap.data or "")
    if swap is None or (swap.from_entry_id if asked_by_it else swap.to_entry_id) != session.entry_id:
        raise NotFound
    return swap


@bp.post("/applications/<public_id>/session/answer")
@guard(answers_session)
def answer_swap(public_id: str) -> Response:
    form = SwapAnswerForm()
    id_ = _swap_of(subject(Session), form, asked_by_it=False).id
    accept = form.answer.data == ACCEPT
    if form.answer.data not in (ACCEPT, REFUSE):
        abort(400)

    def act(context: Context) -> str:
        service.answer_swap(context, id_, accept)
        return url_for("routing.session", public_id=public_id)

    exchanged = Text("두 팀의 발표 시간을 맞바꾸었습니다.", "Both teams have exchanged their slots.")
    refused = Text("교환을 거절했습니다.", "You declined the exchange.")
    done = perform(form, act, exchanged if accept else refused)
    return done if done is not None else _again(public_id, form)


@bp.post("/applications/<public_id>/session/take-back")
@guard(answers_session)
def take_back_swap(public_id: str) -> Response:
    form = SwapAnswerForm()
    id_ = _swap_of(subject(Session), form, asked_by_it=True).id

    def act(context: Context) -> str:
        service.take_back_swap(context, id_)
        return url_for("routing.session", public_id=public_id)

    done = perform(form, act, Text("교환 요청을 거두었습니다.", "The request is taken back."))
    return done if done is not None else _again(public_id, form)

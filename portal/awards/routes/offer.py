"""`/awards/<id>`: the offer, its clock, the answer."""

from __future__ import annotations

from flask import Response, url_for

from portal.awards import rules, service
from portal.awards.forms import DeclineForm
from portal.awards.models import Award
from portal.awards.pages import bundles
from portal.awards.pages.file import money_path
from portal.awards.pages.office import TONES
from portal.awards.policies import answers_award, reads_award
from portal.awards.queries.awards import award_for
from portal.awards.routes.blueprint import bp
from portal.awards.service.offer import may_answer
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.language import Text
from portal.platform.web import ActionForm, PortalForm, context, page, perform


@bp.get("/awards/<public_id>")
@guard(reads_award)
def offer(public_id: str) -> Response:
    return _page(subject(Award))


@bp.post("/awards/<public_id>/accept")
@guard(answers_award)
def accept(public_id: str) -> Response:
    form, award_id = ActionForm(), subject(Award).id

    def act(context: Context) -> str:
        service.accept_award(context, award_id)
        return url_for("awards.offer", public_id=public_id)

    done = perform(form, act, Text("지원을 수락했습니다.", "You accepted the award."))
    return done if done is not None else _page(_again(public_id), accepting=form)


@bp.post("/awards/<public_id>/decline")
@guard(answers_award)
def decline(public_id: str) -> Response:
    form, award_id = DeclineForm(), subject(Award).id

    def act(context: Context) -> str:
        service.decline_award(context, award_id, form.reason.data)
        return url_for("awards.offer", public_id=public_id)

    done = perform(form, act, Text("지원을 사양했습니다.", "You declined the award."))
    return done if done is not None else _page(_again(public_id), declining=form)


def _again(public_id: str) -> Award:
    award = award_for(context().actor, public_id)
    assert award is not None
    return award


def _page(award: Award, *, accepting: PortalForm | None = None, declining: DeclineForm | None = None) -> Response:
    actor, now = context().actor, context().now
    call = award.application.call
    pieces = bundles.pieces_of(award.components)
    refused = accepting or declining
    is_open = rules.offer_is_open(award.state, award.answer_until, now)
    return page(
        "awards/offer.html", refused, status=refused.status if refused else 200, award=award, call=call,
        decision=award.outcome.decision, definition=call.definition, bundle=bundles.rows(pieces, call.definition),
        total=rules.total_value(pieces, call.definition), state=rules.AWARD_STATES[award.state],
        tone=TONES[award.state], is_open=is_open, may_answer=is_open and may_answer(actor, award, now),
        path=money_path(call.definition, pieces, Text("이 지원", "This award")),
        accepting=accepting or ActionForm(formdata=None), declining=declining or DeclineForm(formdata=None),
    )  # fmt: skip

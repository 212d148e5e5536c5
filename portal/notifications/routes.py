"""The inbox, one letter, and the message log of a call."""

from __future__ import annotations

from functools import partial
from math import ceil
from typing import Any

from flask import Blueprint, g, request, url_for

from portal.notifications import queries, rules, service
from portal.notifications.models import Letter, LetterState
from portal.notifications.policies import reads_letter
from portal.platform.access import guard, signed_in, subject
from portal.platform.jobs import kinds
from portal.platform.language import Text, say
from portal.platform.transaction import transaction
from portal.platform.web import ActionForm, context, page, perform
from portal.programs.models import Call
from portal.programs.policies import officer_of_call

bp = Blueprint("notifications", __name__)

STATES: dict[LetterState, tuple[Text, str]] = {
    LetterState.WAITING: (Text("발송 대기", "Waiting"), "info"),
    LetterState.SENDING: (Text("발송 중", "Sending"), "info"),
    LetterState.SENT: (Text("발송됨", "Sent"), "success"),
    LetterState.UNSURE: (Text("발송 확인 필요", "Needs checking"), "warning"),
    LetterState.FAILED: (Text("발송 실패", "Failed"), "danger"),
}


class Pages:
    """What the pagination macro needs."""

    def __init__(self, number: int, total: int, endpoint: str, **arguments: Any) -> None:
        self.number, self.total = number, total
        self.pages = max(1, ceil(total / queries.PAGE))
        self._endpoint, self._arguments = endpoint, arguments

    def url_for(self, number: int) -> str:
        return url_for(self._endpoint, page=number, **self._arguments)


def _number() -> int:
    return max(1, request.args.get("page", 1, type=int))


@bp.get("/inbox")
@guard(signed_in)
def inbox() -> Any:
    letters, total = queries.inbox(g.actor, _number())
    return page("notifications/inbox.html", letters=letters, pages=Pages(_number(), total, "notifications.inbox"))


@bp.get("/inbox/<public_id>")
@guard(reads_letter)
def letter(public_id: str) -> Any:
    """Opening a letter marks it read: a GET that writes opens its own transaction."""
    if subject(Letter).read_at is None:
        with transaction():
            found = queries.my_letter(g.actor, public_id)
            if found is not None:
                service.mark_read(context(), found)
    found = queries.my_letter(g.actor, public_id)
    assert found is not None
    head, _, rest = found.body.rpartition("{link}")
    return page("notifications/letter.html", letter=found, head=head, rest=rest)


@bp.get("/office/calls/<public_id>/messages")
@guard(officer_of_call)
def messages(public_id: str) -> Any:
    call = subject(Call)
    asked = {name: request.args.get(name, "").strip()[:80] for name in ("state", "kind", "application", "q")}
    letters, total, counts = queries.call_letters(
        g.actor, call.id, state=asked["state"], kind=asked["kind"], application=asked["application"],
        words=asked["q"], page=_number(),
    )  # fmt: skip
    given: dict[str, Any] = {"public_id": public_id} | {name: value for name, value in asked.items() if value}
    address = partial(url_for, "notifications.messages", **{k: v for k, v in given.items() if k != "state"})
    chips = [
        {"label": Text("전체", "All"), "url": address(), "current": not asked["state"], "count": sum(counts.values())}
    ] + [
        {"label": word, "url": address(state=s.value), "current": asked["state"] == s.value, "count": counts[s.value]}
        for s, (word, _) in STATES.items()
        if counts.get(s.value)
    ]
    blank = dict.fromkeys(rules.PLACES, "…") | {"call": say(call.names)}
    return page(
        "notifications/messages.html", call=call, batch_title=lambda batch: rules.fill(say(batch.subjects), blank), letters=letters, chips=chips, states=STATES, asked=asked,
        kinds={code: kinds[code].names for code in queries.kinds_of_call(g.actor, call.id) if code in kinds},
        about=queries.application_named(g.actor, call.id, asked["application"]) if asked["application"] else None,
        batches=queries.batches_of(g.actor, call.id), batch_state=rules.batch_state, batch_states=rules.BATCH_STATES, zone=call.definition.time_zone,
        pages=Pages(_number(), total, "notifications.messages", **given),
    )  # fmt: skip


@bp.post("/office/calls/<public_id>/messages/<letter_id>")
@guard(officer_of_call)
def settle(public_id: str, letter_id: str) -> Any:
    """Send an unsure decision letter again, or note that it arrived."""
    form = ActionForm()
    again, call_id = request.form.get("again") == "1", subject(Call).id

    def act(c: Any) -> str:
        service.settle_unsure(c, call_id, letter_id, again)
        return url_for("notifications.messages", public_id=public_id)

    done = perform(form, act, Text("처리했습니다.", "Done."))
    return done if done is not None else page("errors/422.html", sentence="; ".join(form.form_errors), status=422)

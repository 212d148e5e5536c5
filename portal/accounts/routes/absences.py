"""`/profile/absence`: say when one is away and who stands in; be back early."""

from __future__ import annotations

from typing import Any

from flask import g, url_for

from portal.accounts import queries, rules, service
from portal.accounts.forms import AbsenceForm, EndAbsenceForm
from portal.accounts.models import Absence
from portal.accounts.routes import bp
from portal.accounts.routes.frame import act
from portal.platform.access import guard, signed_in
from portal.platform.context import Context
from portal.platform.language import Text, say
from portal.platform.web import page, perform

STATES: dict[str, tuple[Text, str]] = {
    "ahead": (Text("예정", "Ahead"), "info"),
    "now": (Text("부재 중", "Away now"), "warning"),
    "over": (Text("지남", "Over"), "neutral"),
    "ended": (Text("일찍 끝냄", "Ended early"), "neutral"),
}


@bp.route("/profile/absence", methods=["GET", "POST"])
@guard(signed_in)
def absence() -> Any:
    actor, today = g.actor, rules.korean_day(g.now)
    form = AbsenceForm(since=today)
    person = queries.person_of(actor.person_id)
    deputies = queries.possible_deputies(person, g.now)
    nobody = say(Text("정하지 않음", "Nobody"))
    form.deputy.choices = [("", nobody), *((p.public_id, p.name) for p in deputies)]

    def save(context: Context) -> str:
        service.say_absent(context, actor.person_id, form.since.data, form.until.data, form.deputy.data or "")
        return url_for("accounts.absence")

    answer = perform(form, save, Text("부재를 적었습니다.", "Your absence is recorded."))
    if answer is not None:
        return answer
    return page(
        "accounts/absence.html", form=form, rows=[_row(a) for a in queries.absences_of(queries.identities(person))],
        approves=actor.holds("administrator"), deputies=deputies, reviews=actor.holds("reviewer"),
        stands_in=queries.stood_in_for(actor.same_as, today),
    )  # fmt: skip


def _row(found: Absence) -> dict[str, Any]:
    today = rules.korean_day(g.now)
    over = found.until < today
    state = "ended" if found.ended_at else "over" if over else "now" if found.since <= today else "ahead"
    word, tone = STATES[state]
    return {"absence": found, "word": word, "tone": tone, "may_end": state in ("now", "ahead")}


@bp.post("/profile/absence/end")
@guard(signed_in)
def end_absence() -> Any:
    wanted, person_id = EndAbsenceForm().absence.data or "", g.actor.person_id
    return act(
        lambda context: service.end_absence(context, person_id, wanted),
        url_for("accounts.absence"),
        Text("부재를 끝냈습니다.", "The absence is ended."),
    )

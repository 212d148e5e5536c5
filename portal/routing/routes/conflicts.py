"""A call's conflicts of interest: declared, unsure, detected; waive, confirm, dismiss."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, abort, request, url_for

from portal.accounts.queries import find_people, person_of
from portal.accounts.service import note_reading
from portal.conflicts.models import Conflict, Severity, Source
from portal.conflicts.rules import Found, explain, is_waivable, name_of, severity_of, today
from portal.platform import clock
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.language import Text
from portal.platform.names import nfc
from portal.platform.transaction import in_transaction
from portal.platform.web import context, page, perform
from portal.programs.models import Call
from portal.programs.policies import officer_of_call
from portal.programs.queries import call_by_public_id
from portal.routing import pages, service
from portal.routing.errors import GroundMissing
from portal.routing.forms import CONFIRM, DISMISS, WAIVE, SettleForm
from portal.routing.pages import checked
from portal.routing.policies import settles_conflict
from portal.routing.queries import conflicts as queries
from portal.routing.queries.pool import organisations_of
from portal.routing.routes.blueprint import bp

FILTERS = {
    "": Text("전체", "All"),
    "open": Text("확인 필요", "To decide"),
    "declared": Text("본인 신고", "Declared"),
    "detected": Text("자동 확인", "Detected"),
    "settled": Text("예외 인정·해당 없음", "Waived or dismissed"),
}
SEVERITIES = {
    Severity.ABSOLUTE: Text("예외 없음", "Never waivable"),
    Severity.WAIVABLE: Text("예외 인정 가능", "Waivable"),
    Severity.DECLARED: Text("본인 신고", "Declared"),
}
SOURCES = {
    Source.DETECTED: Text("자료에서 확인", "Found in the data"),
    Source.DECLARED: Text("본인 신고", "Declared by the person"),
}


def state_of(conflict: Conflict) -> tuple[Text, str]:
    if conflict.dismissed_at is not None:
        return Text("해당 없음", "No conflict"), "neutral"
    if conflict.waived_at is not None and is_waivable(conflict.severity):
        return Text("예외 인정", "Waived"), "info"
    if conflict.unsure and conflict.confirmed_at is None:
        return Text("담당자 확인 대기", "Waiting for an officer"), "warning"
    if conflict.until is not None and conflict.until < today(clock.now()):
        return Text("기간이 지나 풀림", "Lifted: its time is over"), "neutral"
    return Text("배제", "Barred"), "danger"


def actions_of(conflict: Conflict) -> list[tuple[str, Text]]:
    """What an officer may still do."""
    if conflict.dismissed_at is not None or conflict.waived_at is not None:
        return []
    if conflict.unsure and conflict.confirmed_at is None:
        return [
            (DISMISS, Text("이해충돌이 아닙니다. 평가할 수 있습니다.", "No conflict: may review.")),
            (CONFIRM, Text("이해충돌입니다. 평가에서 배제합니다.", "A conflict: may not review.")),
        ]
    if is_waivable(conflict.severity):
        return [(WAIVE, Text("전문성을 이유로 예외를 인정합니다.", "Waive it for the person's expertise."))]
    return []


@bp.get("/office/calls/<public_id>/conflicts")
@guard(officer_of_call)
def conflicts(public_id: str) -> Response:
    call = subject(Call)
    kind = request.args.get("show", "")
    found = queries.of_call(context().actor, call.id, kind, max(1, request.args.get("page", 1, type=int)))
    regime = call.definition.regime
    chips = [
        {
            "label": label, "current": code == kind, "count": found.counts.get(code) if code else None,
            "url": url_for("routing.conflicts", public_id=public_id, show=code or None),
        }
        for code, label in FILTERS.items()
    ]  # fmt: skip
    return page(
        "routing/conflicts.html", call=call, found=found, chips=chips, sources=SOURCES, severities=SEVERITIES,
        rows=[(r, name_of(regime, r.conflict.ground), state_of(r.conflict), actions_of(r.conflict)) for r in found.rows],
        pagination=pages.pagination("routing.conflicts", found.number, found.pages, found.total, public_id=public_id),
    )  # fmt: skip


@bp.get("/office/calls/<public_id>/conflicts/check")
@guard(officer_of_call)
def check_person(public_id: str) -> Response:
    """What bars this person from this call, found now and written nowhere; the reading is logged."""
    call, words = subject(Call), nfc(request.args.get("who", ""))[:100].strip()
    people = find_people(words) if words else []
    chosen = request.args.get("person", "")
    person = next((p for p in people if p.public_id == chosen), people[0] if len(people) == 1 else None)
    found: Sequence[Found] = ()
    if person is not None:
        person_id = person.id
        in_transaction(lambda: note_reading(context(), person_of(person_id)))
        found = service.check(context(), call, person_id)
    return page(
        "routing/check.html", call=call, words=words, people=people, person=person, severities=SEVERITIES,
        homes=organisations_of([p.id for p in people], context().now), today=today(context().now),
        rows=checked.rows(context().actor, call, found),
    )  # fmt: skip


@bp.route("/office/calls/<public_id>/conflicts/<conflict_id>", methods=["GET", "POST"])
@guard(settles_conflict)
def settle(public_id: str, conflict_id: str) -> Response:
    conflict, form = subject(Conflict), SettleForm()
    call = call_by_public_id(public_id)
    if call is None:
        abort(404)
    regime = call.definition.regime
    actions = actions_of(conflict)
    form.action.choices = actions
    form.ground.choices = [("", Text("고르십시오", "Choose")), *((g.code, g.names) for g in regime.conflict_grounds)]
    id_, allowed, codes = conflict.id, {code for code, _ in actions}, {g.code for g in regime.conflict_grounds}

    def act(context: Context) -> str:
        action, reason = form.action.data, form.reason.data
        if action not in allowed:
            abort(404)
        if action == WAIVE:
            service.waive_conflict(context, id_, reason)
        elif action == DISMISS:
            service.dismiss_conflict(context, id_, reason)
        else:
            if form.ground.data not in codes:
                raise GroundMissing("ground")
            severity = severity_of(regime, form.ground.data, Severity.DECLARED)
            service.confirm_conflict(context, id_, form.ground.data, severity)
        return url_for("routing.conflicts", public_id=public_id)

    done = perform(form, act, Text("결정을 기록했습니다.", "The decision is recorded."))
    if done is not None:
        return done
    shown = queries.for_officer(context().actor, public_id, conflict_id)
    if shown is None:
        abort(404)
    person, application = queries.subjects(shown)
    return page(
        "routing/settle.html", form, call=call, conflict=shown, person=person, application=application,
        bar=explain(shown, regime), state=state_of(shown), actions=actions, sources=SOURCES, severities=SEVERITIES,
        confirming=CONFIRM in allowed, told=checked.evidence_told([shown.evidence])[0],
    )  # fmt: skip

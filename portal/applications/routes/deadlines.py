"""The office's page of a call's deadlines: for everybody, for one application, by a code."""

from __future__ import annotations

from typing import Any

from flask import abort, g, session, url_for

from portal.applications import service
from portal.applications.forms.deadlines import ExtendForm, ExtendOneForm, IssueCodeForm
from portal.applications.pages import code_row, extension_row
from portal.applications.queries import extensions
from portal.applications.routes import bp
from portal.applications.rules.extension import may_issue, written_code
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.language import Text
from portal.platform.web import PortalForm, page, perform
from portal.programs import queries as programs
from portal.programs import service as program_service
from portal.programs.models import Call, CallState
from portal.programs.policies import administrator_of_call, officer_of_call

SHOWN_ONCE = "late_code"  # in the officer's own cookie, until the next page


@bp.get("/office/calls/<public_id>/deadlines")
@guard(officer_of_call)
def deadlines(public_id: str) -> Any:
    return _deadlines(subject(Call))


def _deadlines(call: Call, refused: PortalForm | None = None) -> Any:
    zone = call.definition.time_zone
    offered = {made.__name__: made(formdata=None, zone=zone) for made in (ExtendForm, ExtendOneForm, IssueCodeForm)}
    if refused is not None:
        offered[type(refused).__name__] = refused
    shown = session.pop(SHOWN_ONCE, None)
    return page(
        "applications/deadlines.html", refused, call=call, extend_form=offered["ExtendForm"],
        one_form=offered["ExtendOneForm"], code_form=offered["IssueCodeForm"],
        may_extend=g.actor.has("administrator", *call.scopes) and call.state is CallState.OPEN,
        may_extend_one=call.state in (CallState.OPEN, CallState.CLOSED), told=extensions.people_to_tell(call.id),
        amendments=[a for a in programs.amendments(call) if a.old_closes_at != a.new_closes_at],
        extensions=[extension_row(row, receipt) for row, receipt in extensions.extensions_of_call(g.actor, call.id)],
        takes_codes=may_issue(call), codes=[code_row(code, g.now) for code in extensions.codes_of_call(call.id)],
        shown_code=shown["code"] if shown and shown.get("call") == call.public_id else None,
    )  # fmt: skip


@bp.post("/office/calls/<public_id>/extend")
@guard(administrator_of_call)
def extend(public_id: str) -> Any:
    call = subject(Call)
    call_id, form = call.id, ExtendForm(zone=call.definition.time_zone)

    def act(context: Context) -> str:
        assert form.closes_at.data is not None
        reason = {"ko": form.reason_ko.data, "en": form.reason_en.data}
        program_service.extend_call(context, call_id, form.closes_at.data, reason)
        return url_for("applications.deadlines", public_id=public_id)

    told = Text("마감을 연장하고 신청자에게 알립니다.", "The deadline is extended; applicants are told.")
    done = perform(form, act, told)
    return done if done is not None else _deadlines(call, form)


@bp.post("/office/calls/<public_id>/extend-one")
@guard(officer_of_call)
def extend_one(public_id: str) -> Any:
    call = subject(Call)
    call_id, form = call.id, ExtendOneForm(zone=call.definition.time_zone)

    def act(context: Context) -> str:
        assert form.until.data is not None
        service.extend_one(context, call_id, form.who.data, form.until.data, form.reason.data)
        return url_for("applications.deadlines", public_id=public_id, _anchor="one")

    told = Text(
        "이 신청서의 마감을 연장하고 신청자에게 알립니다.",
        "The deadline of this application is extended; its team is told.",
    )
    done = perform(form, act, told)
    return done if done is not None else _deadlines(call, form)


@bp.post("/office/calls/<public_id>/late-codes")
@guard(officer_of_call)
def issue_code(public_id: str) -> Any:
    call = subject(Call)
    if not may_issue(call):
        abort(404)
    form, code = IssueCodeForm(zone=call.definition.time_zone), ""

    def act(context: Context) -> str:
        nonlocal code
        assert form.code_until.data is not None
        _, letters = service.issue_code(
            context, call, form.code_until.data, form.code_reason.data, form.for_email.data or None
        )
        code = written_code(letters) if letters else ""
        return url_for("applications.deadlines", public_id=public_id, _anchor="codes")

    done = perform(form, act, Text("코드를 발급했습니다.", "The code is issued."))
    if done is None:
        return _deadlines(call, form)
    if code:
        session[SHOWN_ONCE] = {"call": public_id, "code": code}
    return done

"""Start an application; change its title."""

from __future__ import annotations

from flask import Response, g, request, url_for

from portal.applications import rules, service
from portal.applications.consent import CURRENT
from portal.applications.forms.draft import StartForm, TitleForm
from portal.applications.models import Application
from portal.applications.policies import applies, edits_application
from portal.applications.queries import drafts, extensions
from portal.applications.routes import bp
from portal.applications.routes.late import count_guess
from portal.applications.rules.extension import takes_codes
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.language import Text, say
from portal.platform.web import page, perform
from portal.programs.models import Call
from portal.programs.routes.asking import checked_answers
from portal.programs.rules import carried_over, verdict


@bp.route("/calls/<public_id>/apply", methods=["GET", "POST"], endpoint="start")
@guard(applies)
def start_application(public_id: str) -> Response:
    call = subject(Call)
    mine = drafts.affiliations_of(g.actor, g.now.date())
    choices: list[tuple[str, Text | str]] = [
        (str(a.id), f"{a.organisation.name} · {a.department.name}" if a.department else a.organisation.name)
        for a in mine
    ]
    institutions, late = call.definition.has_institutions, takes_codes(call, g.now)
    given = request.args.get("code", "")[:60]
    form = StartForm(affiliations=choices, institutions=institutions, late=late, data={"code": given} if late else None)
    answers = checked_answers(call)

    def act(context: Context) -> str:
        lead = _lead(form) if institutions else None
        if late:
            made = service.start_late(context, call.id, form.title.data, lead, answers, form.code.data)
        else:
            made = service.start(context, call.id, form.title.data, lead, answers)
        return url_for("desks_applicant.cockpit", public_id=made.public_id)

    done = perform(form, act, _started(call, answers)) if not late or count_guess(form) else None
    if done is not None:
        return done
    return page(
        "applications/start.html", form, call=call, consent=CURRENT, consent_rows=_consent_rows(), has_affiliation=bool(mine),
        earlier=drafts.drafts_of_call(g.actor, call.id), late=late, given=given,
        late_drafts=extensions.late_drafts(g.actor, call.id, g.now) if late else [],
        taking=late or (call.state in service.TAKING and call.opens_at <= g.now < call.closes_at),
        checked=verdict(call.definition.eligibility_check, answers),
    )  # fmt: skip


def _started(call: Call, answers: dict[str, str]) -> Text:
    if not carried_over(call.definition, answers):
        return Text("신청서를 만들었습니다.", "Your application has been started.")
    return Text(
        "신청서를 만들었습니다. 자격 확인에서 고른 답을 옮겨 적었으니 살펴봐 주십시오.",
        "Your application has been started. Your answers to the eligibility check were carried over; look them through.",
    )


def _lead(form: StartForm) -> service.Lead:
    if form.is_new:
        return service.Lead(name=form.name.data, kind=form.kind.data)
    return service.Lead(affiliation_id=int(form.who.data))


def _consent_rows() -> list[dict[str, str]]:
    return [{"label": say(item.heading), "value": say(item.text)} for item in CURRENT.items]


@bp.route("/applications/<public_id>/title", methods=["GET", "POST"])
@guard(edits_application)
def title(public_id: str) -> Response:
    application = subject(Application)
    form = TitleForm(data={"title": application.title})

    def act(context: Context) -> str:
        service.rename(context, application.id, form.title.data)
        return url_for("desks_applicant.cockpit", public_id=public_id)

    done = perform(form, act, Text("과제 이름을 저장했습니다.", "The title has been saved."))
    if done is not None:
        return done
    return page(
        "applications/start_title.html", form=form, application=application,
        open=rules.is_open(application, g.now),
    )  # fmt: skip

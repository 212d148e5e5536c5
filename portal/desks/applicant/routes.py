"""My applications, and the cockpit of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, request, url_for

from portal.applications import content, queries, service
from portal.applications.models import Application, ApplicationState, Submission
from portal.applications.policies import views_application
from portal.applications.queries import reopenings
from portal.applications.queries.consortium import unlinked_memberships
from portal.applications.queries.extensions import latest_extension
from portal.applications.queries.references import referees_of
from portal.applications.routes.missing import missing_rows
from portal.applications.rules import can_lead, is_open
from portal.applications.rules.completeness import completeness
from portal.applications.rules.extension import takes_codes
from portal.applications.rules.references import letters_note
from portal.desks.applicant import matrix, pages
from portal.desks.applicant import queries as desk
from portal.platform.access import guard, signed_in, subject
from portal.platform.context import Context
from portal.platform.language import Text
from portal.platform.transaction import in_transaction
from portal.platform.web import ActionForm, context, page, perform
from portal.routing.pages.sessions import card, to_confirm
from portal.routing.queries import sessions

bp = Blueprint("desks_applicant", __name__)


@bp.get("/applications")
@guard(signed_in)
def applications() -> Any:
    now_context = context()
    if unlinked_memberships(g.actor.person_id):
        in_transaction(lambda: service.link_memberships(now_context))
    mine = queries.applications_of(g.actor)
    closed, sent = _ids(mine, ApplicationState.CLOSED), _ids(mine, ApplicationState.SUBMITTED)
    reopened = {r.application_id: r for r in reversed(reopenings.live_of(closed, g.now))} if closed else {}
    outcomes, awards = (desk.outcomes_of(closed), desk.awards_of(closed)) if closed else ([], [])
    waiting = to_confirm(sessions.unconfirmed(closed), g.now) if closed else {}
    needs, rest = pages.list_rows(
        mine, desk.last_submissions(sent) if sent else {}, awards, outcomes, reopened, waiting, g.now
    )
    return page("desks/applicant/applications.html", needs=needs, rest=rest)


def _ids(mine: Sequence[Application], state: ApplicationState) -> list[int]:
    return [application.id for application in mine if application.state is state]


@bp.get("/applications/<public_id>")
@guard(views_application)
def cockpit(public_id: str) -> Any:
    application = subject(Application)
    if application.state is ApplicationState.CLOSED:
        return _after(application)
    draft = queries.whole(application)
    standing = queries.standing_of(g.actor, application)
    missing = completeness(draft, standing, g.now.date())
    last = queries.latest_submission(application.id)
    referees = referees_of(application)
    return page(
        "desks/applicant/cockpit.html", application=application, draft=draft, last=last,
        edited=last is not None and _edited(draft, last), open=is_open(application, g.now), leads=can_lead(standing),
        missing=missing_rows(missing), others=sum(m.held_by_others for m in missing),
        stops=sum(m.blocking for m in missing), tasks=pages.tasks(draft, standing, missing, referees),
        matrix=matrix.matrix(draft, standing, missing, g.now), columns=matrix.COLUMNS, caps=matrix.caps(draft),
        saved_at=pages.saved_at(draft), state=pages.STATES[application.state],
        extension=latest_extension(application.id), takes_codes=takes_codes(application.call, g.now),
        letters_note=letters_note(application, referees, g.now),
    )  # fmt: skip


def _edited(draft: content.Whole, last: Submission) -> bool:
    """The team changed something since its last submission, which is not handed in."""
    return content.edited_between(queries.content_of(last), content.frozen(draft, g.now.date()))


def _after(application: Application) -> Any:
    """After the close: the way through the stages, and each published outcome."""
    outcomes = desk.outcomes_of([application.id])
    awards = {award.outcome_id: award for award in desk.awards_of([application.id])}
    disclosed = application.call.definition.regime.disclosure.panel_list
    names = desk.panel_names([o.decision.stage_id for o in outcomes]) if disclosed else {}
    rows = [
        pages.outcome_row(application, o, awards.get(o.id), names.get(o.decision.stage_id, []), g.now) for o in outcomes
    ]
    last = queries.latest_submission(application.id)
    entries = queries.entries_of_application(application.id)
    return page(
        "desks/applicant/after.html", application=application, last=last, outcomes=list(reversed(rows)),
        reopened=reopenings.live(application.id, g.now), slot=_slot(application.public_id),
        letters_note=letters_note(application, referees_of(application), g.now),
        steps=pages.timeline(application, last, entries, outcomes),
    )  # fmt: skip


@bp.get("/applications/<public_id>/opinions")
@guard(views_application)
def opinions(public_id: str) -> Any:
    """What the reviewers of decided stages wrote, unnamed; never on a page with their names."""
    application = subject(Application)
    if not application.call.definition.regime.disclosure.opinions:
        abort(404)
    rows = pages.opinions(desk.outcomes_of([application.id]))
    return page("desks/applicant/opinions.html", application=application, rows=rows, least=pages.LEAST_OPINIONS)


def _slot(public_id: str) -> dict[str, Any] | None:
    """When the team presents, until its stage is decided."""
    session = sessions.own_session(g.actor, public_id)
    if session is None or session.entry is None or session.entry.stage.decided_at is not None:
        return None
    return card(g.actor, session, context())


@bp.post("/applications/<public_id>/remind")
@guard(views_application)
def remind(public_id: str) -> Any:
    """One cell of the matrix: tell whoever holds it."""
    application, form = subject(Application), ActionForm()
    back = url_for("desks_applicant.cockpit", public_id=public_id, _anchor="institutions")

    def act(now: Context) -> str:
        service.remind(now, application.id, request.form.get("institution", ""), request.form.get("what", ""))
        return back

    done = perform(form, act, Text("알림을 보냈습니다.", "The reminder was sent."))
    if done is not None:
        return done
    for sentence in form.form_errors:
        flash(sentence, "danger")
    return redirect(back, code=303)

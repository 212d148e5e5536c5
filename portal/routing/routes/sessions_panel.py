"""The panel's day: who presents when, what was held, the minutes."""

from __future__ import annotations

from flask import Response, make_response, url_for

from portal.platform.access import guard, subject
from portal.platform.calendar_file import MEDIA_TYPE, CalendarEvent, calendar_file
from portal.platform.context import Context
from portal.platform.language import Text
from portal.platform.web import ActionForm, PortalForm, context, page, perform
from portal.routing import service
from portal.routing.forms import AbsenceForm, MinutesForm
from portal.routing.models import Panel, Session
from portal.routing.pages import sessions as pages
from portal.routing.policies import keeps_session, reads_session, reads_sessions
from portal.routing.queries import sessions
from portal.routing.routes.blueprint import bp
from portal.routing.rules.sessions import standing


@bp.get("/panels/<public_id>/sessions")
@guard(reads_sessions)
def panel_sessions(public_id: str) -> Response:
    panel, here = subject(Panel), context()
    return page(
        "routing/sessions_panel.html", panel=panel, call=panel.stage.call, stage_name=pages.stage_names(panel),
        zone=pages.zone_of(panel), own=here.actor.time_zone, rows=pages.panel_rows(here.actor, panel, here.now),
        office=sessions.office_panel(here.actor, public_id) is not None,
    )  # fmt: skip


@bp.get("/panels/<public_id>/sessions.ics")
@guard(reads_sessions)
def panel_calendar(public_id: str) -> Response:
    """The slots that stand on the page."""
    here, path = context(), url_for("routing.panel_sessions", public_id=public_id)
    heard = sessions.heard(here.actor, subject(Panel).id)
    return calendar_response([pages.calendar_event(session, path) for session in heard], here, "sessions.ics")


def calendar_response(events: list[CalendarEvent], here: Context, name: str) -> Response:
    response = make_response(calendar_file(events, here.now))
    response.headers["Content-Type"] = MEDIA_TYPE
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@bp.get("/panels/<public_id>/sessions/<session_id>")
@guard(reads_session)
def panel_session(public_id: str, session_id: str) -> Response:
    return _show(subject(Session), None)


def _show(session: Session, refused: PortalForm | None) -> Response:
    """One session with its minutes; forms for whoever presides."""
    panel, here = session.panel, context()
    versions = sessions.minutes_of(session.id)
    rule = sessions.rule_of(panel)
    assert rule is not None and session.entry is not None  # in the policy's query
    form = refused if isinstance(refused, MinutesForm) else MinutesForm(formdata=None)
    if not isinstance(refused, MinutesForm):
        form.text.data = versions[0].text if versions else ""
    form.version.data = str(versions[0].version if versions else 0)
    return page(
        "routing/session_panel.html", refused, session=session, panel=panel, call=panel.stage.call,
        application=session.entry.application, zone=pages.zone_of(panel), own=here.actor.time_zone,
        held=standing(session, here.now), versions=versions, minutes=form,
        absence=refused if isinstance(refused, AbsenceForm) else AbsenceForm(formdata=None),
        presides=sessions.presides(here.actor, panel), acts=pages.acts(session, rule, here.now), rule=rule,
        stale=refused is form and refused.status == 409,
    )  # fmt: skip


def _again(public_id: str, session_id: str, refused: PortalForm) -> Response:
    shown = sessions.session_for(context().actor, public_id, session_id)
    assert shown is not None
    return _show(shown, refused)


@bp.post("/panels/<public_id>/sessions/<session_id>/start")
@guard(keeps_session)
def start_session(public_id: str, session_id: str) -> Response:
    form, id_ = ActionForm(), subject(Session).id

    def act(context: Context) -> str:
        service.start_session(context, id_)
        return url_for("routing.panel_session", public_id=public_id, session_id=session_id)

    done = perform(form, act, Text("시작을 적었습니다.", "The start is noted."))
    return done if done is not None else _again(public_id, session_id, form)


@bp.post("/panels/<public_id>/sessions/<session_id>/absent")
@guard(keeps_session)
def note_absence(public_id: str, session_id: str) -> Response:
    form, id_ = AbsenceForm(), subject(Session).id

    def act(context: Context) -> str:
        service.note_absence(context, id_, form.reason.data)
        return url_for("routing.panel_session", public_id=public_id, session_id=session_id)

    done = perform(form, act, Text("불참을 적었습니다.", "The absence is noted."))
    return done if done is not None else _again(public_id, session_id, form)


@bp.post("/panels/<public_id>/sessions/<session_id>/minutes")
@guard(keeps_session)
def write_minutes(public_id: str, session_id: str) -> Response:
    form, id_ = MinutesForm(), subject(Session).id

    def act(context: Context) -> str:
        service.write_minutes(context, id_, form.text.data, form.after)
        return url_for("routing.panel_session", public_id=public_id, session_id=session_id, _anchor="minutes")

    done = perform(form, act, Text("회의록을 저장했습니다.", "The minutes are saved."))
    return done if done is not None else _again(public_id, session_id, form)

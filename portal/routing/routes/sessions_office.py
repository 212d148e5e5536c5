"""The office's pages of a panel's sessions: plan, draw, publish, change."""

from __future__ import annotations

from flask import Response, abort, url_for

from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.formats import zone_said
from portal.platform.language import Text
from portal.platform.web import ActionForm, PortalForm, context, page, perform
from portal.routing import service
from portal.routing.forms import PlanForm, SessionForm
from portal.routing.models import Panel, Session
from portal.routing.pages import sessions as pages
from portal.routing.policies import runs_session, runs_sessions
from portal.routing.queries import sessions
from portal.routing.routes.blueprint import bp
from portal.routing.rules.sessions import has_begun


@bp.get("/office/panels/<public_id>/sessions")
@guard(runs_sessions)
def office_sessions(public_id: str) -> Response:
    return _show(subject(Panel), None)


def _plan_form(panel: Panel, *, fresh: bool) -> PlanForm:
    rule = sessions.rule_of(panel)
    assert rule is not None  # in the policy's query
    form = PlanForm(formdata=None) if fresh else PlanForm()
    form.prepare(rule, pages.zone_of(panel), len(sessions.without_slot(panel)))
    return form


def _show(panel: Panel, refused: PortalForm | None) -> Response:
    """The page, with the form that was refused, if any."""
    found = sessions.of_panel(panel.id)
    plan = refused if isinstance(refused, PlanForm) else _plan_form(panel, fresh=True)
    waiting = sessions.without_slot(panel)
    return page(
        "routing/sessions_office.html", refused, panel=panel, call=panel.stage.call, stage_name=pages.stage_names(panel),
        zone=pages.zone_of(panel), rule=sessions.rule_of(panel), rows=pages.office_rows(panel, found, context().now),
        waiting=waiting, plan=plan, free=sum(s.entry_id is None and s.published_at is None for s in found),
        unpublished=sum(s.published_at is None for s in found), lots=pages.lots_of(panel),
        late=any(pages.told_late(s, context().now) for s in found),
    )  # fmt: skip


def _again(public_id: str) -> Panel:
    panel = sessions.office_panel(context().actor, public_id)
    assert panel is not None
    return panel


@bp.post("/office/panels/<public_id>/sessions/plan")
@guard(runs_sessions)
def plan_sessions(public_id: str) -> Response:
    panel = subject(Panel)
    form, panel_id = _plan_form(panel, fresh=False), panel.id

    def act(context: Context) -> str:
        service.plan_sessions(context, panel_id, form.layout(), form.place.data or "")
        return url_for("routing.office_sessions", public_id=public_id)

    done = perform(form, act, Text("자리를 만들었습니다.", "The slots are planned."))
    return done if done is not None else _show(_again(public_id), form)


@bp.post("/office/panels/<public_id>/sessions/draw")
@guard(runs_sessions)
def draw_sessions(public_id: str) -> Response:
    form, panel_id = ActionForm(), subject(Panel).id

    def act(context: Context) -> str:
        service.draw_sessions(context, panel_id)
        return url_for("routing.office_sessions", public_id=public_id)

    done = perform(form, act, Text("추첨했습니다.", "Lots are drawn."))
    return done if done is not None else _show(_again(public_id), form)


@bp.post("/office/panels/<public_id>/sessions/publish")
@guard(runs_sessions)
def publish_sessions(public_id: str) -> Response:
    form, panel_id = ActionForm(), subject(Panel).id

    def act(context: Context) -> str:
        service.publish_sessions(context, panel_id)
        return url_for("routing.office_sessions", public_id=public_id)

    done = perform(form, act, Text("공개하고 팀마다 알렸습니다.", "Published; each team is told."))
    return done if done is not None else _show(_again(public_id), form)


@bp.route("/office/panels/<public_id>/sessions/<session_id>", methods=["GET", "POST"])
@guard(runs_session)
def change_session(public_id: str, session_id: str) -> Response:
    session, form = subject(Session), SessionForm()
    panel = session.panel
    waiting = sessions.without_slot(panel)
    form.starts_at.read_in(pages.zone_of(panel))
    form.starts_at.description = zone_said(pages.zone_of(panel))
    form.entry.choices = pages.team_choices(session, waiting)
    known = {e.public_id: e.id for e in [*waiting, *([session.entry] if session.entry is not None else [])]}
    id_, told, entry_id = session.id, pages.was_told(session), session.entry_id
    if not form.is_submitted():
        form.starts_at.data, form.minutes.data, form.place.data = session.starts_at, session.minutes, session.place
        form.entry.data = session.entry.public_id if session.entry is not None else ""

    def act(context: Context) -> str:
        if form.entry.data and form.entry.data not in known:
            abort(404)
        entry = entry_id if told else known.get(form.entry.data or "")
        assert form.starts_at.data is not None  # required
        wanted = service.Wanted(form.starts_at.data, form.minutes.data, form.place.data or "", entry)
        service.change_session(context, id_, wanted, form.reason.data or "")
        return url_for("routing.office_sessions", public_id=public_id)

    done = perform(form, act, Text("자리를 바꾸었습니다.", "The slot is changed."))
    return done if done is not None else _one(public_id, session_id, form)


def _one(public_id: str, session_id: str, form: SessionForm, refused: PortalForm | None = None) -> Response:
    shown = sessions.office_session(context().actor, public_id, session_id)
    if shown is None:
        abort(404)
    return page(
        "routing/session_office.html", form, refused.status if refused else None, refused=refused or form,
        session=shown, panel=shown.panel, call=shown.panel.stage.call, told=pages.was_told(shown),
        zone=pages.zone_of(shown.panel), begun=has_begun(shown),
    )  # fmt: skip


@bp.post("/office/panels/<public_id>/sessions/<session_id>/remove")
@guard(runs_session)
def remove_session(public_id: str, session_id: str) -> Response:
    form, id_ = ActionForm(), subject(Session).id

    def act(context: Context) -> str:
        service.remove_session(context, id_)
        return url_for("routing.office_sessions", public_id=public_id)

    done = perform(form, act, Text("자리를 지웠습니다.", "The slot is removed."))
    return done if done is not None else _show(_again(public_id), form)

"""A call walked through before it opens, as visitor, applicant and reviewer; nothing of it counts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, url_for

from portal.applications import service as applications
from portal.applications.models import ApplicationState
from portal.desks.preview import queries
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.errors import DomainError
from portal.platform.language import Text
from portal.platform.web import ActionForm, PortalForm, page, perform
from portal.programs import queries as programs
from portal.programs import service
from portal.programs.models import Call
from portal.programs.policies import officer_of_call
from portal.routing import service as routing

bp = Blueprint("desks_preview", __name__)


class NothingHandedIn(DomainError):
    say = Text("먼저 신청서를 제출해 주십시오.", "Hand in an application to the preview first.")
    status = 409


@bp.get("/office/calls/<public_id>/preview")
@guard(officer_of_call)
def preview(public_id: str) -> Any:
    return _page(subject(Call), ActionForm())


def _page(call: Call, form: PortalForm) -> Any:
    copy = programs.latest_preview(call.id)
    mine = queries.own_application(g.actor, copy.id) if copy else None
    return page(
        "desks/preview/preview.html", form, call=call, copy=copy, mine=mine,
        stale=copy is not None and (copy.content_hash != call.content_hash or g.now >= copy.closes_at),
        submitted=mine is not None and mine.state is not ApplicationState.DRAFT,
        assignment=queries.own_assignment(g.actor, mine.id) if mine else None,
        missing=len(programs.missing_of(call.definition)),
    )  # fmt: skip


@bp.post("/office/calls/<public_id>/preview")
@guard(officer_of_call)
def begin(public_id: str) -> Any:
    """Make the preview of what the call holds now."""
    call, form = subject(Call), ActionForm()
    call_id = call.id

    def act(context: Context) -> str:
        service.make_preview(context, call_id)
        return url_for("desks_preview.preview", public_id=public_id)

    done = perform(form, act, Text("미리 보기를 만들었습니다.", "The preview is made."))
    return done if done is not None else _page(_again(public_id), form)


@bp.post("/office/calls/<public_id>/preview/review")
@guard(officer_of_call)
def review(public_id: str) -> Any:
    """Close what was handed in, and judge it oneself."""
    call, form = subject(Call), ActionForm()
    call_id = call.id

    def act(context: Context) -> str:
        copy = programs.latest_preview(call_id)
        mine = queries.own_application(context.actor, copy.id) if copy else None
        if mine is None or mine.state is ApplicationState.DRAFT:
            raise NothingHandedIn
        entry = applications.close_preview(context, mine.id)
        return url_for("reviews.review", public_id=routing.seat_previewer(context, entry).public_id)

    done = perform(form, act)
    return done if done is not None else _page(_again(public_id), form)


def _again(public_id: str) -> Call:
    found = programs.office_call(g.actor, public_id)
    assert found is not None
    return found

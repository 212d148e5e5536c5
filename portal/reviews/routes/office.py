"""How far the reviews of a call are: numbers first; names on request, which is logged; remind, close."""

from __future__ import annotations

from math import ceil
from typing import Any

from flask import abort, g, request, url_for

from portal.audit.service import record
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.language import Text
from portal.platform.transaction import in_transaction
from portal.platform.web import context, page, perform
from portal.programs.models import Call, Stage
from portal.programs.policies import officer_of_call
from portal.reviews import pages, queries, rules, service
from portal.reviews.forms import CloseForm, StageForm
from portal.reviews.routes import bp


@bp.get("/office/calls/<public_id>/reviews")
@guard(officer_of_call)
def progress(public_id: str) -> Any:
    return _page(subject(Call), _chosen(subject(Call), request.args.get("stage")), CloseForm())


@bp.get("/office/calls/<public_id>/reviews/reviewers")
@guard(officer_of_call)
def reviewers(public_id: str) -> Any:
    """The same with names: each look is in the audit chain."""
    call = subject(Call)
    stage = _chosen(call, request.args.get("stage"))
    if stage is None:
        abort(404)
    stage_id, stage_public_id, reader = stage.id, stage.public_id, context()
    in_transaction(lambda: record(reader, "ReviewerNamesRead", "stage", stage_public_id, reason="progress"))
    people = queries.reviewer_progress(g.actor, stage_id)
    return _page(subject(Call), stage, CloseForm(), people)


@bp.post("/office/calls/<public_id>/reviews/remind")
@guard(officer_of_call)
def remind(public_id: str) -> Any:
    call, form = subject(Call), StageForm()
    stage = _posted(call, form.stage.data)
    stage_id, code = stage.id, stage.code

    def act(context: Context) -> str:
        service.remind(context, stage_id)
        return url_for("reviews.progress", public_id=public_id, stage=code)

    sent = Text(
        "마치지 않은 위원에게 편지를 보냅니다. 하루에 한 통만 갑니다.",
        "A letter goes to everybody who is not done, at most one a day.",
    )
    done = perform(form, act, sent)
    return done if done is not None else _again(public_id, code, form)


@bp.post("/office/calls/<public_id>/reviews/close")
@guard(officer_of_call)
def close(public_id: str) -> Any:
    call, form = subject(Call), CloseForm()
    stage = _posted(call, form.stage.data)
    stage_id, code = stage.id, stage.code

    def act(context: Context) -> str:
        service.close_review(context, stage_id, form.reason.data)
        return url_for("ranking.ranking", public_id=public_id, stage=code)

    done = perform(form, act, Text("평가를 끝냈습니다. 순위를 계산합니다.", "The review is closed; ranking follows."))
    return done if done is not None else _again(public_id, code, form)


def _again(public_id: str, code: str, form: CloseForm | StageForm) -> Any:
    call = subject(Call)
    return _page(call, _posted(call, code), form)


def _chosen(call: Call, code: str | None) -> Stage | None:
    """The stage asked for, else the latest that was opened for review, else none."""
    reviewed = [s for s in call.stages if s.review_opens_at is not None]
    return next((s for s in reviewed if s.code == code), reviewed[-1] if reviewed else None)


def _posted(call: Call, code: str | None) -> Stage:
    return next((s for s in call.stages if s.code == code), None) or abort(404)


class Entries:
    """The pages of the stage's applications, for the pagination."""

    def __init__(self, call: Call, stage: Stage) -> None:
        self.number = max(1, request.args.get("page", 1, type=int))
        self.total = queries.entry_count(g.actor, stage.id)
        self.pages = max(1, ceil(self.total / queries.PAGE))
        self._address = {"public_id": call.public_id, "stage": stage.code, "_anchor": "entries"}

    def url_for(self, number: int) -> str:
        return url_for("reviews.progress", page=number, **self._address)  # type: ignore[arg-type]


def _page(
    call: Call,
    stage: Stage | None,
    form: CloseForm | StageForm,
    people: list[queries.ReviewerProgress] | None = None,
) -> Any:
    if stage is None:
        return page("reviews/progress.html", call=call, stage=None, chips=[])
    closing = form if isinstance(form, CloseForm) else CloseForm(formdata=None)
    closing.stage.data = stage.code
    found, entries = queries.progress(stage.id, g.actor), Entries(call, stage)
    return page(
        "reviews/progress.html", form, call=call, stage=stage, closing=closing, found=found, people=people,
        chips=pages.stage_chips(call, stage), definition=call.definition.stage(stage.code),
        entries=queries.entry_progress(g.actor, stage.id, entries.number), pages=entries, notes=queries.notes_to_officer(g.actor, stage.id),
        running=rules.window_open(stage.review_opens_at, stage.review_closed_at, g.now),
        overdue=stage.review_due_at is not None and g.now >= stage.review_due_at,
        zone=call.definition.time_zone,
    )  # fmt: skip

"""Places given over all tracks of a stage by everybody's ranked choices: saved, computed by a job, never awarded here."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Response, abort, request, send_file, url_for

from portal.audit.service import record
from portal.awards import rules, service
from portal.awards.forms import MatchingExportForm, MatchingForm, RoundForm
from portal.awards.pages import matching as pages
from portal.awards.queries import matching as queries
from portal.awards.routes.blueprint import bp
from portal.platform import sheets
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.language import Text
from portal.platform.transaction import in_transaction
from portal.platform.web import PortalForm, context, page, perform
from portal.programs.models import Call, Stage
from portal.ranking.policies import works_on_ranking
from portal.ranking.queries import judges
from portal.ranking.rules import digest

SAVED = Text("저장했습니다. 계산이 끝나면 결과가 보입니다.", "Saved. The result appears when it is computed.")


def _stage(call: Call, code: str) -> Stage:
    """One whose review is closed, of a call whose applicants rank its tracks."""
    if rules.ranked_choice(call.definition) is None:
        abort(404)
    found = next((s for s in call.stages if s.code == code and s.review_closed_at is not None), None)
    return found or abort(404)


@bp.get("/office/calls/<public_id>/matching")
@guard(works_on_ranking)
def matching(public_id: str) -> Response:
    call = subject(Call)
    return _page(call, _stage(call, request.args.get("stage", "")))


@bp.post("/office/calls/<public_id>/matching")
@guard(works_on_ranking)
def save_matching(public_id: str) -> Response:
    call, form = subject(Call), MatchingForm()
    stage = _stage(call, form.stage.data or "")
    code, stage_id = stage.code, stage.id

    def act(context: Context) -> str:
        made = service.save_matching(context, stage_id)
        return url_for("awards.matching", public_id=public_id, stage=code, m=made.public_id)

    done = perform(form, act, SAVED)
    return done if done is not None else _page(subject(Call), _stage(subject(Call), code), form)


@bp.post("/office/calls/<public_id>/matching/promote")
@guard(works_on_ranking)
def promote_round(public_id: str) -> Response:
    """Places that were given back go to whom this matching newly places; an administrator's act."""
    call, form = subject(Call), RoundForm()
    stage = _stage(call, form.stage.data or "")
    code, stage_id, followed = stage.code, stage.id, form.matching.data or ""

    def act(context: Context) -> str:
        service.promote_round(context, stage_id, followed, form.why.data)
        return url_for("awards.matching", public_id=public_id, stage=code, m=followed)

    done = perform(form, act, Text("승격하고 지원을 제안했습니다.", "Promoted; the offers are on their way."))
    return done if done is not None else _page(subject(Call), _stage(subject(Call), code), form, followed)


@bp.post("/office/calls/<public_id>/matching/export")
@guard(works_on_ranking)
def export_matching(public_id: str) -> Any:
    """Everybody of one matching as a file; each download is in the audit chain."""
    call, form = subject(Call), MatchingExportForm()
    stage = _stage(call, form.stage.data or "")
    chosen = queries.matching(stage.id, form.matching.data or "")
    if chosen is None or chosen.result is None:
        abort(404)
    if not form.validate():
        form.status = 422
        return _page(call, stage, form, chosen.public_id)
    content = sheets.csv_bytes(*pages.sheet(pages.everybody(chosen), call.definition))
    who, name, about = context(), f"{call.code}-{stage.code}-matching.csv", stage.public_id
    said = {
        "matching": chosen.public_id, "inputs": chosen.inputs_hash, "result": digest(chosen.result), "format": "csv",
        "reason": form.reason.data,
    }  # fmt: skip
    in_transaction(lambda: record(who, "MatchingExported", "stage", about, **said))
    return send_file(BytesIO(content), mimetype="text/csv", as_attachment=True, download_name=name, etag=False)


def _page(call: Call, stage: Stage, form: PortalForm | None = None, asked: str = "") -> Response:
    listed = queries.matchings(stage.id)
    wanted = asked or request.args.get("m", "") or (listed[0].public_id if listed else "")
    chosen = queries.matching(stage.id, wanted) if wanted else None
    show = request.args.get("show", "")
    show = show if show in pages.SHOWS else "all"
    address = {"public_id": call.public_id, "stage": stage.code, "m": wanted, "show": show}
    found = pages.everybody(chosen) if chosen is not None else []
    definition, number = call.definition, request.args.get("page", 1, type=int)
    exporting = form if isinstance(form, MatchingExportForm) else MatchingExportForm(formdata=None)
    exporting.stage.data, exporting.matching.data = stage.code, wanted
    rounds = form if isinstance(form, RoundForm) else RoundForm(formdata=None)
    rounds.stage.data, rounds.matching.data = stage.code, wanted
    computing = form if type(form) is MatchingForm else MatchingForm(formdata=None)
    computing.stage.data = stage.code
    return page(
        "awards/matching.html", form, call=call, stage=stage, definition=definition.stage(stage.code), listed=listed,
        by=judges({one.by_id for one in listed if one.by_id is not None}), chosen=chosen, computing=computing,
        exporting=exporting, rounds=rounds, newly=pages.newly(context().actor, stage, chosen), result_hash=digest(chosen.result) if chosen is not None and chosen.result else None,
        summary=pages.summary(chosen.inputs, found, definition) if chosen is not None and chosen.result else None,
        ties=pages.ties_named(chosen.inputs["ties"], definition.stage(stage.code)) if chosen is not None else "",
        chips=pages.chips(found, show, address), people=pages.listed(found, definition, show, number, address),
    )  # fmt: skip

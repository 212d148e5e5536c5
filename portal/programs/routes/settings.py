"""A call's settings: each part changed, released to open, amended while open."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, g, request
from pydantic import ValidationError

from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.language import Text
from portal.platform.web import PortalForm, page, perform
from portal.programs import pages, queries, service
from portal.programs.definition import CallDefinition
from portal.programs.definition.parts import Place, at, empty_part, model_at, moved, place_of, put, removed, slots
from portal.programs.forms.parts import AmendForm, PartForm, part_form
from portal.programs.forms.program import BaseForm, FactsForm, facts_form
from portal.programs.models import Call, CallState
from portal.programs.policies import officer_of_call
from portal.programs.routes.blueprint import bp, facts_of, settings_address

SAVED = Text("저장했습니다.", "Saved.")


# --- settings ---


@bp.get("/office/calls/<public_id>/settings")
@guard(officer_of_call)
def settings(public_id: str) -> Response:
    return _overview(subject(Call), BaseForm(data={"base": subject(Call).content_hash}))


def _overview(call: Call, form: PortalForm) -> Response:
    word, tone = pages.state_of(call)
    return page(
        "programs/settings.html", form, call=call, definition=call.definition, state=word, tone=tone,
        parts=pages.overview(call), missing=pages.told_missing(call) if call.state is CallState.DRAFT else [],
        draft=call.state is CallState.DRAFT,
        button=BaseForm(formdata=None, data={"base": call.content_hash}), amendments=queries.amendments(call),
    )  # fmt: skip


def _press(public_id: str, act: Any, done: Text) -> Response:
    form = BaseForm()
    answer = perform(form, act(form), done)
    if answer is not None:
        return answer
    again = queries.office_call(g.actor, public_id)
    assert again is not None
    form.base.data = again.content_hash
    return _overview(again, form)


@bp.post("/office/calls/<public_id>/settings/release")
@guard(officer_of_call)
def release(public_id: str) -> Response:
    call_id = subject(Call).id

    def act(form: BaseForm) -> Any:
        return lambda context: settings_address(service.release_call(context, call_id, form.base.data))

    return _press(public_id, act, Text("정한 때에 스스로 열립니다.", "It will open by itself at its moment."))


@bp.post("/office/calls/<public_id>/settings/take-back")
@guard(officer_of_call)
def take_back(public_id: str) -> Response:
    call_id = subject(Call).id

    def act(form: BaseForm) -> Any:
        return lambda context: settings_address(service.take_back(context, call_id, form.base.data))

    return _press(public_id, act, Text("개시를 거두었습니다.", "It will not open by itself any more."))


@bp.route("/office/calls/<public_id>/settings/facts", methods=["GET", "POST"])
@guard(officer_of_call)
def facts(public_id: str) -> Response:
    call = subject(Call)
    call_id = call.id
    form = facts_form(
        FactsForm, call.definition.languages, call.definition.time_zone,
        {"base": call.content_hash, "call_code": call.code, "call_names": call.names, "opens_at": call.opens_at,
         "closes_at": call.closes_at},
    )  # fmt: skip

    def act(context: Context) -> str:
        return settings_address(service.change_facts(context, call_id, form.base.data, facts_of(form)))

    done = perform(form, act, SAVED)
    if done is not None:
        return done
    call = _again(public_id)
    form.base.data = call.content_hash
    return page("programs/facts.html", form, call=call, draft=call.state is CallState.DRAFT)


def _again(public_id: str) -> Call:
    found = queries.office_call(g.actor, public_id)
    assert found is not None
    return found


@bp.get("/office/calls/<public_id>/settings/rules")
@guard(officer_of_call)
def regime(public_id: str) -> Response:
    """The pack of law that the call stands under."""
    call = subject(Call)
    return page("programs/regime.html", call=call, regime=call.definition.regime)


# --- one part ---


def _part(call: Call, text: str) -> tuple[Place, Any, dict[str, Any], bool]:
    """Place, model, what is stored there and whether it is new. 404 where no part can stand."""
    place = () if text == pages.BASICS else place_of(text)
    model = model_at(place)
    if model is None or (place and isinstance(place[-1], str) and not _is_single(place)):
        abort(404)
    raw = call.definition.model_dump(mode="json")
    try:
        stored = at(raw, place)
    except IndexError:
        if place[-1] != len(at(raw, place[:-1])):
            abort(404)
        return place, model, empty_part(model), True
    except (KeyError, TypeError):
        abort(404)
    return place, model, stored if stored is not None else empty_part(model), stored is None


def _is_single(place: Place) -> bool:
    above = model_at(place[:-1])
    return above is not None and any(s.name == place[-1] and s.kind == "part" for s in slots(above))


@bp.route("/office/calls/<public_id>/settings/<place>", methods=["GET", "POST"])
@guard(officer_of_call)
def part(public_id: str, place: str) -> Response:
    call = subject(Call)
    here, model, stored, is_new = _part(call, place)
    how = pages.editing(call, here)
    if not how:
        return _closed_part(call, here, model, stored)
    call_id, definition = call.id, call.definition
    form = part_form(
        model, stored, definition.languages, definition.currency, base=call.content_hash, amend=how == "amend"
    )

    def act(context: Context) -> str:
        raw = queries.call_by_id(call_id).definition.model_dump(mode="json")
        try:
            raw = {**raw, **form.part()} if not here else put(raw, here, {**stored, **form.part()})
            changed = _change(context, call_id, form, raw)
        except ValidationError as error:
            raise pages.refused(error, here) from error
        return _after(changed, here, is_new)

    done = perform(form, act, SAVED)
    if done is not None:
        return done
    call = _again(public_id)
    form.base.data = call.content_hash
    return page(
        "programs/part.html", form, call=call, place=here, dotted=place, is_new=is_new, amend=how == "amend",
        title=pages.where(call, here), crumbs=pages.crumbs(call, here),
        below=[] if is_new or not here else pages.below(call, call.definition.model_dump(mode="json"), here, model),
        missing=[m for m in pages.told_missing(call) if m["url"] == pages.address(call, here)]
        if how == "draft" and not is_new else [],
        may_remove=bool(here) and not is_new and _may_remove(here), back=_above(call, here),
    )  # fmt: skip


def _change(context: Context, call_id: int, form: PartForm, raw: dict[str, Any]) -> Call:
    if isinstance(form, AmendForm):
        definition = CallDefinition.model_validate(raw)
        service.amend_call(context, call_id, definition, dict(form.what.data), dict(form.why.data))
        return queries.call_by_id(call_id)
    return service.change_draft(context, call_id, form.base.data, raw)


def _after(call: Call, place: Place, is_new: bool) -> str:
    """A new part that holds others is opened to fill it; otherwise back to what stands above."""
    model = model_at(place)
    if is_new and model is not None and any(s.kind in ("part", "parts") for s in slots(model)):
        return pages.address(call, place)
    return _above(call, place)


def _above(call: Call, place: Place) -> str:
    for end in range(len(place) - 1, 0, -1):
        if isinstance(place[end - 1], int) or _is_single(place[:end]):
            return pages.address(call, place[:end])
    return settings_address(call) + (f"#{place[0]}" if place else "")


def _may_remove(place: Place) -> bool:
    if isinstance(place[-1], int):
        return True
    above = model_at(place[:-1])
    return above is not None and any(s.name == place[-1] and s.empty for s in slots(above))


def _closed_part(call: Call, place: Place, model: Any, stored: dict[str, Any]) -> Response:
    raw = call.definition.model_dump(mode="json")
    return page(
        "programs/part_closed.html", status=200 if request.method == "GET" else 409, call=call,
        title=pages.where(call, place), crumbs=pages.crumbs(call, place), back=_above(call, place),
        values=pages.values(model, stored, call.definition.currency),
        below=pages.below(call, raw, place, model) if place else [],
    )  # fmt: skip


@bp.post("/office/calls/<public_id>/settings/<place>/move")
@guard(officer_of_call)
def move(public_id: str, place: str) -> Response:
    """One up or one down in its list."""
    here, *_ = _part(subject(Call), place)
    by = -1 if request.form.get("to") == "up" else 1
    return _rearrange(public_id, here, lambda raw: moved(raw, here, by), Text("차례를 바꾸었습니다.", "Moved."))


@bp.post("/office/calls/<public_id>/settings/<place>/remove")
@guard(officer_of_call)
def remove(public_id: str, place: str) -> Response:
    here, *_ = _part(subject(Call), place)
    if not here or not _may_remove(here):
        abort(404)
    return _rearrange(public_id, here, lambda raw: removed(raw, here), Text("뺐습니다.", "Removed."))


def _rearrange(public_id: str, here: Place, how: Any, done: Text) -> Response:
    call_id = subject(Call).id

    def act(form: BaseForm) -> Any:
        def change(context: Context) -> str:
            raw = queries.call_by_id(call_id).definition.model_dump(mode="json")
            try:
                return _above(service.change_draft(context, call_id, form.base.data, how(raw)), here)
            except ValidationError as error:
                raise pages.refused(error, here) from error

        return change

    return _press(public_id, act, done)

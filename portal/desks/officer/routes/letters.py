"""Letters to many in two steps: words and recipients are staged and shown, then confirmed; templates beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import g, request, url_for
from sqlalchemy import Select

from portal.desks.officer.forms import LetterForm, TemplateForm, with_words
from portal.desks.officer.pages import letters as pages
from portal.desks.officer.pages import listing
from portal.desks.officer.pages.paging import Pages, number
from portal.desks.officer.queries import content_is_open
from portal.desks.officer.queries import listing as queries
from portal.desks.officer.queries.filter import Filter
from portal.desks.officer.routes.applications import asked
from portal.desks.officer.routes.blueprint import bp
from portal.notifications import queries as notifications
from portal.notifications import rules, service
from portal.notifications.models import LetterBatch, LetterTemplate
from portal.notifications.policies import changes_template, works_on_batch
from portal.notifications.routes import STATES as LETTER_STATES
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.errors import NotFound
from portal.platform.language import Text
from portal.platform.web import ActionForm, PortalForm, context, page, perform
from portal.programs.models import Call
from portal.programs.policies import officer_of_call
from portal.programs.queries import office_call

MOST_TICKED = 500


def _recipients(call: Call, wanted: Filter, only: Sequence[str]) -> Select[int]:
    """Of what the list finds, those whose content is open: before the close nobody is to be known by name."""
    return queries.matching(context().actor, call, wanted, only or None).where(content_is_open())


# --- first step: the words ---


@bp.route("/office/calls/<public_id>/letters/new", methods=["GET", "POST"])
@guard(officer_of_call)
def write_letters(public_id: str) -> Any:
    """To what the address finds, or to those ticked in it."""
    call = subject(Call)
    form: LetterForm = with_words(LetterForm, call.definition.languages)()
    wanted, templates = asked(call), notifications.templates_of(call.id)
    if not form.is_submitted():
        _begin(form, templates)
    only = [one for one in (form.chosen.data or "").split(",") if one][:MOST_TICKED]
    template = next((one for one in templates if one.public_id == form.template.data), None)
    call_id, template_id = call.id, template.id if template is not None else None

    def act(context: Context) -> str:
        batch = service.stage_batch(
            context, call_id, form.words(), _recipients(subject(Call), wanted, only), filter=wanted.query, only=only,
            template_id=template_id,
        )  # fmt: skip
        return url_for("desks_officer.batch", public_id=public_id, batch_id=batch.public_id)

    done = perform(form, act, Text("아직 보내지 않았습니다. 확인해 주십시오.", "Nothing is sent yet. Please check."))
    if done is not None:
        return done
    call = subject(Call)
    found = _recipients(call, wanted, only)
    return page(
        "desks/officer/write_letters.html", form, call=call, wanted=wanted, arguments=wanted.arguments, chosen=only,
        templates=templates, begun=template, applications=queries.count(found),
        chosen_in_words=listing.chosen_in_words(call, wanted), places=pages.places(),
        list_url=url_for(listing.LIST, public_id=public_id, **wanted.arguments),
    )  # fmt: skip


def _begin(form: LetterForm, templates: Sequence[LetterTemplate]) -> None:
    """The template asked for, and the ticks, as the address says."""
    form.chosen.data = ",".join(request.args.getlist("chosen")[:MOST_TICKED])
    chosen = next((one for one in templates if one.public_id == request.args.get("template")), None)
    if chosen is not None:
        form.template.data = chosen.public_id
        form.begin(chosen.subjects, chosen.bodies)


# --- second step: who gets them, one as it is sent, then the word ---


@bp.get("/office/calls/<public_id>/letters/<batch_id>")
@guard(works_on_batch)
def batch(public_id: str, batch_id: str) -> Any:
    return _batch(public_id, subject(LetterBatch), ActionForm(formdata=None))


def _present(public_id: str, batch: LetterBatch) -> tuple[Call, Select[int]]:
    """The call, and who would be chosen now."""
    call = office_call(context().actor, public_id)
    assert call is not None
    return call, _recipients(call, pages.filter_of(call, batch), batch.only)


def _batch(public_id: str, batch: LetterBatch, form: PortalForm) -> Any:
    call, found = _present(public_id, batch)
    state = rules.batch_state(batch)
    written, total = notifications.progress_of(batch.id)
    rows = notifications.recipients_page(batch.id, number())
    who = request.args.get("who", 0, type=int)
    shown = next((row.id for row in rows if row.id == who), rows[0].id if rows else 0)
    differences = (
        rules.differences(notifications.staged(batch.id), notifications.teams_of(found, call.definition.languages))
        if state == "staged"
        else rules.Differences((), (), ())
    )
    place = {"public_id": public_id, "batch_id": batch.public_id}
    return page(
        "desks/officer/batch.html", form, call=call, batch=batch, state=state, words=rules.BATCH_STATES[state], rows=rows,
        written=written, total=total, shown=shown, preview=pages.preview(shown), place=place,
        differing=pages.differing(differences), chosen_in_words=listing.chosen_in_words(call, pages.filter_of(call, batch)),
        languages=listing.LANGUAGES, letter_states=LETTER_STATES, pages=Pages(number(), total, "desks_officer.batch", **place),
    )  # fmt: skip


def _act(public_id: str, verb: Any, done: Text, *, to_log: bool = False) -> Any:
    """One verb on the batch, over the list as it is in the transaction."""
    batch, form = subject(LetterBatch), ActionForm()
    batch_id, code = batch.id, batch.public_id

    def act(context: Context) -> str:
        verb(context, batch_id, _present(public_id, batch)[1])
        if to_log:
            return url_for("notifications.messages", public_id=public_id)
        return url_for("desks_officer.batch", public_id=public_id, batch_id=code)

    answer = perform(form, act, done)
    return answer if answer is not None else _batch(public_id, batch, form)


@bp.post("/office/calls/<public_id>/letters/<batch_id>/confirm")
@guard(works_on_batch)
def confirm_batch(public_id: str, batch_id: str) -> Any:
    return _act(
        public_id, service.confirm_batch, Text("확인했습니다. 편지를 쓰고 있습니다.", "Confirmed. The letters are being written.")
    )  # fmt: skip


@bp.post("/office/calls/<public_id>/letters/<batch_id>/again")
@guard(works_on_batch)
def restage_batch(public_id: str, batch_id: str) -> Any:
    return _act(
        public_id, service.restage_batch, Text("지금의 목록으로 다시 준비했습니다.", "Prepared with the present list.")
    )


@bp.post("/office/calls/<public_id>/letters/<batch_id>/give-up")
@guard(works_on_batch)
def discard_batch(public_id: str, batch_id: str) -> Any:
    def give_up(context: Context, batch_id: int, _: Select[int]) -> None:
        service.discard_batch(context, batch_id)

    return _act(public_id, give_up, Text("보내지 않기로 했습니다.", "Given up; nothing is sent."), to_log=True)


# --- templates ---


@bp.get("/office/calls/<public_id>/letter-templates")
@guard(officer_of_call)
def templates(public_id: str) -> Any:
    call = subject(Call)
    return page(
        "desks/officer/templates.html", call=call, templates=notifications.templates_of(call.id),
        may_everywhere=g.actor.has("administrator"),
    )  # fmt: skip


@bp.route("/office/calls/<public_id>/letter-templates/new", methods=["GET", "POST"])
@guard(officer_of_call)
def new_template(public_id: str) -> Any:
    return _template(subject(Call), None)


@bp.route("/office/calls/<public_id>/letter-templates/<template_id>", methods=["GET", "POST"])
@guard(changes_template)
def template(public_id: str, template_id: str) -> Any:
    call = office_call(g.actor, public_id)
    assert call is not None
    return _template(call, subject(LetterTemplate))


def _template(call: Call, known: LetterTemplate | None) -> Any:
    form: TemplateForm = with_words(TemplateForm, call.definition.languages)()
    if known is not None or not g.actor.has("administrator"):
        del form.everywhere
    if known is not None and not form.is_submitted():
        form.name.data = known.name
        form.begin(known.subjects, known.bodies)

    public_id, code = call.public_id, known.public_id if known is not None else None

    def act(context: Context) -> str:
        everywhere = "everywhere" in form and bool(form["everywhere"].data)
        again = _template_again(context, public_id, code) if code else None
        service.save_template(context, call, form.words(), form.name.data, everywhere=everywhere, known=again)
        return url_for("desks_officer.templates", public_id=public_id)

    done = perform(form, act, Text("양식을 저장했습니다.", "The template is saved."))
    return done if done is not None else page(
        "desks/officer/template.html", form, call=call, known=known, places=pages.places()
    )  # fmt: skip


def _template_again(context: Context, public_id: str, template_id: str) -> LetterTemplate:
    """Inside the transaction: somebody may have deleted it meanwhile."""
    found = notifications.template_in_office(context.actor, public_id, template_id)
    if found is None:
        raise NotFound
    return found


@bp.post("/office/calls/<public_id>/letter-templates/<template_id>/delete")
@guard(changes_template)
def delete_template(public_id: str, template_id: str) -> Any:
    form = ActionForm()

    def act(context: Context) -> str:
        call = office_call(context.actor, public_id)
        assert call is not None
        service.delete_template(context, call, _template_again(context, public_id, template_id))
        return url_for("desks_officer.templates", public_id=public_id)

    done = perform(form, act, Text("양식을 지웠습니다.", "The template is deleted."))
    return done if done is not None else page("errors/404.html", status=404)

"""Where a person works: added from the list of organisations, ended with a date, never deleted."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, g, redirect, request, url_for

from portal.accounts import queries, rules, service
from portal.accounts.forms import AffiliationForm, EndAffiliationForm
from portal.accounts.models import Organisation
from portal.accounts.routes import bp
from portal.platform.access import guard, signed_in
from portal.platform.context import Context
from portal.platform.errors import NotFound
from portal.platform.language import Text, say
from portal.platform.names import nfc
from portal.platform.web import page, perform

NEW = ("new", Text("목록에 없는 기관입니다", "It is not in the list"))


@bp.route("/account/affiliations/new", methods=["GET", "POST"])
@guard(signed_in)
def add_affiliation() -> Any:
    actor, words = g.actor, nfc(request.args.get("q", ""))[:100].strip()
    found = queries.search_organisations(words)
    form = AffiliationForm(since=rules.korean_day(g.now))
    form.organisation.choices = [*((o.public_id, _line(o)) for o in found), NEW]

    def save(context: Context) -> str:
        organisation = _chosen(context, form)
        department = None
        if form.department.data:
            department = service.add_department(context, organisation.id, form.department.data).id
        service.affiliate(
            context, actor.person_id, organisation.id, department, form.since.data, form.until.data,
            title=form.title.data,
        )  # fmt: skip
        return url_for("accounts.profile")

    answer = perform(form, save, Text("소속을 더하였습니다.", "The affiliation is added."))
    return answer or page("accounts/affiliation.html", form=form, words=words, found=len(found))


def _line(organisation: Organisation) -> str:
    return " · ".join(part for part in (organisation.name, organisation.name_en, organisation.country) if part)


def _chosen(context: Context, form: AffiliationForm) -> Organisation:
    if form.organisation.data == "new":
        return service.create_organisation(
            context, form.name.data, form.kind.data, name_en=form.name_en.data, registration=form.registration.data
        )
    organisation = queries.organisation_by_public_id(form.organisation.data)
    if organisation is None:
        raise NotFound("organisation")
    return organisation


@bp.post("/account/affiliations/end")
@guard(signed_in)
def end_affiliation() -> Any:
    form, person_id = EndAffiliationForm(), g.actor.person_id
    wanted = form.affiliation.data or ""
    if not wanted.isascii() or not wanted.isdigit() or len(wanted) > 18:
        abort(404)

    def save(context: Context) -> str:
        service.end_affiliation(context, int(wanted), person_id, form.until.data)
        return url_for("accounts.profile")

    answer = perform(form, save, Text("마지막 날을 적었습니다.", "The last day is recorded."))
    if answer is not None:
        return answer
    if form.status == 404:
        abort(404)
    for sentence in [e for errors in form.errors.values() for e in errors]:
        flash(say(sentence), "danger")
    return redirect(url_for("accounts.profile"), code=303)

"""`/profile/data`: what the portal holds of me, a copy of it, who looked; leaving; erasure on request."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, redirect, request, send_file, url_for

from portal.accounts import engine, rules
from portal.accounts import queries as accounts
from portal.accounts import service as account_service
from portal.accounts.errors import PasswordWrong
from portal.accounts.models import PersonalCopy
from portal.accounts.routes.frame import act, leave, network, tried
from portal.applications import service as applications
from portal.applications.queries.consortium import own_consents
from portal.applications.rules import is_open
from portal.desks.person import compose, pages, queries
from portal.desks.person.forms import ErasureForm, LeaveForm, WithdrawForm
from portal.desks.person.policies import erases_people, takes_copy
from portal.platform import storage
from portal.platform.access import guard, signed_in, subject
from portal.platform.context import Context
from portal.platform.errors import DomainError
from portal.platform.language import Text, say
from portal.platform.transaction import in_transaction
from portal.platform.web import context, page, perform

bp = Blueprint("desks_person", __name__)


def _ids() -> list[int]:
    return accounts.identities(accounts.person_of(g.actor.person_id))


@bp.get("/profile/data")
@guard(signed_in)
def data() -> Any:
    ids = _ids()
    places = own_consents(g.actor)
    return page(
        "desks/person/data.html", purposes=pages.purposes(compose.holdings(ids)),
        consents=pages.consent_rows(accounts.consents_of(ids)),
        places=[{"member": m, "may_withdraw": is_open(m.application, g.now)} for m in places],
        readings=pages.readings(ids, g.now), role_words=pages.role_words, copies=queries.copies_of(ids),
        terms=pages.term_rows(),
    )  # fmt: skip


@bp.post("/profile/data/copy")
@guard(signed_in)
def ask_copy() -> Any:
    person_id = g.actor.person_id
    return act(
        lambda context: account_service.ask_copy(context, person_id),
        url_for("desks_person.data", _anchor="copy"),
        Text(
            "사본을 만들고 있습니다. 준비되면 이 화면에서 내려받을 수 있습니다.",
            "Your copy is being made. It will appear on this page.",
        ),
    )


@bp.get("/profile/data/copies/<public_id>")
@guard(takes_copy)
def take_copy(public_id: str) -> Response:
    """Logged each time; the file is the person's alone."""
    copy, taker = subject(PersonalCopy), context()
    copy_id, sha256, made_at = copy.id, copy.sha256 or "", copy.made_at or g.now
    in_transaction(lambda: account_service.note_copy_taken(taker, copy_id))
    response = send_file(
        storage.open(sha256), mimetype="application/zip", as_attachment=True,
        download_name=f"my-data-{rules.korean_day(made_at).isoformat()}.zip", etag=False, conditional=False,
    )  # fmt: skip
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.post("/profile/data/withdraw")
@guard(signed_in)
def withdraw_consent() -> Any:
    wanted = WithdrawForm().member.data or ""
    return act(
        lambda context: applications.withdraw_consent(context, wanted),
        url_for("desks_person.data", _anchor="consents"),
        Text(
            "동의를 철회했습니다. 신청팀에 참여자로 남지 않습니다.",
            "Your consent is withdrawn; you no longer stand in that team.",
        ),
    )


@bp.route("/profile/leave", methods=["GET", "POST"])
@guard(signed_in)
def close() -> Any:
    """Like every form with a password it claims no request id: a claim would keep a quick hash of what was posted."""
    form, person_id = LeaveForm(), g.actor.person_id
    if form.is_submitted() and not form.validate():
        form.status = 422
    elif form.is_submitted():
        try:
            _close(person_id, form)
        except DomainError as error:
            form.refuse(error)
        else:
            leave()
            flash(
                say(Text("계정을 닫았습니다. 그동안 이용해 주셔서 고맙습니다.", "Your account is closed. Thank you.")),
                "success",
            )
            return redirect("/", code=303)
    at, ids = context(), _ids()
    return page(
        "desks/person/leave.html", form, hindrances=compose.hindrances(at, person_id),
        remaining=compose.remaining(at, ids),
    )  # fmt: skip


def _close(person_id: int, form: LeaveForm) -> None:
    """The password is verified before the transaction; its tries are counted like those at sign-in."""
    where, email = network(), accounts.person_of(person_id).email_key
    tried(lambda context: account_service.count_sign_in(context, email, where))
    known = accounts.credentials_of_person(person_id)
    if known is None or not engine.password_matches(known.password_hash, form.password.data):
        raise PasswordWrong("password")
    tried(lambda context: compose.leave(context, person_id, known.password_hash))


@bp.route("/office/erasure", methods=["GET", "POST"])
@guard(erases_people)
def erasure() -> Any:
    form, found = ErasureForm(), []

    def carry_out(context: Context) -> str:
        found.append(compose.erase_by_request(context, form.email.data, form.reason.data))
        return url_for("desks_person.erasure", erased=found[-1].count, remains=len(found[-1].remains))

    answer = perform(form, carry_out)
    if answer is not None:
        return answer
    erased, remains = (request.args.get(name, type=int) for name in ("erased", "remains"))
    return page("desks/person/erasure.html", form, erased=erased, remains=remains)

"""Sign-in, sign-out, the second factor, and the demonstration's short way in."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import segno
from flask import abort, current_app, flash, g, redirect, request, url_for
from markupsafe import Markup

from portal.accounts import engine, queries, rules, service
from portal.accounts.errors import SignInRefused
from portal.accounts.forms import CodeForm, SignInForm
from portal.accounts.routes import bp
from portal.accounts.routes.frame import act, device, enter, leave, network, tried
from portal.platform import clock
from portal.platform.access import guard, public, signed_in
from portal.platform.errors import DomainError, NotFound
from portal.platform.language import Text, say
from portal.platform.names import email_key
from portal.platform.web import page

ISSUER = "AI Grant Portal"


@bp.route("/sign-in", methods=["GET", "POST"], endpoint="sign_in")
@public
def sign_in() -> Any:
    form = SignInForm()
    if not form.is_submitted():
        form.next.data = rules.own_path(request.args.get("next")) or ""
    elif not form.validate():
        form.status = 422
    else:
        try:
            return _arrive(_check_password(form.email.data, form.password.data), form.next.data)
        except DomainError as error:
            form.refuse(error)
    form.next.data = rules.own_path(form.next.data) or ""
    return page("accounts/sign_in.html", form=form)


def _check_password(email: str, password: str) -> str:
    """Count the try, verify (one hash's work whatever is known of the address), open a session; its token."""
    key, where = email_key(email), network()
    tried(lambda context: service.count_sign_in(context, key, where))
    known = queries.credentials_of_address(key)
    if not engine.password_matches(known.password_hash if known else None, password) or known is None:
        raise SignInRefused
    fresh = engine.hash_password(password) if engine.hash_is_old(known.password_hash) else None
    return tried(lambda context: service.sign_in(context, known.person_id, known.password_hash, fresh, where, device()))


def _arrive(token: str, wanted: str | None) -> Any:
    """To the page that was asked for, by way of the second factor where a role needs one."""
    target = rules.own_path(wanted)
    actor = queries.actor_of_session(token, clock.real_now())
    if actor is None or actor.person_id is None:
        raise NotFound
    pending = queries.needs_second_factor(queries.person_of(actor.person_id), g.now)
    enter(token, pending=pending)
    if pending:
        return redirect(url_for("accounts.second_factor", next=target), code=303)
    return redirect(target or rules.landing(actor), code=303)


@bp.post("/sign-out")
@public
def sign_out() -> Any:
    actor = g.actor
    if actor.session_id is not None:
        with suppress(NotFound):  # a twin of this request was faster
            tried(lambda context: service.close_session(context, actor.session_id, actor.person_id))
    leave()
    flash(say(Text("로그아웃하였습니다.", "You have signed out.")), "success")
    return redirect("/", code=303)


@bp.route("/account/second-factor", methods=["GET", "POST"])
@guard(signed_in)
def second_factor() -> Any:
    form, actor = CodeForm(), g.actor
    if not form.is_submitted():
        form.next.data = rules.own_path(request.args.get("next")) or ""
    elif not form.validate():
        form.status = 422
    else:
        try:
            return _pass(form.code.data, form.next.data)
        except DomainError as error:
            form.refuse(error)
    form.next.data = rules.own_path(form.next.data) or ""
    account, opened = queries.account_of(actor.person_id), queries.session_of(actor.session_id)
    if account is None or opened is None:
        abort(404)
    values: dict[str, Any] = {"enrolled": account.totp_confirmed_at, "passed": opened.second_factor_at}
    if account.totp_secret and not account.totp_confirmed_at:
        address = engine.enrolment_address(account.totp_secret, queries.person_of(actor.person_id).email, ISSUER)
        values |= {"picture": _picture(address), "address": address, "secret": _in_fours(account.totp_secret)}
    return page("accounts/second_factor.html", form=form, **values)


def _pass(code: str, wanted: str | None) -> Any:
    actor, where = g.actor, network()
    tried(lambda context: service.count_code(context, actor.person_id, where))
    token = tried(lambda context: service.pass_second_factor(context, actor.session_id, code, where))
    enter(token)
    fresh = queries.actor_of_session(token, clock.real_now())
    return redirect(rules.own_path(wanted) or rules.landing(fresh or actor), code=303)


def _picture(address: str) -> Markup:
    """The QR picture as SVG inside the page: dark on white whatever the colours around it."""
    drawn = segno.make(address, error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff", omitsize=False)
    return Markup(drawn)  # noqa: S704 - drawn here from squares, nothing typed is in it


def _in_fours(secret: str) -> str:
    return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))


@bp.post("/account/second-factor/start")
@guard(signed_in)
def start_second_factor() -> Any:
    person_id = g.actor.person_id
    return act(
        lambda context: service.start_second_factor(context, person_id),
        url_for("accounts.second_factor"),
        Text("아래 그림을 인증 앱으로 읽어 주십시오.", "Read the picture below with your authenticator app."),
    )


@bp.post("/demo/sign-in")
@public
def try_as() -> Any:
    """Demonstration only: become one of its invented people, second factor included."""
    if not current_app.config["DEMO"]:
        abort(404)
    found = queries.people_by_public_ids([request.form.get("person", "")])
    if not found:
        abort(404)
    person_id, earlier = found[0].id, g.actor
    token = tried(lambda context: service.open_session(context, person_id, second_factor=True, device=device()))
    if earlier.session_id is not None:
        tried(lambda context: service.close_session(context, earlier.session_id, earlier.person_id))
    enter(token)
    actor = queries.actor_of_session(token, clock.real_now()) or earlier
    return redirect(rules.own_path(request.form.get("next")) or rules.landing(actor), code=303)

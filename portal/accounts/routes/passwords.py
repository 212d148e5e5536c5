"""Registration, confirmation, and new passwords by a mailed link."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, url_for

from portal.accounts import engine, queries, rules, service
from portal.accounts.errors import LinkSpent, NotTheChosenPassword, PasswordWrong
from portal.accounts.forms import AskResetForm, ConfirmForm, PasswordForm, RegisterForm, ResetForm
from portal.accounts.models import TokenPurpose
from portal.accounts.routes import bp
from portal.accounts.routes.frame import device, enter, network, tried
from portal.platform.access import guard, public, signed_in
from portal.platform.context import Context
from portal.platform.errors import DomainError
from portal.platform.language import Text, language, say
from portal.platform.web import PortalForm, page


def _accepted(form: PortalForm) -> bool:
    if not form.is_submitted():
        return False
    if not form.validate():
        form.status = 422
        return False
    return True


@bp.route("/register", methods=["GET", "POST"])
@public
def register() -> Any:
    form = RegisterForm()
    if not form.is_submitted():
        form.language.data = language()
    if _accepted(form):
        hashed, where = engine.hash_password(form.password.data), network()
        consent = rules.secret_hash(say(rules.ACCOUNT_CONSENT))

        def ask(context: Context) -> None:
            service.register(
                context, form.name.data, form.email.data, hashed, form.language.data, where, consent
            )  # fmt: skip

        try:
            tried(ask)
            return redirect(url_for("accounts.registered"), code=303)
        except DomainError as error:
            form.refuse(error)
    return page("accounts/register.html", form=form, consent_text=rules.ACCOUNT_CONSENT)


@bp.get("/register/sent")
@public
def registered() -> Any:
    return page("accounts/letter_sent.html", purpose="confirm")


@bp.route("/account/confirm/<token>", methods=["GET", "POST"])
@public
def confirm(token: str) -> Any:
    """The mailed link; the chosen password is asked for, so that only who registered can finish."""
    form = ConfirmForm()
    known = queries.credentials_of_link(token, TokenPurpose.CONFIRM, g.now)
    if known is None:
        return page("accounts/link_spent.html", status=410, purpose="confirm")
    if _accepted(form):
        try:
            if not engine.password_matches(known.password_hash, form.password.data):
                raise NotTheChosenPassword("password")
            opened = tried(lambda context: service.confirm(context, token, known.password_hash, device()))
        except LinkSpent:
            return page("accounts/link_spent.html", status=410, purpose="confirm")
        except DomainError as error:
            form.refuse(error)
        else:
            pending = queries.needs_second_factor(queries.person_of(known.person_id), g.now)
            enter(opened, pending=pending)
            flash(say(Text("전자우편 주소를 확인하였습니다.", "Your e-mail address is confirmed.")), "success")
            return redirect("/", code=303)
    return page("accounts/confirm.html", form=form, email=known.email)


@bp.route("/reset", methods=["GET", "POST"])
@public
def ask_reset() -> Any:
    form = AskResetForm()
    if _accepted(form):
        where = network()
        try:
            tried(lambda context: service.ask_reset(context, form.email.data, where))
            return redirect(url_for("accounts.reset_asked"), code=303)
        except DomainError as error:
            form.refuse(error)
    return page("accounts/ask_reset.html", form=form)


@bp.get("/reset/sent")
@public
def reset_asked() -> Any:
    return page("accounts/letter_sent.html", purpose="reset")


@bp.route("/reset/link/<token>", methods=["GET", "POST"])
@public
def reset(token: str) -> Any:
    """The person is whoever the link was made for; nothing else in the request names one."""
    form = ResetForm()
    known = queries.credentials_of_link(token, TokenPurpose.RESET, g.now)
    if known is None:
        return page("accounts/link_spent.html", status=410, purpose="reset")
    if _accepted(form):
        hashed, where = engine.hash_password(form.password.data), network()
        try:
            tried(lambda context: service.reset_password(context, token, hashed, where))
        except LinkSpent:
            return page("accounts/link_spent.html", status=410, purpose="reset")
        sentence = Text("새 비밀번호로 로그인해 주십시오.", "Sign in with your new password.")
        flash(say(sentence), "success")
        return redirect(url_for("accounts.sign_in"), code=303)
    return page("accounts/reset.html", form=form)


@bp.route("/account/password", methods=["GET", "POST"])
@guard(signed_in)
def password() -> Any:
    form, actor = PasswordForm(), g.actor
    if _accepted(form):
        try:
            enter(_change(actor.person_id, actor.session_id, form))
        except DomainError as error:
            form.refuse(error)
        else:
            sentence = Text(
                "비밀번호를 바꾸었습니다. 다른 기기에서는 모두 로그아웃되었습니다.",
                "Your password is changed. You are signed out everywhere else.",
            )
            flash(say(sentence), "success")
            return redirect(url_for("accounts.profile"), code=303)
    return page("accounts/password.html", form=form)


def _change(person_id: int, session_id: int, form: PasswordForm) -> str:
    """The token of the new session; tries at the current password are counted like those at sign-in."""
    where, email = network(), queries.person_of(person_id).email_key
    tried(lambda context: service.count_sign_in(context, email, where))
    known, opened = queries.credentials_of_person(person_id), queries.session_of(session_id)
    if known is None or opened is None or not engine.password_matches(known.password_hash, form.current.data):
        raise PasswordWrong("current")
    hashed, passed = engine.hash_password(form.password.data), opened.second_factor_at is not None
    return tried(
        lambda context: service.change_password(context, person_id, known.password_hash, hashed, passed, device())
    )

"""What surrounds the pages of accounts: the browser's session, and acts without a page of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import abort, flash, g, redirect, request, session, url_for

from portal.accounts import rules, service
from portal.accounts.routes import bp
from portal.platform import clock
from portal.platform.context import Context
from portal.platform.language import Text
from portal.platform.transaction import in_transaction
from portal.platform.web import ActionForm, PortalForm, context, kept_through_sign_in, perform

T = TypeVar("T")
PENDING = "second_factor_pending"
OUTSIDE_THE_WAIT = {
    "accounts.second_factor", "accounts.start_second_factor", "accounts.sign_out", "static", "health",
    "choose_language",
}  # fmt: skip


def network() -> str:
    """The client's address as throttles count it."""
    return rules.network(request.remote_addr)


def device() -> str:
    return request.user_agent.string[:200]


def tried(action: Callable[[Context], T]) -> T:
    """One retried transaction. Forms with a password do not claim their request id: a claim keeps a quick hash of
    what was posted. Their services bear repetition by themselves."""
    return in_transaction(lambda: action(context()))


def enter(token: str, *, pending: bool = False) -> None:
    """Nothing of the browser's earlier session survives but what says nothing of a person: language, plain choices."""
    kept = {key: session[key] for key in kept_through_sign_in if session.get(key)}
    session.clear()
    session.update(kept)
    session["token"] = token
    session["seen"] = int(clock.real_now().timestamp())
    if pending:
        session[PENDING] = True


def leave() -> None:
    language = session.get("lang")
    session.clear()
    if language:
        session["lang"] = language


def act(action: Callable[[Context], object], back: str, done: Text) -> Any:
    """A button's post: back to the page it stands on, with what was done or why not."""
    form: PortalForm = ActionForm()

    def carried(context: Context) -> str:
        action(context)
        return back

    answer = perform(form, carried, done)
    if answer is not None:
        return answer
    if form.status == 404:
        abort(404)
    for sentence in [e for errors in form.errors.values() for e in errors]:
        flash(sentence, "danger")
    return redirect(back, code=303)


@bp.before_app_request
def keep_session() -> None:
    """A used session stays alive. The cookie tells when to write, the database decides whether."""
    session_id = g.actor.session_id
    if session_id is None or request.endpoint == "static":
        return
    now = clock.real_now()
    if now.timestamp() - float(session.get("seen", 0)) >= rules.TOUCH_EVERY.total_seconds():
        in_transaction(lambda: service.touch_session(session_id, now))
        session["seen"] = int(now.timestamp())


@bp.before_app_request
def lead_to_second_factor() -> Any:
    """A convenience only: without the second factor the roles do not count anyway."""
    if session.get(PENDING) and g.actor.session_id and request.method == "GET":
        if request.endpoint in OUTSIDE_THE_WAIT or request.endpoint is None:
            return None
        return redirect(url_for("accounts.second_factor", next=rules.own_path(request.full_path.rstrip("?"))))
    return None

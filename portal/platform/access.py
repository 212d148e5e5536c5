"""Who may: deny by default.

A `Policy` loads its object with the viewer in hand (missing and forbidden are the same nothing) and then answers
with `Allow` or `Deny`, objects without a truth value. `guard(policy)` or `public` marks every route; the census in
`factory.py` refuses to start when one is missing.

    @policy(load=queries.application_for)
    def edits_application(actor: Actor, application: Application) -> Decision:
        return allow_if(rules.is_member(actor, application))

    @bp.get("/applications/<public_id>")
    @guard(edits_application)
    def show(public_id: str): application = subject(Application) ...
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from flask import abort, g, redirect, request, url_for
from werkzeug.exceptions import HTTPException

from portal.platform.context import Actor

log = logging.getLogger(__name__)
T = TypeVar("T")
View = TypeVar("View", bound=Callable[..., Any])


class _NoTruth:
    def __bool__(self) -> bool:
        raise TypeError("a decision has no truth value: ask isinstance(decision, Allow)")


class Allow(_NoTruth):
    pass


@dataclass(frozen=True)
class Deny(_NoTruth):
    """`hidden`: answer as if there were nothing (404); otherwise 403."""

    hidden: bool = True

    def __bool__(self) -> bool:
        return super().__bool__()


Decision = Allow | Deny
ALLOW = Allow()
HIDE = Deny(hidden=True)
FORBID = Deny(hidden=False)


def allow_if(condition: bool, otherwise: Deny = HIDE) -> Decision:
    return ALLOW if condition is True else otherwise


@dataclass
class Policy:
    """A named rule of access. `ask(actor, object)`; without `load` it is `ask(actor)`."""

    name: str
    ask: Callable[..., Decision]
    load: Callable[..., Any] | None = None
    sign_in: bool = True  # a visitor is sent to the sign-in page

    def decide(self, actor: Actor, arguments: dict[str, Any]) -> tuple[Decision, Any]:
        """The decision and the loaded object. Whatever is not an Allow or a Deny, and any exception, denies."""
        try:
            found = None
            if self.load is not None:
                found = self.load(actor, **arguments)
                if found is None:
                    return HIDE, None
            answer = self.ask(actor) if self.load is None else self.ask(actor, found)
        except HTTPException:
            raise
        except Exception:
            log.exception("policy %s failed", self.name)
            return HIDE, None
        return (answer, found) if isinstance(answer, Allow | Deny) else (HIDE, None)


policies: dict[str, Policy] = {}
arrived: list[Callable[[object], None]] = []  # told what a policy has loaded, before the view runs


def policy(
    load: Callable[..., Any] | None = None, *, sign_in: bool = True
) -> Callable[[Callable[..., Decision]], Policy]:
    def register(ask: Callable[..., Decision]) -> Policy:
        name = f"{ask.__module__.removeprefix('portal.').removesuffix('.policies')}.{ask.__name__}"
        if name in policies:
            raise RuntimeError(f"two policies are called {name}")
        policies[name] = Policy(name, ask, load, sign_in)
        return policies[name]

    return register


def guard(rule: Policy) -> Callable[[View], View]:
    """The route asks `rule` first; the loaded object is `subject()`."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            actor: Actor = g.actor
            if rule.sign_in and actor.person_id is None:
                if request.method == "GET":
                    return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
                abort(401)
            decision, found = rule.decide(actor, kwargs)
            if isinstance(decision, Deny):
                abort(404 if decision.hidden else 403)
            arrive(found)
            return view(*args, **kwargs)

        guarded.policy = rule.name  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return mark


def arrive(found: object) -> None:
    """What the page is about; a public route that finds it behind a link says so itself."""
    g.subject = found
    for tell in arrived:
        tell(found)


def public(view: View) -> View:
    """Everybody may: stands on the explicit list of the matrix test."""
    view.policy = "public"  # type: ignore[attr-defined]
    return view


def subject(kind: type[T]) -> T:
    """The object that the route's policy loaded."""
    found = g.subject
    if not isinstance(found, kind):
        raise TypeError(f"the policy loaded {type(found).__name__}, the view wants {kind.__name__}")
    return found


@policy()
def signed_in(actor: Actor) -> Decision:
    return allow_if(actor.person_id is not None, FORBID)


def role_policy(name: str, *roles: str) -> Policy:
    """Holds one of `roles` with any scope (the queries behind narrow to the scope)."""

    def ask(actor: Actor) -> Decision:
        return allow_if(any(actor.holds(role) for role in roles), FORBID)

    policies[name] = Policy(name, ask)
    return policies[name]

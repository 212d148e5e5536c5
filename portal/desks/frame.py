"""What stands around every page: navigation, the roles one has, unread letters."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import flask
from flask import current_app, request
from sqlalchemy import Select, null, select

from portal.accounts.rules import IDLE
from portal.audit.queries import head_hash
from portal.notifications.queries import unread_count
from portal.platform.clock import now
from portal.platform.context import Actor
from portal.platform.db import db
from portal.platform.language import Text, say
from portal.platform.visibility import built_once
from portal.programs.models import Call

OFFICE = ("officer", "administrator", "budget_officer", "auditor")
DESKS = (
    ("applicant", Text("신청자", "Applicant"), "desks_applicant.applications"),
    ("reviewer", Text("평가위원", "Reviewer"), "desks_reviewer.reviews"),
    ("officer", Text("사업 담당자", "Program officer"), "desks_officer.office"),
    ("budget_officer", Text("예산 담당자", "Budget officer"), "budgets.tree"),
    ("auditor", Text("감사 담당자", "Auditor"), "desks_auditor.audit"),
)


LEADS_TO_CALL = ("call", "application", "stage", "entry", "panel", "institution", "assignment")


def call_of(subject: object) -> Call | None:
    """The call that the page's object belongs to, if it belongs to one: its zone and its preview mark the page."""
    at = subject[0] if isinstance(subject, tuple) and subject else subject
    for _ in range(4):
        if at is None or isinstance(at, Call):
            return at
        at = next((found for name in LEADS_TO_CALL if (found := getattr(at, name, None)) is not None), None)
    return None


def page_frame(actor: Actor) -> dict[str, Any]:
    """Variables of the layout; one query for a signed-in person, none for a visitor."""
    signed_in = actor.person_id is not None
    unread, head = _counted(actor) if signed_in else (0, None)
    nav = [
        _link(Text("사업·공고", "Programs and calls"), "desks_public.programs", "desks_public", "programs"),
        _link(Text("선정 결과", "Awards"), "desks_public.awards"),
    ]
    roles = []
    if signed_in:
        nav.append(
            _link(
                Text("내 신청", "My applications"), "desks_applicant.applications", "applications", "desks_applicant",
                paths=("/applications/",),
            )
        )  # fmt: skip
    if actor.holds("reviewer") or actor.holds("chair"):
        nav.append(
            _link(
                Text("평가", "Reviews"), "desks_reviewer.reviews", "desks_reviewer",
                paths=("/reviews", "/seats/", "/panels/"),
            )
        )  # fmt: skip
    if actor.holds("officer") or actor.holds("administrator"):
        nav.append(
            _link(
                Text("업무", "Office"), "desks_officer.office", "desks_officer", "programs", "screening", "ranking",
                paths=("/office/calls/", "/office/panels/"),
            )
        )  # fmt: skip
        nav.append(_link(Text("사람", "People"), "accounts.people"))
    if actor.holds("budget_officer") or actor.holds("auditor"):
        nav.append(_link(Text("예산", "Budget"), "budgets.tree", "budgets"))
    if actor.holds("auditor"):
        nav.append(_link(Text("감사", "Audit"), "desks_auditor.audit", "desks_auditor"))
    if signed_in:
        for role, label, endpoint in DESKS:
            held = (
                role == "applicant"
                or actor.holds(role)
                or (role == "officer" and actor.holds("administrator"))
                or (role == "reviewer" and actor.holds("chair"))
            )
            if held:
                roles.append({"label": say(label), "url": url_for(endpoint), "current": request.endpoint == endpoint})
    return {
        "nav": nav,
        "roles": roles if len(roles) > 1 else [],
        "session_end": now() + IDLE if signed_in else None,
        "inbox_count": unread,
        "audit_head": head[:12] if head is not None else None,
        "links": {
            "sign_in": url_for("accounts.sign_in"),
            "sign_out": url_for("accounts.sign_out"),
            "inbox": url_for("notifications.inbox"),
            "profile": url_for("accounts.profile"),
            "help": url_for("desks_public.help_page"),
            "accessibility": url_for("desks_public.accessibility"),
            "privacy": url_for("desks_public.privacy"),
            "tour": "/#try",
        },
    }


def _counted(actor: Actor) -> tuple[int, str | None]:
    """(unread letters, the chain's head for those who see it) in one query."""
    sees_chain = any(actor.holds(role) for role in OFFICE)
    unread, head = db.session.execute(_counts(sees_chain), {"me": list(actor.same_as)}).one()
    return unread, (head or "") if sees_chain else None


@built_once
def _counts(sees_chain: bool) -> Select[int, Any]:
    return select(unread_count(), head_hash() if sees_chain else null())


def url_for(endpoint: str) -> str:
    return _address(request.root_path, endpoint)


@lru_cache(maxsize=256)
def _address(root: str, endpoint: str) -> str:
    """Under the same root an address without arguments is always the same."""
    return flask.url_for(endpoint) if endpoint in current_app.view_functions else "/"


def _link(label: Text, endpoint: str, *rooms: str, paths: tuple[str, ...] = ()) -> dict[str, Any]:
    """`rooms` (blueprints) and `paths` (beginnings of addresses) belong to this entry of the menu; a room's pages below
    /office/calls/ belong to the office."""
    here, office = request.endpoint or "", request.path.startswith("/office/calls/")
    inside = request.blueprint in rooms and not office
    return {
        "label": say(label),
        "url": url_for(endpoint),
        "current": here == endpoint or inside or request.path.startswith(paths),
    }

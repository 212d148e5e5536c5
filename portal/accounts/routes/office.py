"""The office's pages about people: officers and auditors read, administrators change."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, g, request, url_for

from portal.accounts import queries, rules, service
from portal.accounts.forms import GrantForm
from portal.accounts.models import Person
from portal.accounts.policies import changes_roles, changes_standing, reads_people, reads_person
from portal.accounts.routes import bp
from portal.accounts.routes.frame import act
from portal.platform import clock
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.formats import KST
from portal.platform.language import Text
from portal.platform.names import nfc
from portal.platform.transaction import in_transaction
from portal.platform.web import context, page, perform


@bp.get("/office/people")
@guard(reads_people)
def people() -> Any:
    words = nfc(request.args.get("q", ""))[:100].strip()
    role = request.args.get("role", "")
    role = role if role in rules.ROLE_NAMES else ""
    number = request.args.get("page", 1, type=int)
    found = queries.people(g.now, words=words, role=role, number=min(max(number, 1), 100_000))

    def url_for_page(n: int) -> str:
        return url_for("accounts.people", q=words or None, role=role or None, page=n)

    return page(
        "accounts/people.html", found=found, words=words, role=role, role_names=rules.ROLE_NAMES, doubles_waiting=queries.waiting_doubles(g.actor), may_erase=rules.can_change_people(g.actor),
        pages={"number": found.number, "pages": found.pages, "total": found.total, "url_for": url_for_page},
    )  # fmt: skip


@bp.get("/office/people/<public_id>")
@guard(reads_person)
def person(public_id: str) -> Any:
    found = subject(Person)
    in_transaction(lambda: service.note_reading(context(), queries.person_of(found.id)))
    return _person_page(found, GrantForm())


def _person_page(found: Person, form: GrantForm) -> Any:
    ids, actor = queries.identities(found), g.actor
    account = queries.account_of(found.id)
    own = actor.person_id in ids
    return page(
        "accounts/person.html", form=form, person=found, account=account, own=own,
        doubles=queries.doubles_of(found), grants=queries.grants_of(ids), role_names=rules.ROLE_NAMES,
        affiliations=queries.affiliations_of(ids),
        session_count=len(queries.live_sessions(found.id, clock.real_now())),
        may_grant=actor.holds("administrator") and not own,
        may_change=rules.can_change_people(actor) and not own and account is not None,
    )  # fmt: skip


@bp.post("/office/people/<public_id>/roles")
@guard(changes_roles)
def grant_role(public_id: str) -> Any:
    found, form = subject(Person), GrantForm()
    person_id = found.id

    def save(context: Context) -> str:
        until = _end_of(form.until.data)
        service.grant_role(context, person_id, form.role.data, form.scope.data, until)
        return url_for("accounts.person", public_id=public_id)

    answer = perform(form, save, Text("역할을 부여하였습니다.", "The role is granted."))
    return answer or _person_page(queries.person_of(person_id), form)


def _end_of(day: Any) -> datetime | None:
    """A role's last day counts whole, in Korea."""
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(KST))


@bp.post("/office/people/<public_id>/roles/revoke")
@guard(changes_roles)
def revoke_role(public_id: str) -> Any:
    wanted, person_id = request.form.get("grant", ""), subject(Person).id
    if not wanted.isascii() or not wanted.isdigit() or len(wanted) > 18:
        abort(404)
    return act(
        lambda context: service.revoke_role(context, person_id, int(wanted)),
        url_for("accounts.person", public_id=public_id),
        Text("역할을 거두었습니다.", "The role is revoked."),
    )


@bp.post("/office/people/<public_id>/disable")
@guard(changes_standing)
def disable(public_id: str) -> Any:
    person_id = subject(Person).id
    return act(
        lambda context: service.disable_account(context, person_id),
        url_for("accounts.person", public_id=public_id),
        Text("계정을 정지하였습니다.", "The account is disabled."),
    )


@bp.post("/office/people/<public_id>/enable")
@guard(changes_standing)
def enable(public_id: str) -> Any:
    person_id = subject(Person).id
    return act(
        lambda context: service.enable_account(context, person_id),
        url_for("accounts.person", public_id=public_id),
        Text("계정을 다시 열었습니다.", "The account is enabled."),
    )


@bp.post("/office/people/<public_id>/second-factor/reset")
@guard(changes_standing)
def reset_second_factor(public_id: str) -> Any:
    person_id = subject(Person).id
    return act(
        lambda context: service.reset_second_factor(context, person_id),
        url_for("accounts.person", public_id=public_id),
        Text(
            "2단계 인증을 지웠습니다. 다음 로그인 때 다시 등록합니다.",
            "The second factor is cleared. It is set up anew at the next sign-in.",
        ),
    )

"""A person's own settings; roles and standing of others, by administrators."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select

from portal.accounts import queries, rules
from portal.accounts.errors import (
    AlreadyGranted,
    NoAccount,
    NotYourself,
    NumberTaken,
    OrcidTaken,
    OutsideYourScope,
    ScopeUnreadable,
    TooManyAddresses,
)
from portal.accounts.models import Account, Address, Person, ReviewerProfile, Role, RoleGrant
from portal.accounts.service.changes import note_change
from portal.accounts.service.sessions import refuse_own, revoke_all
from portal.audit import service as audit
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import NotFound
from portal.platform.files.resident_number import refuse_resident_numbers
from portal.platform.names import email_key, nfc

MOST_ADDRESSES = 10


def _locked(person_id: int) -> Person:
    person = db.session.get(Person, person_id, with_for_update=True)
    if person is None:
        raise NotFound
    return person


def save_profile(
    context: Context, person_id: int, name: str, language: str, time_zone: str, researcher_number: str,
    name_latin: str = "", orcid: str = "", addresses: Sequence[str] = (),
) -> Person:  # fmt: skip
    """What people say of themselves. `addresses`: others under which they are known; nobody writes to them.

    Raises NumberTaken, OrcidTaken, OrcidUnreadable, EmailUnreadable, TooManyAddresses.
    """
    person = _locked(person_id)
    refuse_resident_numbers(name_latin, "name_latin")
    iris = rules.orcid_of(orcid, "orcid")
    if iris and _taken(Person.orcid == iris, person_id):
        raise OrcidTaken("orcid")
    _keep_addresses(context, person, addresses)
    refuse_resident_numbers(name, "name")
    refuse_resident_numbers(researcher_number, "researcher_number")
    number = researcher_number.strip() or None
    if number and _taken(Person.researcher_number == number, person_id):
        raise NumberTaken("researcher_number")
    person.name, person.language, person.time_zone = nfc(name).strip(), language, time_zone
    person.researcher_number, person.orcid, person.name_latin = number, iris, nfc(name_latin).strip()
    return person


def _taken(whose: ColumnElement[bool], person_id: int) -> bool:
    return db.session.scalars(select(Person.id).where(whose, Person.id != person_id)).first() is not None


def _keep_addresses(context: Context, person: Person, typed: Sequence[str]) -> None:
    """Each once, in its canonical form; the person's own address is not another one."""
    wanted = {key: line.strip() for line in typed if line.strip() and (key := email_key(line, "addresses"))}
    wanted.pop(person.email_key, None)
    if len(wanted) > MOST_ADDRESSES:
        raise TooManyAddresses("addresses", most=MOST_ADDRESSES)
    known = {row.email_key: row for row in queries.addresses_of([person.id])}
    for key in known.keys() - wanted.keys():
        db.session.delete(known[key])
    for key in sorted(wanted.keys() - known.keys()):
        db.session.add(Address(person_id=person.id, email=wanted[key], email_key=key, added_at=context.now))
    if known.keys() != wanted.keys():
        note_change(context, person.id)


def save_reviewer_profile(
    context: Context,
    person_id: int,
    *,
    keywords: str,
    kind: str,
    capacity: int,
    works: str = "",
) -> ReviewerProfile:
    """What routing needs to know: keywords (both languages, divided by commas), titles of papers and projects (one a
    line), kind, capacity."""
    _locked(person_id)
    refuse_resident_numbers(keywords, "keywords")
    refuse_resident_numbers(works, "works")
    profile = db.session.get(ReviewerProfile, person_id) or ReviewerProfile(person_id=person_id)
    profile.keywords, profile.kind, profile.capacity = rules.tidy_keywords(nfc(keywords)), kind, capacity
    profile.works = nfc(works).strip()
    db.session.add(profile)
    db.session.flush()
    return profile


def grant_role(
    context: Context,
    person_id: int,
    role: Role | str,
    scope: str,
    until: datetime | None = None,
    within: Sequence[str] = (),
) -> RoleGrant:
    """Give a role with a scope from now on. `within`: wider scopes that hold this one (a call's program), which
    a later feature knows. Raises NotYourself, OutsideYourScope, AlreadyGranted, ScopeUnreadable."""
    person, wanted = _locked(person_id), Role(role)
    if not rules.scope_is_readable(scope):
        raise ScopeUnreadable("scope")
    _may_change(context, person, wanted, scope, within)
    same = select(RoleGrant.id).where(
        RoleGrant.person_id == person_id, RoleGrant.role == wanted, RoleGrant.scope == scope,
        queries.grant_is_valid(context.now),
    )  # fmt: skip
    if db.session.scalars(same).first() is not None:
        raise AlreadyGranted("role")
    made = RoleGrant(
        person_id=person_id, role=wanted, scope=scope, since=context.now, until=until,
        granted_by_id=context.actor.person_id,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    audit.record(
        context, "RoleGranted", "person", person.public_id, role=wanted.value, scope=scope, grant=made.id,
        until=until.isoformat() if until else None,
    )  # fmt: skip
    return made


def revoke_role(context: Context, person_id: int, grant_id: int, within: Sequence[str] = ()) -> Person:
    """End a grant of this person now; it stops counting at the next request. Another person's is not there."""
    person = _locked(person_id)
    grant = db.session.get(RoleGrant, grant_id, with_for_update=True)
    if grant is None or grant.person_id not in queries.identities(person):
        raise NotFound
    if grant.until is not None and grant.until <= context.now:
        raise NotFound
    _may_change(context, person, grant.role, grant.scope, within)
    grant.until = context.now
    audit.record(
        context, "RoleRevoked", "person", person.public_id, role=grant.role.value, scope=grant.scope, grant=grant.id
    )
    return person


def _may_change(context: Context, person: Person, role: Role, scope: str, within: Sequence[str]) -> None:
    if context.actor.system:
        return
    if context.actor.person_id in queries.identities(person):
        raise NotYourself
    if not rules.can_change_role(context.actor, role, scope, *within):
        raise OutsideYourScope


def disable_account(context: Context, person_id: int) -> Person:
    """Shut every identity of a person out, at their next request."""
    person = _locked(person_id)
    refuse_own(context, person)
    accounts = _accounts(person)
    for account in accounts:
        account.disabled_at = account.disabled_at or context.now
        revoke_all(context, account.person_id)
    audit.record(context, "AccountDisabled", "person", person.public_id)
    return person


def enable_account(context: Context, person_id: int) -> Person:
    person = _locked(person_id)
    refuse_own(context, person)
    for account in _accounts(person):
        account.disabled_at = None
    audit.record(context, "AccountEnabled", "person", person.public_id)
    return person


def _accounts(person: Person) -> Sequence[Account]:
    query = select(Account).where(Account.person_id.in_(queries.identities(person))).order_by(Account.person_id)
    accounts = db.session.scalars(query.with_for_update()).all()
    if not accounts:
        raise NoAccount
    return accounts


def join_double(context: Context, double_id: int, person_id: int) -> None:
    """Two records of one human: the double and all its doubles point at the other's root; ids stay as they are."""
    double, person = _locked(double_id), _locked(person_id)
    refuse_own(context, person)
    root = person.same_as_id or person.id
    others = [i for i in queries.identities(double) if i != root]
    if double.id == root or person.id in others:
        return
    for other in db.session.scalars(select(Person).where(Person.id.in_(others)).order_by(Person.id)):
        other.same_as_id = root
    note_change(context, root)
    audit.record(context, "DoubleJoined", "person", person.public_id, double=double.public_id)


def note_reading(context: Context, person: Person) -> None:
    """An officer opened somebody's page: who read whose personal data is logged."""
    audit.record(context, "PersonRead", "person", person.public_id)

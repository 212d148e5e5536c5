"""The people of a demonstration: the office and the reviewers' pool."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Final

import pyotp
from sqlalchemy import select

from portal.accounts import engine, service
from portal.accounts.models import Account, Organisation, Person
from portal.accounts.queries import actor_of_session
from portal.accounts.rules import registration_key
from portal.demo import names
from portal.demo.acting import act_as_operator
from portal.demo.names import House, Houses, Name
from portal.platform import clock
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.names import email_key

PASSWORD: Final = "demo-portal-2025"  # noqa: S105 - of invented people, shown on the console
DOMAIN: Final = "example.org"
FOREIGN_TONGUE: Final = ("en", "Europe/London")


@dataclass
class Cast:
    """Ids of the people that every story needs."""

    officers: list[int] = field(default_factory=list)
    administrators: list[int] = field(default_factory=list)
    budget_officer: int = 0
    auditor: int = 0
    chair: int = 0
    reviewers: dict[str, list[int]] = field(default_factory=dict)  # kind -> people, the chair not among them


@cache
def password_hash() -> str:
    """One hash for all: hashing is slow on purpose."""
    return engine.hash_password(PASSWORD)


def account(context: Context, name: str, email: str, language: str = "ko") -> Person:
    """A confirmed account; call inside a transaction."""
    return service.create_account(context, name, email, password_hash(), language)


def house(context: Context, of: House) -> Organisation:
    """The organisation's row, made when it is missing; call inside a transaction."""
    known = db.session.scalars(
        select(Organisation).where(Organisation.registration == registration_key(of.registration))
    ).one_or_none()
    if known is not None:
        return known
    return service.create_organisation(
        context, of.name, of.kind, name_en=of.name_en, country=of.country, registration=of.registration,
        gpu_supplier_until=date(2026, 6, 30) if of.supplier else None,
    )  # fmt: skip


def placed(
    context: Context, person: Person, of: House, department: str = "", *, title: str = "", representative: bool = False
) -> int:
    """Works there for years already; the affiliation's id."""
    where = house(context, of)
    room = service.add_department(context, where.id, department).id if department else None
    since = context.now.date() - timedelta(days=1500)
    return service.affiliate(
        context, person.id, where.id, room, since, representative=representative, title=title
    ).id  # fmt: skip


def enrol(context: Context, person_id: int) -> None:
    """A second factor, set up and confirmed as its owner would; call inside a transaction."""
    service.start_second_factor(context, person_id)
    db.session.flush()
    secret = db.session.get_one(Account, person_id).totp_secret
    token = service.open_session(context, person_id)
    actor = actor_of_session(token, clock.real_now())
    if secret is None or actor is None or actor.session_id is None:
        raise LookupError(person_id)
    service.pass_second_factor(context, actor.session_id, pyotp.TOTP(secret).now(), "demo")
    service.close_session(context, actor.session_id, person_id)


def code_of(address: str) -> str | None:
    """The present one-time code of a demonstration's account; None if it has no second factor."""
    account_ = db.session.scalars(
        select(Account).join(Person, Account.person_id == Person.id).where(Person.email_key == email_key(address))
    ).one_or_none()
    return pyotp.TOTP(account_.totp_secret).now() if account_ is not None and account_.totp_secret else None


OFFICE: Final = (  # address, name, role, organisation
    ("officer", "한소율", "officer", 0),
    ("officer2", "정다온", "officer", 0),
    ("administrator", "백승호", "administrator", 0),
    ("administrator2", "최은서", "administrator", 0),
    ("budget", "윤가람", "budget_officer", 0),
    ("auditor", "임하린", "auditor", 1),
)
MINISTRY: Final = (
    House("누리정보통신진흥원", "Nuri ICT Promotion Agency", "public_body", "9018200001"),
    House("누리감사원", "Nuri Board of Audit", "public_body", "9018200002"),
)


def hire_office() -> Cast:
    """Two officers, two administrators, a budget officer, an auditor; each with an account, a role and a desk."""

    def hire(context: Context) -> Cast:
        cast = Cast()
        for address, name, role, where in OFFICE:
            person = account(context, name, f"{address}@{DOMAIN}")
            placed(context, person, MINISTRY[where], title="담당관")
            service.grant_role(context, person.id, role, "*")
            if role == "officer":
                cast.officers.append(person.id)
            elif role == "administrator":
                cast.administrators.append(person.id)
            else:
                setattr(cast, role, person.id)
        return cast

    return act_as_operator(hire)


@dataclass(frozen=True)
class _Reviewer:
    name: Name
    email: str
    kind: str
    at: House
    department: str
    keywords: str


def _reviewers(rng: random.Random, houses: Houses, counts: dict[str, int]) -> list[_Reviewer]:
    found: list[_Reviewer] = []
    for kind, count in counts.items():
        for n in range(count):
            name = names.foreign(rng) if kind == "foreign" else names.korean(rng)
            if kind == "foreign":
                at, department = rng.choice(houses.abroad[:2]), ""
            elif kind == "industry":
                at, department = houses.company("company_mid"), ""
            else:
                at = rng.choice(houses.universities + houses.institutes[:2])
                department = rng.choice(names.DEPARTMENTS) if at.kind == "university" else ""
            words = ", ".join(rng.sample(names.KEYWORDS, 2))
            found.append(_Reviewer(name, f"{kind}.{n + 1}@reviewers.{DOMAIN}", kind, at, department, words))
    return found


def invite_pool(cast: Cast, rng: random.Random, houses: Houses, counts: dict[str, int]) -> None:
    """The reviewers' pool: kind -> how many, and a chair. The first of academia and the chair have fixed addresses."""
    pool = _reviewers(rng, houses, counts)
    fixed = next(i for i, r in enumerate(pool) if r.kind == "academia")
    pool[fixed] = _Reviewer(Name("서지안", "jian.seo"), f"reviewer@{DOMAIN}", "academia", pool[fixed].at,
                            pool[fixed].department, ", ".join(names.KEYWORDS[:3]))  # fmt: skip
    chair = _Reviewer(Name("문태경", "taekyung.moon"), f"chair@{DOMAIN}", "academia", houses.institutes[-1], "",
                      ", ".join(names.KEYWORDS[2:5]))  # fmt: skip

    def invite(context: Context) -> None:
        for reviewer in [chair, *pool]:
            foreign = reviewer.kind == "foreign"
            person = account(context, reviewer.name.shown, reviewer.email, "en" if foreign else "ko")
            if foreign:
                service.save_profile(context, person.id, person.name, *FOREIGN_TONGUE, "")
            placed(context, person, reviewer.at, reviewer.department, title="" if foreign else "교수")
            service.save_reviewer_profile(
                context, person.id, keywords=reviewer.keywords, kind=reviewer.kind, capacity=80
            )
            service.grant_role(context, person.id, "reviewer", "*")
            if reviewer is chair:
                service.grant_role(context, person.id, "chair", "*")
                cast.chair = person.id
            else:
                cast.reviewers.setdefault(reviewer.kind, []).append(person.id)

    act_as_operator(invite)


def shown(rng: random.Random) -> Name:
    """Somebody of a team; one in twelve has a foreign name."""
    return names.foreign(rng) if rng.random() < 1 / 12 else names.korean(rng)

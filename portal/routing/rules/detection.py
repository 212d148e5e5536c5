"""Conflicts that the data show (Act 14(2), Decree 27(3)), as pure functions over facts.

Checked against everybody in the application - members of every role, owner, representatives who joined - and every
institution, not against the principal investigator alone. The same university is no bar, the same lowest-level
department as the PI is; at companies the whole company bars.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from portal.conflicts.models import Severity
from portal.conflicts.rules import Found, ground_of, severity_of
from portal.programs.definition import Regime

# detector -> (codes a regime may use for it, the first that it names is written; severity if it names none)
GROUNDS: Mapping[str, tuple[tuple[str, ...], Severity]] = {
    "participant": (("participant",), Severity.ABSOLUTE),
    "sanctioned": (("sanctioned",), Severity.ABSOLUTE),
    "same_call_applicant": (("same_call_applicant", "direct_interest"), Severity.ABSOLUTE),
    "same_company": (("same_company", "direct_interest"), Severity.ABSOLUTE),
    "same_department": (("same_department",), Severity.WAIVABLE),
    "cross_review": (("cross_review",), Severity.WAIVABLE),
    "referee": (("direct_interest",), Severity.ABSOLUTE),
}


@dataclass(frozen=True)
class Post:
    """Where a person works or worked."""

    organisation_id: int
    organisation_kind: str
    department_id: int | None
    department: str
    since: date
    until: date | None

    def held_on(self, day: date, years_back: int = 0) -> bool:
        if self.since > day:
            return False
        return self.until is None or self.until >= _years_before(day, years_back)


@dataclass(frozen=True)
class Candidate:
    """A possible reviewer with every identity; `applies` are applications that the person takes part in."""

    person_id: int
    identities: frozenset[int]
    emails: frozenset[str]
    posts: tuple[Post, ...] = ()
    restricted: tuple[tuple[date, date], ...] = ()
    applies: frozenset[int] = frozenset()  # applications of the same call
    crossed: Mapping[int, int] = field(default_factory=dict)  # application -> member of it who reviews this person


@dataclass(frozen=True)
class Target:
    """An application: everybody and every institution in it, and where its PIs work."""

    application_id: int
    people: frozenset[int]
    emails: frozenset[str]
    organisations: Mapping[int, str]  # id -> kind
    pi_posts: tuple[Post, ...] = ()
    pi_departments: frozenset[tuple[int, str]] = frozenset()  # (organisation, department as typed)
    referees: frozenset[str] = frozenset()  # addresses of those whose letter has come


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)


def name_key(department: str) -> str:
    """컴퓨터 공학과 and 컴퓨터공학과 are one; upper and lower case too."""
    return "".join(department.split()).casefold()


def _bar(regime: Regime | None, detector: str, who: Candidate, target: Target, **more: object) -> Found:
    codes, otherwise = GROUNDS[detector]
    code = next((c for c in codes if ground_of(regime, c)), codes[0])
    until = more.pop("until", None)
    since = more.pop("since", None)
    return Found(
        who.person_id, target.application_id, code, severity_of(regime, code, otherwise),
        evidence={"detector": detector, **more},
        since=since if isinstance(since, date) else None, until=until if isinstance(until, date) else None,
    )  # fmt: skip


def _participant(who: Candidate, target: Target) -> bool:
    return bool(who.identities & target.people or who.emails & target.emails)


def _same_company(who: Candidate, target: Target, day: date) -> int | None:
    for post in who.posts:
        kinds = (post.organisation_kind, target.organisations.get(post.organisation_id, ""))
        there = post.organisation_id in target.organisations and post.held_on(day)
        if there and any(kind.startswith("company") for kind in kinds):
            return post.organisation_id
    return None


def _same_department(who: Candidate, target: Target, day: date, years: int) -> Post | None:
    """The reviewer's post in the department of a PI; a company is a case of its own."""
    departments = {p.department_id for p in target.pi_posts if p.department_id is not None and p.held_on(day)}
    for post in who.posts:
        if not post.held_on(day, years):
            continue
        if post.department_id is not None and post.department_id in departments:
            return post
        if post.department and (post.organisation_id, name_key(post.department)) in target.pi_departments:
            return post
    return None


def _between(who: Candidate, target: Target, regime: Regime | None, day: date) -> Iterator[Found]:
    for since, until in who.restricted:
        if since <= day <= until:
            yield _bar(
                regime,
                "sanctioned",
                who,
                target,
                since=since,
                until=until,
                from_=since.isoformat(),
                to=until.isoformat(),
            )
    if _participant(who, target):
        yield _bar(regime, "participant", who, target)
        return
    if others := sorted(who.applies - {target.application_id}):
        yield _bar(regime, "same_call_applicant", who, target, applications=others)
    if who.emails & target.referees:
        yield _bar(regime, "referee", who, target)
    if (company := _same_company(who, target, day)) is not None:
        yield _bar(regime, "same_company", who, target, organisation=company)
    ground = ground_of(regime, "same_department")
    if post := _same_department(who, target, day, (ground.years or 0) if ground else 0):
        yield _bar(
            regime, "same_department", who, target,
            organisation=post.organisation_id, department=post.department_id, post_since=post.since.isoformat(),
            post_until=post.until.isoformat() if post.until else None,
        )  # fmt: skip
    if (member := who.crossed.get(target.application_id)) is not None:
        yield _bar(regime, "cross_review", who, target, member=member)


def detect(
    candidates: Iterable[Candidate], targets: Iterable[Target], regime: Regime | None, day: date
) -> Iterator[Found]:
    """Every bar between these people and applications on `day`."""
    listed = list(targets)
    for who in candidates:
        for target in listed:
            yield from _between(who, target, regime, day)

"""Conflicts that the data show (Act 14(2), Decree 27(3)), as pure functions over facts.

Checked against everybody in the application - members of every role, owner, representatives who joined - and every
institution, not against the principal investigator alone. The same university is no bar, the same lowest-level
department as the PI is; at companies the whole company bars. What is over bars for as many years as the regime looks
back and then lifts by itself: every such bar carries its last day.
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
    "supplier": (("direct_interest",), Severity.ABSOLUTE),
}
# the same for what the Guideline (pp. 15-16) has reviewers declare: only where the regime names one of the codes
DECLARABLE: Mapping[str, tuple[str, ...]] = {
    "relative": ("relative",),
    "adviser_student": ("adviser_student", "close_tie"),
    "co_author": ("joint_research", "close_tie"),
    "joint_project": ("joint_research", "close_tie"),
    "employment": ("employment", "close_tie"),
    "shares": ("financial", "direct_interest"),
}
FOR_GOOD = frozenset({"relative"})  # "is or was" (Decree 27(3)2)
# detectors whose bar goes when the data no longer show it; whoever took part in an application is barred for good
PASSING = frozenset({"same_company", "same_department", "cross_review", "supplier", *DECLARABLE})


@dataclass(frozen=True)
class Post:
    """Where a person works or worked."""

    organisation_id: int
    organisation_kind: str
    department_id: int | None
    department: str
    since: date
    until: date | None
    supplies_until: date | None = None  # the organisation leases GPUs to the government

    def held_on(self, day: date, years_back: int = 0) -> bool:
        if self.since > day:
            return False
        return self.until is None or self.until >= _years_from(day, -years_back)


@dataclass(frozen=True)
class Related:
    """What ties a person to another one (every identity and address of theirs) or to an organisation."""

    kind: str  # a detector of DECLARABLE
    source: str  # public id of the relation or the project
    since: date
    until: date | None
    people: frozenset[int] = frozenset()
    emails: frozenset[str] = frozenset()
    organisation_id: int | None = None


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
    related: tuple[Related, ...] = ()


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
    supplied: frozenset[str] = frozenset()  # components asked for that suppliers of GPUs may not receive


def _years_from(day: date, years: int) -> date:
    """The same day of another year, back or ahead; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def lifts_on(until: date | None, years: int) -> date | None:
    """The last day of a bar for what ended on `until`; None while it goes on."""
    return None if until is None else _years_from(until, years)


def name_key(department: str) -> str:
    """컴퓨터 공학과 and 컴퓨터공학과 are one; upper and lower case too."""
    return "".join(department.split()).casefold()


def _bar(regime: Regime | None, detector: str, who: Candidate, target: Target, **more: object) -> Found:
    codes, otherwise = GROUNDS.get(detector) or (DECLARABLE[detector], Severity.DECLARED)
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


def _looks_back(regime: Regime | None, detector: str) -> int | None:
    """For how many years; None where the regime does not ask for this."""
    found = next((g for code in DECLARABLE[detector] if (g := ground_of(regime, code))), None)
    return None if found is None else found.years or 0


def _was_employed(who: Candidate, target: Target, regime: Regime | None, day: date) -> Iterator[Found]:
    """A company left within the years that the regime looks back. A university's or an institute's other departments
    are no bar while one works there, so having worked there is none either."""
    years = _looks_back(regime, "employment")
    for post in who.posts if years else ():
        there = post.organisation_id in target.organisations
        left = post.until is not None and post.until < day <= _years_from(post.until, years or 0)
        if there and left and post.organisation_kind.startswith("company"):
            yield _bar(
                regime, "employment", who, target, organisation=post.organisation_id,
                since=post.since, until=lifts_on(post.until, years or 0),
            )  # fmt: skip
            return


def _related(who: Candidate, target: Target, regime: Regime | None, day: date) -> Iterator[Found]:
    """One bar a kind, the one that lasts longest."""
    found: dict[str, Found] = {}
    for tie in who.related:
        years = _looks_back(regime, tie.kind)
        meets = tie.people & target.people or tie.emails & target.emails or tie.organisation_id in target.organisations
        if years is None or not meets or tie.since > day:
            continue
        until = None if tie.kind in FOR_GOOD else lifts_on(tie.until, years)
        if until is not None and until < day:
            continue
        bar = _bar(regime, tie.kind, who, target, relation=tie.source, since=tie.since, until=until)
        known = found.get(bar.ground)
        if known is None or (known.until is not None and (until is None or until > known.until)):
            found[bar.ground] = bar
    yield from found.values()


def _supplies(who: Candidate, target: Target, day: date) -> Post | None:
    """A present post at a supplier of what the application asks for."""
    if not target.supplied:
        return None
    return next((p for p in who.posts if p.held_on(day) and p.supplies_until and p.supplies_until >= day), None)


def _of_work(who: Candidate, target: Target, regime: Regime | None, day: date) -> Iterator[Found]:
    """Where the person works and worked."""
    if (company := _same_company(who, target, day)) is not None:
        yield _bar(regime, "same_company", who, target, organisation=company)
    else:
        yield from _was_employed(who, target, regime, day)
    if supplier := _supplies(who, target, day):
        yield _bar(
            regime, "supplier", who, target, organisation=supplier.organisation_id,
            components=sorted(target.supplied), until=supplier.supplies_until,
        )  # fmt: skip
    ground = ground_of(regime, "same_department")
    years = (ground.years or 0) if ground else 0
    if post := _same_department(who, target, day, years):
        yield _bar(
            regime, "same_department", who, target,
            organisation=post.organisation_id, department=post.department_id, post_since=post.since.isoformat(),
            post_until=post.until.isoformat() if post.until else None, until=lifts_on(post.until, years),
        )  # fmt: skip


def _between(who: Candidate, target: Target, regime: Regime | None, day: date) -> Iterator[Found]:
    for since, until in who.restricted:
        if since <= day <= until:
            yield _bar(
                regime, "sanctioned", who, target, since=since, until=until,
                from_=since.isoformat(), to=until.isoformat(),
            )  # fmt: skip
    if _participant(who, target):
        yield _bar(regime, "participant", who, target)
        return
    if others := sorted(who.applies - {target.application_id}):
        yield _bar(regime, "same_call_applicant", who, target, applications=others)
    if who.emails & target.referees:
        yield _bar(regime, "referee", who, target)
    yield from _of_work(who, target, regime, day)
    yield from _related(who, target, regime, day)
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

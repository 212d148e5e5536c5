"""Rows of the pages about one's own data, ready to show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for

from portal.accounts import rules
from portal.accounts.models import Consent
from portal.accounts.queries import grants_of
from portal.accounts.retention import SCHEDULE, TERMS, YEAR, Term
from portal.applications.consent import PURPOSE, TEXTS
from portal.audit import queries as audit
from portal.desks.person import queries
from portal.platform.language import Text, say
from portal.platform.personal import Holding

READ_KINDS = ("PersonRead", "ReviewerNamesRead")
OTHER_ROLE = Text("담당자", "Officer")


def length_words(term: Term) -> str:
    """`1년`, `30일`, with what it belongs to, for good."""
    if term.days is None:
        kept = Text("계속", "for good") if term.for_good else term.starts
        return say(kept)
    if term.days == 0:
        return say(Text("그때 바로 파기", "erased then, at once"))
    if term.days % YEAR == 0:
        years = term.days // YEAR
        return say(Text("{n}년", "{n} year" if years == 1 else "{n} years"), n=years)
    return say(Text("{n}일", "{n} days"), n=term.days)


def term_rows() -> list[dict[str, Any]]:
    """The schedule as everybody may read it."""
    return [
        {"data": t.data, "purpose": t.purpose, "length": length_words(t), "starts": t.starts if t.days is not None else "",
         "basis": t.basis, "mark": t.mark}
        for t in SCHEDULE
    ]  # fmt: skip


def purposes(found: Sequence[Holding]) -> list[dict[str, Any]]:
    """What is held, by purpose in the schedule's order: how much, how long, where it can be corrected."""
    by_purpose: dict[str, dict[str, Any]] = {}
    for term in SCHEDULE:
        rows = [_held(h, term) for h in found if h.code == term.code and h.rows]
        if rows:
            group = by_purpose.setdefault(term.purpose.en, {"purpose": term.purpose, "rows": []})
            group["rows"] += rows
    return list(by_purpose.values())


def _held(holding: Holding, term: Term) -> dict[str, Any]:
    return {
        "title": holding.title, "count": len(holding.rows), "length": length_words(term), "starts": term.starts if term.days is not None else "",
        "correct": url_for(holding.correct_at) if holding.correct_at else "",
    }  # fmt: skip


def shown(value: Any) -> str:
    """A plain value for a reader."""
    if value is None or value == "":
        return "–"
    if isinstance(value, Mapping):
        return "; ".join(f"{k}: {shown(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(shown(v) for v in value)
    return str(value)


@dataclass(frozen=True)
class Reading:
    day: date
    role: str
    times: int


def readings(ids: Sequence[int], now: datetime) -> list[Reading]:
    """Who looked at this person's record or at the names of a stage's reviewers: as roles, by day, newest first."""
    events = audit.readings(queries.read_objects(ids), READ_KINDS, now - TERMS["reading"].span)
    others = [e for e in events if e.actor_id is not None and e.actor_id not in ids]
    held = grants_of(sorted({e.actor_id for e in others if e.actor_id is not None}))
    counts: Counter[tuple[date, str]] = Counter()
    for event in others:
        roles = {
            g.role.value for g in held
            if g.person_id == event.actor_id and g.since <= event.at and (g.until is None or g.until > event.at)
        }  # fmt: skip
        role = next((r for r in rules.READS_PEOPLE if r in roles), "")
        counts[rules.korean_day(event.at), role] += 1
    return [
        Reading(day, role, n)
        for (day, role), n in sorted(counts.items(), key=lambda c: (c[0][0], c[0][1]), reverse=True)
    ]


def role_words(role: str) -> str:
    return say(rules.ROLE_NAMES.get(role, OTHER_ROLE))


def consent_rows(consents: Sequence[Consent]) -> list[dict[str, Any]]:
    """Each consent with the text that was agreed to, item by item."""
    return [
        {"consent": c, "title": CONSENTS.get(c.purpose, Text(c.purpose, c.purpose)), "items": _items(c)}
        for c in consents
    ]


CONSENTS = {
    "account": Text("계정의 개인정보 수집·이용 동의", "Use of personal data for the account"),
    PURPOSE: Text("신청서 참여자의 개인정보 이용 동의", "Use of personal data as a member of an application"),
}


def _items(c: Consent) -> list[tuple[Text, Text]]:
    if c.purpose == "account":
        return [(Text("동의문", "Text"), rules.ACCOUNT_CONSENT)] if c.version == rules.CONSENT_VERSION else []
    text = TEXTS.get(c.version)
    return [(item.heading, item.text) for item in text.items] if text else []

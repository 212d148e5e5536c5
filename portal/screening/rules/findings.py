"""What a check is given and what it answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.screening.models import FindingResult

Content = dict[str, Any]  # Submission.content, see applications/content.py
Evidence = dict[str, str]


@dataclass(frozen=True)
class SanctionFact:
    """A participation restriction of somebody in the application (Act 32), whatever its dates."""

    place: str  # institutions.<id> or members.<id>
    name: str
    role: str  # lead, joint, consigned; pi, researcher, student, talent
    ground: str
    since: date
    until: date


@dataclass(frozen=True)
class Facts:
    """What the application itself does not say; loaded by the service."""

    deadline_day: date  # the call's calendar day of this application's deadline
    sanctions: tuple[SanctionFact, ...] = ()
    others_of_lead: tuple[str, ...] = ()  # receipts of other applications in the call with the same lead
    others_of_pi: tuple[str, ...] = ()
    members_elsewhere: tuple[tuple[str, str], ...] = ()  # (e-mail key, receipt of another application in the call)
    stage: str = ""  # code of the stage, for the sections it asks for itself


@dataclass(frozen=True)
class FoundFinding:
    """One rule's answer. `evidence` rows are {"ko", "en", "place"}: what was seen, where."""

    rule: str
    result: FindingResult
    evidence: list[Evidence] = field(default_factory=list)


Answer = tuple[FindingResult, list[Evidence]]


def evidence(ko: str, en: str, place: str = "") -> Evidence:
    return {"ko": ko, "en": en, "place": place}


def passes(*seen: Evidence) -> Answer:
    return FindingResult.PASS, list(seen)


def fails_if(found: Iterable[Evidence], otherwise: Evidence | None = None) -> Answer:
    """FAIL with every piece of evidence, or PASS with what was seen instead."""
    listed = list(found)
    if listed:
        return FindingResult.FAIL, listed
    return FindingResult.PASS, [otherwise] if otherwise else []


def unclear(*seen: Evidence) -> Answer:
    return FindingResult.UNCLEAR, list(seen)


def lead_of(content: Content) -> Content | None:
    return next((i for i in content.get("institutions", []) if i["role"] == "lead"), None)

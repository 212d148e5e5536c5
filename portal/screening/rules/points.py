"""The published point sheet over structured facts. Advisory unless the call says that it decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from portal.programs.definition import CallDefinition, PointItem
from portal.screening.rules.findings import Content, lead_of

Value = int | str | None
COMPANIES = {"company_sme", "company_early_mid", "company_mid", "company_large"}


@dataclass(frozen=True)
class PointLine:
    code: str
    fact: str
    value: Value
    points: int
    of: int

    def as_row(self) -> dict[str, Any]:
        return asdict(self)


def _count(content: Content, *kinds: str) -> int:
    return sum(i["kind"] in kinds for i in content["institutions"])


def _own_share(content: Content) -> int:
    """Own share of the whole budget in per cent, rounded down."""
    own = sum(c["cash"] + c["in_kind"] for c in content["costs"])
    total = own + sum(c["government"] for c in content["costs"])
    return own * 100 // total if total else 0


POINT_FACTS: dict[str, Callable[[Content], Value]] = {
    "institutions": lambda c: len(c["institutions"]),
    "members": lambda c: len(c["members"]),
    "students": lambda c: sum(m["role"] == "student" for m in c["members"]),
    "talents": lambda c: sum(m["role"] == "talent" for m in c["members"]),
    "universities": lambda c: _count(c, "university"),
    "research_institutes": lambda c: _count(c, "research_institute"),
    "companies": lambda c: _count(c, *COMPANIES),
    "smes": lambda c: _count(c, "company_sme"),
    "foreign_institutions": lambda c: sum(i["country"] != "KR" for i in c["institutions"]),
    "lead_kind": lambda c: str((lead_of(c) or {}).get("kind", "")),
    "own_share_percent": _own_share,
}


def _answer(content: Content, path: str) -> Value:
    """`section.question` of the team's copy: a number or a choice."""
    section, _, question = path.partition(".")
    given = content["sections"].get(section, {}).get("", {}).get(question)
    if isinstance(given, list | dict):
        return len(given)
    if isinstance(given, str) and given.strip().lstrip("-").isdigit():
        return int(given)
    return given if isinstance(given, int | str) else None


def value_of(content: Content, fact: str) -> Value:
    known = POINT_FACTS.get(fact)
    return known(content) if known else _answer(content, fact.removeprefix("answer:"))


def _earned(item: PointItem, value: Value) -> bool:
    if value is None:
        return False
    if item.equals is not None:
        return str(value) == item.equals
    return isinstance(value, int) and value >= (item.at_least if item.at_least is not None else 1)


def points(content: Content, definition: CallDefinition) -> list[PointLine]:
    """One line per item of the sheet: the fact's value, what it earned, of how much."""
    lines = []
    for item in definition.point_sheet:
        value = value_of(content, item.fact)
        earned = item.points if _earned(item, value) else 0
        lines.append(PointLine(item.code, item.fact, value, earned, max(item.points, 0)))
    return lines

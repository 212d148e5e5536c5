"""The rule pack: pure checks over what was handed in. The machine finds; only a person decides against anybody."""

from __future__ import annotations

from portal.screening.rules.checks import KINDS, screen
from portal.screening.rules.findings import Content, Facts, FoundFinding, SanctionFact, evidence
from portal.screening.rules.points import POINT_FACTS, PointLine, points

__all__ = [
    "KINDS",
    "POINT_FACTS",
    "Content",
    "Facts",
    "FoundFinding",
    "PointLine",
    "SanctionFact",
    "evidence",
    "points",
    "screen",
]

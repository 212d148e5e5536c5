"""Aggregation and order: exact fractions, ranked unrounded, by the call's stated rule and ties. Pure."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import sqrt
from typing import Any, Final

VERSION: Final = 2  # of a run's inputs; those of the first have no such key, and know no reviewers
DRAWS: Final = 200  # posterior draws of a calibration


@dataclass(frozen=True)
class Rule:
    """What decides, as the call froze it. `top`: what the criteria are worth together; `review_points`: what the
    reviewers' part is worth; lanes: lane -> its parts, all of which an entry needs."""

    decides: str = "raw"
    trim_from: int = 5
    top: int = 0
    review_points: int = 0
    lanes: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def plain(self) -> bool:
        """The mean of the reviewers' totals, and nothing beside it."""
        return self.decides == "raw" and not self.lanes and self.top == self.review_points

    def as_json(self) -> dict[str, Any]:
        return {
            "decides": self.decides, "trim_from": self.trim_from, "top": self.top, "review_points": self.review_points,
            "lanes": {lane: list(parts) for lane, parts in self.lanes.items()},
        }  # fmt: skip


PLAIN: Final = Rule()


@dataclass(frozen=True)
class Beside:
    """What an entry has beside its marks: measured parts, points of bonuses and penalties."""

    measured: Mapping[str, Fraction] = field(default_factory=dict)
    adjusted: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Mark:
    """One locked review: points by criterion, the reviewer by pseudonym."""

    entry: str
    entry_id: int
    pseudonym: str
    points: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.points.values())


@dataclass(frozen=True)
class Ranked:
    """One entry in order. `mean` is what decides: by default the mean of the reviewers' totals; criteria carry their
    weight as points. `reviews` is the reviewers' part of it, `lanes` the points of each lane."""

    entry: str
    entry_id: int
    rank: int
    mean: Fraction | None
    by_criterion: dict[str, Fraction]
    spread: Fraction
    marks: tuple[Mark, ...]
    tie: bool
    reviews: Fraction | None = None
    lanes: Mapping[str, Fraction] = field(default_factory=dict)
    adjusted: Mapping[str, int] = field(default_factory=dict)

    @property
    def n(self) -> int:
        return len(self.marks)


def mean(values: Sequence[int]) -> Fraction:
    return Fraction(sum(values), len(values))


def spread(values: Sequence[int]) -> Fraction:
    """Mean absolute deviation from the mean: exact, in points; 0 for a single mark."""
    if len(values) < 2:
        return Fraction(0)
    middle = mean(values)
    return Fraction(sum(abs(v - middle) for v in values), 1) / len(values)


def trimmed(values: Sequence[int], trim_from: int) -> Fraction:
    """The mean without one highest and one lowest value; of few values the plain mean (one or two would decide)."""
    kept = sorted(values)[1:-1] if len(values) >= max(3, trim_from) else values
    return mean(kept)


def reviewed(totals: Sequence[int], rule: Rule, calibrated: Fraction | None) -> Fraction | None:
    """The reviewers' part in its own points, exactly."""
    if not totals:
        return None
    if rule.decides == "calibrated":
        value = calibrated
    else:
        value = trimmed(totals, rule.trim_from) if rule.decides == "trimmed" else mean(totals)
    if value is None or rule.top == rule.review_points:
        return value
    return value * rule.review_points / rule.top


def in_lanes(rule: Rule, measured: Mapping[str, Fraction]) -> dict[str, Fraction] | None:
    """Points of each lane; None while one of its parts is missing."""
    if any(part not in measured for parts in rule.lanes.values() for part in parts):
        return None
    return {lane: sum((measured[part] for part in parts), Fraction(0)) for lane, parts in rule.lanes.items()}


def rank(
    entries: Iterable[tuple[str, int]], marks: Iterable[Mark], criteria: Sequence[str], ties: Sequence[str],
    rule: Rule = PLAIN, beside: Mapping[str, Beside] | None = None,
    calibrated: Mapping[str, Fraction] | None = None,
) -> list[Ranked]:  # fmt: skip
    """Order by what the rule says decides, then by the means of the `ties` criteria in turn; equal to the end shares a
    rank.

    An entry without a mark, or not measured in every lane, stands last, without a mean. The result does not depend on
    the order of the input. `calibrated`: entry -> score, needed where the rule decides by it.
    """
    by_entry: dict[str, list[Mark]] = {}
    for mark in marks:
        by_entry.setdefault(mark.entry, []).append(mark)

    def measured(entry: str, entry_id: int) -> Ranked:
        own = tuple(sorted(by_entry.get(entry, []), key=lambda m: m.pseudonym))
        totals = [m.total for m in own]
        more = (beside or {}).get(entry, Beside())
        reviews, lanes = reviewed(totals, rule, (calibrated or {}).get(entry)), in_lanes(rule, more.measured)
        whole = (
            None if reviews is None or lanes is None else reviews + sum(lanes.values()) + sum(more.adjusted.values())
        )
        return Ranked(
            entry, entry_id, 0, whole, {c: mean([m.points.get(c, 0) for m in own]) for c in criteria} if own else {},
            spread(totals), own, False, reviews, lanes or {}, more.adjusted,
        )  # fmt: skip

    found = [measured(entry, entry_id) for entry, entry_id in entries]
    keys = {r.entry: _key(r, ties) for r in found}
    found.sort(key=lambda r: (keys[r.entry], r.entry))
    shared_by = Counter(keys.values())
    result: list[Ranked] = []
    for place, row in enumerate(found, start=1):
        shared = result[-1].rank if result and keys[result[-1].entry] == keys[row.entry] else place
        tie = shared_by[keys[row.entry]] > 1 and row.mean is not None
        result.append(replace(row, rank=shared, tie=tie))
    return result


def _key(row: Ranked, ties: Sequence[str]) -> tuple[Fraction, ...]:
    """Smaller is better; unmarked entries sort behind every marked one."""
    if row.mean is None:
        return (Fraction(1),) + (Fraction(0),) * (len(ties) + 1)
    return (Fraction(0), -row.mean, *(-row.by_criterion.get(c, Fraction(0)) for c in ties))[: len(ties) + 2]


def tie_at_the_line(ranks: Sequence[int], keep: int) -> bool:
    """Entries on both sides of the line share a rank: the panel has to separate them."""
    return len(ranks) > keep > 0 and ranks[keep - 1] == ranks[keep]


def under_minimum(mean: Fraction | None, minimum: int | None) -> bool:
    """Below the least points that the stage asks for, exactly: 59.99 of 60 is below."""
    return minimum is not None and mean is not None and mean < minimum


def as_text(value: Fraction | None) -> str | None:
    return None if value is None else f"{value.numerator}/{value.denominator}"


def from_text(value: str | None) -> Fraction | None:
    return None if value is None else Fraction(value)


def as_rows(ranked: Sequence[Ranked], *, whole: bool = False) -> list[dict[str, Any]]:
    """The stored form: exact fractions as "n/d". `whole`: with the parts of the total, where it has several."""
    return [
        {
            "entry": r.entry,
            "entry_id": r.entry_id,
            "rank": r.rank,
            "mean": as_text(r.mean),
            "by_criterion": {c: as_text(v) for c, v in r.by_criterion.items()},
            "spread": as_text(r.spread),
            "n": r.n,
            "tie": r.tie,
            "marks": [{"pseudonym": m.pseudonym, "points": dict(m.points), "total": m.total} for m in r.marks],
        }
        | (
            {
                "reviews": as_text(r.reviews),
                "lanes": {lane: as_text(points) for lane, points in r.lanes.items()},
                "adjusted": dict(r.adjusted),
            }
            if whole
            else {}
        )
        for r in ranked
    ]


def standard_error(mark_totals: Sequence[int]) -> float:
    """How unsure the mean is, in points: s / sqrt(n) with n - 1 in s. For the picture only; 0 for a single mark."""
    n = len(mark_totals)
    if n < 2:
        return 0.0
    middle = mean(mark_totals)
    return sqrt(sum((v - middle) ** 2 for v in mark_totals) / (n * (n - 1)))


def replay(inputs: Mapping[str, Any], calibrated: Mapping[str, Fraction] | None = None) -> list[dict[str, Any]]:
    """The rows computed anew from a run's frozen inputs."""
    told = inputs.get("rule")
    beside: dict[str, Beside] = {}
    for entry, part, value in inputs.get("measured", ()):
        own = beside.get(entry, Beside())
        beside[entry] = replace(own, measured={**own.measured, part: Fraction(value)})
    for entry, code, points in inputs.get("adjusted", ()):
        own = beside.get(entry, Beside())
        beside[entry] = replace(own, adjusted={**own.adjusted, code: points})
    ranked = rank(
        [(entry, entry_id) for entry, entry_id in inputs["entries"]],
        [Mark(entry, entry_id, name, points) for entry, entry_id, name, points, *_ in inputs["marks"]],
        inputs["criteria"], inputs["ties"], Rule(**told) if told else PLAIN, beside, calibrated,
    )  # fmt: skip
    return as_rows(ranked, whole=told is not None)


def calibrates(inputs: Mapping[str, Any]) -> bool:
    """Whether the inputs hold what a calibration needs."""
    return "version" in inputs


def seeded(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """With the seed of the draws, which follows from everything else: nobody chooses it."""
    return {**inputs, "seed": int(digest(inputs)[:8], 16)}


def as_first_version(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The same inputs as a run of the first version holds them."""
    kept = ("rules", "stage", "criteria", "ties", "entries")
    return {key: inputs[key] for key in kept} | {"marks": [mark[:5] for mark in inputs["marks"]]}


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()

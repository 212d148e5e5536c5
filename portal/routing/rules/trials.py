"""What an officer may try ("what if"), and what a trial changes against the proposal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Pair = tuple[int, int]  # entry, person


@dataclass(frozen=True)
class Changes:
    """Pairs that must stand, pairs that must not, other most loads (person -> reviews)."""

    locked: tuple[Pair, ...] = ()
    forbidden: tuple[Pair, ...] = ()
    loads: Mapping[int, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.locked or self.forbidden or self.loads)

    def and_also(self, other: Changes) -> Changes:
        """Both; of two that contradict each other the later one counts."""
        locked = {*self.locked, *other.locked}.difference(other.forbidden)
        forbidden = {*self.forbidden, *other.forbidden}.difference(other.locked)
        return Changes(tuple(sorted(locked)), tuple(sorted(forbidden)), {**self.loads, **other.loads})

    def as_json(self) -> dict[str, Any]:
        return {
            "locked": [list(pair) for pair in self.locked],
            "forbidden": [list(pair) for pair in self.forbidden],
            "loads": {str(person): load for person, load in sorted(self.loads.items())},
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any] | None) -> Changes:
        told = told or {}
        return cls(
            tuple((int(e), int(p)) for e, p in told.get("locked", ())),
            tuple((int(e), int(p)) for e, p in told.get("forbidden", ())),
            {int(person): int(load) for person, load in told.get("loads", {}).items()},
        )


@dataclass(frozen=True)
class Difference:
    """What a trial does to a proposal: pairs that come and go, the totals in millionths of affinity."""

    comes: tuple[Pair, ...]
    goes: tuple[Pair, ...]
    total: int
    floor: int
    missing: int


def difference(proposal: Mapping[str, Any], trial: Mapping[str, Any]) -> Difference:
    """Of two results of runs."""
    before, after = ({(e, p) for e, p in result["pairs"]} for result in (proposal, trial))
    unfilled = [sum(u["missing"] for u in result["unfilled"]) for result in (proposal, trial)]
    return Difference(
        tuple(sorted(after - before)), tuple(sorted(before - after)), trial["total"] - proposal["total"],
        trial["floor"] - proposal["floor"], unfilled[1] - unfilled[0],
    )  # fmt: skip


def affinity_of(inputs: Mapping[str, Any], entry_id: int, person_id: int) -> int | None:
    """Millionths, from a run's frozen inputs; None for a pair that was not part of it."""
    row = next((n for n, e in enumerate(inputs["entries"]) if e["id"] == entry_id), None)
    column = next((n for n, r in enumerate(inputs["reviewers"]) if r["person"] == person_id), None)
    return None if row is None or column is None else int(inputs["affinity"][row][column])

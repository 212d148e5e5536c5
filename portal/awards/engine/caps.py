"""What may be chosen: candidates with their merit, and caps in whole units that no chosen set may pass."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Final

STOP: Final = "stop"
SKIP: Final = "skip"
Exact = int | Fraction


@dataclass(frozen=True)
class Cap:
    """`use` by candidate (its place) in whole units, none below 0; who is not named uses nothing.

    `kind`, `column` and `label` are the cap's name (total, per_label, count, per_label_count). A unit is 1 / `scale` of
    the unit in which the cap was given. Raises ValueError.
    """

    kind: str
    limit: int
    use: Mapping[int, int]
    column: str = ""
    label: str = ""
    scale: int = 1

    def __post_init__(self) -> None:
        if self.limit < 0 or any(value < 0 for value in self.use.values()):
            raise ValueError("caps and what counts against them are never below 0")

    def used(self, chosen: Iterable[int]) -> int:
        return sum(self.use.get(n, 0) for n in chosen)

    @property
    def name(self) -> str:
        """total of amount; per_label of region 서울; count."""
        return self.kind + (f" of {self.column}" if self.column else "") + (f" {self.label}" if self.label else "")


def scaled(kind: str, limit: Exact, use: Mapping[int, Exact], column: str = "", label: str = "") -> Cap:
    """A cap of exact numbers in whole units: everything times the least common denominator."""
    scale = lcm(*(Fraction(value).denominator for value in (limit, *use.values())))
    whole = {n: int(value * scale) for n, value in use.items() if value}
    return Cap(kind, int(limit * scale), whole, column, label, scale)


class LocksBreakCaps(ValueError):
    """What is locked in does not fit: (cap, used, locked candidates that use it) for each cap that breaks."""

    def __init__(self, broken: Sequence[tuple[Cap, int, list[int]]]) -> None:
        super().__init__("; ".join(f"{cap.name}: {used} of {cap.limit}" for cap, used, _ in broken))
        self.broken = list(broken)


@dataclass(frozen=True)
class Instance:
    """Candidates in the order that breaks ties (the caller sorts them by name), so that no input order matters.

    merit [n] exact, in the call's points; `lock_in` must be chosen, `lock_out` must not.
    """

    merit: Sequence[Exact]
    caps: Sequence[Cap]
    lock_in: Collection[int] = field(default=frozenset())
    lock_out: Collection[int] = field(default=frozenset())

    def check(self) -> None:
        """Raises LocksBreakCaps where the locked candidates pass a cap by themselves, ValueError where a lock is both."""
        if set(self.lock_in) & set(self.lock_out):
            raise ValueError("a candidate is locked in and out")
        broken = [
            (cap, used, sorted(n for n in self.lock_in if cap.use.get(n)))
            for cap in self.caps
            if (used := cap.used(self.lock_in)) > cap.limit
        ]
        if broken:
            raise LocksBreakCaps(broken)

    @cached_property
    def order(self) -> list[int]:
        """Highest merit first, equal merit in the order of the candidates."""
        return sorted(range(len(self.merit)), key=lambda n: (-self.merit[n], n))

    @cached_property
    def counted_in(self) -> list[list[tuple[int, int]]]:
        """For each candidate the caps (their place) that it uses, and how much."""
        found: list[list[tuple[int, int]]] = [[] for _ in self.merit]
        for place, cap in enumerate(self.caps):
            for n, value in cap.use.items():
                if value:
                    found[n].append((place, value))
        return found

    def total(self, chosen: Iterable[int]) -> Fraction:
        return sum((Fraction(self.merit[n]) for n in chosen), Fraction(0))

    def keeps(self, chosen: Collection[int]) -> bool:
        """Exactly: every cap and every lock holds."""
        held = set(chosen)
        return (
            all(cap.used(held) <= cap.limit for cap in self.caps)
            and held.issuperset(self.lock_in)
            and held.isdisjoint(self.lock_out)
        )


class Purse:
    """What is left under each cap while candidates are taken."""

    def __init__(self, instance: Instance, chosen: Iterable[int] = ()) -> None:
        self.instance = instance
        self.left = [cap.limit for cap in instance.caps]
        self.chosen: set[int] = set()
        for n in chosen:
            self.take(n)

    def lacking(self, n: int) -> list[Cap]:
        """The caps under which the candidate does not fit any more."""
        return [self.instance.caps[c] for c, value in self.instance.counted_in[n] if value > self.left[c]]

    def fits(self, n: int) -> bool:
        return all(value <= self.left[c] for c, value in self.instance.counted_in[n])

    def take(self, n: int) -> None:
        for c, value in self.instance.counted_in[n]:
            self.left[c] -= value
        self.chosen.add(n)

    def give_back(self, n: int) -> None:
        for c, value in self.instance.counted_in[n]:
            self.left[c] += value
        self.chosen.remove(n)

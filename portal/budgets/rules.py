"""Questions and sums about budget lines: pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from portal.budgets.models import MovementKind
from portal.platform.context import Actor

# The step a kind moves money out of; RESERVE takes it from the cap itself.
BEFORE: Mapping[MovementKind, MovementKind] = {
    MovementKind.COMMIT: MovementKind.RESERVE,
    MovementKind.OBLIGATE: MovementKind.COMMIT,
    MovementKind.DISBURSE: MovementKind.OBLIGATE,
}
NEEDS_APPROPRIATION = frozenset({MovementKind.OBLIGATE, MovementKind.DISBURSE})


class PlannedLine(Protocol):
    """A line as a plan file describes it (programs.definition.LineDefinition has this shape)."""

    @property
    def code(self) -> str: ...
    @property
    def parent(self) -> str | None: ...
    @property
    def names(self) -> dict[str, str]: ...
    @property
    def unit(self) -> str: ...
    @property
    def cap(self) -> int: ...
    @property
    def enforced(self) -> bool: ...
    @property
    def status(self) -> str: ...
    @property
    def year(self) -> int | None: ...
    @property
    def month(self) -> int | None: ...
    @property
    def office(self) -> dict[str, str]: ...
    @property
    def note(self) -> dict[str, str]: ...
    @property
    def mark(self) -> str: ...


@dataclass(frozen=True)
class Line:
    """A line as the tree knows it; amounts are in `unit`."""

    id: int
    code: str
    parent_id: int | None
    unit: str
    names: Mapping[str, str]
    office: Mapping[str, str]
    planned: bool


class Tree:
    """All lines by id and code, for walking up."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.by_id = {line.id: line for line in lines}
        self.by_code = {line.code: line for line in self.by_id.values()}

    def path(self, line: Line) -> list[Line]:
        """The line and everything above it, nearest first."""
        found, at = [line], line.parent_id
        while at is not None:
            found.append(self.by_id[at])
            at = self.by_id[at].parent_id
        return found

    def affected(self, charges: Mapping[str, int]) -> dict[int, int]:
        """{line id: amount} in id order: the charged lines and all above them that count in the same unit.

        A line of another unit (cards under a pot of won) is no sum of what lies below, so it is not charged.
        """
        sums: dict[int, int] = {}
        for code, amount in charges.items():
            line = self.by_code[code]
            for step in self.path(line):
                if step.unit == line.unit:
                    sums[step.id] = sums.get(step.id, 0) + amount
        return dict(sorted(sums.items()))


def scopes(path: Iterable[Line]) -> tuple[str, ...]:
    """The grant scopes that reach a line: its own and those of the lines above it."""
    return tuple(f"line:{line.code}" for line in path)


def sees_figures(actor: Actor, path: Iterable[Line]) -> bool:
    """Holds a budget role on the line; auditors read all."""
    return actor.holds("auditor") or actor.has("budget_officer", *scopes(path))


def may_change_cap(actor: Actor, path: Iterable[Line]) -> bool:
    return actor.has("budget_officer", *scopes(path))


def body_hash(kind: MovementKind, subject: tuple[str, str], charges: Mapping[str, int], of: int | None = None) -> str:
    """What a request id stands for: the same id with another body is refused."""
    body = json.dumps([kind, list(subject), sorted(charges.items()), of], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(body.encode()).hexdigest()


@dataclass(frozen=True)
class Mismatch:
    """A line whose guard column disagrees with the sum of its entries."""

    line_code: str
    used: int
    entries: int
    unit: str

    def __str__(self) -> str:
        return f"{self.line_code}: used {self.used}, entries {self.entries} ({self.unit})"


def parents_first(parents: Mapping[str, str | None]) -> list[str]:
    """The codes in an order in which a parent stands before its children. Raises ValueError for a loop or a gap."""
    done: list[str] = []
    known: set[str] = set()

    def place(code: str, below: frozenset[str]) -> None:
        if code in known:
            return
        if code in below:
            raise ValueError(f"{code} stands above itself")
        parent = parents[code]
        if parent is not None:
            if parent not in parents:
                raise ValueError(f"{code}: no line {parent} above it")
            place(parent, below | {code})
        known.add(code)
        done.append(code)

    for code in parents:
        place(code, frozenset())
    return done

"""Candidates from a CSV file and caps from JSON, and the two lists that the engine makes of them. No database."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from portal.platform.csv_rows import CsvRow, TableRefused, read_rows
from portal.platform.names import nfc

if TYPE_CHECKING:
    from portal.awards.engine import Cap, Difference, Instance

KEYS: Final = ("total", "per_label", "count", "per_label_count", "lock_in", "lock_out", "rule")
RULES: Final = ("stop", "skip")
_NAMED: Final = 20  # of the others of a difference; their number stands beside


@dataclass(frozen=True)
class Candidates:
    """Sorted by name; `merit` exact."""

    rows: list[CsvRow]
    names: list[str]
    merit: list[Fraction]
    amount: list[Fraction]

    def numbers(self, column: str) -> list[Fraction]:
        """Raises TableRefused where a cell is no number or below 0."""
        return [_not_negative(row, column) for row in self.rows]

    def labels(self, column: str) -> list[str]:
        return [row.cells[column] for row in self.rows]

    def has(self, column: str) -> bool:
        return column in self.rows[0].cells


def _not_negative(row: CsvRow, column: str) -> Fraction:
    value = row.exact(column)
    if value < 0:
        raise row.refuse(column, "is below 0")
    return value


def read_candidates(file: Path) -> Candidates:
    """Raises TableRefused: a column or cell is missing, is no number or below 0, a proposal stands twice."""
    rows = read_rows(file, ("proposal", "merit", "amount"))
    if not rows:
        raise TableRefused(f"{file.name} has no candidates")
    seen: dict[str, int] = {}
    for row in rows:
        first = seen.setdefault(row.text("proposal"), row.number)
        if first != row.number:
            raise row.refuse("proposal", f"{row.cells['proposal']} stands in row {first} already")
    rows = sorted(rows, key=lambda row: row.cells["proposal"])
    return Candidates(
        rows, [row.cells["proposal"] for row in rows], [row.exact("merit") for row in rows],
        [_not_negative(row, "amount") for row in rows],
    )  # fmt: skip


class _Caps:
    """The file of caps, checked key by key. Raises TableRefused."""

    def __init__(self, file: Path, candidates: Candidates) -> None:
        self.file, self.candidates = file, candidates
        self.given = self._loaded()
        for key in self.given:
            if key not in KEYS:
                raise self.refuse(key, f"is not known; known are {', '.join(KEYS)}")

    def refuse(self, key: str, reason: str) -> TableRefused:
        return TableRefused(f"{self.file.name}, {key}: {reason}")

    def _loaded(self) -> dict[str, Any]:
        try:
            found = json.loads(self.file.read_text("utf-8-sig"), parse_float=Fraction, object_pairs_hook=self._once)
        except (OSError, ValueError, RecursionError) as error:
            if isinstance(error, TableRefused):
                raise
            raise TableRefused(f"{self.file.name} is not JSON: {error}") from error
        if not isinstance(found, dict):
            raise TableRefused(f"{self.file.name} is not a JSON object")
        return found

    def _once(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = {nfc(name).strip(): value for name, value in pairs}
        if len(made) < len(pairs):
            names = [nfc(name).strip() for name, _ in pairs]
            raise self.refuse(next(n for n in names if names.count(n) > 1), "stands twice")
        return made

    def number(self, where: str, value: object, whole: bool = False) -> Fraction:
        if isinstance(value, bool) or not isinstance(value, int | Fraction):
            raise self.refuse(where, f"‘{value}’ is not a number")
        if value < 0 or (whole and Fraction(value).denominator != 1):
            raise self.refuse(where, "a cap is not below 0" + (" and counts whole proposals" if whole else ""))
        return Fraction(value)

    def table(self, key: str) -> dict[str, Any]:
        """The object under a key; its names are columns of the candidates."""
        found = self.given.get(key, {})
        if not isinstance(found, dict):
            raise self.refuse(key, "is not an object of columns")
        for column in found:
            if not self.candidates.has(column):
                raise self.refuse(key, f"there is no column {column}")
        return found

    def by_label(self, key: str, column: str, value: object) -> dict[str, Any]:
        """Caps by label; one number for each label that a candidate has (an empty label is none)."""
        if isinstance(value, dict):
            return value
        if key == "per_label_count":
            return dict.fromkeys(sorted({label for label in self.candidates.labels(column) if label}), value)
        raise self.refuse(f"{key} {column}", "is not an object of labels")

    def locked(self, key: str) -> frozenset[int]:
        found = self.given.get(key, [])
        if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
            raise self.refuse(key, "is not a list of proposals")
        place = {name: n for n, name in enumerate(self.candidates.names)}
        for name in found:
            if nfc(name).strip() not in place:
                raise self.refuse(key, f"{name} is not among the candidates")
        return frozenset(place[nfc(name).strip()] for name in found)

    @property
    def rule(self) -> str:
        rule = self.given.get("rule", "stop")
        if rule not in RULES:
            raise self.refuse("rule", f"‘{rule}’ is neither stop nor skip")
        return str(rule)

    def all(self) -> list[Cap]:
        from portal.awards.engine import scaled

        known, made = self.candidates, []
        for column, value in self.table("total").items():
            cap = self.number(f"total {column}", value)
            made.append(scaled("total", cap, dict(enumerate(known.numbers(column))), column))
        if "count" in self.given:
            cap = self.number("count", self.given["count"], whole=True)
            made.append(scaled("count", cap, dict.fromkeys(range(len(known.names)), 1)))
        for key, sizes in (("per_label", known.amount), ("per_label_count", [Fraction(1)] * len(known.names))):
            for column, value in self.table(key).items():
                labels = known.labels(column)
                for label, given in self.by_label(key, column, value).items():
                    cap = self.number(f"{key} {column} {label}", given, whole=key == "per_label_count")
                    use = {n: sizes[n] for n, own in enumerate(labels) if own == label}
                    made.append(scaled(key, cap, use, column, label))
        return made


def select(candidates: Candidates, file: Path) -> dict[str, Any]:
    """Both lists and every difference. Raises TableRefused, also where what is locked in passes a cap."""
    from portal.awards.engine import Instance, LocksBreakCaps, best_portfolio, differences, rank_order

    began = time.perf_counter()
    caps = _Caps(file, candidates)
    instance = Instance(candidates.merit, caps.all(), caps.locked("lock_in"), caps.locked("lock_out"))
    both = sorted(set(instance.lock_in) & set(instance.lock_out))
    if both:
        raise caps.refuse("lock_out", f"{candidates.names[both[0]]} is locked in as well")
    try:
        walk = rank_order(instance, caps.rule)
        best = best_portfolio(instance)
    except LocksBreakCaps as error:
        raise caps.refuse("lock_in", _broken(error, candidates)) from error
    named = _named(candidates.names)
    return {
        "rank_order": {
            "chosen": named(walk.chosen), "merit": plain(instance.total(walk.chosen)),
            "used": used(instance, walk.chosen), "rule": caps.rule,
        },
        "best": {
            "chosen": named(best.chosen), "merit": plain(best.merit), "used": used(instance, best.chosen),
            "bound": best.bound, "gap": best.gap,
        },
        "differences": [
            {"proposal": candidates.names[d.candidate], "in": d.there, "reason": reason(d, candidates.names)}
            for d in differences(instance, walk, best)
        ],
        "seconds": round(time.perf_counter() - began, 4),
    }  # fmt: skip


def _named(names: list[str]) -> Callable[[list[int]], list[str]]:
    return lambda places: [names[n] for n in places]


def _broken(error: Any, candidates: Candidates) -> str:
    """Which caps the locked proposals pass."""
    return "; ".join(
        f"{', '.join(candidates.names[n] for n in users)} need {plain(Fraction(total, cap.scale))} of "
        f"{plain(Fraction(cap.limit, cap.scale))} under the cap {cap.name}"
        for cap, total, users in error.broken
    )


def plain(value: Fraction) -> int | float:
    """For JSON: whole numbers stay whole."""
    return value.numerator if value.denominator == 1 else float(value)


def used(instance: Instance, chosen: list[int]) -> dict[str, Any]:
    """The use of each cap, laid out as the caps were given."""
    made: dict[str, Any] = {}
    for cap in instance.caps:
        told = {"used": plain(Fraction(cap.used(chosen), cap.scale)), "cap": plain(Fraction(cap.limit, cap.scale))}
        if cap.kind == "count":
            made["count"] = told
        elif cap.kind == "total":
            made.setdefault("total", {})[cap.column] = told
        else:
            made.setdefault(cap.kind, {}).setdefault(cap.column, {})[cap.label] = told
    return made


SAYS: Final[Mapping[str, str]] = {
    "no_room_in_rank_order": "did not fit when its turn came ({caps}); takes the place of {others}",
    "after_the_stop": "rank order stopped before it, at {others}, which did not fit ({caps})",
    "makes_room": "makes room under {caps} for {others}, which are worth more together",
    "no_merit": "adds nothing to the merit",
}


def reason(difference: Difference, names: list[str]) -> dict[str, Any]:
    """A code with its caps and the others concerned, and the same as a sentence."""
    caps = [
        {"kind": cap.kind}
        | ({"column": cap.column} if cap.column else {})
        | ({"label": cap.label} if cap.label else {})
        for cap in difference.caps
    ]
    others = [names[n] for n in difference.others[:_NAMED]]
    more = len(difference.others) - len(others)
    sentence = SAYS[difference.code].format(
        caps="; ".join(cap.name for cap in difference.caps),
        others=", ".join(others) + (f" and {more} more" if more else ""),
    )
    return {
        "code": difference.code, "caps": caps, "others": others, "others_count": len(difference.others),
        "says": sentence,
    }  # fmt: skip

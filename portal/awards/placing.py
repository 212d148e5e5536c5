"""A matching of applicants to places over all tracks of a stage, from frozen inputs alone. No database."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from hashlib import sha256
from typing import Any, Final

KIND: Final = "matching"  # what a scenario's inputs call it
NOWHERE: Final = ("condition", "no_total", "not_ranked", "not_reserve")  # why no group accepts an entry
DECLINED: Final = "declined"  # its own group decided already, without it


def lot(entry: str) -> str:
    """What separates two whom total and tie rule leave alike: SHA-256 of the entry's public id, the smaller first."""
    return sha256(entry.encode()).hexdigest()


def order_key(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    """Total, then the criteria of the tie rule, then the rank in its own track, then the lot; the smaller first."""
    return -Fraction(entry["total"]), *(-Fraction(v) for v in entry["ties"]), entry["rank"], lot(entry["entry"])


def ranks_of(inputs: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """group -> entry -> rank from 1, of those who chose the group and may be accepted by it."""
    able = sorted((e for e in inputs["entries"] if e["out"] not in NOWHERE), key=order_key)
    found: dict[str, dict[str, int]] = {group["code"]: {} for group in inputs["groups"]}
    for entry in able:
        for group in entry["choices"]:
            if not (entry["out"] == DECLINED and group == entry["track"]):
                found[group][entry["entry"]] = len(found[group]) + 1
    return found


def told(inputs: Mapping[str, Any], result: Mapping[str, Any], entry: str) -> dict[str, Any] | None:
    """What a matching says of one entry, as its outcome keeps it: `placed`, `choices`, `missed`, `out`."""
    one = next((e for e in inputs["entries"] if e["entry"] == entry), None)
    if one is None:
        return None
    return {
        "placed": result["placed"].get(entry), "choices": one["choices"], "missed": result["missed"].get(entry, []),
        "out": one["out"],
    }  # fmt: skip


def place(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """`placed`: entry -> group; `rank`: entry -> its rank there, None for an offer that stands without one; `missed`:
    entry -> [[group, why, own, best, worst]]; entries by public id."""
    from portal.awards.engine.matching import Places, match  # SciPy comes with the package: where it is computed

    places = Places(
        {group["code"]: (group["institute"], group["places"]) for group in inputs["groups"]},
        {institute["code"]: institute["places"] for institute in inputs["institutes"]}, inputs["all_places"],
    )  # fmt: skip
    ranks = ranks_of(inputs)
    choices = {entry["entry"]: entry["choices"] for entry in inputs["entries"]}
    found = match(places, choices, ranks, inputs["held"], inputs["gone"])
    return {
        "placed": dict(sorted(found.placed.items())),
        "rank": {who: ranks[group].get(who) for who, group in sorted(found.placed.items())},
        "missed": {
            who: [[m.group, m.why, m.own, m.best, m.worst] for m in missed]
            for who, missed in sorted(found.missed.items())
            if missed
        },
    }  # fmt: skip

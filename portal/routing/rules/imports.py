"""Pairs that an officer brings in: each is held against the frozen inputs of the proposal beside which they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from portal.platform.language import Text
from portal.routing.rules.trials import Pair

TWICE = Text("같은 쌍이 두 번 있습니다.", "The same pair stands twice.")
STRANGER = Text("이 배정안에 없는 위원이나 신청서입니다.", "The reviewer or application is no part of this proposal.")
BARRED = Text(
    "이해충돌이 있거나 이미 배정이 풀린 쌍입니다.",
    "There is a conflict of interest, or the pair was taken back before.",
)
AWAY = Text("평가 기간에 부재 중인 위원입니다.", "The reviewer is away during the review.")
FULL = Text("위원이 맡을 수 있는 건수를 넘습니다.", "The reviewer would have more than they can take.")
ENOUGH = Text("신청서의 평가 수를 넘습니다.", "The application would have more reviews than it gets.")  # fmt: skip


def refusals(inputs: Mapping[str, Any], pairs: Sequence[Pair]) -> list[Text | None]:
    """For each pair (entry, person) why it cannot stand, or None; of too many the later ones are refused.

    Pairs that are live already are kept whether the file names them or not, and take their share of room.
    """
    row = {e["id"]: n for n, e in enumerate(inputs["entries"])}
    column = {r["person"]: n for n, r in enumerate(inputs["reviewers"])}
    closed = {(e, r) for e, r in inputs["barred"]}
    kept = {(e, r) for e, r in inputs["kept"]}
    away = {r["person"] for r in inputs["away"]}
    loads, given = Counter(r for _, r in kept), Counter(e for e, _ in kept)
    seen: set[Pair] = set()
    found: list[Text | None] = []
    for pair in pairs:
        why = _why(inputs, pair, row, column, closed, away, loads, given, kept) if pair not in seen else TWICE
        seen.add(pair)
        found.append(why)
        if why is None and (row[pair[0]], column[pair[1]]) not in kept:
            loads[column[pair[1]]] += 1
            given[row[pair[0]]] += 1
    return found


def _why(
    inputs: Mapping[str, Any], pair: Pair, row: Mapping[int, int], column: Mapping[int, int], closed: set[Pair],
    away: set[int], loads: Mapping[int, int], given: Mapping[int, int], kept: set[Pair],
) -> Text | None:  # fmt: skip
    entry, person = pair
    if entry not in row or person not in column:
        return STRANGER
    e, r = row[entry], column[person]
    if (e, r) in kept:
        return None
    if (e, r) in closed:
        return BARRED
    if person in away:
        return AWAY
    if loads.get(r, 0) >= inputs["reviewers"][r]["capacity"]:
        return FULL
    return ENOUGH if given.get(e, 0) >= inputs["demand"][e] else None


def outcome(inputs: Mapping[str, Any], proposal: Mapping[str, Any], pairs: Sequence[Pair]) -> dict[str, Any]:
    """What the run keeps of these pairs, in the shape of a solved result; the bound is the proposal's own."""
    row = {e["id"]: n for n, e in enumerate(inputs["entries"])}
    column = {r["person"]: n for n, r in enumerate(inputs["reviewers"])}
    kept = {(e, r) for e, r in inputs["kept"]}
    new = sorted({(row[e], column[p]) for e, p in pairs} - kept)
    told = {(e, p): why for (e, p), why in zip(proposal["pairs"], proposal["why"], strict=True)}
    entries, people = [e["id"] for e in inputs["entries"]], [r["person"] for r in inputs["reviewers"]]
    near = [0] * len(entries)
    for e, r in (*kept, *new):
        near[e] += inputs["affinity"][e][r]
    given, load = Counter(e for e, _ in (*kept, *new)), Counter(r for _, r in (*kept, *new))
    total, bound = sum(near), proposal["bound"]
    return {
        "pairs": [[entries[e], people[r]] for e, r in new],
        "why": [
            told.get((entries[e], people[r])) or {"affinity": inputs["affinity"][e][r], "by_hand": True, "terms": []}
            for e, r in new
        ],
        "load": {str(person): load[r] for r, person in enumerate(people)},
        "unfilled": [
            {"entry": entries[e], "missing": wanted - given[e], "reason": "import"}
            for e, wanted in enumerate(inputs["demand"])
            if given[e] < wanted
        ],
        "refused": [], "total": total, "bound": bound, "gap": max(0.0, (bound - total) / bound) if bound else 0.0,
        "floor": min((n for n, wanted in zip(near, inputs["demand"], strict=True) if wanted), default=0),
        "floor_bound": proposal["floor_bound"], "rounds": 0, "avoided": len(inputs["barred"]),
    }  # fmt: skip

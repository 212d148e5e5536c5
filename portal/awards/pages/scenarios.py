"""Selection scenarios ready to show: two side by side, every difference in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from portal.awards.models import Scenario
from portal.awards.queries.decisions import entries_by_public_ids
from portal.budgets.queries import lines_by_code
from portal.platform.language import Text, say
from portal.ranking.queries import judges, titles

COUNT = Text("선정 건수", "the number of places")
WORDS = {
    "no_room_in_rank_order": Text(
        "순위대로 고르면 {caps}에 자리가 없습니다. 최적 묶음에서는 {others}의 자리에 들어갑니다.",
        "In rank order {caps} had no room; in the best portfolio it takes the place of {others}.",
    ),
    "after_the_stop": Text(
        "순위대로 고르면 {others}에서 {caps}를 넘어 멈춥니다.",
        "In rank order the list ended at {others}, beyond {caps}.",
    ),
    "makes_room": Text(
        "{caps} 안에서 {others}을(를) 넣는 편이 점수의 합이 큽니다.", "Within {caps}, {others} together are worth more."
    ),
    "no_merit": Text("더해지는 점수가 없습니다.", "It adds no points."),
}


@dataclass(frozen=True)
class Row:
    """One candidate: its place, and for each of the scenarios shown whether it is in rank order and in the best."""

    entry: str
    application: str
    title: str
    rank: int
    merit: Fraction
    chosen: Sequence[tuple[bool, bool, str]]  # rank order, best, lock ("in", "out" or "")


@dataclass(frozen=True)
class Shown:
    scenario: Scenario
    by: str
    chosen: int
    merit: Fraction | None
    share: float | None  # of the bound, in per cent
    differences: Sequence[tuple[str, str, str]]  # title, where it stands, why
    broken: Sequence[str]
    full: Sequence[str]  # caps that the best portfolio uses up
    caps: Sequence[tuple[str, int, int]] = ()  # name, per cent of what is left that rank order and the best take


def _caps_named(codes: Sequence[str], names: Mapping[str, Any]) -> list[str]:
    return [say(COUNT) if code == "count" else say(names[code]) if code in names else code for code in codes]


def shown(found: Sequence[Scenario]) -> list[Shown]:
    """Two statements whatever the number."""
    names = {
        code: line.names
        for code, line in lines_by_code({cap["code"] for s in found for cap in s.inputs["caps"]}).items()
    }
    people = judges({s.by_id for s in found if s.by_id is not None})
    known = _titles(found)
    return [_shown(one, people.get(one.by_id or 0, ""), names, known) for one in found]


def _titles(found: Sequence[Scenario]) -> dict[str, tuple[str, str]]:
    """entry's public id -> (application's public id, title)."""
    ids = entries_by_public_ids({c["entry"] for s in found for c in s.inputs["candidates"]})
    told = titles(ids.values())
    return {public_id: told[id_] for public_id, id_ in ids.items()}


def _shown(one: Scenario, by: str, names: Mapping[str, Any], known: Mapping[str, tuple[str, str]]) -> Shown:
    result = one.result or {}
    if not result or "broken" in result:
        return Shown(one, by, 0, None, None, [], _caps_named(result.get("broken", []), names), [])
    limits = {cap["code"]: cap["limit"] for cap in one.inputs["caps"]} | {"count": one.inputs["count"]}
    full = [code for code, used in result["used"].items() if code in limits and used["best"] >= limits[code] > 0]
    return Shown(
        one, by, len(result["best"]), Fraction(result["merit"]["best"]), round(100 * (1 - result["gap"]), 3),
        [
            (known[d["entry"]][1], d["there"], _why(d, names, known))
            for d in result["differences"] if d["entry"] in known
        ],
        [], _caps_named(full, names),
        [
            (_caps_named([code], names)[0], _percent(used["rank_order"], limits[code]), _percent(used["best"], limits[code]))
            for code, used in result["used"].items() if code in limits
        ],
    )  # fmt: skip


TIGHTEST: Final = 8  # caps in the picture


def bars(one: Shown) -> list[dict[str, Any]]:
    """For the picture: the tightest caps, each with what the best portfolio takes, and rank order beside it in words."""
    beside = Text("순위대로는 {n}%", "rank order {n} %")
    tight = sorted(one.caps, key=lambda cap: (-max(cap[1], cap[2]), cap[0]))[:TIGHTEST]
    return [{"label": name, "note": say(beside, n=walked), "value": best, "limit": 100} for name, walked, best in tight]


def _percent(used: int | float, limit: int) -> int:
    """Of what is left under a cap, rounded up: full only where nothing is left."""
    return 0 if limit <= 0 else min(100, -int(-100 * used // limit))


def _why(difference: Mapping[str, Any], names: Mapping[str, Any], known: Mapping[str, tuple[str, str]]) -> str:
    others = [known[entry][1] for entry in difference["others"] if entry in known]
    return say(
        WORDS[difference["code"]], caps=", ".join(_caps_named(difference["caps"], names)), others=", ".join(others)
    )


def rows(found: Sequence[Scenario]) -> list[Row]:
    """The candidates of the scenarios shown, in rank order."""
    known = _titles(found)
    merit = {c["entry"]: (c["rank"], Fraction(c["merit"])) for s in reversed(found) for c in s.inputs["candidates"]}
    made = [
        Row(
            entry, *known[entry], rank, points,
            [
                (
                    entry in (s.result or {}).get("rank_order", ()), entry in (s.result or {}).get("best", ()),
                    "in" if entry in s.inputs["lock_in"] else "out" if entry in s.inputs["lock_out"] else "",
                )
                for s in found
            ],
        )
        for entry, (rank, points) in merit.items()
        if entry in known
    ]  # fmt: skip
    return sorted(made, key=lambda row: (row.rank, row.title, row.entry))

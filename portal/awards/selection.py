"""A selection scenario: rank order by its rule beside the best portfolio within all caps, from frozen inputs alone."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any


def solve(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """`inputs`: candidates [{entry, merit "n/d", uses {cap: amount}}], caps [{code, limit}], count, rule, lock_in,
    lock_out. Entries by public id in what comes out; merit in points. `broken`: caps that the locked ones pass."""
    from portal.awards.engine import (  # SciPy: where a scenario is computed, nowhere else
        Instance,
        LocksBreakCaps,
        best_portfolio,
        differences,
        rank_order,
        scaled,
    )

    candidates = sorted(inputs["candidates"], key=lambda c: c["entry"])
    names = [candidate["entry"] for candidate in candidates]
    place = {name: n for n, name in enumerate(names)}
    caps = [
        scaled("total", cap["limit"], {n: c["uses"].get(cap["code"], 0) for n, c in enumerate(candidates)}, cap["code"])
        for cap in inputs["caps"]
    ]
    caps.append(scaled("count", inputs["count"], dict.fromkeys(range(len(candidates)), 1)))
    instance = Instance(
        [Fraction(candidate["merit"]) for candidate in candidates], caps,
        frozenset(place[name] for name in inputs["lock_in"]), frozenset(place[name] for name in inputs["lock_out"]),
    )  # fmt: skip
    try:
        walk, best = rank_order(instance, inputs["rule"]), best_portfolio(instance)
    except LocksBreakCaps as error:
        return {"broken": [cap.column or cap.kind for cap, _, _ in error.broken]}
    return {
        "rank_order": [names[n] for n in walk.chosen], "best": [names[n] for n in best.chosen],
        "merit": {"rank_order": str(instance.total(walk.chosen)), "best": str(best.merit)},
        "bound": round(best.bound, 6), "gap": round(best.gap, 6),
        "used": {
            cap.column or cap.kind: {"rank_order": cap.used(walk.chosen), "best": cap.used(best.chosen)} for cap in caps
        },
        "differences": [
            {
                "entry": names[d.candidate], "there": d.there, "code": d.code,
                "caps": [cap.column or cap.kind for cap in d.caps], "others": [names[n] for n in d.others],
            }
            for d in differences(instance, walk, best)
        ],
    }  # fmt: skip

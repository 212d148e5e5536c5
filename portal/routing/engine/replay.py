"""A run's frozen inputs as a problem: the same inputs give the same assignment, whenever they are solved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from portal.routing.engine.problem import Flags, Problem


def problem_of(inputs: Mapping[str, Any]) -> Problem:
    """`inputs` as a run keeps them: entries, reviewers (person, kind, capacity), affinity [E][R] in millionths, pairs
    by place (barred, kept, locked, forbidden), who is away, demand [E], least reviewers of each kind, share, seed."""
    people = [row["person"] for row in inputs["reviewers"]]
    shape = (len(inputs["entries"]), len(people))
    kept = _cells(inputs["kept"], shape)
    away = {row["person"] for row in inputs["away"]}
    barred = _cells(inputs["barred"], shape) | _cells(inputs["forbidden"], shape)
    barred |= np.array([person in away for person in people], dtype=bool)
    kinds = sorted(inputs["kinds"])
    return Problem(
        affinity=np.array(inputs["affinity"], dtype=np.int64).reshape(shape),
        barred=barred & ~kept,
        demand=np.array(inputs["demand"], dtype=np.int64),
        capacity=np.maximum([row["capacity"] for row in inputs["reviewers"]], kept.sum(axis=0)).astype(np.int64),
        share=np.full(shape[1], inputs["share"], dtype=np.int64),
        locked=np.argwhere(kept | _cells(inputs["locked"], shape)),
        kind=np.array([kinds.index(r["kind"]) if r["kind"] in kinds else -1 for r in inputs["reviewers"]], dtype=np.int64),
        kind_min=np.tile(np.array([inputs["kinds"][k] for k in kinds], dtype=np.int64), (shape[0], 1)),
        seed=inputs["seed"],
    )  # fmt: skip


def _cells(pairs: Any, shape: tuple[int, int]) -> Flags:
    found = np.zeros(shape, dtype=bool)
    places = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    found[places[:, 0], places[:, 1]] = True
    return found

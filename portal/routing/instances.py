"""An instance of the assignment in a file, and its result as data."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from portal.routing.engine import MILLION, Problem, Solution

WHOLE = {"demand": 1, "capacity": 1, "load_min": 1, "institution": 1, "kind": 1, "kind_min": 2}


class BadInstance(ValueError):
    """The file cannot be read or contradicts itself; the message names what is wrong."""


def as_json(found: Solution) -> dict[str, Any]:
    """The fields of RESULT.json, without what was measured."""
    return {
        "pairs": found.pairs.tolist(), "total": found.total, "bound": found.bound, "gap": found.gap,
        "floor": found.floor, "floor_bound": found.floor_bound,
        "unfilled": [[one.entry, one.missing, one.reason] for one in found.unfilled],
        "refused": [[one.entry, one.reviewer, one.reason] for one in found.refused],
        "short": [list(one) for one in found.short], "rounds": found.rounds, "scale": found.scale,
    }  # fmt: skip


def read_instance(path: Path, seed: int) -> Problem:
    """Raises BadInstance with the name of the array that is missing or of a wrong shape or kind."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise BadInstance(f"{path.name} is not an .npz file of plain arrays: {error}") from error
    for name in ("affinity", "conflicts", "demand", "capacity"):
        if name not in arrays:
            raise BadInstance(f"{path.name} has no array {name!r}")
    affinity, barred = arrays["affinity"], arrays["conflicts"]
    if affinity.ndim != 2 or affinity.shape != barred.shape or not np.issubdtype(affinity.dtype, np.number):
        raise BadInstance(
            f"affinity {affinity.shape} and conflicts {barred.shape} must be numbers (P, R) and bool (P, R)"
        )
    applications, reviewers = affinity.shape
    barred = barred.astype(bool)
    if "forbidden" in arrays:
        pairs = _pairs(arrays["forbidden"], "forbidden", affinity.shape)
        barred[pairs[:, 0], pairs[:, 1]] = True
    lengths = {"demand": applications, "capacity": reviewers, "load_min": reviewers, "institution": reviewers,
               "kind": reviewers, "kind_min": applications}  # fmt: skip
    whole = {name: _whole(arrays[name], name, lengths[name]) for name in WHOLE if name in arrays}
    _agree(whole)
    locked = _pairs(arrays["locked"], "locked", affinity.shape) if "locked" in arrays else np.zeros((0, 2), np.int64)
    return Problem(affinity=affinity, barred=barred, locked=locked, seed=seed, **whole)


def write_instance(path: Path, problem: Problem) -> None:
    """As `read_instance` reads it. The share is no part of an instance: the capacity bounds the loads."""
    arrays: dict[str, Any] = {
        "affinity": problem.affinity.astype(np.float32) / (1.0 if problem.scale > 1 else np.float32(MILLION)),
        "conflicts": problem.barred, "demand": problem.demand, "capacity": problem.capacity, "locked": problem.locked,
    }  # fmt: skip
    if problem.kind is not None and problem.kind_min is not None and problem.kind_min.shape[1]:
        arrays |= {"kind": problem.kind, "kind_min": problem.kind_min}
    np.savez_compressed(path, **arrays)


def _whole(array: Any, name: str, length: int) -> Any:
    if array.ndim != WHOLE[name] or len(array) != length or not np.issubdtype(array.dtype, np.integer):
        raise BadInstance(f"{name} {array.shape} {array.dtype} must be whole numbers, {length} of them")
    if name not in ("institution", "kind") and (array < 0).any():
        raise BadInstance(f"{name} has a negative number at {int(np.argwhere(array < 0)[0][0])}")
    return array.astype(np.int64)


def _agree(whole: dict[str, Any]) -> None:
    if ("kind" in whole) != ("kind_min" in whole):
        raise BadInstance("kind and kind_min go together")
    if "kind" in whole and int(whole["kind"].max(initial=-1)) >= whole["kind_min"].shape[1]:
        raise BadInstance(f"kind names {int(whole['kind'].max())}, kind_min has {whole['kind_min'].shape[1]} kinds")


def _pairs(array: Any, name: str, shape: tuple[int, int]) -> Any:
    if array.size == 0:
        return np.zeros((0, 2), dtype=np.int64)
    if array.ndim != 2 or array.shape[1] != 2 or not np.issubdtype(array.dtype, np.integer):
        raise BadInstance(f"{name} {array.shape} {array.dtype} must be whole numbers (n, 2)")
    if (array < 0).any() or (array >= np.array(shape)).any():
        raise BadInstance(f"{name} names a pair outside of {shape}")
    return array.astype(np.int64)

"""`flask --app app routing ...`: the assignment of an instance in a file; no database is needed."""

from __future__ import annotations

import json
import resource
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import click
import numpy as np
from flask.cli import AppGroup

from portal.routing.engine import Problem, Solution

cli = AppGroup("routing", help="Assignment of reviewers.")
WHOLE = {"demand": 1, "capacity": 1, "load_min": 1, "institution": 1, "kind": 1, "kind_min": 2}


class BadInstance(click.ClickException):
    """The instance cannot be read or contradicts itself. Exit status 2."""

    exit_code = 2


class FloorType(click.ParamType[Any]):
    name = "auto|VALUE|none"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value in ("auto", "none"):
            return "auto" if value == "auto" else None
        try:
            return float(value)
        except (TypeError, ValueError):
            self.fail(f"{value!r} is neither auto nor none nor a number", param, ctx)


@cli.command("solve", with_appcontext=False)
@click.argument("instance", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", "out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--floor", "floor", type=FloorType(), default="auto", show_default=True)
@click.option("--seed", type=int, default=0, show_default=True, help="Decides among equal assignments.")
def solve_instance(instance: Path, out: Path, floor: Any, seed: int) -> None:
    """Assign the reviewers of INSTANCE.npz; the result is written as JSON.

    affinity (P, R), conflicts bool (P, R), demand int (P), capacity int (R); optional load_min int (R), locked and
    forbidden int (n, 2), institution int (R), kind int (R) with kind_min int (P, kinds).
    """
    from portal.routing.engine.assign import solve

    problem = read_instance(instance, seed)
    started, cpu = time.perf_counter(), time.process_time()
    try:
        found = solve(problem, floor, _told if sys.stderr.isatty() else None)
    except ValueError as error:
        raise BadInstance(str(error)) from error
    seconds = {"seconds": time.perf_counter() - started, "cpu_seconds": time.process_time() - cpu}
    told = as_json(found) | {key: round(value, 3) for key, value in seconds.items()} | {"seed": seed}
    told["peak_mb"] = round(
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 10 if sys.platform != "darwin" else 1 << 20), 1
    )
    out.write_text(json.dumps(told, ensure_ascii=False))
    summary = {key: value for key, value in told.items() if key not in ("pairs", "unfilled", "refused", "short")}
    click.echo(json.dumps(summary | {"pairs": len(told["pairs"]), "unfilled": sum(n for _, n, _ in told["unfilled"])}))


def _told(stage: str, round_: int, gap: float) -> None:
    click.echo(f"{stage} {round_}: {gap:.4f}", err=True)


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

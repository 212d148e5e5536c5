"""`flask --app app routing ...`: the assignment of an instance in a file, without a database; runs that were kept."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from portal.routing.models import RoutingRun
from portal.routing.queries import panels
from portal.routing.rules.imports import refusals
from portal.routing.service.freezing import ENGINE

cli = AppGroup("routing", help="Assignment of reviewers.")


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
    from portal.routing.engine.assign import solve  # OR-tools and SciPy: not in every process of the portal
    from portal.routing.instances import as_json, read_instance

    try:
        problem = read_instance(instance, seed)
        started, cpu = time.perf_counter(), time.process_time()
        found = solve(problem, floor, _told if sys.stderr.isatty() else None)
    except ValueError as error:
        click.echo(f"Error: {error}", err=True)
        raise SystemExit(2) from error
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


@cli.command("export")
@click.argument("run")
@click.option("--out", "out", required=True, type=click.Path(dir_okay=False, path_type=Path))
def export_run(run: str, out: Path) -> None:
    """The frozen inputs of a RUN (its public id) as an instance for `routing solve`."""
    from portal.routing.engine.replay import problem_of
    from portal.routing.instances import write_instance

    write_instance(out, problem_of(_run(run).inputs))


@cli.command("replay")
@click.argument("run")
def replay_run(run: str) -> None:
    """Solve a RUN again from its frozen inputs. Exit status 1 when other pairs come out, or the inputs are not those
    that were hashed."""
    from portal.routing.engine.assign import solve
    from portal.routing.engine.replay import problem_of
    from portal.routing.service.freezing import digest

    kept = _run(run)
    if digest(kept.inputs) != kept.inputs_hash:
        raise click.ClickException("the inputs do not have the hash that was kept with them")
    if kept.result.get("imported"):
        given = [(e, p) for e, p in kept.result["pairs"]]
        if any(refusals(kept.inputs, given)):
            raise click.ClickException("a pair that was brought in breaks a rule")
        click.echo(f"{len(given)} pairs from the file {kept.result['imported']}, none breaks a rule")
        return
    entries = [row["id"] for row in kept.inputs["entries"]]
    people = [row["person"] for row in kept.inputs["reviewers"]]
    stood = {(e, r) for e, r in kept.inputs["kept"]}
    found = solve(problem_of(kept.inputs), "auto")
    pairs = [[entries[e], people[r]] for e, r in found.pairs.tolist() if (e, r) not in stood]
    if pairs != kept.result["pairs"]:
        raise click.ClickException("other pairs come out than those that were kept")
    click.echo(f"{len(pairs)} pairs, the same as kept; inputs {kept.inputs_hash}")


def _run(public_id: str) -> RoutingRun:
    found = panels.run_by_public_id(public_id)
    if found is None or found.inputs.get("engine") != ENGINE:
        click.echo(f"Error: there is no run {public_id} of the present engine", err=True)
        raise SystemExit(2)
    return found

"""`make bench`: what the operations of SPEED cost, as multiples of the floor measured in the same run.

CPU is asked of the processes themselves, one request after the other; the 95th percentiles are those of the real
server under load, on a machine that should have nothing else to do. Needs PostgreSQL on this machine.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from portal.factory import create_app
from portal.platform.db import db
from tests.bench.floors import floor_app
from tests.bench.load import Latency, Server, serving
from tests.bench.measure import Cost, Meter
from tests.bench.rows import Goal, Row, rows
from tests.bench.seed import seed
from tests.databases import PostgreSQL, SQLite, postgresql_server, settings

WARM, FEW, MANY = 10, 8, 32
LIST = "officer's list"
LIMITS = {"kilobytes": 60, "megabytes": 150, "first_page": 1.0, "load": 5.0, "growth": 1.3}


@dataclass
class Found:
    """One row's figures; `few` and `many`: with eight and with thirty-two requests at once."""

    row: Row
    cost: Cost
    ratio: float
    few: Latency | None = None
    many: Latency | None = None


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    server = SQLite(folder) if kind == "sqlite" else PostgreSQL(folder, postgresql_server(folder))
    url = server.fresh()
    try:
        yield url
    finally:
        server.drop(url)
        if isinstance(server, PostgreSQL):
            server.end()


def floors(url: str, requests: int) -> dict[str, Cost]:
    app, engine = floor_app(url)
    meter, browser = Meter(engine), app.test_client()
    found = {
        "R": meter.measure(lambda n: browser.get("/"), requests, WARM, [200]),
        "W": meter.measure(lambda n: browser.post("/", data={"name": "x"}), requests, WARM, [200]),
    }
    engine.dispose()
    return found


def measured(app: Flask, made: list[Row], floor: dict[str, Cost], chosen: argparse.Namespace) -> list[Found]:
    with app.app_context():
        meter = Meter(db.engine)
    found = []
    for row in made:
        gc.collect()
        cost = meter.measure(row.ask, chosen.writes if row.once else chosen.requests, WARM, [200, 303])
        found.append(Found(row, cost, cost.cpu / floor[row.floor].cpu))
    return found


def loaded(server: Server, found: list[Found], requests: int) -> None:
    """The promised operations at the server; whoever can be asked once only is asked as often as is left of it."""
    for one in found:
        if one.row.goal is None:
            continue
        few, many = (2 * FEW, 2 * MANY) if one.row.once else (requests, 2 * requests)
        if not one.row.once:  # every worker has read the templates and the definition
            server.ask(list(itertools.islice(one.row.requests, 3 * FEW)), FEW)
        one.few = server.ask(list(itertools.islice(one.row.requests, few)), FEW)
        one.many = server.ask(list(itertools.islice(one.row.requests, many)), MANY)


def run(applications: int, chosen: argparse.Namespace) -> dict[str, Any]:
    """Everything at the full size; of the smaller one, with which it is compared, the lists alone."""
    full = applications == chosen.applications
    with tempfile.TemporaryDirectory() as name, database(chosen.database, Path(name)) as url:
        own = settings(Path(name), url) | {"WTF_CSRF_ENABLED": True, "DEMO": False}
        app = create_app(own)
        with app.app_context():
            writes = WARM + chosen.writes + 2 * FEW + 2 * MANY if full else 1
            seeded = seed(applications, 3 * applications, writes)
        floor = floors(url, chosen.requests)
        wanted = [row for row in rows(app, seeded) if chosen.only in row.name and (full or row.name.startswith(LIST))]
        found = measured(app, wanted, floor, chosen)
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        told: dict[str, Any] = {"applications": applications, "reviews": 3 * applications}
        if full and chosen.database == "postgresql":
            told |= under_load(url, Path(name), str(own["SECRET_KEY"]), found, chosen)
    print(f"\n{chosen.database}, {applications:,} applications, {3 * applications:,} reviews")
    print_table(floor, found)
    told["floors"] = {name: asdict(cost) for name, cost in floor.items()}
    told["operations"] = {one.row.name: figures(one) for one in found}
    return told


def under_load(url: str, folder: Path, secret: str, found: list[Found], chosen: argparse.Namespace) -> dict[str, Any]:
    surroundings = {"PORTAL_INSTANCE": str(folder), "DATABASE_URL": url, "PORTAL_SECRET_KEY": secret}
    with serving(surroundings, chosen.port) as server:
        loaded(server, found, chosen.requests)
        return {"starts": server.starts, "first_page": server.first_page, "megabytes": server.megabytes()}


def figures(one: Found) -> dict[str, Any]:
    told = asdict(one.cost) | {"cpu": one.cost.cpu, "ratio": one.ratio, "missed": missed(one)}
    for name, latency in (("at_8", one.few), ("at_32", one.many)):
        if latency is not None:
            told[name] = asdict(latency)
    return told | ({"goal": asdict(one.row.goal)} if one.row.goal else {})


def missed(one: Found) -> list[str]:
    """Names of the goals that are not met."""
    goal: Goal | None = one.row.goal
    found = ["page"] if one.cost.kilobytes > LIMITS["kilobytes"] else []
    if goal is None:
        return found
    if one.ratio > goal.ratio:
        found.append("CPU")
    if one.cost.statements > goal.statements:
        found.append("SQL")
    if one.few is not None and one.many is not None:
        if one.few.p95 > goal.p95:
            found.append("p95")
        if one.many.p95 > LIMITS["load"] * one.few.p95 or one.many.errors:
            found.append("load")
    return found


def print_table(floor: dict[str, Cost], found: list[Found]) -> None:
    heads = ("CPU ms", "app", "db", "x floor", "goal", "SQL", "goal", "kB", "p95@8", "goal", "p95@32")
    print(f"{'':34}" + "".join(f"{head:>8}" for head in heads) + "  goals")
    for name, cost in floor.items():
        print(
            f"{'floor ' + name:34}{cost.cpu:8.2f}{cost.app:8.2f}{cost.database:8.2f}{1:8.1f}{'':8}{cost.statements:8.1f}"
        )
    for one in found:
        cost, goal = one.cost, one.row.goal
        at_few = f"{one.few.p95:8.0f}{goal.p95 if goal else '':>8}" if one.few else " " * 16
        at_many = f"{one.many.p95:8.0f}" if one.many else " " * 8
        verdict = ", ".join(missed(one)) + " missed" if missed(one) else "met" if goal else ""
        print(
            f"{one.row.name:34}{cost.cpu:8.2f}{cost.app:8.2f}{cost.database:8.2f}{one.ratio:8.1f}"
            f"{f'{goal.ratio:g} {one.row.floor}' if goal else one.row.floor:>8}{cost.statements:8.1f}"
            f"{goal.statements if goal else '':>8}{cost.kilobytes:8.0f}{at_few}{at_many}  {verdict}"
        )


def print_rest(told: dict[str, Any], small: dict[str, Any]) -> None:
    """What belongs to no single operation."""
    lines = []
    if "megabytes" in told:
        lines = [
            ("memory of a web worker, MB", told["megabytes"], LIMITS["megabytes"]),
            ("first page after the start, s", told["first_page"], LIMITS["first_page"]),
        ]
        print(f"\nthe server answered {told['starts']:.1f} s after its start")
    for name, few in small["operations"].items():
        growth = told["operations"][name]["ratio"] / few["ratio"]  # to the floor of its own run
        lines.append((f"{name}: cost against {small['applications']:,}", growth, LIMITS["growth"]))
    for name, value, limit in lines:
        print(f"{name:60}{value:8.2f}  goal <= {limit:g}  {'met' if value <= limit else 'missed'}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--applications", type=int, default=10_000, help="with three reviews each")
    parser.add_argument("--beside", type=int, default=1_000, help="the lists once more with so many")
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--writes", type=int, default=40)
    parser.add_argument("--database", choices=["postgresql", "sqlite"], default="postgresql")
    parser.add_argument("--port", type=int, default=8900)
    parser.add_argument("--only", default="", help="rows whose name holds this word")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    chosen = parser.parse_args()
    small = run(chosen.beside, chosen)
    told = run(chosen.applications, chosen)
    print_rest(told, small)
    print("\nCPU: median of this process and mean of the database's; SQLite runs inside ours.")
    if chosen.json:
        chosen.json.parent.mkdir(exist_ok=True)
        chosen.json.write_text(json.dumps({"full": told, "small": small}, ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())

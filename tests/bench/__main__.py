"""`make bench`: what each page of SPEED costs, as a multiple of the floor measured in the same run.

python -m tests.bench [--applications N | --full] [--requests N] [--database postgresql|sqlite|both] [--only WORD]
"""

from __future__ import annotations

import argparse
import gc
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import Person
from portal.factory import create_app
from portal.platform.context import RandomIds
from portal.platform.db import db
from tests.bench.floors import floor_app
from tests.bench.measure import Ask, Cost, Meter
from tests.bench.seed import Seeded, seed
from tests.databases import PostgreSQL, SQLite, postgresql_server, settings
from tests.factories.accounts import signed_in

WARM = 10


@dataclass(frozen=True)
class Row:
    """One line of the table. Goals: CPU ms, multiple of the floor, statements; none where nothing was promised."""

    name: str
    floor: str  # R or W
    ask: Ask
    goal_ms: float | None = None
    goal_ratio: float | None = None
    goal_sql: int | None = None
    once: bool = False  # every request can be made once only


def _client(app: Flask, person_id: int) -> FlaskClient:
    with app.app_context():
        client = signed_in(app.test_client(), db.session.get_one(Person, person_id))
    return client


def _token(client: FlaskClient, page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(page).text)
    if found is None:
        raise RuntimeError(f"{page} has no form")
    return found[1]


def rows(app: Flask, of: Seeded) -> list[Row]:
    officer, reviewer = _client(app, of.officer), _client(app, of.reviewer)
    owners = _owners(app, of)
    clients = [_client(app, owner) for owner in owners]
    first, visitor = clients[0], app.test_client()
    office, list_ = f"/office/calls/{of.call}", f"/office/calls/{of.call}/applications"
    tokens = [_token(c, f"/applications/{d}/check") for c, d in zip(clients, of.drafts, strict=True)]
    mine = _token(reviewer, f"/reviews/{of.assignments[0]}/submit")

    def hand_in(n: int) -> object:
        fields = {"csrf_token": tokens[n], "request_id": RandomIds().public_id(), "declaration": "y"}
        return clients[n].post(f"/applications/{of.drafts[n]}/submit", data=fields)

    def lock(n: int) -> object:
        fields = {"csrf_token": mine, "request_id": RandomIds().public_id()}
        return reviewer.post(f"/reviews/{of.assignments[n]}/submit", data=fields)

    def page(client: FlaskClient, *addresses: str) -> Ask:
        return lambda n: client.get(addresses[n % len(addresses)])

    form, many = f"/applications/{of.drafts[0]}/sections/{of.section}", of.applications[:400]
    return [
        Row("public home page", "R", page(visitor, "/")),
        Row("page of a call", "R", page(visitor, f"/calls/{of.open_call}")),
        Row(f"form of a section, {_fields(first, form)} fields", "R", page(first, form), 8, 7, 4),
        Row("applicant's dashboard", "R", page(first, "/applications"), 6, 5, 5),
        Row("applicant's cockpit", "R", page(first, f"/applications/{of.drafts[0]}")),
        Row("officer's list, 50 of them", "R", page(officer, list_), 12, 11, 6),
        Row("officer's list, filtered, page 5", "R", page(officer, f"{list_}?state=closed&page=5"), 12, 11, 6),
        Row("officer's list, searched", "R", page(officer, f"{list_}?q=한국어 음성"), 20, 18, 6),
        Row("one application, office", "R", page(officer, *(f"/office/applications/{a}" for a in many)), 12, 11, 8),
        Row("one application, reviewer", "R", page(reviewer, *(f"/reviews/{a}" for a in of.read)), 12, 11, 8),
        Row("reviewer's desk", "R", page(reviewer, "/reviews")),
        Row("progress of the reviews", "R", page(officer, f"{office}/reviews")),
        Row("screening queue", "R", page(officer, f"{office}/screening")),
        Row("submit an application", "W", hand_in, 9, 14, 10, once=True),  # type: ignore[arg-type]
        Row("submit a review", "W", lock, 7, 11, 8, once=True),  # type: ignore[arg-type]
    ]


def _owners(app: Flask, of: Seeded) -> list[int]:
    from sqlalchemy import select

    from portal.applications.models import Application

    with app.app_context():
        query = select(Application.public_id, Application.owner_id).where(Application.public_id.in_(of.drafts))
        found = dict(db.session.execute(query))
    return [found[public_id] for public_id in of.drafts]


def _fields(client: FlaskClient, page: str) -> int:
    """Inputs a person fills in; choices of one question count once."""
    found = re.findall(r"<(?:input|textarea|select)\b[^>]*\bname=\"(q_[^\"]+)\"", client.get(page).text)
    return len(set(found))


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


def run(kind: str, folder: Path, chosen: argparse.Namespace) -> None:
    with database(kind, folder) as url:
        app = create_app(settings(folder, url) | {"WTF_CSRF_ENABLED": True, "DEMO": False})
        with app.app_context():
            seeded = seed(chosen.applications, chosen.writes + WARM)
        floor, engine = floor_app(url)
        meter = Meter(engine)
        browser = floor.test_client()
        floors = {
            "R": meter.measure(lambda n: browser.get("/"), chosen.requests, WARM, [200]),
            "W": meter.measure(lambda n: browser.post("/", data={"name": "x"}), chosen.requests, WARM, [200]),
        }
        engine.dispose()
        with app.app_context():
            meter = Meter(db.engine)
        print(f"\n{kind}, {chosen.applications:,} applications with 3 reviews each")
        print(f"{'':36}{'CPU ms':>8}{'app':>7}{'db':>6}{'x floor':>9}{'goal':>7}{'SQL':>6}{'goal':>6}{'kB':>6}")
        for name, cost in floors.items():
            told(f"floor {name}", cost, 1.0, None, None)
        for row in rows(app, seeded):
            if chosen.only and chosen.only not in row.name:
                continue
            gc.collect()
            asked = chosen.writes if row.once else chosen.requests
            cost = meter.measure(row.ask, asked, WARM, [200, 303])
            told(row.name, cost, cost.cpu / floors[row.floor].cpu, row, floors)
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def told(name: str, cost: Cost, ratio: float, row: Row | None, floors: dict[str, Cost] | None) -> None:
    goal = f"{row.goal_ratio:g} {row.floor}" if row and row.goal_ratio else (row.floor if row else "")
    sql = f"<={row.goal_sql}" if row and row.goal_sql else ""
    over = " *" if row and ((row.goal_ratio or 1e9) < ratio or (row.goal_sql or 1e9) < cost.statements) else ""
    print(
        f"{name:36}{cost.cpu:8.2f}{cost.app:7.2f}{cost.database:6.2f}{ratio:9.1f}{goal:>7}{cost.statements:6.1f}{sql:>6}"
        f"{cost.kilobytes:6.0f}{over}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--applications", type=int, default=1_000)
    parser.add_argument("--full", action="store_true", help="10,000 applications")
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--writes", type=int, default=40)
    parser.add_argument("--database", choices=["postgresql", "sqlite", "both"], default="both")
    parser.add_argument("--only", default="", help="rows whose name holds this word")
    chosen = parser.parse_args()
    if chosen.full:
        chosen.applications = 10_000
    for kind in ["postgresql", "sqlite"] if chosen.database == "both" else [chosen.database]:
        with tempfile.TemporaryDirectory() as folder:
            run(kind, Path(folder), chosen)
    print(
        "\n* beyond a goal of SPEED. CPU: median of this process and mean of the database's; SQLite runs inside ours."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

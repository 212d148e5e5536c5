"""`flask --app app demo ...`: run the demonstration, fill it, live whole lives of calls, print a one-time code."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Final

import click
from flask import current_app
from flask.cli import AppGroup
from flask_migrate import upgrade

from portal.demo import crowd, life, processes, seed, standstill
from portal.demo.acting import LifeBroken, leaves, wait_for_worker
from portal.demo.doors import DOORS
from portal.demo.people import DOMAIN, PASSWORD, code_of
from portal.demo.processes import Child, Stopped
from portal.platform.config import ROOT
from portal.platform.db import db

HOST: Final = "127.0.0.1"
cli = AppGroup("demo", help="Demonstration data, lives of calls, and running everything on this machine.")


def _upgrade() -> None:
    upgrade(directory=str(ROOT / "portal" / "migrations"))
    db.session.remove()


def _needs_demo_mode() -> None:
    if not current_app.config["DEMO"]:
        raise click.ClickException("only in demo mode: set PORTAL_DEMO=1")


def _start_worker(stack: ExitStack) -> Child:
    """The worker of this very instance and database."""
    settings = current_app.config
    command, environment, log = processes.worker(
        settings["INSTANCE"], settings["SQLALCHEMY_DATABASE_URI"], settings["BROKER_URL"]
    )
    return stack.enter_context(processes.running("worker", command, environment, log))


# --- lives ---


@cli.command("life")
@click.option("--program", type=click.Choice((*life.PROGRAMS, "all")), default="wbl", show_default=True)
@click.option("--scale", type=click.Choice(life.SCALES), default="small", show_default=True)
@click.option("--seed", type=int, default=20250804, show_default=True)
@click.option("--keep", is_flag=True, help="Leave database and folder behind.")
def live_apart(program: str, scale: str, seed: int, keep: bool) -> None:
    """Live one call through, in a database and a folder of its own; one line of JSON on standard output.

    With DATABASE_URL at a PostgreSQL server the database is made beside that one, otherwise it is a SQLite file.
    BROKER_URL names a broker; without it messages are files. Exit status 1 names the promise that did not hold.
    """
    processes.stop_on_sigterm()
    name = f"portal_life_{seed}_{os.getpid()}"
    folder = Path(current_app.config["INSTANCE"]) / "lives" / name
    folder.mkdir(parents=True)
    given = os.environ.get("DATABASE_URL", "")
    apart = given.startswith("postgresql")
    status, report = 1, folder / "report.json"
    try:
        database = processes.create_database(given, name) if apart else f"sqlite:///{folder / 'portal.db'}"
        broker = os.environ.get("BROKER_URL") or f"filesystem://{folder / 'broker'}"
        command = (
            sys.executable, "-m", "flask", "--app", "app", "demo", "drive", "--program", program, "--scale", scale,
            "--seed", str(seed), "--report", str(report),
        )  # fmt: skip
        surroundings = processes.surroundings(folder, database, broker)
        with processes.running("life", command, surroundings, grace=4 * processes.GRACE_SECONDS) as child:
            status = child.process.wait()
        if status == 0:
            click.echo(report.read_text())
    except (KeyboardInterrupt, Stopped):
        keep, status = False, 130
    finally:
        if not keep and status in (0, 130):
            if apart:
                processes.drop_database(given, name)
            shutil.rmtree(folder, ignore_errors=True)
        else:
            click.echo(f"left behind: {folder}" + (f", database {name}" if apart else ""), err=True)
    raise SystemExit(status)


@cli.command("drive", hidden=True)
@click.option("--program", default="wbl")
@click.option("--scale", type=click.Choice(life.SCALES), default="small")
@click.option("--seed", type=int, default=1)
@click.option("--report", type=click.Path(path_type=Path), required=True)
def drive(program: str, scale: str, seed: int, report: Path) -> None:
    """Live one call through in this instance and database, which must be empty, with a real worker."""
    _needs_demo_mode()
    processes.stop_on_sigterm()
    _upgrade()
    with ExitStack() as stack:
        worker = _start_worker(stack)
        try:
            told = life.live(program, scale, seed, wait_for_worker(worker.alive))
        except LifeBroken as broken:
            click.echo(worker.last_words(), err=True)
            click.echo(f"broken: {broken}", err=True)
            raise SystemExit(1) from broken
        except (KeyboardInterrupt, Stopped):
            raise SystemExit(130) from None
    report.write_text(json.dumps(told, ensure_ascii=False))


# --- the demonstration ---


def _say(line: str) -> None:
    click.echo(line, err=True)


@cli.command("seed")
@click.option("--applications", type=click.IntRange(1, 100_000), help="Instead: one call with so many, in review.")
@click.option("--reviews", type=click.IntRange(0), help="How many of its reviews are handed in; else three each.")
@click.option("--seed", "number", type=int, default=20250801, show_default=True, help="Decides that call's chance.")
def fill(applications: int | None, reviews: int | None, number: int) -> None:
    """Fill an empty database with calls at several moments; does nothing when there is data.

    With --applications one very large call is made, in an empty database or beside the demonstration's others.
    """
    _needs_demo_mode()
    processes.stop_on_sigterm()
    standstill.discard_half_seed(current_app.config)
    _upgrade()
    if applications is not None:
        _fill_with_crowd(applications, 3 * applications if reviews is None else reviews, number)
        return
    if not seed.is_empty():
        _say("there is data already: nothing to do")
        return
    with ExitStack() as stack:
        _seed(_start_worker(stack))


def _fill_with_crowd(applications: int, reviews: int, number: int) -> None:
    try:
        crowd.seed(applications, reviews, number, _say)
    except crowd.CannotSeed as refused:
        raise click.ClickException(str(refused)) from refused


def _seed(worker: Child) -> None:
    """Raises click's exception when it fails; what is half filled is removed at the next start."""
    mark = standstill.mark_seeding(current_app.config)
    _say("filling the demonstration (about a minute) ...")
    try:
        seed.seed(wait_for_worker(worker.alive, leaves()), _say)
    except LifeBroken as broken:
        raise click.ClickException(f"{broken}\n{worker.last_words()}") from broken
    mark.unlink()


@cli.command("run")
@click.option("--port", type=int, envvar="PORT", default=8000, show_default=True)
def run(port: int) -> None:
    """Everything on this machine: schema, data, web and worker. Ctrl-C ends all; a restart keeps everything."""
    _needs_demo_mode()
    processes.stop_on_sigterm()
    if not processes.port_is_free(HOST, port):
        raise click.ClickException(f"port {port} is taken: choose another with PORT=...")
    standstill.discard_half_seed(current_app.config)
    _upgrade()
    standstill.go_on(current_app.config["INSTANCE"])
    try:
        with ExitStack() as stack:
            worker = _start_worker(stack)
            if seed.is_empty():
                _seed(worker)
            web = stack.enter_context(_web(port))
            while web.alive() and processes.port_is_free(HOST, port):
                time.sleep(0.1)
            _announce(port)
            ended = processes.wait_while_alive([web, worker])
            raise click.ClickException(f"the {ended.name} ended by itself\n{ended.last_words()}")
    except (KeyboardInterrupt, Stopped):
        _say("\nstopped; the demonstration's clock stands still until the next start")
    finally:
        standstill.stop(current_app.config["INSTANCE"])


def _web(port: int) -> AbstractContextManager[Child]:
    settings = current_app.config
    environment = processes.surroundings(
        settings["INSTANCE"], settings["SQLALCHEMY_DATABASE_URI"], settings["BROKER_URL"]
    ) | {"PORT": str(port)}  # fmt: skip
    command = (sys.executable, "-m", "waitress", "--host", HOST, "--port", str(port), "--threads", "8", "app:app")
    return processes.running("web", command, environment, settings["INSTANCE"] / "web.log")


def _announce(port: int) -> None:
    click.echo(f"\n  http://{HOST}:{port}/\n")
    click.echo("  Demonstration accounts: one click on the home page, or sign in with")
    click.echo(f"  password  {PASSWORD}")
    for address, (role, _, _) in DOORS.items():
        click.echo(f"    {address}@{DOMAIN:14} {role.en} · {role.ko}")
    click.echo(f"  one-time code of an account that asks for one: flask --app app demo code officer@{DOMAIN}")
    click.echo(f"  letters: {current_app.config['INSTANCE'] / 'mail'}\n\n  Ctrl-C ends web and worker.\n")


@cli.command("code")
@click.argument("email")
def code(email: str) -> None:
    """The present one-time code of a demonstration's account."""
    _needs_demo_mode()
    found = code_of(email)
    if found is None:
        raise click.ClickException(f"{email} has no second factor; the password is {PASSWORD}")
    click.echo(found)

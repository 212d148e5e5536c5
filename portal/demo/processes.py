"""Child processes of the demonstration - worker and web - each in a group of its own, ended with whoever began them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from portal.platform.config import ROOT

WORKER: Final = (
    sys.executable, "-m", "celery", "-A", "workers.celery_app", "worker", "-P", "threads", "-c", "4",
    "--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "warning",
)  # fmt: skip
GRACE_SECONDS: Final = 6.0


class Stopped(BaseException):
    """SIGTERM: unwinds like a keyboard interrupt, so that children are ended and files removed."""


def stop_on_sigterm() -> None:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise Stopped

    signal.signal(signal.SIGTERM, stop)


class Child:
    """A process in its own group; what it says goes to `log` (None: to this process's stderr)."""

    def __init__(self, name: str, command: tuple[str, ...], environment: dict[str, str], log: Path | None) -> None:
        self.name, self.log = name, log
        out = log.open("ab") if log is not None else None
        self.process = subprocess.Popen(  # noqa: S603 - commands of this module only
            command, cwd=ROOT, env=environment, start_new_session=True, stdin=subprocess.DEVNULL,
            stdout=out or sys.stderr, stderr=out or sys.stderr,
        )  # fmt: skip
        if out is not None:
            out.close()

    def alive(self) -> bool:
        return self.process.poll() is None

    def end(self, grace: float = GRACE_SECONDS) -> None:
        """Ask the whole group to end, then make it. `grace` of one that ends children itself is longer than theirs."""
        for how in (signal.SIGTERM, signal.SIGKILL):
            if self.alive():
                os.killpg(self.process.pid, how)
                try:
                    self.process.wait(grace)
                except subprocess.TimeoutExpired:
                    continue

    def last_words(self, lines: int = 20) -> str:
        if self.log is None or not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


@contextmanager
def running(
    name: str,
    command: tuple[str, ...],
    environment: dict[str, str] | None = None,
    log: Path | None = None,
    grace: float = GRACE_SECONDS,
) -> Iterator[Child]:
    child = Child(name, command, {**os.environ, **(environment or {}), "PYTHONUNBUFFERED": "1"}, log)
    try:
        yield child
    finally:
        child.end(grace)


def worker(instance: Path, database: str, broker: str) -> tuple[tuple[str, ...], dict[str, str], Path]:
    """The worker's command, environment and log."""
    return WORKER, surroundings(instance, database, broker), instance / "worker.log"


def surroundings(instance: Path, database: str, broker: str) -> dict[str, str]:
    """The environment in which web, worker and commands share one database, folder and broker."""
    return {
        "PORTAL_INSTANCE": str(instance), "DATABASE_URL": database, "BROKER_URL": broker, "PORTAL_DEMO": "1",
        "FLASK_APP": "app",
    }  # fmt: skip


def wait_while_alive(children: list[Child]) -> Child:
    """Until one of them ends by itself; that one."""
    while True:
        for child in children:
            if not child.alive():
                return child
        time.sleep(0.2)


def port_is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


# --- a database of one's own ---


def create_database(url: str, name: str) -> str:
    """A new database beside the one of `url` (PostgreSQL); its address."""
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def drop_database(url: str, name: str) -> None:
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)

"""The whole portal as processes: web server, worker, database, and a browser beside them."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select

from portal.accounts.service import open_session
from portal.factory import create_app
from portal.platform import clock
from portal.platform.context import Actor, Context
from portal.platform.db import db
from portal.platform.jobs import Job, JobState
from portal.platform.transaction import in_transaction

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
CHROMIUM_ARGS = [
    "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-quic", "--disable-gpu", "--no-first-run",
]  # fmt: skip
T = TypeVar("T")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class House:
    """A running portal on a database of its own; `within` runs services in this process on the same database."""

    def __init__(self, folder: Path, url: str, broker: str = "") -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = os.environ | {
            "PORTAL_INSTANCE": str(folder), "DATABASE_URL": url, "PORTAL_DEMO": "1", "PORT": str(self.port),
            "PORTAL_BASE_URL": self.url, "PYTHONUNBUFFERED": "1",
            "BROKER_URL": broker or f"filesystem://{folder / 'broker'}",
        }  # fmt: skip
        self.app: Flask = create_app(
            {
                "INSTANCE": folder, "SQLALCHEMY_DATABASE_URI": url, "DEMO": True, "BASE_URL": self.url,
                "BROKER_URL": self.environment["BROKER_URL"], "TESTING": True,
            }
        )  # fmt: skip
        with self.app.app_context():
            upgrade(directory=str(ROOT / "portal" / "migrations"))
        self.web: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.start_web()
        self.start_worker()

    def start_web(self) -> None:
        self.web = self._process(
            "web", [sys.executable, "-m", "waitress", f"--listen=127.0.0.1:{self.port}", "--threads=8", "app:app"]
        )
        deadline = time.monotonic() + 120
        while True:
            try:
                urllib.request.urlopen(self.url + "/health", timeout=2).read()
                return
            except OSError:
                if time.monotonic() > deadline or self.web.poll() is not None:
                    raise RuntimeError((self.folder / "web.log").read_text()[-3000:]) from None
                time.sleep(0.1)

    def start_worker(self) -> None:
        self.worker = self._process(
            "worker",
            [sys.executable, "-m", "celery", "-A", "workers.celery_app", "worker", "-P", "threads", "-c", "4",
             "--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "warning"],
        )  # fmt: skip

    def _process(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        log = (self.folder / f"{name}.log").open("ab")
        return subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )

    def stop(self) -> None:
        for process in (self.web, self.worker):
            if process is not None and process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
        with self.app.app_context():
            db.engine.dispose()

    def within(self, action: Callable[[], T]) -> T:
        """Run services in one transaction on the house's database."""
        clock.configure(self.folder, movable=True)
        with self.app.app_context():
            return in_transaction(action)

    def within_app(self, action: Callable[[], T]) -> T:
        """Run something that opens its own transactions."""
        clock.configure(self.folder, movable=True)
        with self.app.app_context():
            return action()

    def reading(self, action: Callable[[], T]) -> T:
        with self.app.app_context():
            try:
                return action()
            finally:
                db.session.rollback()

    def move_clock(self, moment: datetime) -> None:
        clock.configure(self.folder, movable=True)
        clock.move_to(moment)

    def wait_for_jobs(self, seconds: float = 60) -> None:
        """Until nothing is due or running; a parked job fails at once with its error."""
        deadline = time.monotonic() + seconds
        quiet = 0
        while quiet < 2:
            parked, busy = self.reading(self._jobs)
            assert not parked, parked
            assert time.monotonic() < deadline, f"still waiting: {busy}\n" + self.log("worker")
            quiet = quiet + 1 if not busy else 0
            time.sleep(0.2)

    @staticmethod
    def _jobs() -> tuple[list[str], list[str]]:
        parked = db.session.execute(select(Job.kind, Job.last_error).where(Job.state == JobState.PARKED)).all()
        busy = db.session.scalars(
            select(Job.kind).where(
                (Job.state == JobState.RUNNING) | ((Job.state == JobState.WAITING) & (Job.run_at <= clock.now()))
            )
        ).all()
        return [f"{kind}: {error}" for kind, error in parked], list(busy)

    def count(self, model: type) -> int:
        return self.reading(lambda: db.session.scalar(select(func.count()).select_from(model)) or 0)

    def log(self, name: str) -> str:
        file = self.folder / f"{name}.log"
        return file.read_text()[-4000:] if file.exists() else ""

    def cookie(self, person_id: int, language: str = "ko") -> dict[str, str]:
        """A signed-in browser's cookie, its second factor passed."""
        context = Context(actor=Actor(person_id=person_id), now=clock.now())
        token = self.within(lambda: open_session(context, person_id, second_factor=True))
        serializer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        value = serializer.dumps({"token": token, "lang": language, "seen": int(clock.real_now().timestamp())})
        return {"name": self.app.config["SESSION_COOKIE_NAME"], "value": value, "url": self.url}

    def letters(self, kind: str, person_id: int | None = None) -> list[str]:
        """The links of the letters of one kind (to one person), newest first, as their recipients got them."""
        from portal.notifications.models import Letter

        def read() -> list[str]:
            query = select(Letter).where(Letter.kind == kind).order_by(Letter.id.desc())
            if person_id is not None:
                query = query.where(Letter.person_id == person_id)
            return [row.link or self._sent_link(row.public_id) for row in db.session.scalars(query)]

        return self.reading(read)

    def names(self) -> list[str]:
        """Of people, organisations and titles: words of their own, whatever the page's language; longest first."""
        from portal.accounts.models import Organisation, Person
        from portal.applications.models import Application, Institution, Member, Reference

        columns = (
            Person.name, Organisation.name, Member.name, Institution.name, Application.title, Reference.name,
        )  # fmt: skip
        found = self.reading(
            lambda: {name for column in columns for name in db.session.scalars(select(column)) if name}
        )
        return sorted(found, key=len, reverse=True)

    def _sent_link(self, public_id: str) -> str:
        """A one-time link leaves the database when it is sent: read the mail itself, as its recipient would."""
        import email
        import re
        from email import policy

        message = email.message_from_bytes(
            (self.folder / "mail" / f"{public_id}.eml").read_bytes(), policy=policy.default
        )
        body = message.get_body(("plain",))
        assert body is not None
        found = re.search(re.escape(self.url) + r"(/\S+)", body.get_content())
        assert found is not None
        return found[1]

"""Killing the worker with jobs in flight, and the web process with submissions in flight."""

from __future__ import annotations

import http.client
import os
import random
import re
import signal
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import timedelta

from sqlalchemy import func, select, update

from portal.accounts.jobs import ALREADY_REGISTERED
from portal.accounts.models import Person
from portal.applications.models import Submission
from portal.audit.models import AuditEvent
from portal.audit.service import verify
from portal.notifications.models import Letter, LetterState
from portal.platform import clock
from portal.platform.db import db
from portal.platform.jobs import Job, JobState, enqueue
from tests.e2e.house import House
from tests.factories import accounts as account_factory
from tests.factories import base
from tests.factories.consortia import Team, complete_team


def let_leases_end(house: House) -> None:
    """Time passes: what a killed worker held may be taken again."""
    past = clock.real_now() - timedelta(seconds=1)
    house.within(lambda: db.session.execute(update(Job).where(Job.state == JobState.RUNNING).values(lease_until=past)))


def kill_worker(house: House) -> None:
    assert house.worker is not None
    os.killpg(house.worker.pid, signal.SIGKILL)
    house.worker.wait()


def worker_survives(house: House, kills: int, jobs: int, seed: int = 1) -> dict[str, int]:
    """`jobs` letters are asked for while the worker is killed `kills` times; returns what was found at the end."""
    rng = random.Random(seed)

    def ask() -> None:
        for n in range(jobs):
            who = base.person(f"사람{n}")
            enqueue(ALREADY_REGISTERED, {"person_id": who.id}, key=f"kill:{who.id}", now=clock.now())

    house.within(ask)
    for _ in range(kills):
        time.sleep(rng.uniform(0.8, 2.0))
        kill_worker(house)
        let_leases_end(house)
        house.start_worker()
    deadline = time.monotonic() + 240
    while house.reading(_unfinished) and time.monotonic() < deadline:
        time.sleep(0.5)
        if rng.random() < 0.1:
            let_leases_end(house)
    return house.reading(_letters)


def _unfinished() -> int:
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Job)
            .where(Job.state.in_((JobState.WAITING, JobState.RUNNING)), Job.run_at <= clock.now())
        )
        or 0
    )


def _letters() -> dict[str, int]:
    """Letters made, people with more or less than one, letters not sent, jobs parked."""
    counted = db.session.execute(select(Letter.person_id, func.count()).group_by(Letter.person_id))
    per_person = {row[0]: row[1] for row in counted}
    people = db.session.scalar(select(func.count()).select_from(Person)) or 0
    return {
        "letters": sum(per_person.values()),
        "people": people,
        "doubled": sum(n > 1 for n in per_person.values()),
        "lost": people - len(per_person),
        "unsent": db.session.scalar(select(func.count()).select_from(Letter).where(Letter.state != LetterState.SENT))
        or 0,
        "parked": db.session.scalar(select(func.count()).select_from(Job).where(Job.state == JobState.PARKED)) or 0,
    }


class Applicant(threading.Thread):
    """A browser that submits one application and tries the same request again until it is answered."""

    def __init__(self, house: House, team: Team) -> None:
        super().__init__(daemon=True)
        cookie = house.cookie(team.owner_id)
        self.house, self.team = house, team
        self.cookie = f"{cookie['name']}={cookie['value']}"
        self.answered = ""

    def _ask(self, path: str, body: dict[str, str] | None = None) -> tuple[str, str]:
        data = urllib.parse.urlencode(body).encode() if body is not None else None
        while True:
            request = urllib.request.Request(self.house.url + path, data, {"Cookie": self.cookie})
            try:
                with urllib.request.urlopen(request, timeout=20) as answer:
                    if cookie := answer.headers.get("Set-Cookie"):
                        self.cookie = cookie.split(";")[0]
                    return answer.read().decode(), answer.url
            except urllib.error.HTTPError as error:
                raise AssertionError(f"{path}: {error.code} {error.read()[:300]!r}") from error
            except (OSError, http.client.HTTPException):  # refused, cut off, or cut off half-way through the answer
                time.sleep(0.1)

    def run(self) -> None:
        page, _ = self._ask(f"/applications/{self.team.public_id}/check")
        form = page[page.index("/submit") :]
        fields = dict(re.findall(r'<input type="hidden" name="(csrf_token|request_id)" value="([^"]*)"', form))
        _, self.answered = self._ask(f"/applications/{self.team.public_id}/submit", {**fields, "declaration": "y"})


def web_survives(house: House, kills: int, applications: int, seed: int = 1) -> dict[str, int]:
    """Submissions are posted while the web process is killed `kills` times."""
    rng = random.Random(seed)
    teams = house.within_app(lambda: [complete_team() for _ in range(applications)])
    house.within(lambda: [account_factory.account(db.session.get_one(Person, team.owner_id)) for team in teams])
    waves = [teams[n :: max(1, kills)] for n in range(max(1, kills))]
    browsers: list[Applicant] = []
    for wave in waves:
        started = [Applicant(house, team) for team in wave]
        for browser in started:
            browser.start()
        browsers += started
        time.sleep(rng.uniform(0.1, 0.8))
        assert house.web is not None
        os.killpg(house.web.pid, signal.SIGKILL)
        house.web.wait()
        house.start_web()
    for browser in browsers:
        browser.join(60)
    counts = house.reading(_submissions)
    return counts | {"answered": sum("receipt" in b.answered or "submitted" in b.answered for b in browsers)}


def _submissions() -> dict[str, int]:
    per_application = [
        n
        for _, n in db.session.execute(
            select(Submission.application_id, func.count()).group_by(Submission.application_id)
        )
    ]
    events = (
        db.session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.kind == "ApplicationSubmitted"))
        or 0
    )
    return {
        "submitted": len(per_application),
        "doubled": sum(n > 1 for n in per_application),
        "events": events,
        "chain": 0 if verify() is None else 1,
    }

"""Beside the worker: finds due jobs and rings for them, and asks for scheduled work. Safe to run twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog
from flask import Flask

from portal.platform import clock, jobs
from portal.platform.db import db
from workers.schedule import ask_for_scheduled

log = structlog.get_logger()
RING_AGAIN_SECONDS = 20.0


class Relay:
    """`ring(job_id)` publishes one wake-up; a job that was rung for is left alone for a while."""

    def __init__(self, app: Flask, ring: Callable[[int], object]) -> None:
        self._app, self._ring = app, ring
        self._stop = threading.Event()
        self._rung: dict[int, float] = {}
        self._thread = threading.Thread(target=self._loop, name="relay", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()

    def _loop(self) -> None:
        pause = 0.5 if self._app.config["DEMO"] else 5.0
        while not self._stop.is_set():
            try:
                with self._app.app_context():
                    self.poll()
            except Exception:
                # A restarted database or broker: the next poll tries again.
                log.exception("relay.failed")
            self._stop.wait(pause)

    def poll(self) -> None:
        ask_for_scheduled()
        due = jobs.due_ids(clock.now(), clock.real_now())
        db.session.rollback()
        moment = time.monotonic()
        self._rung = {i: at for i, at in self._rung.items() if moment - at < RING_AGAIN_SECONDS}
        for job_id in due:
            if job_id not in self._rung:
                self._ring(job_id)
                self._rung[job_id] = moment

"""The doorbell between web and worker: Celery settings for any broker, and ringing it out of a request's way.

The truth is the job table (platform/jobs.py); a lost message costs at most one poll. Embedded: kombu's filesystem
transport under the instance folder, because prefork and network brokers are not there on a laptop.
"""

from __future__ import annotations

import queue
import threading
from pathlib import Path
from typing import Any

import structlog
from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

WAKE = "workers.wake.wake"
QUEUE = "portal"
TRANSPORT_ALIASES["filesystem"] = "portal.platform.spool:Transport"
log = structlog.get_logger()


def broker_settings(url: str, instance: Path) -> dict[str, Any]:
    """Celery configuration; `url` is filesystem://..., redis://... or amqp://..."""
    settings: dict[str, Any] = {
        "broker_url": url,
        "task_default_queue": QUEUE,
        "task_ignore_result": True,
        "worker_prefetch_multiplier": 1,
        "worker_enable_remote_control": False,
        "worker_hijack_root_logger": False,
        "broker_connection_retry_on_startup": True,
        "broker_connection_timeout": 4,
        "task_publish_retry": False,
        "timezone": "UTC",
    }
    if url.startswith("filesystem://"):
        folder = instance / "broker"
        folder.mkdir(parents=True, exist_ok=True)
        settings["broker_url"] = "filesystem://"
        settings["broker_transport_options"] = {
            "data_folder_in": str(folder),
            "data_folder_out": str(folder),
            "control_folder": str(folder / "control"),
            "polling_interval": 0.05,
        }
    return settings


class Doorbell:
    """Publishes wake-ups from a thread of its own: a dead broker never delays a request, only the poll's turn."""

    def __init__(self, url: str, instance: Path) -> None:
        self._url, self._instance = url, instance
        self._waiting: queue.Queue[int] = queue.Queue(maxsize=10_000)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.unheard = 0

    def ring(self, job_ids: list[int]) -> None:
        for job_id in job_ids:
            try:
                self._waiting.put_nowait(job_id)
            except queue.Full:
                self.unheard += 1
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._publish, name="doorbell", daemon=True)
                self._thread.start()

    def _publish(self) -> None:
        celery = Celery("doorbell")
        celery.conf.update(broker_settings(self._url, self._instance))
        while True:
            job_id = self._waiting.get()
            try:
                celery.send_task(WAKE, args=[job_id], queue=QUEUE)
            except Exception as error:
                self.unheard += 1
                log.warning("doorbell.unheard", job=job_id, error=str(error), unheard=self.unheard)

"""The worker process: one Celery task, threads or processes, and the relay beside it.

celery -A workers.celery_app worker -P threads -c 4
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import redis
from celery import Celery
from celery.signals import worker_process_init, worker_ready, worker_shutting_down

import workers
from portal.factory import create_app
from portal.platform import skew
from portal.platform.broker import WAKE, broker_settings
from portal.platform.db import db
from workers.relay import Relay

flask_app = create_app()
celery_app = Celery("workers")
celery_app.conf.update(broker_settings(flask_app.config["BROKER_URL"], flask_app.config["INSTANCE"]))

for module in pkgutil.iter_modules(workers.__path__):
    if module.name != "celery_app":
        importlib.import_module(f"workers.{module.name}")

from workers.wake import run_job  # noqa: E402 - the handlers are registered first

relay = Relay(flask_app, lambda job_id: celery_app.send_task(WAKE, args=[job_id]))


class UnsafeBroker(RuntimeError):
    """A Redis that may evict would drop wake-ups silently."""


def refuse_evicting_redis(url: str) -> None:
    if not url.startswith(("redis://", "rediss://")):
        return
    policy = redis.Redis.from_url(url).config_get("maxmemory-policy")["maxmemory-policy"]
    if policy != "noeviction":
        raise UnsafeBroker(f"the broker's maxmemory-policy is {policy}; set it to noeviction")


@celery_app.task(name=WAKE)
def wake(job_id: int) -> None:
    with flask_app.app_context():
        run_job(job_id)


@worker_process_init.connect
def _after_fork(**_: Any) -> None:
    with flask_app.app_context():
        db.engine.dispose(close=False)


@worker_ready.connect
def _start(**_: Any) -> None:
    refuse_evicting_redis(flask_app.config["BROKER_URL"])
    with flask_app.app_context():
        skew.alarm()
    relay.start()


@worker_shutting_down.connect
def _stop(**_: Any) -> None:
    relay.stop()

"""Anchors: the chain's head and row count, signed, outside the database."""

from __future__ import annotations

from flask import current_app

from portal.audit import service
from portal.audit.jobs import ANCHOR
from workers.wake import Run, handles


@handles(ANCHOR)
def anchor(run: Run) -> None:
    with run.effect() as context:
        service.anchor(context.now, current_app.config["INSTANCE"], run.payload.get("reason", "hourly"))

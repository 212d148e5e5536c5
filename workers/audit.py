"""Anchors: the chain's head and row count, signed, outside the database and by mail."""

from __future__ import annotations

from flask import current_app

from portal.audit import service
from portal.audit.jobs import ANCHOR
from workers.wake import Run, handles


@handles(ANCHOR)
def anchor(run: Run) -> None:
    reason = run.payload.get("reason")
    with run.effect() as context:
        made = service.anchor(context.now, current_app.config["INSTANCE"], reason or "hourly")
        service.ask_to_mail(context, made, notable=reason is not None)

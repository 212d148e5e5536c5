"""Offers whose time is over."""

from __future__ import annotations

from portal.awards import service
from portal.awards.jobs import EXPIRE
from workers.wake import Run, handles


@handles(EXPIRE)
def expire(run: Run) -> None:
    with run.effect() as context:
        service.expire_award(context, run.payload["award_id"])

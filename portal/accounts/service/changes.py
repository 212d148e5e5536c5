"""A record has changed in a way on which conflicts and identities depend: a job looks again."""

from __future__ import annotations

from portal.accounts.jobs import CHANGED
from portal.platform.context import Context
from portal.platform.jobs import enqueue


def note_change(context: Context, *person_ids: int | None) -> None:
    for person_id in person_ids:
        if person_id is not None:
            key = f"{person_id}:{context.ids.public_id()}"
            enqueue(CHANGED, {"person_id": person_id}, key=key, now=context.now)

"""Letters to many, ready to show: who gets them, what has changed since, one of them as it will be sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from flask import current_app

from portal.desks.officer.queries.filter import Filter
from portal.notifications import mail, queries, service
from portal.notifications.letters.batches import drafts
from portal.notifications.models import LetterBatch
from portal.notifications.rules import PLACES, Differences
from portal.platform.language import Text
from portal.programs.models import Call


def filter_of(call: Call, batch: LetterBatch) -> Filter:
    return Filter.of(call, dict(parse_qsl(batch.filter)))


def places() -> list[dict[str, Any]]:
    return [{"code": f"{{{code}}}", "word": word} for code, word in PLACES.items()]


@dataclass(frozen=True)
class Preview:
    """One letter exactly as it leaves; `parts` its paragraphs, the address in its place."""

    to: str
    name: str
    language: str
    subject: str
    parts: list[str]


def preview(recipient_id: int) -> Preview | None:
    made = drafts([recipient_id])
    if not made:
        return None
    draft = made[0]
    subject, body = service.rendered(draft)
    link = mail.address(draft.path, draft.to.language, current_app.config["BASE_URL"])
    before, _, after = body.rpartition("{link}")
    parts = [part for part in f"{before}{link}{after}".split("\n\n") if part.strip()]
    return Preview(draft.to.email, draft.to.name, draft.to.language, subject, parts)


def differing(found: Differences) -> list[dict[str, Any]]:
    """Added, gone, in another language: each with names, the first few of many."""
    kinds = (
        (Text("새로 받게 되는 사람", "Added"), found.added), (Text("더는 받지 않는 사람", "No longer there"), found.removed),
        (Text("언어가 바뀐 사람", "In another language"), found.changed),
    )  # fmt: skip
    return [
        {"label": label, "count": len(rows), "people": queries.people_named(rows[:20])} for label, rows in kinds if rows
    ]

"""The auditor reads: the chain's state, anchors, events by object and person."""

from __future__ import annotations

from math import ceil
from typing import Any

from flask import Blueprint, request, url_for

from portal.audit import queries
from portal.audit.words import event_words
from portal.desks.auditor.policies import audits
from portal.desks.auditor.queries import person_names
from portal.platform.access import guard
from portal.platform.web import page

bp = Blueprint("desks_auditor", __name__)


class Pages:
    def __init__(self, number: int, total: int, **arguments: Any) -> None:
        self.number, self.total, self.pages = number, total, max(1, ceil(total / 50))
        self._arguments = {k: v for k, v in arguments.items() if v}

    def url_for(self, number: int) -> str:
        return url_for("desks_auditor.audit", page=number, **self._arguments)


@bp.get("/office/audit")
@guard(audits)
def audit() -> Any:
    object_id, kind = (request.args.get(name, "").strip()[:64] for name in ("object", "kind"))
    number = max(1, request.args.get("page", 1, type=int))
    found = queries.search(object_id=object_id, kind=kind, page=number)
    count, head = queries.head()
    return page(
        "desks/auditor/audit.html", events=found.events, values=found.values, total=found.total, count=count,
        head=head, anchors=queries.anchors(10), words=event_words, object_id=object_id, kind=kind,
        names=person_names({e.actor_id for e in found.events if e.actor_id}),
        pages=Pages(number, found.total, object=object_id, kind=kind),
    )  # fmt: skip

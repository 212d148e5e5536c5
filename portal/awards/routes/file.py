"""`/decisions/<id>`: one address, three audiences."""

from __future__ import annotations

from flask import Response

from portal.awards.models import Decision
from portal.awards.pages import file as pages
from portal.awards.policies import reads_decision
from portal.awards.routes.blueprint import bp
from portal.platform.access import guard, subject
from portal.platform.web import context, page


@bp.get("/decisions/<public_id>")
@guard(reads_decision)
def decision(public_id: str) -> Response:
    found = subject(Decision)
    return page(
        "awards/file.html", decision=found, call=found.stage.call, definition=found.stage.call.definition,
        **pages.view(context().actor, found),
    )  # fmt: skip

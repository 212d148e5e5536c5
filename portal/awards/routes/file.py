"""`/decisions/<id>`: one address, three audiences."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from flask import Response, abort, send_file

from portal.awards import verifier
from portal.awards.dossier import copy_for, fields_of
from portal.awards.models import Decision, DecisionState
from portal.awards.pages import file as pages
from portal.awards.pages import record
from portal.awards.policies import reads_decision
from portal.awards.queries import decisions as queries
from portal.awards.routes.blueprint import bp
from portal.platform import typeset
from portal.platform.access import guard, public, subject
from portal.platform.web import context, page


@bp.get("/decisions/<public_id>")
@guard(reads_decision)
def decision(public_id: str) -> Response:
    found = subject(Decision)
    return page(
        "awards/file.html", decision=found, call=found.stage.call, definition=found.stage.call.definition,
        **pages.view(context().actor, found),
    )  # fmt: skip


@bp.get("/decisions/<public_id>/dossier.json")
@guard(reads_decision)
def dossier(public_id: str) -> Response:
    """The copy that this reader may take along; what is withheld from it stands in it as a commitment."""
    text = json.dumps(_copy(subject(Decision)), ensure_ascii=False, indent=1)
    return send_file(
        io.BytesIO(text.encode()), mimetype="application/json", as_attachment=True,
        download_name=f"decision-{public_id}.json", etag=False, max_age=0,
    )  # fmt: skip


@bp.get("/decisions/<public_id>/dossier.pdf")
@guard(reads_decision)
def dossier_on_paper(public_id: str) -> Response:
    """The same copy to be read."""
    found = subject(Decision)
    made = typeset.pdf("record", record.data(_copy(found), found.stage.call.definition.time_zone))
    return send_file(
        io.BytesIO(made), mimetype="application/pdf", as_attachment=True, download_name=f"decision-{public_id}.pdf",
        etag=False, max_age=0,
    )  # fmt: skip


def _copy(found: Decision) -> dict[str, Any]:
    """What this reader may know of a published decision."""
    actor, kept = context().actor, queries.dossier_of(found.id)
    if kept is None or found.state is not DecisionState.PUBLISHED:
        abort(404)
    office = queries.reads_as_office(actor, found)
    mine = [] if office or actor.person_id is None else queries.outcomes_for(actor, found, office=False)
    return copy_for(
        fields_of(kept.fields), office=office, applications=frozenset(o.entry.application.public_id for o in mine)
    )


@bp.get("/decisions/verifier.py")
@public
def dossier_verifier() -> Response:
    """The program that checks a dossier without the portal."""
    return send_file(
        Path(verifier.__file__), mimetype="text/x-python", as_attachment=True, download_name="verifier.py", etag=False
    )

"""The applications of a panel as one marked PDF, where the call allows it."""

from __future__ import annotations

from flask import Response, abort, g, send_file, url_for

from portal.platform import storage
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.jobs import JobState
from portal.platform.transaction import in_transaction
from portal.platform.web import ActionForm, context, page, perform
from portal.reviews import queries, service
from portal.reviews.policies import takes_packet
from portal.reviews.routes import bp
from portal.reviews.routes.documents import apart
from portal.routing.models import Panel


@bp.route("/reviews/packet/<public_id>", methods=["GET", "POST"])
@guard(takes_packet)
def packet(public_id: str) -> Response:
    """Ask for it, see how far it is, take it."""
    form, panel_id = ActionForm(), subject(Panel).id

    def act(context: Context) -> str:
        service.ask_packet(context, panel_id)
        return url_for("reviews.packet", public_id=public_id)

    done = perform(form, act)
    if done is not None:
        return done
    panel = subject(Panel)
    found = queries.packet_of(g.actor, panel.id)
    job = queries.packet_job(found) if found is not None and found.made_at is None else None
    call = panel.stage.call
    return page(
        "reviews/packet.html", form, panel=panel, call=call, definition=call.definition.stage(panel.stage.code),
        packet=found if found is not None and found.made_at is not None else None, job=job,
        parked=job is not None and job.state is JobState.PARKED, size=queries.batch_size(g.actor, panel.id),
        due=panel.stage.review_due_at, zone=call.definition.time_zone,
    )  # fmt: skip


@bp.get("/reviews/packet/<public_id>/<packet_id>.pdf")
@guard(takes_packet)
def packet_pdf(public_id: str, packet_id: str) -> Response:
    """The file; who took it is on record before it leaves."""
    found = queries.packet_file(g.actor, subject(Panel).id, packet_id) or abort(404)
    reader, row_id, sha256 = context(), found.id, found.sha256 or ""
    in_transaction(lambda: service.note_download(reader, row_id))
    response = send_file(
        storage.open(sha256), mimetype="application/pdf", as_attachment=True, download_name="packet.pdf", etag=False
    )
    return apart(response)

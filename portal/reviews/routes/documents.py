"""The files of an application as its reviewers get them: pictures of the pages, and the copy without metadata."""

from __future__ import annotations

from io import BytesIO

from flask import Response, abort, request, send_file

from portal.applications.models import Attachment, Reference
from portal.platform import files, storage
from portal.platform.access import guard, subject
from portal.reviews import queries
from portal.reviews.policies import reviews_application
from portal.reviews.routes import bp
from portal.routing.models import Assignment

PAGE_WIDTH = 1200  # pixels: readable on the left half of a wide screen


@bp.get("/reviews/<public_id>/documents/<attachment_id>/pages/<int:number>.png")
@guard(reviews_application)
def document_page(public_id: str, attachment_id: str, number: int) -> Response:
    """One page of the reviewers' copy, from 1."""
    sha256 = _copy(attachment_id)[1]
    response = send_file(BytesIO(files.page_png(sha256, number, PAGE_WIDTH)), mimetype="image/png", etag=False)
    return apart(response)


@bp.get("/reviews/<public_id>/documents/<attachment_id>")
@guard(reviews_application)
def document(public_id: str, attachment_id: str) -> Response:
    attachment, sha256 = _copy(attachment_id)
    kind = next((k for k in files.KINDS if k == attachment.kind), None) or abort(404)
    response = send_file(
        storage.open(sha256), mimetype=files.KINDS[kind].media_type, as_attachment=True,
        download_name=attachment.filename, etag=False, conditional=False,
    )  # fmt: skip
    if kind == "mp4":  # its player asks for the part it shows
        response.make_conditional(request, accept_ranges=True, complete_length=attachment.size)
    return apart(response)


def _copy(attachment_id: str) -> tuple[Attachment | Reference, str]:
    """The file or letter and the hash of its copy; the original is never served here."""
    entry = subject(Assignment).entry
    readable: list[Attachment | Reference] = [*queries.documents_of(entry), *queries.letters_for(entry)]
    found = next((a for a in readable if a.public_id == attachment_id), None)
    if found is None or found.clean_sha256 is None:
        abort(404)
    return found, found.clean_sha256


def apart(response: Response) -> Response:
    """Nothing in the file may act in the portal's name, and nothing keeps it."""
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response

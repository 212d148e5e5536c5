"""The close of an application, and the copies that reviewers get."""

from __future__ import annotations

from sqlalchemy import select

from portal.applications import queries, service
from portal.applications.jobs import CLEAN_COPIES, CLOSE, CLOSE_REOPENING
from portal.applications.models import Attachment
from portal.platform import storage
from portal.platform.db import db
from portal.platform.files import CLEANED, FileRefused, clean_copy
from portal.screening import service as screening
from workers.wake import Run, handles


@handles(CLOSE)
def close(run: Run) -> None:
    application_id = run.payload["application_id"]
    with run.effect() as context:
        if service.close(context, application_id) is None:
            screening.look_again(context, application_id)


@handles(CLOSE_REOPENING)
def close_reopening(run: Run) -> None:
    with run.effect() as context:
        service.close_reopening(context, run.payload["reopening_id"])


@handles(CLEAN_COPIES)
def clean_copies(run: Run) -> None:
    """Copies without metadata for every handed-in file; computed outside a transaction, stored at the end."""
    with run.reading():
        originals = _originals(run.payload["application_id"])
    made: dict[str, str] = {}
    for done, sha256 in enumerate(sorted(set(originals.values()))):
        run.progress(done, len(originals))
        try:
            made[sha256] = storage.put_bytes(clean_copy(sha256)).sha256
        except FileRefused:
            continue  # officers see the original; reviewers get no file that could not be rebuilt
    with run.effect():
        for attachment_id, sha256 in sorted(originals.items()):
            attachment = db.session.get_one(Attachment, attachment_id)
            if attachment.sha256 == sha256 and sha256 in made:
                attachment.clean_sha256 = made[sha256]


def _originals(application_id: int) -> dict[int, str]:
    """Row id -> hash of the files in the last submission that have no copy yet."""
    submission = queries.latest_submission(application_id)
    if submission is None:
        return {}
    handed_in = [row["id"] for row in queries.content_of(submission)["attachments"] if row["kind"] in CLEANED]
    rows = db.session.execute(
        select(Attachment.id, Attachment.sha256)
        .where(Attachment.public_id.in_(handed_in), Attachment.clean_sha256.is_(None))
        .order_by(Attachment.id)
    )
    return {row.id: row.sha256 for row in rows}

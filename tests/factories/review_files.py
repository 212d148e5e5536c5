"""A file handed in with the first application under review, and its copy for reviewers."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO

import pikepdf

from portal.applications.content import attachment_of, canonical_json
from portal.applications.models import Attachment, Submission
from portal.applications.queries.submissions import content_of
from portal.platform import clock, storage
from portal.platform.context import RandomIds
from portal.platform.db import db
from portal.platform.files import clean_copy
from tests.factories.base import committed
from tests.factories.reviews import UnderReview, entry_of

ids = RandomIds()


def a_pdf() -> bytes:
    """One page, with an author in its metadata."""
    made = pikepdf.new()
    made.add_blank_page()
    with made.open_metadata() as about:
        about["dc:creator"] = ["Secret Author"]
    made.docinfo["/Author"] = "Secret Author"
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def with_file(field: UnderReview, *, clean: bool = True) -> str:
    """A second submission of the first application that holds a file; the file's public id."""
    original = storage.put_bytes(a_pdf())
    copy = storage.put_bytes(clean_copy(original.sha256)).sha256 if clean else None

    def make() -> str:
        entry = entry_of(field, 0)
        made = Attachment(
            public_id=ids.public_id(), application_id=entry.application_id, slot="plan_file", filename="plan.pdf",
            sha256=original.sha256, clean_sha256=copy, size=original.size, kind="pdf", pages=1, text="계획",
            uploaded_at=clock.now(),
        )  # fmt: skip
        db.session.add(made)
        text = canonical_json(content_of(entry.submission) | {"attachments": [attachment_of(made)]})
        second = Submission(
            public_id=ids.public_id(), application_id=entry.application_id, number=2,
            receipt=f"{entry.submission.receipt}-2", content=text, sha256=sha256(text.encode()).hexdigest(),
            submitted_at=clock.now(),
        )  # fmt: skip
        db.session.add(second)
        db.session.flush()
        entry.submission_id = second.id
        return made.public_id

    return committed(make)

"""The close and the reviewers' copies as the worker runs them, twice as well."""

from __future__ import annotations

import io
from datetime import timedelta

import pikepdf
from flask import Flask
from sqlalchemy import func, select

from portal.applications import queries, service
from portal.applications.models import Application, ApplicationState, Attachment, StageEntry
from portal.platform import clock, storage
from portal.platform.db import db
from portal.platform.jobs import Job, JobState
from tests.factories import consortia
from tests.factories.base import committed
from workers.wake import run_job


def closed_by_worker() -> tuple[consortia.Team, int]:
    """An application whose deadline passed a little more than the grace ago, and its close job."""
    team = consortia.complete_team()
    committed(lambda: attached(team))
    committed(lambda: service.submit(team.context(), team.application_id).id)
    job_id = db.session.scalars(select(Job.id).where(Job.kind == "applications.close")).one()

    def pass_deadline() -> None:
        db.session.get_one(Application, team.application_id).call.closes_at = clock.now() - timedelta(minutes=2)
        db.session.get_one(Job, job_id).run_at = clock.now() - timedelta(minutes=1)

    committed(pass_deadline)
    return team, job_id


def attached(team: consortia.Team) -> None:
    """A PDF that names its author, as a section's document would stand there."""
    file = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        made.docinfo["/Author"] = "김하늘"
        made.save(file)
    stored = storage.put_bytes(file.getvalue())
    context = team.context()
    db.session.add(
        Attachment(
            public_id=context.ids.public_id(), application_id=team.application_id, slot="evidence", slice="",
            filename="근거.pdf", sha256=stored.sha256, size=stored.size, kind="pdf", pages=1, uploaded_at=context.now,
        )
    )  # fmt: skip


def test_the_close_job_run_twice_makes_one_entry(app: Flask) -> None:
    team, job_id = closed_by_worker()
    assert run_job(job_id)
    assert not run_job(job_id)
    assert db.session.get_one(Application, team.application_id).state is ApplicationState.CLOSED

    def again() -> None:
        db.session.get_one(Job, job_id).state = JobState.WAITING

    committed(again)
    assert run_job(job_id)
    assert db.session.scalar(select(func.count()).select_from(StageEntry)) == 1


def test_reviewers_get_a_copy_without_the_author(app: Flask) -> None:
    team, job_id = closed_by_worker()
    run_job(job_id)
    copies = db.session.scalars(select(Job.id).where(Job.kind == "applications.clean_copies")).one()
    assert run_job(copies)
    assert db.session.get_one(Job, copies).state is JobState.DONE
    made = db.session.scalars(select(Attachment).where(Attachment.application_id == team.application_id)).one()
    assert made.clean_sha256 is not None
    assert made.clean_sha256 != made.sha256
    with pikepdf.open(io.BytesIO(storage.read(made.clean_sha256))) as copy:
        assert "/Author" not in copy.docinfo
    submission = queries.latest_submission(team.application_id)
    assert submission is not None
    assert queries.content_of(submission)["attachments"][0]["sha256"] == made.sha256

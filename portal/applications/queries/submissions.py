"""The whole draft, and what was handed in. Officers read nothing before the close: the seal is in the SQL."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, cast

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Person
from portal.applications.content import Content, Whole
from portal.applications.models import (
    Application,
    ApplicationState,
    Attachment,
    Confirmation,
    ConfirmationLink,
    Institution,
    Member,
    PlannedCost,
    RequestedMeans,
    SectionAnswer,
    Submission,
)
from portal.platform.db import db
from portal.platform.visibility import clause


@clause
def readable_by_officer() -> ColumnElement[bool]:
    """Submitted content is sealed until the close: before it nobody but the team reads it."""
    return Application.state == ApplicationState.CLOSED


def application_by_id(application_id: int) -> Application:
    """With its call, for a page or a job; nothing is locked."""
    return db.session.scalars(
        select(Application).where(Application.id == application_id).options(joinedload(Application.call))
    ).one()


def locked(application_id: int) -> Application:
    """The aggregate that two people may change at once, held until the transaction ends."""
    return db.session.scalars(
        select(Application)
        .where(Application.id == application_id)
        .options(joinedload(Application.call))
        .with_for_update(of=Application)
    ).one()


def whole(application: Application) -> Whole:
    """The draft with everything on it, in eight queries whatever its size."""
    mine = application.id
    institutions = db.session.scalars(
        select(Institution)
        .where(Institution.application_id == mine)
        .options(joinedload(Institution.organisation))
        .order_by(Institution.position, Institution.id)
    ).all()
    ids = [row.id for row in institutions]
    members = db.session.scalars(
        select(Member).where(Member.application_id == mine).options(joinedload(Member.institution)).order_by(Member.id)
    ).all()
    answers = db.session.scalars(
        select(SectionAnswer)
        .where(SectionAnswer.application_id == mine)
        .order_by(SectionAnswer.section, SectionAnswer.slice)
    ).all()
    costs = db.session.scalars(
        select(PlannedCost)
        .where(PlannedCost.institution_id.in_(ids))
        .order_by(PlannedCost.institution_id, PlannedCost.year, PlannedCost.category)
    ).all()
    means = db.session.scalars(
        select(RequestedMeans)
        .where(RequestedMeans.application_id == mine)
        .order_by(RequestedMeans.component, RequestedMeans.option, RequestedMeans.year)
    ).all()
    attachments = db.session.scalars(
        select(Attachment)
        .where(Attachment.application_id == mine, Attachment.replaced_at.is_(None))
        .order_by(Attachment.slot, Attachment.slice, Attachment.id)
    ).all()
    confirmations = db.session.scalars(
        select(Confirmation)
        .where(Confirmation.institution_id.in_(ids))
        .order_by(Confirmation.institution_id, Confirmation.section)
    ).all()
    links = db.session.scalars(
        select(ConfirmationLink)
        .where(ConfirmationLink.institution_id.in_(ids))
        .order_by(ConfirmationLink.institution_id, ConfirmationLink.id)
    ).all()
    return Whole(application, institutions, members, answers, costs, means, attachments, confirmations, links)


def submissions_of(application_id: int) -> Sequence[Submission]:
    """Oldest first."""
    return db.session.scalars(
        select(Submission).where(Submission.application_id == application_id).order_by(Submission.number)
    ).all()


def latest_submission(application_id: int) -> Submission | None:
    return db.session.scalars(
        select(Submission)
        .where(Submission.application_id == application_id)
        .order_by(Submission.number.desc())
        .limit(1)
    ).first()


def submission_by_id(submission_id: int | None) -> Submission | None:
    return db.session.get(Submission, submission_id) if submission_id is not None else None


def submission_by_number(application_id: int, number: int) -> Submission | None:
    return db.session.scalars(
        select(Submission).where(Submission.application_id == application_id, Submission.number == number)
    ).one_or_none()


def submission_by_receipt(receipt: str) -> Submission | None:
    """For checking a receipt: the caller shows time and hash, never content."""
    return db.session.scalars(select(Submission).where(Submission.receipt == receipt)).one_or_none()


EMPTIED: Final[Content] = {
    "title": "", "language": "ko", "institutions": [], "members": [], "sections": {}, "costs": [], "means": [],
    "attachments": [], "confirmations": [],
}  # fmt: skip


@lru_cache(maxsize=256)
def _parsed(sha256: str, content: str) -> Content:
    """What was erased when its term was over reads as an application in which nothing stands."""
    return cast(Content, json.loads(content)) if content else EMPTIED


def content_of(submission: Submission) -> Content:
    """The frozen content, parsed once per hash. Treat it as read-only."""
    return _parsed(submission.sha256, submission.content)


def receipt_taken(receipt: str) -> bool:
    return db.session.scalar(select(Submission.id).where(Submission.receipt == receipt)) is not None


def submitter_of(submission: Submission) -> str:
    """Who handed it in, by name."""
    return db.session.scalar(select(Person.name).where(Person.id == submission.submitted_by_id)) or ""

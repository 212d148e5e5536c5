"""The whole draft, and what was handed in. Officers read nothing before the close: the seal is in the SQL."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final, cast

from sqlalchemy import BindParameter, ColumnElement, bindparam, func, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

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
from portal.platform.together import Together
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


_LOCKED: Final = (
    select(Application)
    .where(Application.id == bindparam("application"))
    .options(joinedload(Application.call))
    .with_for_update(of=Application)
)


def locked(application_id: int) -> Application:
    """The aggregate that two people may change at once, held until the transaction ends."""
    return db.session.scalars(_LOCKED, {"application": application_id}).one()


_ID: Final[BindParameter[int]] = bindparam("application")
_places = select(Institution.id).where(Institution.application_id == _ID)
_number = select(func.max(Submission.number)).where(Submission.application_id == _ID).scalar_subquery()
_INSTITUTIONS: Final = (
    select(Institution)
    .where(Institution.application_id == _ID)
    .options(joinedload(Institution.organisation))
    .order_by(Institution.position, Institution.id)
)
# Three statements: one alone would be planned by the database longer than the three together.
_TEAM: Final = (
    select(Member).where(Member.application_id == _ID),
    select(SectionAnswer).where(SectionAnswer.application_id == _ID),
    select(RequestedMeans).where(RequestedMeans.application_id == _ID),
)
_LAST: Final = select(Submission).where(Submission.application_id == _ID, Submission.number == _number)
_OF_TEAM: Final = Together(*_TEAM)
_OF_TEAM_AND_LAST: Final = Together(*_TEAM, _LAST)
_OF_INSTITUTIONS: Final = Together(
    select(PlannedCost).where(PlannedCost.institution_id.in_(_places)),
    select(Confirmation).where(Confirmation.institution_id.in_(_places)),
    select(ConfirmationLink).where(ConfirmationLink.institution_id.in_(_places)),
    select(Attachment).where(Attachment.application_id == _ID, Attachment.replaced_at.is_(None)),
    deferred=[Attachment.text],
)


def whole(application: Application) -> Whole:
    """The draft with everything on it, in three queries whatever its size."""
    return _whole(application, _OF_TEAM.load(application=application.id))


def whole_and_last(application: Application) -> tuple[Whole, Submission | None]:
    """The draft and what was handed in last, in as many."""
    *team, last = _OF_TEAM_AND_LAST.load(application=application.id)
    return _whole(application, team), last[0] if last else None


def _whole(application: Application, team: list[list[Any]]) -> Whole:
    """In the order of codes and ids, which is the same on every database."""
    institutions = db.session.scalars(_INSTITUTIONS, {"application": application.id}).all()
    members, answers, means = team
    by_id = {row.id: row for row in institutions}
    for row in members:
        set_committed_value(row, "institution", by_id.get(row.institution_id))
    costs, confirmations, links, attachments = _OF_INSTITUTIONS.load(application=application.id)
    return Whole(
        application,
        institutions,
        sorted(members, key=attrgetter("id")),
        sorted(answers, key=attrgetter("section", "slice")),
        sorted(costs, key=attrgetter("institution_id", "year", "category")),
        sorted(means, key=attrgetter("component", "option", "year")),
        sorted(attachments, key=attrgetter("slot", "slice", "id")),
        sorted(confirmations, key=attrgetter("institution_id", "section")),
        sorted(links, key=attrgetter("institution_id", "id")),
    )


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


def texts_of_files(application_ids: Sequence[int], length: int) -> dict[str, str]:
    """SHA-256 -> the beginning of what was read out of a file, of every file of these applications that holds text."""
    rows = db.session.execute(
        select(Attachment.sha256, func.substr(Attachment.text, 1, length))
        .where(Attachment.application_id.in_(application_ids), Attachment.text != "")
        .order_by(Attachment.id)
    )
    return {row[0]: row[1] for row in rows}


def submitter_of(submission: Submission) -> str:
    """Who handed it in, by name."""
    return db.session.scalar(select(Person.name).where(Person.id == submission.submitted_by_id)) or ""

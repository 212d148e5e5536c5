"""Letters in the office's own words, filled for each recipient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.applications.models import Application, Submission
from portal.notifications.drafts import Draft, Recipient, letter
from portal.notifications.jobs import BATCH
from portal.notifications.models import BatchRecipient, LetterBatch
from portal.notifications.rules import fill
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.formats import moment
from portal.platform.language import Text, say, speaking
from portal.programs.models import Call


@letter(BATCH)
def batch(context: Context, payload: dict[str, Any]) -> list[Draft]:
    """One for each of these recipients, in their order."""
    return drafts(payload["recipient_ids"])


def drafts(recipient_ids: Sequence[int]) -> list[Draft]:
    """The letters as they are sent, and as they are shown before. Five queries, however many."""
    rows = db.session.execute(
        select(BatchRecipient, LetterBatch, Person, Application)
        .join(LetterBatch, LetterBatch.id == BatchRecipient.batch_id)
        .join(Person, Person.id == BatchRecipient.person_id)
        .join(Application, Application.id == BatchRecipient.application_id)
        .where(BatchRecipient.id.in_(recipient_ids))
        .order_by(BatchRecipient.id)
    ).all()
    ids = {application.id for _, _, _, application in rows}
    receipts = dict(
        db.session.execute(
            select(Submission.application_id, Submission.receipt)
            .where(
                Submission.id.in_(
                    select(func.max(Submission.id))
                    .where(Submission.application_id.in_(ids))
                    .group_by(Submission.application_id)
                )
            )
            .order_by(Submission.application_id)
        ).all()
    )
    return [
        _draft(recipient, of, person, application, receipts.get(application.id, application.public_id[:8]))
        for recipient, of, person, application in rows
    ]


def _draft(
    recipient: BatchRecipient, batch: LetterBatch, person: Person, application: Application, receipt: str
) -> Draft:
    call = db.session.get_one(Call, batch.call_id)
    with speaking(recipient.language):
        values = {
            "name": person.name, "title": application.title, "receipt": receipt, "call": say(call.names),
            "deadline": moment(application.deadline, call.definition.time_zone),
        }  # fmt: skip
    body = fill(say_in(batch.bodies, recipient.language), values)
    return Draft(
        to=Recipient(person.email, recipient.language, person.id, person.name),
        subject=fill(say_in(batch.subjects, recipient.language), values),
        paragraphs=[lambda: body],
        action=Text("신청 보기", "See the application"),
        path=f"/applications/{application.public_id}",
        reference=receipt,
        key=f"{batch.id}:{application.id}:{person.id}",
        call_id=call.id,
        application_id=application.id,
    )


def say_in(texts: dict[str, str], language: str) -> str:
    return texts.get(language) or next(iter(texts.values()))

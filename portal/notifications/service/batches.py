"""The same words to many: staged with who gets them, confirmed as long as the list still holds, written by a job.

Who is chosen comes as a SELECT of application ids, made where the list is shown with its viewer in hand; it is asked
again inside the transaction.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, delete, insert

from portal.audit.service import record
from portal.notifications import queries
from portal.notifications.errors import BatchSettled, NobodyToWriteTo, RecipientsChanged
from portal.notifications.jobs import BATCH
from portal.notifications.models import BatchRecipient, LetterBatch
from portal.notifications.rules import Addressee, differences
from portal.notifications.service.letters import write_letters
from portal.notifications.service.templates import Words
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.jobs import enqueue
from portal.programs.models import Call

AT_ONCE = 50  # letters written in one transaction


def stage_batch(
    context: Context, call_id: int, words: Words, found: Select[int], *, filter: str = "", only: Sequence[str] = (),
    template_id: int | None = None,
) -> LetterBatch:  # fmt: skip
    """Freeze the words and who would get them. Nothing is sent. Raises UnknownPlace, NobodyToWriteTo."""
    words = words.checked()
    assert context.actor.person_id is not None
    batch = LetterBatch(
        public_id=context.ids.public_id(), call_id=call_id, template_id=template_id, subjects=dict(words.subjects),
        bodies=dict(words.bodies), filter=filter, only=list(only), staged_at=context.now,
        staged_by_id=context.actor.person_id,
    )  # fmt: skip
    db.session.add(batch)
    db.session.flush()
    _list(batch, found)
    record(context, "LettersStaged", "letter_batch", batch.public_id, call=call_id, letters=batch.letters)
    return batch


def _list(batch: LetterBatch, found: Select[int]) -> None:
    chosen = present(batch, found)
    if not chosen:
        raise NobodyToWriteTo
    rows = [one._asdict() | {"batch_id": batch.id} for one in chosen]
    db.session.execute(insert(BatchRecipient), rows)
    batch.letters = len(rows)


def present(batch: LetterBatch, found: Select[int]) -> list[Addressee]:
    """Who would get the letters now."""
    return queries.teams_of(found, db.session.get_one(Call, batch.call_id).definition.languages)


def _held(batch_id: int) -> LetterBatch:
    batch = queries.held_batch(batch_id)
    if batch.confirmed_at is not None or batch.discarded_at is not None:
        raise BatchSettled
    return batch


def restage_batch(context: Context, batch_id: int, found: Select[int]) -> LetterBatch:
    """Take the list as it is now. Raises BatchSettled, NobodyToWriteTo."""
    batch = _held(batch_id)
    db.session.execute(delete(BatchRecipient).where(BatchRecipient.batch_id == batch.id))
    _list(batch, found)
    batch.staged_at = context.now
    record(context, "LettersStaged", "letter_batch", batch.public_id, call=batch.call_id, letters=batch.letters)
    return batch


def confirm_batch(context: Context, batch_id: int, found: Select[int]) -> LetterBatch:
    """Send to exactly those who were shown. Raises BatchSettled, RecipientsChanged."""
    batch = _held(batch_id)
    if differences(queries.staged(batch.id), present(batch, found)).any:
        raise RecipientsChanged
    batch.confirmed_at, batch.confirmed_by_id = context.now, context.actor.person_id
    record(context, "LettersConfirmed", "letter_batch", batch.public_id, call=batch.call_id, letters=batch.letters)
    enqueue(BATCH, {"batch_id": batch.id}, key=str(batch.id), now=context.now)
    return batch


def discard_batch(context: Context, batch_id: int) -> LetterBatch:
    batch = _held(batch_id)
    batch.discarded_at = context.now
    record(context, "LettersGivenUp", "letter_batch", batch.public_id, call=batch.call_id)
    return batch


def write_some(context: Context, batch_id: int) -> tuple[int, int]:
    """The next few letters, each once whoever runs; (written, to write)."""
    queries.held_batch(batch_id)
    rows = queries.unwritten(batch_id, AT_ONCE)
    letters = write_letters(context, BATCH.code, {"recipient_ids": [row.id for row in rows]})
    for row, letter in zip(rows, letters, strict=True):
        row.letter_id = letter.id
    db.session.flush()
    return queries.progress_of(batch_id)


def finish_batch(context: Context, batch_id: int) -> None:
    batch = queries.held_batch(batch_id)
    if batch.finished_at is None:
        batch.finished_at = context.now
        record(context, "LettersWritten", "letter_batch", batch.public_id, call=batch.call_id, letters=batch.letters)

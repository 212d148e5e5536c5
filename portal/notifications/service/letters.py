"""Write letters in their recipients' language; send each once, as far as mail allows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, or_, select, update

from portal.accounts.retention import TERMS
from portal.audit.service import record
from portal.notifications import queries
from portal.notifications.drafts import Draft, writers
from portal.notifications.jobs import SEND
from portal.notifications.models import Letter, LetterState
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import NotFound
from portal.platform.jobs import enqueue
from portal.platform.language import Text, say, speaking
from portal.platform.personal import ERASED_NAME, Holding, plain
from portal.programs.models import Call

GREETING = Text("{name} 님께", "Dear {name},")
GREETING_NAMELESS = Text("안녕하십니까.", "Hello,")
REFERENCE = Text("문의 번호: {reference}", "Reference: {reference}")
CLOSING = Text(
    "이 편지는 {service}에서 자동으로 보냈습니다. 받을 분이 아니라면 지워 주십시오.",
    "Sent by the {service}. If this letter was not meant for you, please delete it.",
)
SERVICE = Text("AI 연구지원 포털", "AI Grant Portal")


def write_letters(context: Context, kind: str, payload: dict[str, Any]) -> list[Letter]:
    """Turn one notice into letters, one per recipient, each rendered alone, and ask for their sending.

    What happens in a preview is told to nobody.
    """
    _, writer = writers[kind]
    return [_write(context, kind, draft) for draft in writer(context, payload) if not _in_preview(draft.call_id)]


def _in_preview(call_id: int | None) -> bool:
    return call_id is not None and db.session.get_one(Call, call_id).is_preview


def rendered(draft: Draft) -> tuple[str, str]:
    """Subject and body in the recipient's language, with the place {link} for the address at its end."""
    with speaking(draft.to.language):
        greeting = say(GREETING, name=draft.to.name) if draft.to.name else say(GREETING_NAMELESS)
        body = "\n\n".join(
            [
                greeting,
                *(paragraph() for paragraph in draft.paragraphs),
                f"{say(draft.action)}:\n{{link}}",
                say(REFERENCE, reference=draft.reference),
                say(CLOSING, service=SERVICE),
            ]
        )
        subject = " ".join(say(draft.subject, **draft.params).splitlines())  # no line may be added to the header
    return subject[:300], body


def _write(context: Context, kind: str, draft: Draft) -> Letter:
    key = f"{kind}:{draft.key}"
    known = db.session.scalars(select(Letter).where(Letter.dedupe_key == key)).one_or_none()
    if known is not None:
        return known
    subject, body = rendered(draft)
    made = Letter(
        public_id=context.ids.public_id(), kind=kind, dedupe_key=key, person_id=draft.to.person_id,
        email=draft.to.email, language=draft.to.language, subject=subject, body=body, link=draft.path,
        decisive=draft.decisive, state=LetterState.WAITING, call_id=draft.call_id,
        application_id=draft.application_id, created_at=context.now,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    enqueue(SEND, {"letter_id": made.id, "secret": draft.secret}, key=str(made.id), now=context.now)
    return made


def begin_sending(context: Context, letter_id: int) -> Letter | None:
    """WAITING -> SENDING before the mail leaves. None: nothing is to be sent now.

    A letter found in SENDING was interrupted: it is sent again when that is harmless, otherwise it waits as UNSURE
    for an officer.
    """
    letter = db.session.get_one(Letter, letter_id)
    if letter.state is LetterState.SENDING and letter.decisive:
        letter.state = LetterState.UNSURE
        return None
    if letter.state not in (LetterState.WAITING, LetterState.SENDING, LetterState.FAILED):
        return None
    letter.state = LetterState.SENDING
    return letter


def mark_failed(letter_id: int, error: str) -> None:
    """The server did not take it: it certainly has not left, and may be tried again even if it is decisive."""
    letter = db.session.get_one(Letter, letter_id)
    if letter.state is LetterState.SENDING:
        letter.state, letter.last_error = LetterState.FAILED, error[:2000]


def mark_sent(context: Context, letter_id: int, secret: bool) -> None:
    letter = db.session.get_one(Letter, letter_id)
    if letter.state is not LetterState.SENDING:
        return
    letter.state, letter.sent_at, letter.last_error = LetterState.SENT, context.now, None
    if secret:
        letter.link = None


def settle_unsure(context: Context, call_id: int, public_id: str, send_again: bool) -> Letter:
    """An officer decides about a decision letter that may or may not have left."""
    letter = queries.call_letter(context.actor, call_id, public_id)
    if letter is None or letter.state is not LetterState.UNSURE:
        raise NotFound
    if send_again:
        letter.state = LetterState.WAITING
        enqueue(
            SEND, {"letter_id": letter.id, "secret": False}, key=f"{letter.id}:{context.now.isoformat()}",
            now=context.now,
        )  # fmt: skip
    else:
        letter.state, letter.sent_at = LetterState.SENT, context.now
    record(context, "UnsureLetterSettled", "letter", letter.public_id, again=send_again)
    return letter


def mark_read(context: Context, letter: Letter) -> None:
    if letter.read_at is None:
        letter.read_at = context.now


def export_person(ids: Sequence[int]) -> list[Holding]:
    rows = db.session.scalars(select(Letter).where(Letter.person_id.in_(ids)).order_by(Letter.id))
    return [
        Holding(
            "letter", Text("받은 편지", "Letters to you"),
            {"subject": Text("제목", "Subject"), "sent_at": Text("보낸 때", "Sent"), "read_at": Text("읽은 때", "Read"), "body": Text("내용", "Text")},
            [
                {"subject": m.subject, "sent_at": plain(m.sent_at), "read_at": plain(m.read_at), "body": m.body}
                for m in rows
            ],
            "notifications.inbox",
        )
    ]  # fmt: skip


def letters_past_term(context: Context, limit: int) -> list[int]:
    query = select(Letter.id).where(Letter.created_at <= context.now - TERMS["letter"].span, Letter.body != "")
    return list(db.session.scalars(query.order_by(Letter.id).limit(limit)))


def letters_to(ids: Sequence[int], email_keys: Sequence[str] = (), *, decisive: bool = True) -> list[int]:
    """Letters whose text is still there; without `decisive` those that prove no notice."""
    mine = or_(Letter.person_id.in_(ids), func.lower(Letter.email).in_(email_keys))
    query = select(Letter.id).where(mine, Letter.body != "")
    if not decisive:
        query = query.where(~Letter.decisive)
    return list(db.session.scalars(query.order_by(Letter.id)))


def erase_letters(letter_ids: Sequence[int]) -> int:
    """Subject, text, link and address; that a letter of its kind was sent, and when, stays."""
    gone = (
        update(Letter)
        .where(Letter.id.in_(list(letter_ids)), Letter.body != "")
        .values(subject=ERASED_NAME, body="", link=None, email="erased@invalid", last_error=None)
        .returning(Letter.id)
    )
    return len(db.session.scalars(gone).all())

"""Request ids: every form carries one, claimed in its transaction, so that the same post has one effect."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text, bindparam, select, update
from sqlalchemy.orm import Mapped, mapped_column

from portal.platform.context import Context
from portal.platform.db import Model, db, table_of, unless_there
from portal.platform.errors import DomainError
from portal.platform.language import Text as Words


class RequestClaim(Model):
    __tablename__ = "request_claim"

    request_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int | None]
    body_hash: Mapped[str] = mapped_column(String(64))
    result: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(index=True)


_claims = table_of(RequestClaim)
_ANSWER = update(_claims).where(_claims.c.request_id == bindparam("asked")).values(result=bindparam("answered"))


class AlreadyDone(Exception):
    """The same request was carried out before; `result` is what it answered."""

    def __init__(self, result: str) -> None:
        self.result = result


class RequestReused(DomainError):
    say = Words(
        "이 양식은 이미 다른 내용으로 처리되었습니다. 페이지를 새로 열어 다시 입력해 주세요.",
        "This form was already used with other content. Open the page again and enter it anew.",
    )
    status = 409


def claim(context: Context, request_id: str, body_hash: str, result: str = "") -> None:
    """Take the id for this transaction; a parallel twin waits here until the first has committed.

    `result`: what it is going to answer, where that is known before.

    Raises AlreadyDone for the same body, RequestReused for another body or another person.
    """
    row = {
        "request_id": request_id, "person_id": context.actor.person_id, "body_hash": body_hash, "at": context.now,
        "result": result,
    }  # fmt: skip
    taken = db.session.execute(unless_there(RequestClaim, "request_id", "request_id"), row).all()
    if taken:
        return
    earlier = db.session.execute(select(RequestClaim).where(RequestClaim.request_id == request_id)).scalar_one()
    if earlier.body_hash != body_hash or earlier.person_id != context.actor.person_id:
        raise RequestReused
    raise AlreadyDone(earlier.result)


def answer(request_id: str, result: str) -> None:
    """Keep what the request answered, for a repetition."""
    db.session.execute(_ANSWER, {"asked": request_id, "answered": result})


def answered_before(person_id: int | None, request_id: str, body_hash: str) -> str | None:
    """What the same request of the same person answered, when it was carried out before."""
    return db.session.execute(
        select(RequestClaim.result).where(
            RequestClaim.request_id == request_id,
            RequestClaim.body_hash == body_hash,
            RequestClaim.person_id.is_(None) if person_id is None else RequestClaim.person_id == person_id,
        )
    ).scalar_one_or_none()

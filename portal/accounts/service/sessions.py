"""Signed-in browsers. Times here follow the real clock, which a demonstration cannot move."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from portal.accounts import rules
from portal.accounts.models import Account, SignInSession
from portal.platform import clock
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import NotFound


def real(context: Context) -> datetime:
    """The real moment of this request, whatever a demonstration's clock shows."""
    return context.now - clock.offset()


def open_session(context: Context, person_id: int, second_factor: bool = False, device: str = "") -> str:
    """A new session of a person with an account; returns its token, of which only the hash is kept."""
    account = db.session.get(Account, person_id)
    if account is None or account.disabled_at is not None:
        raise NotFound
    token, now = context.ids.token(), real(context)
    db.session.add(
        SignInSession(
            token_hash=rules.secret_hash(token), person_id=person_id, created_at=now, seen_at=now,
            second_factor_at=now if second_factor else None, device=device[:200],
        )
    )  # fmt: skip
    db.session.flush()
    return token


def touch_session(session_id: int, now: datetime) -> None:
    """Keep a used session alive: at most one write a minute. `now` is the real clock's."""
    db.session.execute(
        update(SignInSession)
        .where(
            SignInSession.id == session_id,
            SignInSession.revoked_at.is_(None),
            SignInSession.seen_at < now - rules.TOUCH_EVERY,
        )
        .values(seen_at=now)
    )

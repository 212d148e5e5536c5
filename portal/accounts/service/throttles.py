"""Counting tries. A try is counted before it is checked, so that parallel guesses are counted as well."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import case, delete, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from portal.accounts import rules
from portal.accounts.errors import TooManyTries
from portal.accounts.models import Throttle
from portal.platform import clock
from portal.platform.context import Context
from portal.platform.db import db


def real(context: Context) -> datetime:
    """The real moment of this request, whatever a demonstration's clock shows."""
    return context.now - clock.offset()


def take(context: Context, limit: rules.Limit, *parts: str | int) -> bool:
    """Count one try; False when the limit is reached. One statement: the row may be forgotten at any moment."""
    key, now = rules.throttle_key(limit, *parts), real(context)
    insert = pg_insert if db.engine.dialect.name == "postgresql" else sqlite_insert
    over = Throttle.since <= now - limit.window
    full = limit.tries + 1  # the first that is refused; more are not counted
    tries = case((over, 1), (Throttle.tries >= full, full), else_=Throttle.tries + 1)
    counted = db.session.execute(
        insert(Throttle)
        .values(key=key, tries=1, since=now)
        .on_conflict_do_update(
            index_elements=["key"], set_={"tries": tries, "since": case((over, now), else_=Throttle.since)}
        )
        .returning(Throttle.tries)
    ).scalar_one()
    return counted <= limit.tries


def count(context: Context, limit: rules.Limit, *parts: str | int) -> None:
    """Count one try. Raises TooManyTries."""
    if not take(context, limit, *parts):
        raise TooManyTries(minutes=int(limit.window.total_seconds() // 60))


def forget(limit: rules.Limit, *parts: str | int) -> None:
    """The tries of this key were honest after all."""
    db.session.execute(delete(Throttle).where(Throttle.key == rules.throttle_key(limit, *parts)))


def give_back(limit: rules.Limit, *parts: str | int) -> None:
    """One counted try was honest."""
    key = rules.throttle_key(limit, *parts)
    db.session.execute(update(Throttle).where(Throttle.key == key, Throttle.tries > 0).values(tries=Throttle.tries - 1))


def count_sign_in(context: Context, email_key: str, network: str) -> None:
    """One try at a password. Keyed by account and address together: nobody else can use up a person's tries."""
    count(context, rules.SIGN_IN, email_key, network)
    count(context, rules.SIGN_IN_ADDRESS, network)


def count_code(context: Context, person_id: int, network: str) -> None:
    """One try at a one-time code; only who knows the password gets here."""
    count(context, rules.CODE, person_id, network)
    count(context, rules.CODE_PERSON, person_id)


def count_ask(context: Context, email_key: str, network: str) -> None:
    """One registration or one request for a link."""
    count(context, rules.ASK, email_key, network)
    count(context, rules.ASK_ADDRESS, network)

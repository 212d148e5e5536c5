"""Signed-in browsers. Times here follow the real clock, which a demonstration cannot move."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update

from portal.accounts import engine, queries, rules
from portal.accounts.errors import (
    CodeWrong,
    NoAccount,
    NoSecondFactor,
    NotYourself,
    OutsideYourScope,
    SignInRefused,
)
from portal.accounts.models import Account, MailToken, Person, SignInSession, Throttle
from portal.accounts.service import throttles
from portal.accounts.service.throttles import real
from portal.audit import service as audit
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import NotFound


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


def sign_in(
    context: Context, person_id: int, verified_hash: str, fresh_hash: str | None, network: str, device: str
) -> str:
    """A session for a person whose password was found right; the token.

    The password is verified before the transaction (a hash's work would hold the writers up), so the account is
    looked at again here. Raises SignInRefused.
    """
    account = _account(person_id)
    if account is None or account.password_hash != verified_hash or not account.confirmed_at or account.disabled_at:
        raise SignInRefused
    throttles.forget(rules.SIGN_IN, account.person.email_key, network)
    throttles.give_back(rules.SIGN_IN_ADDRESS, network)
    if fresh_hash is not None:
        account.password_hash = fresh_hash
    if account.totp_confirmed_at is None and queries.needs_second_factor(account.person, context.now):
        account.totp_secret = engine.new_secret()
    return open_session(context, person_id, device=device)


def pass_second_factor(context: Context, session_id: int, code: str, network: str) -> str:
    """Check a one-time code, once; the session gets a new token. The first right code confirms the enrolment.

    Raises CodeWrong, also for a code that was used before.
    """
    session = live_session(context, session_id)
    account = _account(session.person_id)
    if account is None or account.totp_secret is None:
        raise NoSecondFactor
    now = real(context)
    step = engine.matching_step(account.totp_secret, code, now, account.totp_last_step)
    if step is None:
        raise CodeWrong("code")
    account.totp_last_step = step
    if account.totp_confirmed_at is None:
        account.totp_confirmed_at = context.now
        audit.record(context, "SecondFactorEnrolled", "person", account.person.public_id)
    throttles.forget(rules.CODE, session.person_id, network)
    throttles.forget(rules.CODE_PERSON, session.person_id)
    token = context.ids.token()
    session.token_hash, session.second_factor_at, session.seen_at = rules.secret_hash(token), now, now
    return token


def start_second_factor(context: Context, person_id: int) -> None:
    """A secret for an authenticator app; nothing changes once a code has confirmed one."""
    account = _account(person_id)
    if account is None:
        raise NotFound
    if account.totp_confirmed_at is None:
        account.totp_secret = engine.new_secret()


def reset_second_factor(context: Context, person_id: int) -> None:
    """The phone was lost: an administrator clears the enrolment; every session ends."""
    account = _account(person_id)
    if account is None:
        raise NoAccount
    refuse_own(context, account.person)
    account.totp_secret = account.totp_confirmed_at = account.totp_last_step = None
    revoke_all(context, person_id)
    audit.record(context, "SecondFactorReset", "person", account.person.public_id)


def refuse_own(context: Context, person: Person) -> None:
    """Nobody changes the standing of any identity of their own; only administrators of the whole portal may."""
    if context.actor.system:
        return
    if context.actor.person_id in queries.identities(person):
        raise NotYourself
    if not rules.can_change_people(context.actor):
        raise OutsideYourScope


def _account(person_id: int) -> Account | None:
    query = select(Account).where(Account.person_id == person_id)
    return db.session.scalars(query.with_for_update()).one_or_none()


def live_session(context: Context, session_id: int) -> SignInSession:
    session = db.session.get(SignInSession, session_id, with_for_update=True)
    if session is None or not rules.session_is_live(session.seen_at, session.revoked_at, real(context)):
        raise NotFound
    return session


def close_session(context: Context, session_id: int, of_person: int) -> None:
    """End one of a person's own sessions; somebody else's is not there."""
    session = live_session(context, session_id)
    if session.person_id != of_person:
        raise NotFound
    session.revoked_at = real(context)


def revoke_all(context: Context, person_id: int, but: int | None = None) -> None:
    """End every session of a person, except `but`."""
    query = update(SignInSession).where(SignInSession.person_id == person_id, SignInSession.revoked_at.is_(None))
    if but is not None:
        query = query.where(SignInSession.id != but)
    db.session.execute(query.values(revoked_at=real(context)))


def sweep(context: Context) -> None:
    """Forget what no longer opens anything: sessions ended a month ago, links and throttles past their time."""
    now = real(context)
    db.session.execute(delete(SignInSession).where(SignInSession.seen_at < now - rules.SESSIONS_KEPT))
    db.session.execute(delete(MailToken).where(MailToken.expires_at < context.now - rules.LINKS_KEPT))
    db.session.execute(delete(Throttle).where(Throttle.since < now - rules.LONGEST_WINDOW))

"""Registration, confirmation, and passwords. Whether an account exists shows in no answer, only in the mailbox."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from portal.accounts import rules
from portal.accounts.engine import UNUSABLE
from portal.accounts.errors import EmailTaken, LinkSpent, NotTheChosenPassword, PasswordWrong
from portal.accounts.jobs import ALREADY_REGISTERED, CONFIRM, RESET
from portal.accounts.models import Account, Consent, MailToken, Person, TokenPurpose
from portal.accounts.service import throttles
from portal.accounts.service.sessions import open_session, revoke_all
from portal.audit import service as audit
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.jobs import JobKind, enqueue
from portal.platform.names import email_key, nfc


def find_or_create_person(context: Context, name: str, email: str, language: str = "ko") -> Person:
    """The person with this address; a new one (without an account) when nobody has it."""
    key = email_key(email, "email")
    query = select(Person).where(Person.email_key == key)
    person = db.session.scalars(query).one_or_none()
    if person is not None:
        return person
    try:
        with db.session.begin_nested():
            person = Person(
                public_id=context.ids.public_id(), name=nfc(name).strip(), email=email.strip(), email_key=key,
                language=language, created_at=context.now,
            )  # fmt: skip
            db.session.add(person)
    except IntegrityError:  # a parallel twin was first
        return db.session.scalars(query).one()
    return person


def create_account(
    context: Context, name: str, email: str, password_hash: str = UNUSABLE, language: str = "ko"
) -> Person:
    """A confirmed account, made by an operator; without a hash its owner sets a password by a reset link."""
    person = find_or_create_person(context, name, email, language)
    if db.session.get(Account, person.id) is not None:
        raise EmailTaken("email")
    db.session.add(Account(person_id=person.id, password_hash=password_hash, confirmed_at=context.now))
    db.session.flush()
    audit.record(context, "AccountCreated", "person", person.public_id)
    return person


def register(
    context: Context, name: str, email: str, password_hash: str, language: str, network: str, consent_hash: str
) -> None:
    """Ask for an account. The answer is the same whatever is known of the address; the letter differs.

    Until it is confirmed, the newest password stands, and confirming asks for it: whoever registers another
    person's address first gains nothing. An existing person's name is left alone for the same reason.
    """
    key = email_key(email, "email")
    throttles.count_ask(context, key, network)
    person = find_or_create_person(context, name, email, language)
    account = db.session.get(Account, person.id, with_for_update=True)
    if account is None:
        account = Account(person_id=person.id, password_hash=password_hash)
        db.session.add(account)
        _consent(context, person, consent_hash)
        db.session.flush()
        audit.record(context, "AccountRegistered", "person", person.public_id)
    elif account.confirmed_at is None:
        account.password_hash = password_hash
    if account.confirmed_at is None:
        _write(context, CONFIRM, person)
    elif account.disabled_at is None:
        _write(context, ALREADY_REGISTERED, person)


def _consent(context: Context, person: Person, text_hash: str) -> None:
    known = select(Consent.id).where(
        Consent.person_id == person.id, Consent.purpose == "account", Consent.version == rules.CONSENT_VERSION
    )
    if db.session.scalars(known).first() is None:
        db.session.add(
            Consent(
                person_id=person.id, purpose="account", version=rules.CONSENT_VERSION, text_hash=text_hash,
                at=context.now,
            )
        )  # fmt: skip


def _write(context: Context, kind: JobKind, person: Person) -> None:
    """At most one letter a minute and a few an hour, so that nobody's mailbox is flooded by others."""
    minute = context.now.strftime("%Y%m%d%H%M")
    if throttles.take(context, rules.LETTERS, kind.code, person.id):
        enqueue(kind, {"person_id": person.id}, key=f"{person.id}:{minute}", now=context.now)


def mint_mail_token(context: Context, person_id: int, purpose: TokenPurpose | str) -> str:
    """The secret of a one-time link, made when its letter is written; only its hash is kept."""
    wanted, token = TokenPurpose(purpose), context.ids.token()
    db.session.add(
        MailToken(
            token_hash=rules.secret_hash(token), person_id=person_id, purpose=wanted,
            expires_at=context.now + rules.LINK_LIVES[wanted.value],
        )
    )  # fmt: skip
    db.session.flush()
    return token


def _spend(context: Context, token: str, purpose: TokenPurpose) -> Account:
    """Use a link up, with every other link of that person. Raises LinkSpent."""
    found = db.session.scalars(
        select(MailToken)
        .where(
            MailToken.token_hash == rules.secret_hash(token),
            MailToken.purpose == purpose,
            MailToken.used_at.is_(None),
            MailToken.expires_at > context.now,
        )
        .with_for_update()
    ).one_or_none()
    account = None if found is None else db.session.get(Account, found.person_id, with_for_update=True)
    if account is None or account.disabled_at is not None:
        raise LinkSpent
    _void_links(account.person_id, context.now)
    return account


def _void_links(person_id: int, now: datetime) -> None:
    db.session.execute(
        update(MailToken).where(MailToken.person_id == person_id, MailToken.used_at.is_(None)).values(used_at=now)
    )


def confirm(context: Context, token: str, verified_hash: str, device: str) -> str:
    """The mailbox and the chosen password belong together: the account is confirmed and signed in; the token."""
    account = _spend(context, token, TokenPurpose.CONFIRM)
    if account.password_hash != verified_hash:
        raise NotTheChosenPassword("password")
    account.confirmed_at = account.confirmed_at or context.now
    audit.record(context, "AccountConfirmed", "person", account.person.public_id)
    return open_session(context, account.person_id, device=device)


def ask_reset(context: Context, email: str, network: str) -> None:
    """Ask for a link to set a new password: sent to the address on file, if there is an account."""
    key = email_key(email, "email")
    throttles.count_ask(context, key, network)
    person = db.session.scalars(select(Person).where(Person.email_key == key)).one_or_none()
    account = None if person is None else db.session.get(Account, person.id)
    if person is not None and account is not None and account.disabled_at is None:
        _write(context, RESET, person)


def reset_password(context: Context, token: str, password_hash: str, network: str) -> None:
    """Set a new password by a link. The link also proves the mailbox; every session ends; tries start anew."""
    account = _spend(context, token, TokenPurpose.RESET)
    account.password_hash = password_hash
    account.confirmed_at = account.confirmed_at or context.now
    revoke_all(context, account.person_id)
    throttles.forget(rules.SIGN_IN, account.person.email_key, network)
    audit.record(context, "PasswordReset", "person", account.person.public_id)


def change_password(
    context: Context, person_id: int, verified_hash: str, password_hash: str, second_factor: bool, device: str
) -> str:
    """A new password ends every session and outstanding link; the browser at hand gets a new session's token."""
    account = db.session.get(Account, person_id, with_for_update=True)
    if account is None or account.password_hash != verified_hash:
        raise PasswordWrong("current")
    account.password_hash = password_hash
    revoke_all(context, person_id)
    _void_links(person_id, context.now)
    audit.record(context, "PasswordChanged", "person", account.person.public_id)
    return open_session(context, person_id, second_factor, device)

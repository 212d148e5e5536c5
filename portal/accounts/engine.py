"""Password hashes and one-time codes: the sums, without database or Flask."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime
from functools import cache

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal.accounts.rules import CODE_SECONDS, PASSWORD_MAX, plain_password

UNUSABLE = "!"  # an account without a password: only its owner's reset link gives it one

_hasher = PasswordHasher()  # argon2id, RFC 9106's second recommended choice


@cache
def _nobody() -> str:
    """What is checked when there is no account, so that the answer takes as long as for one that exists."""
    return _hasher.hash(secrets.token_hex(16))


def hash_password(password: str) -> str:
    """argon2id; what is too long is refused before any work is done (ValueError)."""
    if len(password) > PASSWORD_MAX:
        raise ValueError("the password is too long")
    return _hasher.hash(plain_password(password))


def password_matches(stored: str | None, password: str) -> bool:
    """Always one hash's work, with and without an account."""
    if len(password) > PASSWORD_MAX:
        return False
    usable = stored is not None and stored != UNUSABLE
    try:
        _hasher.verify(stored if stored is not None and usable else _nobody(), plain_password(password))
    except (VerificationError, InvalidHashError):
        return False
    return usable


def hash_is_old(stored: str) -> bool:
    return stored != UNUSABLE and _hasher.check_needs_rehash(stored)


def new_secret() -> str:
    """160 random bits in base32 (RFC 4226)."""
    return pyotp.random_base32()


def step_of(now: datetime) -> int:
    return int(now.timestamp()) // CODE_SECONDS


def matching_step(secret: str, code: str, now: datetime, last_step: int | None) -> int | None:
    """The time step whose code was typed: this one or a neighbour, never one at or before the last used."""
    digits = "".join(code.split())
    if len(digits) != 6 or not digits.isascii() or not digits.isdigit():
        return None
    generator, here, found = pyotp.HOTP(secret), step_of(now), None
    for step in (here - 1, here, here + 1):
        equal = hmac.compare_digest(generator.at(step), digits)
        if equal and (last_step is None or step > last_step):
            found = step
    return found


def enrolment_address(secret: str, email: str, issuer: str) -> str:
    """The otpauth address that an authenticator app reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)

"""Pure questions about passwords, paths, throttles and roles."""

from __future__ import annotations

import hashlib
import ipaddress
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from portal.accounts.models import Role
from portal.platform.context import Actor

IDLE = timedelta(hours=12)  # a session ends when nobody used it that long
TOUCH_EVERY = timedelta(minutes=1)
PASSWORD_MIN, PASSWORD_MAX = 10, 200  # characters, assumed [P]
LINK_LIVES = {"confirm": timedelta(days=3), "reset": timedelta(hours=1)}  # assumed [P]
CODE_SECONDS = 30  # RFC 6238


def secret_hash(token: str) -> str:
    """What is kept of a secret that a person carries: SHA-256 in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def session_is_live(seen_at: datetime, revoked_at: datetime | None, now: datetime) -> bool:
    return revoked_at is None and now - seen_at < IDLE


# --- own paths ---


def own_path(address: str | None) -> str | None:
    """`address` when it is a path of this portal, otherwise None.

    Browsers read `\\` as `/` and drop tabs and line ends, so anything but a plain path is refused: schemes,
    `//host`, `/\\host`, control characters and spaces.
    """
    if not address or len(address) > 2000 or not address.startswith("/"):
        return None
    if "\\" in address or any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zs", "Zl", "Zp") for c in address):
        return None
    if "//" in address.partition("?")[0]:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else address


def landing(actor: Actor) -> str:
    """Where a person arrives who asked for no page: the desk of the role that has the most to do."""
    for role, path in (
        (Role.OFFICER, "/office"), (Role.ADMINISTRATOR, "/office"), (Role.REVIEWER, "/reviews"),
        (Role.CHAIR, "/reviews"), (Role.BUDGET_OFFICER, "/office/budget"), (Role.AUDITOR, "/office/audit"),
    ):  # fmt: skip
        if actor.holds(role):
            return path
    return "/applications"


# --- passwords ---


def plain_password(password: str) -> str:
    """NFC, so that the same Hangul typed on another system is the same password."""
    return unicodedata.normalize("NFC", password)


def password_is_weak(password: str, email: str) -> bool:
    """The address itself, or so few different characters that the length means nothing."""
    folded = password.casefold()
    return folded == email.casefold() or len(set(folded)) < 5


# --- throttles ---


@dataclass(frozen=True)
class Limit:
    """At most `tries` within `window`."""

    purpose: str
    tries: int
    window: timedelta


SIGN_IN = Limit("sign_in", 10, timedelta(minutes=15))
SIGN_IN_ADDRESS = Limit("sign_in_address", 200, timedelta(minutes=15))
CODE = Limit("code", 10, timedelta(minutes=15))
CODE_PERSON = Limit("code_person", 50, timedelta(hours=1))
ASK = Limit("ask", 10, timedelta(hours=1))  # registrations and resets of one account from one address
ASK_ADDRESS = Limit("ask_address", 60, timedelta(hours=1))
LETTERS = Limit("letters", 10, timedelta(hours=1))  # to one mailbox, whoever asks


def throttle_key(limit: Limit, *parts: str | int) -> str:
    """The row's key; what a person typed is kept hashed."""
    return f"{limit.purpose}:{secret_hash('|'.join(map(str, parts)))}"


def network(address: str | None) -> str:
    """An IPv6 subscriber holds a whole /64, so that is what counts as one address."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


# --- roles ---


def can_change_people(actor: Actor) -> bool:
    """Disable, enable, reset the second factor: an administrator of the whole portal."""
    return actor.has(Role.ADMINISTRATOR, "*")


def can_change_role(actor: Actor, role: Role, scope: str, person_ids: frozenset[int]) -> bool:
    """An administrator of that scope; nobody for any identity of their own; administrators only portal-wide."""
    if actor.system:
        return True
    if person_ids & (actor.same_as | {actor.person_id}):
        return False
    return actor.has(Role.ADMINISTRATOR, "*" if role is Role.ADMINISTRATOR else scope)


def dates_in_order(since: date, until: date | None) -> bool:
    return until is None or since <= until

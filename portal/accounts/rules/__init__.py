"""Pure questions about passwords, paths, throttles and roles."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import unicodedata
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from portal.accounts.errors import OrcidUnreadable
from portal.accounts.models import Role
from portal.platform.context import Actor
from portal.platform.formats import KST
from portal.platform.language import Text

IDLE = timedelta(hours=12)  # a session ends when nobody used it that long
TOUCH_EVERY = timedelta(minutes=1)
PASSWORD_MIN, PASSWORD_MAX = 10, 200  # characters, assumed [P]
LINK_LIVES = {"confirm": timedelta(days=2), "reset": timedelta(hours=1)}  # assumed [P]
CODE_SECONDS = 30  # RFC 6238
ROLE_NAMES: dict[str, Text] = {
    Role.REVIEWER.value: Text("평가위원", "Reviewer"),
    Role.CHAIR.value: Text("평가위원장", "Panel chair"),
    Role.OFFICER.value: Text("사업 담당자", "Program officer"),
    Role.ADMINISTRATOR.value: Text("관리자", "Administrator"),
    Role.BUDGET_OFFICER.value: Text("예산 담당자", "Budget officer"),
    Role.AUDITOR.value: Text("감사 담당자", "Auditor"),
}
READS_PEOPLE = (Role.OFFICER.value, Role.ADMINISTRATOR.value, Role.AUDITOR.value)
ORGANISATION_KINDS: dict[str, Text] = {
    "company_sme": Text("중소기업", "Small or medium-sized company"),
    "company_early_mid": Text("초기 중견기업", "Early-stage mid-sized company"),
    "company_mid": Text("중견기업", "Mid-sized company"),
    "company_large": Text("대기업", "Large company"),
    "university": Text("대학", "University"),
    "research_institute": Text("연구기관", "Research institute"),
    "public_body": Text("공공기관", "Public body"),
}
REVIEWER_KINDS: dict[str, Text] = {
    "academia": Text("학계·연구계", "Academia"),
    "industry": Text("산업계", "Industry"),
    "foreign": Text("해외", "Abroad"),
}
RELATION_KINDS: dict[str, Text] = {
    "relative": Text("친족 (배우자 포함)", "Relative, spouse included"),
    "adviser_student": Text("지도교수와 학생", "Adviser and student"),
    "co_author": Text("공저", "Wrote together"),
    "joint_project": Text("공동 과제·공동 사업", "Joint project or business"),
    "shares": Text("기관의 주식 등 경제적 이익", "Shares of an organisation, or a gain from it"),
}
DESKS: dict[str, str] = {  # where a role's day begins, the busiest first
    Role.OFFICER.value: "/office",
    Role.ADMINISTRATOR.value: "/office",
    Role.REVIEWER.value: "/reviews",
    Role.CHAIR.value: "/reviews",
    Role.BUDGET_OFFICER.value: "/office/budget",
    Role.AUDITOR.value: "/office/audit",
}
ACCOUNT_CONSENT = Text(
    "이름과 전자우편 주소를 계정 관리, 신청 및 평가 안내를 위해 모으고, 계정을 없앤 뒤 법령이 정한 기간까지 "
    "보관합니다. 동의하지 않을 수 있으나, 그 경우 계정을 만들 수 없습니다.",
    "Your name and e-mail address are kept to run the account and to write to you about applications and reviews, "
    "until the account is closed and the periods set by law have passed. You may refuse, but then no account can "
    "be made.",
)
CONSENT_VERSION = "2026-11"
_SCOPE = re.compile(r"(program:[A-Z0-9_-]{1,30}|call:[a-z0-9]{26}|line:[A-Za-z0-9_.-]{1,60}|organisation:[a-z0-9]{26})")
SESSIONS_KEPT, LINKS_KEPT, LONGEST_WINDOW = timedelta(days=30), timedelta(days=7), timedelta(hours=1)


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
    for role, path in DESKS.items():
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


def can_change_role(actor: Actor, role: Role, *scopes: str) -> bool:
    """An administrator of one of `scopes`; the appointed officer for the seats of a panel; administrators are
    made portal-wide only. Nobody changes their own roles: the service compares identities."""
    if role is Role.ADMINISTRATOR:
        return actor.has(Role.ADMINISTRATOR, "*")
    appoints = role in (Role.REVIEWER, Role.CHAIR) and "*" not in scopes and actor.has(Role.OFFICER, *scopes)
    return actor.has(Role.ADMINISTRATOR, *scopes) or appoints


def scope_is_readable(scope: str) -> bool:
    return scope == "*" or _SCOPE.fullmatch(scope) is not None


def korean_day(now: datetime) -> date:
    """The calendar day in Korea: affiliations and absences are days there, not in UTC."""
    return now.astimezone(ZoneInfo(KST)).date()


ABSENCE_MOST = 366  # days, assumed [P]


def is_away(since: date, until: date, ended_at: datetime | None, day: date) -> bool:
    """First and last day included; nobody is away any more once they said they are back."""
    return ended_at is None and since <= day <= until


def covers(held: AbstractSet[str], wanted: AbstractSet[str]) -> bool:
    """Somebody with the scopes `held` may do whatever somebody with the scopes `wanted` may."""
    return "*" in held or wanted <= held


def days_shared(since: date, until: date, others: Iterable[tuple[date, date]]) -> int:
    """How many days from `since` to `until` lie in one of the `others`; each counts once."""
    days = {since + timedelta(days=n) for n in range((until - since).days + 1)}
    return len({day for day in days if any(first <= day <= last for first, last in others)})


_ORCID = re.compile(r"(?:https?://orcid\.org/)?(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dXx])")


def orcid_of(typed: str, field: str) -> str | None:
    """`https://orcid.org/0000-0002-1825-0097` or the digits alone, as 0000-0002-1825-0097; None when empty.

    The last character checks the others (ISO 7064 mod 11-2). Raises OrcidUnreadable.
    """
    text = typed.strip()
    if not text:
        return None
    found = _ORCID.fullmatch(text)
    if found is None:
        raise OrcidUnreadable(field)
    digits = "".join(found.groups()).upper()
    total = 0
    for digit in digits[:-1]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    if digits[-1] != ("X" if check == 10 else str(check)):
        raise OrcidUnreadable(field)
    return "-".join(digits[n : n + 4] for n in range(0, 16, 4))


def dates_in_order(since: date, until: date | None) -> bool:
    return until is None or since <= until


def tidy_keywords(typed: str) -> str:
    """`AI 반도체,, NPU\n컴파일러` -> `AI 반도체, NPU, 컴파일러`: each once, in the order typed."""
    words = (" ".join(word.split()) for word in re.split(r"[,;\n、，]", typed))
    return ", ".join(dict.fromkeys(word for word in words if word))


def registration_key(number: str | None) -> str | None:
    """A business number without its hyphens and spaces, so that one organisation has one row."""
    bare = re.sub(r"[\s-]", "", number or "").upper()
    return bare or None

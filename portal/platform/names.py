"""What people type, in one canonical form: text, e-mail addresses, amounts, and keys to sort by.

Text is NFC. An amount is an integer in minor units of its currency (won has none) or a whole number of a
unit.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from typing import Final

from portal.platform.errors import DomainError
from portal.platform.language import Text

LARGEST_AMOUNT: Final = 2**63 - 1
REORDERING_MARKS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Control characters but tab and line end, lone surrogates, and the marks above.
_UNWANTED: Final = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff{''.join(sorted(REORDERING_MARKS))}]")


class EmailUnreadable(DomainError):
    say = Text(
        "전자우편 주소의 형식이 올바르지 않습니다. name@example.kr과 같은 형식으로 입력해 주십시오.",
        "This is not an e-mail address. Enter it in the form name@example.org.",
    )


class EmailLetters(DomainError):
    say = Text(
        "전자우편 주소에 사용할 수 없는 문자 ‘{letter}’이(가) 있습니다. 모양이 비슷한 다른 문자일 수 있으니 "
        "자판에서 영문 상태로 다시 입력해 주십시오.",
        "The e-mail address contains the letter ‘{letter}’, which cannot be used. It may only look like a "
        "Latin letter: type the address again with a Latin keyboard.",
    )


class AmountMissing(DomainError):
    say = Text(
        "금액을 입력해 주십시오. 없으면 0을 입력해 주십시오.",
        "Enter an amount. If there is none, enter 0.",
    )


class AmountUnreadable(DomainError):
    say = Text(
        "금액으로 읽을 수 없습니다. 1,936,000,000처럼 숫자로 또는 19억 3,600만처럼 단위와 함께 입력해 주십시오.",
        "This cannot be read as an amount. Enter digits, such as 1,936,000,000.",
    )


class AmountNegative(DomainError):
    say = Text("0보다 작은 금액은 입력할 수 없습니다.", "The amount cannot be less than 0.")


class AmountTooFine(DomainError):
    say = Text(
        "소수점 아래 {digits}자리보다 자세한 금액은 입력할 수 없습니다.",
        "The amount cannot have more than {digits} decimal places.",
    )


class AmountNotWhole(DomainError):
    say = Text(
        "소수점이 있는 금액은 입력할 수 없습니다. 1 단위의 정수로 입력해 주십시오.",
        "The amount must be a whole number, without a decimal point.",
    )


class AmountTooLarge(DomainError):
    say = Text(
        "금액이 너무 큽니다. 0을 더 입력하지 않았는지 확인해 주십시오. 9,223,372,036,854,775,807 이하만 "
        "입력할 수 있습니다.",
        "The amount is too large. Check for extra zeros: at most 9,223,372,036,854,775,807 can be entered.",
    )


def nfc(text: str) -> str:
    """NFC, with LF line ends; without what no database can hold (NUL, lone surrogates) and without the marks
    that make a text read in another order than it is stored (U+202E and its like)."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _UNWANTED.sub("", plain))


_KINDS = (("HANGUL", "0"), ("LATIN", "1"))


def sort_key(text: str) -> str:
    """Sorts as a Korean directory does: Hangul in 가나다 order, then Latin without case or accents, then the
    rest."""
    folded = unicodedata.normalize("NFC", text.strip()).casefold()
    bare = "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))
    bare = unicodedata.normalize("NFC", bare)
    name = unicodedata.name(bare[0], "") if bare else ""
    kind = next((rank for prefix, rank in _KINDS if name.startswith(prefix)), "2")
    return f"{kind}{bare}\x1f{folded}"


# --- e-mail ---

_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def email_key(email: str, field: str | None = None) -> str:
    """The one form under which an address is stored and looked up: lower case, ASCII, the domain in IDNA.

    Two addresses that a mail server tells apart but an eye does not never share a key: letters outside ASCII
    are refused before the @, and a domain with them becomes `xn--...`. Raises EmailUnreadable, EmailLetters.
    """
    text = unicodedata.normalize("NFC", email.strip())
    if len(text) > 254 or text.count("@") != 1:
        raise EmailUnreadable(field)
    local, domain = text.split("@")
    strange = next((c for c in local if not c.isascii()), None)
    if strange is not None:
        raise EmailLetters(field, letter=strange)
    local = local.casefold()
    domain = domain.casefold() if domain.isascii() else _idna(domain, field)
    if len(local) > 64 or len(domain) > 253 or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise EmailUnreadable(field)
    return f"{local}@{domain}"


def _idna(domain: str, field: str | None) -> str:
    import idna

    for label in domain.split("."):
        scripts = {unicodedata.name(c, "?").split()[0] for c in label if c.isalpha()}
        if "LATIN" in scripts and scripts & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "FULLWIDTH"}:
            raise EmailLetters(field, letter=next(c for c in label if not c.isascii()))
    try:
        return idna.encode(domain.casefold()).decode("ascii")
    except idna.IDNAError as error:
        raise EmailUnreadable(field) from error


# --- amounts ---

_GROUPED = re.compile(r"(\d+|\d{1,3}([, ])\d{3}(?:\2\d{3})*)(?:\.(\d+))?")
_MARKS = re.compile(r"^(?:KRW|₩|￦)\s*|\s*(?:KRW|원정?)$")
_BIG: Final = (("경", 10**16), ("조", 10**12), ("억", 10**8), ("만", 10**4), ("", 1))
_SMALL: Final = (("천", 1000), ("백", 100), ("십", 10), ("", 1))
_MINUS = "-−–﹣△▲"


def parse_amount(text: str, minor_digits: int = 0, field: str | None = None) -> int:
    """An amount as people write it, in minor units: "1,000", "1 000", full-width digits, and for a currency
    without minor units "3억 5천만" and "1,936억".

    Raises AmountMissing (empty), AmountNegative (-1), AmountNotWhole or AmountTooFine (0.5), AmountTooLarge
    (2^63) and AmountUnreadable (NaN, 1e9, wrong grouping): each says what to type instead.
    """
    plain = _half_width(text)
    if not plain:
        raise AmountMissing(field)
    if len(plain) > 60:
        raise AmountTooLarge(field) if re.fullmatch(r"[\d, ]+", plain) else AmountUnreadable(field)
    if plain[0] in _MINUS:
        rest = plain[1:].strip()
        raise AmountNegative(field) if _number(rest) or _in_korean(rest) else AmountUnreadable(field)
    if minor_digits == 0:
        plain = _MARKS.sub("", plain)
    value = _number(plain)
    if value is None and minor_digits == 0:
        value = _in_korean(plain)
    if value is None:
        raise AmountUnreadable(field)
    scaled = value * 10**minor_digits
    if scaled.denominator != 1 or (minor_digits == 0 and "." in plain and not re.search(r"[십백천만억조경]", plain)):
        raise AmountTooFine(field, digits=minor_digits) if minor_digits else AmountNotWhole(field)
    if scaled > LARGEST_AMOUNT:
        raise AmountTooLarge(field)
    return int(scaled)


def _half_width(text: str) -> str:
    """Full-width forms and Korean input's wide spaces as plain ones; NFKC would also turn 10² into 102."""
    plain = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in unicodedata.normalize("NFC", text))
    return re.sub(r"\s+", " ", plain).strip()


def _number(text: str) -> Fraction | None:
    """Digits, grouped by threes or not at all, with decimals."""
    match = _GROUPED.fullmatch(text)
    if match is None or not text.isascii():
        return None
    whole, decimals = re.sub(r"[, ]", "", match[1]), match[3] or ""
    return Fraction(int(whole + decimals), 10 ** len(decimals))


def _in_korean(text: str) -> Fraction | None:
    """`1조 8,000억`, `3억 5천만`, `1.5억`, `천만`: units in falling order, each at most once."""
    total, rest, above = Fraction(0), text, False
    for unit, size in _BIG:
        head, found, tail = rest.partition(unit) if unit else (rest, "", "")
        if unit and not found:
            continue
        if not head.strip():
            if unit or not above:
                return None
            return total
        value = _section(head.strip())
        if value is None or (above and value >= 10_000):
            return None
        total, rest, above = total + value * size, tail, True
    return total


def _section(text: str) -> Fraction | None:
    """What stands before 만, 억, 조: a number, or thousands, hundreds and tens (`5천`, `천`, `3천5백`)."""
    plain = _number(text)
    if plain is not None:
        return plain
    total, rest = Fraction(0), text
    for unit, size in _SMALL:
        head, found, tail = rest.partition(unit) if unit else (rest, "", "")
        if unit and not found:
            continue
        head = head.strip()
        if not head:
            total += size if unit else 0
        else:
            value = _number(head)
            if value is None or value >= 10:
                return None
            total += value * size
        rest = tail
    return total

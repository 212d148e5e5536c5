"""Resident registration numbers: found in any text, so that they can be refused before they are kept.

A public body may not process them without a law that says so (Personal Information Protection Act, art.
24-2), and 116 of them once sat in a free-text field of a research portal. Foreign registration numbers have
the same form. The check digit: Resident Registration Act, Enforcement Rule, art. 2; since October 2020
numbers are given without it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from portal.platform import clock
from portal.platform.errors import DomainError
from portal.platform.language import Text

_NO_CHECK_DIGIT_FROM: Final = date(2020, 10, 1)
_WEIGHTS: Final = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_HYPHENS: Final = "-‐‑‒–—―−─·․．.~_/"
# NFKC is applied character by character, so full-width digits and hyphens arrive here as plain ones. A
# separator may stand at the end of a line, as it does in text taken from a PDF.
_NUMBER: Final = re.compile(
    r"(?<!\d)(?<!\d[.,])(\d{6})"
    rf"([ \t]{{0,3}}[{re.escape(_HYPHENS)}]\s{{0,3}}|[ \t]{{0,3}})"
    r"([1-8]\d{6})(?![.,]?\d)"
)
_HASH_LENGTH: Final = 20  # digits inside a longer run of letters and digits belong to a hash or an address


_AS_IT_STANDS: Final = re.compile("[\x00-\x7f가-힣·‘’“”–—「」『』…]*")  # characters that are their own plain form


class ResidentNumberFound(DomainError):
    """`shown` is masked; the number itself is kept nowhere, not even in this error."""

    say = Text(
        "주민등록번호로 보이는 숫자({shown})가 있습니다. 「개인정보 보호법」 제24조의2에 따라 주민등록번호와 "
        "외국인등록번호는 받지 않습니다. 해당 숫자를 지우거나 가린 뒤 다시 제출해 주십시오.",
        "There is a number that looks like a resident registration number ({shown}). By law (Personal Information "
        "Protection Act, art. 24-2) these numbers are not accepted here. Remove or black out the number, then submit "
        "again.",
    )


class ResidentNumberInFile(ResidentNumberFound):
    say = Text(
        "파일에 주민등록번호로 보이는 숫자({shown})가 있습니다. 「개인정보 보호법」 제24조의2에 따라 주민등록번호와 "
        "외국인등록번호는 받지 않습니다. 원본 문서에서 해당 숫자를 지우고 다시 저장하여 올려 주십시오.",
        "The file contains a number that looks like a resident registration number ({shown}). By law (Personal "
        "Information Protection Act, art. 24-2) these numbers are not accepted here. Delete the number in the "
        "original document, save it again and upload that.",
    )


class ResidentNumberOnPage(ResidentNumberFound):
    say = Text(
        "파일 {page}쪽에 주민등록번호로 보이는 숫자({shown})가 있습니다. 「개인정보 보호법」 제24조의2에 따라 "
        "주민등록번호와 외국인등록번호는 받지 않습니다. 원본 문서에서 해당 숫자를 지우고 다시 저장하여 올려 주십시오.",
        "Page {page} of the file contains a number that looks like a resident registration number ({shown}). By law "
        "(Personal Information Protection Act, art. 24-2) these numbers are not accepted here. Delete the number in "
        "the original document, save it again and upload that.",
    )


class ResidentNumberInName(ResidentNumberFound):
    say = Text(
        "파일 이름에 주민등록번호로 보이는 숫자({shown})가 있습니다. 파일 이름을 바꾸어 다시 올려 주십시오.",
        "The name of the file contains a number that looks like a resident registration number ({shown}). Rename the "
        "file and upload it again.",
    )


class Span(NamedTuple):
    start: int
    end: int


def find_resident_numbers(text: str, today: date | None = None) -> list[Span]:
    """Where resident or foreign registration numbers stand in `text`, as places in `text` itself.

    Six digits that are a date, an optional separator, and seven digits of which the first tells century and
    sex (1 to 8). Born before October 2020: the check digit must hold. A foreign number (5 to 8) may have been
    given later than its holder's birth, so with a hyphen it is found without the check digit too.
    """
    plain, places = _plain(text)
    if _NUMBER.search(plain) is None:
        return []
    today = today or clock.now().date()
    return [
        Span(places[m.start()], places[m.end() - 1] + 1)
        for m in _NUMBER.finditer(plain)
        if _is_resident_number(m[1] + m[3], bool(m[2].strip()), today) and not _inside_hash(plain, m)
    ]


def refuse_resident_numbers(text: str, field: str | None = None) -> None:
    """For a text field: raises ResidentNumberFound."""
    for span in find_resident_numbers(text):
        raise ResidentNumberFound(field, shown=masked(text, span))


def masked(text: str, span: Span) -> str:
    """The year of birth and stars, enough to find the place: `90****-*******`."""
    digits = unicodedata.normalize("NFKC", text[span.start : span.end])
    return f"{digits[:2]}****-*******"


def _plain(text: str) -> tuple[str, Sequence[int]]:
    """The text with each character in its compatibility form and invisible ones left out; and where each
    was."""
    if _AS_IT_STANDS.fullmatch(text):
        return text, range(len(text))
    kept: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if character.isascii() or "가" <= character <= "힣":
            kept.append(character)
            places.append(place)
            continue
        if unicodedata.category(character) == "Cf":
            continue
        digit = unicodedata.digit(character, None) if unicodedata.category(character) == "Nd" else None
        form = str(digit) if digit is not None else unicodedata.normalize("NFKC", character)
        kept.append(form if len(form) == 1 else character)
        places.append(place)
    return "".join(kept), places


def _is_resident_number(digits: str, hyphen: bool, today: date) -> bool:
    sex = int(digits[6])
    century = 1900 if sex in (1, 2, 5, 6) else 2000
    try:
        born = date(century + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return False
    if born > today:
        return False
    return born >= _NO_CHECK_DIGIT_FROM or _check_digit_holds(digits, sex) or (sex >= 5 and hyphen)


def _check_digit_holds(digits: str, sex: int) -> bool:
    total = sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=False))
    base = 11 if sex < 5 else 13
    return (base - total % 11) % 10 == int(digits[12])


def _inside_hash(plain: str, match: re.Match[str]) -> bool:
    start, end = match.span()
    while start and plain[start - 1].isascii() and plain[start - 1].isalnum():
        start -= 1
    while end < len(plain) and plain[end].isascii() and plain[end].isalnum():
        end += 1
    return not match[2] and end - start >= _HASH_LENGTH

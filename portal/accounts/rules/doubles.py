"""By which signs two records may be one human. Pure; an officer decides.

A name alone is no sign: Korean namesakes are many. It counts with a common organisation or the same mailbox name at
another provider. Two researcher numbers, or two ORCIDs, make two humans, unless they share an address.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from portal.platform.language import Text

SIGNS: Final[Mapping[str, Text]] = {
    "address": Text("같은 전자우편 주소", "The same e-mail address"),
    "name_and_organisation": Text("같은 이름, 같은 기관", "The same name and organisation"),
    "name_and_mailbox": Text("같은 이름, 같은 메일 아이디", "The same name and mailbox"),
    "scripts_and_organisation": Text(
        "한글과 로마자로 같은 이름, 같은 기관", "The same name in Hangul and Latin letters, the same organisation"
    ),
    "scripts_and_mailbox": Text(
        "한글과 로마자로 같은 이름, 같은 메일 아이디", "The same name in Hangul and Latin letters, the same mailbox"
    ),
}
MOST_AT_ONE_ADDRESS: Final = 30  # an office's address, or one that many claim: it says nothing of any two
SHORTEST_MAILBOX: Final = 4  # "ai@" or "lee@" belongs to many

# Revised Romanization (Ministry of Culture, 2000) by jamo; sound changes between syllables are left out.
_INITIALS: Final = ["g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "-", "j", "jj", "ch", "k", "t", "p", "h"]
_MEDIALS: Final = [
    "a",
    "ae",
    "ya",
    "yae",
    "eo",
    "e",
    "yeo",
    "ye",
    "o",
    "wa",
    "wae",
    "oe",
    "yo",
    "u",
    "wo",
    "we",
    "wi",
    "yu",
    "eu",
    "ui",
    "i",
]
_FINALS: Final = [
    "-",
    "k",
    "k",
    "k",
    "n",
    "n",
    "n",
    "t",
    "l",
    "k",
    "m",
    "l",
    "l",
    "l",
    "p",
    "l",
    "m",
    "p",
    "p",
    "t",
    "t",
    "ng",
    "t",
    "t",
    "k",
    "t",
    "p",
    "t",
]
_FIRST, _LAST = 0xAC00, 0xD7A3
_LONG_SURNAMES: Final = frozenset({"남궁", "황보", "제갈", "사공", "선우", "독고", "서문", "동방"})
_SPELLINGS: Final[Mapping[str, str]] = {  # as people spell their surnames, where that is not the table's
    "이": "lee yi rhee ree li i", "박": "park pak bak", "최": "choi choe", "정": "jung jeong chung cheong",
    "조": "cho jo", "강": "kang gang", "윤": "yoon yun youn", "장": "jang chang", "임": "lim im rim yim",
    "신": "shin sin", "유": "yoo yu you", "류": "ryu yoo yu ryoo", "노": "noh roh no", "우": "woo wu u",
    "오": "oh o", "안": "ahn an", "전": "jeon chun jun", "천": "cheon chun", "주": "joo ju chu", "구": "koo gu ku",
    "여": "yeo yuh", "심": "shim sim", "허": "huh heo hur", "성": "sung seong", "선우": "sunwoo seonu",
}  # fmt: skip
_SPELT: Final[Mapping[str, frozenset[str]]] = {
    word: frozenset(s for s, words in _SPELLINGS.items() if word in words.split())
    for words in _SPELLINGS.values()
    for word in words.split()
}
_FOLDS: Final = tuple(
    (re.compile(old), new)
    for old, new in (
        ("ng", "q"), ("ph|f|pp|p|b+", "b"), ("sch|sh|ss", "s"), ("ch|jj|z|j", "j"), ("th|tt|t|d+", "d"),
        ("kk|ck|c|k|g+", "g"), ("rr|ll|l", "r"), ("[aeiouyw]", ""), (r"(.)\1+", r"\1"),
    )
)  # fmt: skip


@dataclass(frozen=True)
class Known:
    """What is known of one record."""

    person_id: int
    names: tuple[str, ...]  # in whatever script
    addresses: frozenset[str]
    organisations: frozenset[int] = frozenset()
    numbers: tuple[str | None, str | None] = (None, None)  # researcher number, ORCID


def _is_hangul(text: str) -> bool:
    return bool(text) and all(_FIRST <= ord(c) <= _LAST for c in text)


def _joined(name: str) -> str:
    return "".join(unicodedata.normalize("NFC", name).split())


def romanised(hangul: str) -> str:
    """Syllable by syllable."""
    made = ""
    for letter in hangul:
        place = ord(letter) - _FIRST
        parts = (_INITIALS[place // 588], _MEDIALS[place % 588 // 28], _FINALS[place % 28])
        made += "".join(part for part in parts if part != "-")
    return made


def _plain(latin: str) -> str:
    bare = unicodedata.normalize("NFD", latin.casefold())
    return "".join(c for c in bare if c.isascii() and (c.isalpha() or c == " "))


def skeleton(latin: str) -> str:
    """The consonants, with what spellings of Korean mix up made one: Young-hee, Yeonghui and Younghi are `qh`."""
    text = _plain(latin.replace("-", "")).replace(" ", "")
    for pattern, new in _FOLDS:
        text = pattern.sub(new, text)
    return text


def _surname_keys(word: str) -> frozenset[str]:
    return _SPELT.get(word) or frozenset({skeleton(word)})


def name_key(name: str) -> str:
    """The same name in the same script: Hangul without spaces; Latin words in any order, without case and accents."""
    joined = _joined(name)
    return joined if _is_hangul(joined) else " ".join(sorted(_plain(name.replace("-", "")).split()))


def script_keys(name: str) -> frozenset[str]:
    """Keys that a Hangul name and its Latin spellings share, family name first or last."""
    joined = _joined(name)
    if _is_hangul(joined):
        if not 2 <= len(joined) <= 5:
            return frozenset()
        length = 2 if joined[:2] in _LONG_SURNAMES and len(joined) > 2 else 1
        surname, given = joined[:length], joined[length:]
        own = {surname} if surname in _SPELLINGS else _surname_keys(romanised(surname))
        return frozenset(f"{key}|{skeleton(romanised(given))}" for key in own)
    words = _plain(name.replace("-", "")).split()
    if len(words) < 2:
        return frozenset()
    orders = ((words[0], words[1:]), (words[-1], words[:-1]))
    return frozenset(
        f"{key}|{skeleton(''.join(given))}" for surname, given in orders for key in _surname_keys(surname)
    )  # fmt: skip


def mailbox(address: str) -> str:
    """What stands before the @, without tags and dots; empty where it is too short to say anything."""
    local = address.partition("@")[0].partition("+")[0].replace(".", "")
    return local if len(local) >= SHORTEST_MAILBOX else ""


def _mailboxes(of: Known) -> frozenset[str]:
    return frozenset(filter(None, map(mailbox, of.addresses)))


def _across(a: Known, b: Known) -> bool:
    """The one in Hangul, the other in Latin letters."""
    pairs = [(x, y) for x in a.names for y in b.names]
    return any(_is_hangul(_joined(x)) != _is_hangul(_joined(y)) and script_keys(x) & script_keys(y) for x, y in pairs)


def signs(a: Known, b: Known) -> list[str]:
    """Codes of SIGNS, the strongest first; empty: nothing says that they are one."""
    found = ["address"] if a.addresses & b.addresses else []
    if any(x and y and x != y for x, y in zip(a.numbers, b.numbers, strict=True)):
        return found
    same = bool({name_key(n) for n in a.names} & {name_key(n) for n in b.names} - {""})
    kind = "name" if same else "scripts" if _across(a, b) else ""
    if kind and a.organisations & b.organisations:
        found.append(f"{kind}_and_organisation")
    if kind and _mailboxes(a) & _mailboxes(b):
        found.append(f"{kind}_and_mailbox")
    return found


def suspected(records: Sequence[Known]) -> Iterator[tuple[int, int, list[str]]]:
    """(lower id, higher id, signs) of every pair with a sign. Only records that share something are compared."""
    buckets: dict[tuple[str, ...], list[Known]] = defaultdict(list)
    for record in records:
        for bucket in _buckets(record):
            buckets[bucket].append(record)
    seen: set[tuple[int, int]] = set()
    for bucket, together in buckets.items():
        if bucket[0] == "address" and len(together) > MOST_AT_ONE_ADDRESS:
            continue
        for one, other in combinations(together, 2):
            low, high = sorted((one, other), key=lambda r: r.person_id)
            if (low.person_id, high.person_id) in seen or low.person_id == high.person_id:
                continue
            seen.add((low.person_id, high.person_id))
            if found := signs(low, high):
                yield low.person_id, high.person_id, found


def _buckets(record: Known) -> Iterable[tuple[str, ...]]:
    yield from (("address", address) for address in record.addresses)
    names = {name_key(n) for n in record.names} | {key for n in record.names for key in script_keys(n)}
    beside = [("of", str(id_)) for id_ in record.organisations] + [("box", box) for box in _mailboxes(record)]
    yield from (("name", name, *more) for name in names - {""} for more in beside)

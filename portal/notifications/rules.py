"""Words of the office with places that are filled for each recipient; two lists of recipients compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from portal.notifications.models import LetterBatch
from portal.platform.language import Text

PLACES: Final[Mapping[str, Text]] = {
    "name": Text("받는 사람의 이름", "the recipient's name"),
    "title": Text("신청 과제의 제목", "the application's title"),
    "receipt": Text("접수번호", "the receipt number"),
    "call": Text("공고의 이름", "the call's name"),
    "deadline": Text("그 신청의 접수 마감", "the application's deadline"),
}
_PLACE: Final = re.compile(r"\{([a-z]+)\}")


def unknown_places(text: str) -> list[str]:
    """What stands in braces and cannot be filled, and braces that belong to nothing; in the order of the text."""
    odd = re.findall(r"\{[^{}]*\}|[{}]", text)
    return list(dict.fromkeys(place for place in odd if place.strip("{}") not in PLACES))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Every place once: braces inside a filled value stay as people wrote them."""
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), text)


BATCH_STATES: Final[Mapping[str, tuple[Text, str]]] = {
    "staged": (Text("확인 전", "Not confirmed yet"), "warning"),
    "writing": (Text("쓰는 중", "Being written"), "info"),
    "written": (Text("모두 씀", "All written"), "success"),
    "discarded": (Text("그만둠", "Given up"), "neutral"),
}


def batch_state(batch: LetterBatch) -> str:
    """How far a batch is; a key of BATCH_STATES."""
    if batch.discarded_at is not None:
        return "discarded"
    if batch.confirmed_at is None:
        return "staged"
    return "written" if batch.finished_at is not None else "writing"


class Addressee(NamedTuple):
    """A person of an application, and the language in which their letter is to be."""

    application_id: int
    person_id: int
    language: str


@dataclass(frozen=True)
class Differences:
    """Of a list as it is now, against what was staged."""

    added: tuple[Addressee, ...]
    removed: tuple[Addressee, ...]
    changed: tuple[Addressee, ...]  # in another language now

    @property
    def any(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def differences(staged: Iterable[Addressee], present: Iterable[Addressee]) -> Differences:
    before = {(one.application_id, one.person_id): one for one in staged}
    now = {(one.application_id, one.person_id): one for one in present}
    return Differences(
        added=tuple(one for key, one in now.items() if key not in before),
        removed=tuple(one for key, one in before.items() if key not in now),
        changed=tuple(one for key, one in now.items() if key in before and before[key].language != one.language),
    )

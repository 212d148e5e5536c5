"""The words of a text that say what it is about: Korean nouns by Kiwi, English words without their plural.

A Korean word with its endings is analysed once in a process: 0.15 ms and Kiwi's 2 s and 500 MB the first time, a look
into a table afterwards. The same few thousand words make most of all applications, so nothing else has to be kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any, Final

from portal.routing.engine.terms import HANGUL, plain, singular

LENGTH: Final = 1500  # characters of a text that are looked at
MOST_KEPT: Final = 500_000
_WORD = re.compile(r"[가-힣]+|[a-z][a-z0-9+#-]*[a-z0-9+#]|[a-z]")
_NOUNS: Final = {"NNG", "NNP", "XR"}
_SAID_BY_ALL: Final = (
    "a an and are as at be by can for from has have in into is it its of on or our such that the their these this to"
    " using use used via we which will with within based new study research project develop development propose"
    " proposed approach method methods result results system systems technology technologies"
    " 연구 개발 기술 기반 활용 과제 목표 결과 방법 시스템 분야 수행 제안 구축 적용 통하 이용"
)
_COMMON: Final = frozenset(_SAID_BY_ALL.split())

_known: dict[str, tuple[str, ...]] = {}


@cache
def _kiwi() -> Any:
    from kiwipiepy import Kiwi  # large: loaded where Korean is first analysed, never in a web process

    return Kiwi(num_workers=1)


def latin(text: str) -> list[str]:
    """The English words of a plain text in order, without their plural."""
    return [singular(word) for word in _WORD.findall(text) if not HANGUL.match(word)]


def _learn(words: set[str]) -> None:
    """What each word that is new to this process counts as; the Korean ones are analysed all at once."""
    if len(_known) + len(words) > MOST_KEPT:
        _known.clear()
    new = words - _known.keys()
    korean = sorted(word for word in new if HANGUL.match(word))
    for word in new.difference(korean):
        _known[word] = () if singular(word) in _COMMON else (singular(word),)
    for word, tokens in zip(korean, _kiwi().tokenize(iter(korean)) if korean else (), strict=True):
        nouns = (token.form for token in tokens if token.tag in _NOUNS and len(token.form) > 1)
        _known[word] = tuple(noun for noun in nouns if noun not in _COMMON)


def counted(texts: Sequence[str]) -> list[Counter[str]]:
    """How often each word stands in each text, the common ones left out."""
    split = [_WORD.findall(plain(text)[:LENGTH]) for text in texts]
    _learn(set().union(*split))
    return [Counter(chain.from_iterable(map(_known.__getitem__, words))) for words in split]

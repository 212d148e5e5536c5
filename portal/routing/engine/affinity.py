"""How near a reviewer's profile is to a text, in Korean and English, with the shared terms kept as explanation.

Cosine of TF-IDF vectors. A dimension is a word (Korean nouns, English words), a concept of the term table whatever
language it is named in, or a keyword of some reviewer that the table does not know. Concepts and keywords weigh more
than words: they bridge the languages. Returned in millionths.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from portal.routing.engine.problem import MILLION
from portal.routing.engine.terms import CONCEPT_OF, HANGUL, form, named, plain
from portal.routing.engine.words import LENGTH, counted, latin

WEIGHT: Final = 3.0  # of a concept or a keyword, against a word
SHOWN: Final = 5
_SPLIT = re.compile(r"[,;\n·/|]+")


def keywords(text: str) -> list[str]:
    """The keywords of a profile, in order, each once."""
    return list(dict.fromkeys(word for part in _SPLIT.split(text) if (word := plain(part))))


class Phrases:
    """Terms of several words, looked up in texts: the table's as "#<number>", other keywords as "=<keyword>"."""

    def __init__(self, others: Iterable[str]) -> None:
        self.marks = {name: f"#{number}" for name, number in CONCEPT_OF.items()}
        for word in others:
            self.marks.setdefault(form(word), f"={word}")
        self.korean: dict[str, list[str]] = {}  # by their first two letters
        self.english: dict[str, list[tuple[list[str], str]]] = {}  # by their first word
        for name, mark in self.marks.items():
            if HANGUL.search(name):
                self.korean.setdefault(name[:2], []).append(name)
            elif words := latin(name):
                self.english.setdefault(words[0], []).append((words, mark))

    def within(self, text: str) -> Counter[str]:
        """How often each term stands in a text."""
        cut = plain(text)[:LENGTH]
        found: Counter[str] = Counter()
        joined = cut.replace(" ", "")
        for pair in self.korean.keys() & set(map(str.__add__, joined, joined[1:])):
            for name in self.korean[pair]:
                if count := joined.count(name):
                    found[self.marks[name]] += count
        words = latin(cut)
        for place, word in enumerate(words):
            for term, mark in self.english.get(word, ()):
                found[mark] += words[place : place + len(term)] == term
        return +found


@dataclass(frozen=True)
class Match:
    """affinity [E, R] in millionths; what the texts and the profiles share is told pair by pair."""

    affinity: NDArray[np.int64]
    _texts: Any  # [E, V] sparse, unit rows
    _profiles: Any  # [R, V]
    _vocabulary: Sequence[str]
    _own: Sequence[Mapping[str, str]]  # of each reviewer: term -> the reviewer's own word for it

    def shared(self, entry: int, reviewer: int) -> list[str]:
        """The terms that bring the two together, the strongest first; in the reviewer's own words where they have
        one."""
        product = self._texts[[entry]].multiply(self._profiles[[reviewer]]).tocoo()
        order = sorted(zip(-product.data, product.col, strict=True))
        own = self._own[reviewer]
        names = [own.get(self._vocabulary[n]) or _shown(self._vocabulary[n]) for _, n in order]
        return list(dict.fromkeys(names))[:SHOWN]


def _shown(term: str) -> str:
    return named(int(term[1:]))[0] if term.startswith("#") else term.removeprefix("=")


def affinities(texts: Sequence[str], profiles: Sequence[str]) -> Match:
    """Affinity of E texts and R profiles (keywords separated by commas or lines, or running text)."""
    words = [keywords(profile) for profile in profiles]
    phrases = Phrases(word for own in words for word in own if form(word) not in CONCEPT_OF)
    documents = [*texts, *profiles]
    found = [
        {f" {word}": n for word, n in count.items()} | phrases.within(text)
        for count, text in zip(counted(documents), documents, strict=True)
    ]
    vocabulary = sorted({term for document in found for term in document})
    made = _vectors(found, vocabulary)
    left, right = made[: len(texts)], made[len(texts) :]
    cosine = np.clip((left @ right.T).toarray(), 0.0, 1.0).reshape(len(texts), len(profiles))
    own = [{phrases.marks[form(word)]: word for word in said if form(word) in phrases.marks} for said in words]
    shown = [term.strip() for term in vocabulary]
    return Match(np.floor(cosine * MILLION + 0.5).astype(np.int64), left, right, shown, own)


def _vectors(documents: Sequence[Mapping[str, int]], vocabulary: Sequence[str]) -> Any:
    """[D, V] unit rows: (1 + log tf) x idf x weight."""
    from scipy.sparse import csr_array

    place = {term: n for n, term in enumerate(vocabulary)}
    starts = np.cumsum([0, *map(len, documents)])
    columns = np.fromiter((place[term] for d in documents for term in d), dtype=np.int64, count=int(starts[-1]))
    counts = np.fromiter((n for d in documents for n in d.values()), dtype=np.float64, count=int(starts[-1]))
    spread = np.bincount(columns, minlength=len(vocabulary))
    weight = (np.log((len(documents) + 1) / (spread + 1)) + 1.0) * np.array(
        [1.0 if term.startswith(" ") else WEIGHT for term in vocabulary]
    )
    values = (1.0 + np.log(counts)) * weight[columns] if len(columns) else counts
    rows = np.repeat(np.arange(len(documents)), np.diff(starts))
    norms = np.sqrt(np.bincount(rows, weights=values**2, minlength=len(documents)))
    values = values / np.where(norms > 0, norms, 1.0)[rows]
    return csr_array((values, columns, starts), shape=(len(documents), max(1, len(vocabulary))))

"""How near a reviewer's keywords are to a text, in Korean and English, with the shared terms kept as explanation.

Each keyword is a concept; the term table joins Korean and English names of one concept. Cosine of idf-weighted
concept sets: a keyword that every reviewer has says little. Returned in millionths.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from portal.routing.engine.problem import MILLION

_SPLIT = re.compile(r"[,;\n·/|]+")
_HANGUL = re.compile(r"[가-힣]")
_SPACE = re.compile(r"\s+")

# One concept per row, Korean and English: the bridge between profiles and texts in different languages.
TERMS: tuple[tuple[str, ...], ...] = (
    ("거대언어모델", "대규모 언어모델", "초거대언어모델", "large language model", "large language models", "llm"),
    ("파운데이션 모델", "기반 모델", "foundation model", "foundation models"),
    ("자연어처리", "natural language processing", "nlp"),
    ("컴퓨터 비전", "영상 인식", "computer vision", "image recognition"),
    ("멀티모달", "다중모달", "multimodal", "multi-modal"),
    ("음성 인식", "speech recognition", "asr"),
    ("음성 합성", "speech synthesis", "tts"),
    ("강화학습", "reinforcement learning", "rlhf"),
    ("사전학습", "pre-training", "pretraining"),
    ("미세조정", "파인튜닝", "fine-tuning", "finetuning"),
    ("추론 최적화", "추론 가속", "inference optimization", "inference optimisation"),
    ("경량화", "양자화", "model compression", "quantization", "quantisation"),
    ("분산 학습", "distributed training", "parallel training"),
    ("말뭉치", "학습 데이터", "corpus", "training data"),
    ("데이터 품질", "data quality"),
    ("벤치마크", "성능평가", "benchmark", "benchmarks", "evaluation"),
    ("기계번역", "machine translation"),
    ("검색 증강 생성", "retrieval-augmented generation", "retrieval augmented generation", "rag"),
    ("에이전트", "agent", "agents"),
    ("인공지능 안전", "ai 안전", "ai safety", "alignment"),
    ("신뢰성", "trustworthiness", "reliability"),
    ("저작권", "copyright"),
    ("개인정보", "프라이버시", "privacy"),
    ("오픈소스", "공개 소프트웨어", "open source", "open-source"),
    ("생태계", "ecosystem"),
    ("반도체", "semiconductor", "npu"),
    ("로봇", "로보틱스", "robot", "robots", "robotics"),
    ("자율주행", "autonomous driving"),
    ("의료 인공지능", "의료 ai", "medical ai", "healthcare ai"),
    ("지식 그래프", "knowledge graph", "knowledge graphs"),
    ("생성형 ai", "생성 모델", "generative ai", "generative model"),
    ("고성능 컴퓨팅", "슈퍼컴퓨팅", "high-performance computing", "hpc", "supercomputing"),
)


def _plain(text: str) -> str:
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text).casefold()).strip()


def _form(term: str) -> str:
    """Korean is compared without spaces: 거대 언어 모델 and 거대언어모델 are one."""
    return term.replace(" ", "") if _HANGUL.search(term) else term


_CONCEPTS = {_form(_plain(term)): row for row in TERMS for term in row}


def keywords(text: str) -> list[str]:
    """The keywords of a profile, in order, each once."""
    return list(dict.fromkeys(word for part in _SPLIT.split(text) if (word := _plain(part))))


def concept(keyword: str) -> tuple[str, ...]:
    """Every name of the keyword's concept; itself when the table does not know it."""
    return _CONCEPTS.get(_form(keyword), (keyword,))


class Document:
    def __init__(self, text: str) -> None:
        plain = _plain(text)
        self.words = f" {re.sub(r'[^0-9a-z가-힣+#-]+', ' ', plain)} "
        self.joined = plain.replace(" ", "")

    def holds(self, names: Sequence[str]) -> bool:
        return any(
            _form(name) in self.joined if _HANGUL.search(name) else f" {name} " in self.words
            for name in map(_plain, names)
        )


@dataclass(frozen=True)
class Match:
    """affinity [E, R] in millionths; terms[(e, r)]: the reviewer's keywords found in the entry's text."""

    affinity: NDArray[np.int64]
    terms: dict[tuple[int, int], list[str]]


def affinities(texts: Sequence[str], profiles: Sequence[str]) -> Match:
    """Affinity of E texts and R profiles (keywords separated by commas or lines)."""
    documents = [Document(text) for text in texts]
    wanted = [{concept(word): word for word in keywords(profile)} for profile in profiles]
    vocabulary = sorted({names for profile in wanted for names in profile})
    place = {names: n for n, names in enumerate(vocabulary)}
    spread = np.array([sum(names in profile for profile in wanted) for names in vocabulary], dtype=float)
    weight = np.log((len(profiles) + 1) / (spread + 1)) + 1.0
    there = np.array([[d.holds(names) for names in vocabulary] for d in documents], dtype=bool)
    there = there.reshape(len(documents), len(vocabulary))
    has = np.zeros((len(profiles), len(vocabulary)), dtype=bool)
    for r, profile in enumerate(wanted):
        has[r, [place[names] for names in profile]] = True
    shared = (there * weight**2) @ has.T
    norms = np.sqrt((there * weight**2).sum(axis=1))[:, None] * np.sqrt((has * weight**2).sum(axis=1))[None, :]
    cosine = np.divide(shared, norms, out=np.zeros_like(shared), where=norms > 0)
    terms = {
        (e, r): [profile[vocabulary[n]] for n in np.flatnonzero(there[e] & has[r])]
        for r, profile in enumerate(wanted)
        for e in range(len(documents))
        if shared[e, r] > 0
    }
    return Match(np.floor(cosine * MILLION + 0.5).astype(np.int64), terms)

"""Search alike on both databases: one table of NFC syllable bigrams and Latin words, written with its object."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import ColumnElement, Index, String, delete, func, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.platform.db import Model, db

_WORD = re.compile(r"[0-9a-z]+|[가-힣ㄱ-ㅎㅏ-ㅣ一-龥]+")
_LATIN = re.compile(r"[0-9a-z]+")


class SearchTerm(Model):
    __tablename__ = "search_term"
    __table_args__ = (Index("ix_search_term_object", "kind", "object_id"),)

    term: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(24), primary_key=True)
    object_id: Mapped[int] = mapped_column(primary_key=True)


def terms(text: str) -> set[str]:
    """`독자 AI 모델` -> {독자, 독, 자, ai, 모델, 모, 델}: bigrams, single syllables and Latin words."""
    found: set[str] = set()
    for word in _WORD.findall(unicodedata.normalize("NFC", text).casefold()):
        if _LATIN.fullmatch(word):
            found.add(word[:40])
        else:
            found.update(word)
            found.update(word[i : i + 2] for i in range(len(word) - 1))
    return found


def index(kind: str, object_id: int, *texts: str) -> None:
    """Replace what is found for one object."""
    db.session.execute(delete(SearchTerm).where(SearchTerm.kind == kind, SearchTerm.object_id == object_id))
    rows = [{"term": term, "kind": kind, "object_id": object_id} for term in sorted(terms(" ".join(texts)))]
    if rows:
        db.session.execute(insert(SearchTerm), rows)


def _wanted(query: str) -> set[str]:
    wanted: set[str] = set()
    for word in _WORD.findall(unicodedata.normalize("NFC", query).casefold()):
        if _LATIN.fullmatch(word) or len(word) == 1:
            wanted.add(word[:40])
        else:
            wanted.update(word[i : i + 2] for i in range(len(word) - 1))
    return wanted


def matches(kind: str, object_id: ColumnElement[int], query: str) -> ColumnElement[bool] | None:
    """The clause "this object holds every term of the query"; None when nothing was asked."""
    wanted = _wanted(query)
    if not wanted:
        return None
    found = (
        select(SearchTerm.object_id)
        .where(SearchTerm.kind == kind, SearchTerm.term.in_(wanted))
        .group_by(SearchTerm.object_id)
        .having(func.count() == len(wanted))
    )
    return object_id.in_(found)

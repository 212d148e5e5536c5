"""What every check yields, and the sentences that several of them say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from portal.platform.formats import quantity
from portal.platform.language import Text, speaking

Place = tuple[str | int, ...]


class Line(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def cap(self) -> int: ...
    @property
    def unit(self) -> str: ...


Found = tuple[Place, Text]


LANGUAGE_WORDS = {"ko": Text("한국어", "Korean"), "en": Text("영어", "English")}


def no_text(languages: Sequence[str]) -> Text:
    names = [LANGUAGE_WORDS.get(code, Text(code, code)) for code in languages]
    return Text(
        f"{', '.join(name.ko for name in names)} 글이 없습니다.", f"has no text in {', '.join(n.en for n in names)}"
    )


def twice(code: str) -> Text:
    return Text(f"코드 {code}이(가) 두 번 있습니다.", f"the code {code} stands twice")


def no_line(code: str) -> Text:
    return Text(f"예산에 {code} 항목이 없습니다.", f"the plan has no line {code}")


def no_pool(unknown: Sequence[str]) -> Text:
    more = len(unknown) - 1
    return Text(
        f"예산에 {unknown[0]} 자원이 없습니다." + (f" 다른 {more}개월도 없습니다." if more else ""),
        f"the plan has no pool {unknown[0]}" + (f" and {more} more months" if more else ""),
    )


def more_than_line(asked: int, line: str, cap: int, unit: str) -> Text:
    with speaking("ko"):
        ko = f"선정 한 건의 상한 {quantity(asked, unit)}이(가) {line} 항목 전체({quantity(cap, unit)})보다 많습니다."
    with speaking("en"):
        en = f"{quantity(asked, unit)} for one award is more than the whole line {line} has ({quantity(cap, unit)})"
    return Text(ko, en)


def more_than_above(parent: str, cap: int, unit: str, total: int, children: Sequence[str]) -> Text:
    under = ", ".join(children)
    return Text(
        f"{parent} 항목은 {cap:,} {unit}인데 그 아래 항목의 합이 {total:,}입니다: {under}",
        f"{parent} has {cap:,} {unit}, but the lines under it have {total:,}: {under}",
    )

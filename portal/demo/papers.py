"""Real PDF files for a consortium's places: typeset, several pages, each text typeset and checked once."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from portal.applications.rules.attachments import Place
from portal.applications.service import NewFile, receive
from portal.platform.typeset import unpacked_fonts

TEMPLATE = Path(__file__).with_name("document.typ")
Part = tuple[str, tuple[str, ...]]


@lru_cache(maxsize=4096)
def pdf(
    title: str, subtitle: str, lines: tuple[tuple[str, str], ...], parts: tuple[Part, ...], language: str = "ko"
) -> bytes:
    """A document with its head, a table of particulars and one page or more for each part."""
    data = {
        "title": title, "subtitle": subtitle, "lines": lines, "parts": parts, "pages": len(parts),
        "language": language,
    }  # fmt: skip
    made = _compiler().compile(format="pdf", sys_inputs={"data": json.dumps(data, ensure_ascii=False)})
    assert isinstance(made, bytes)
    return made


@lru_cache(maxsize=1)
def _compiler():  # type: ignore[no-untyped-def]  # typst ships no types
    import typst

    fonts = typst.Fonts(font_paths=[str(unpacked_fonts())])
    return typst.Compiler(TEMPLATE, root=TEMPLATE.parent, font_paths=fonts)


FILM = Path(__file__).with_name("film.mp4")


class Papers:
    """Files as the portal takes them in: stored and checked, the same bytes once.

    `own`: every team has documents of its own, or (`plans`) at least its plan; otherwise teams hand in the same sample
    in each place, because taking in a file (a parser's process, twice) costs more than all the rest. `beside`: what
    that one took in is known here as well.
    """

    def __init__(self, *, own: bool = True, plans: bool = True, beside: Papers | None = None) -> None:
        self.own, self.plans = own, plans
        self._received: dict[tuple[str, bytes], NewFile] = beside._received if beside is not None else {}

    def film(self, place: Place) -> NewFile:
        """The demonstration's own film."""
        key = (place.code, b"film")
        if key not in self._received:
            self._received[key] = receive(io.BytesIO(FILM.read_bytes()), FILM.name, place, "file")
        return self._received[key]

    def file(
        self, place: Place, title: str, owner: str, lines: Sequence[tuple[str, str]], parts: Sequence[Part],
        language: str = "ko",
    ) -> NewFile:  # fmt: skip
        kept = tuple(parts)[: max(1, place.max_pages - 1)] if place.max_pages else tuple(parts)
        content = pdf(title, owner, tuple(lines), kept, language)
        key = (place.code, content)
        if key not in self._received:
            name = f"{place.names.get('ko', place.code)}_{owner}.pdf"
            self._received[key] = receive(io.BytesIO(content), name, place, "file")
        return self._received[key]

    def letter(self, place: Place, language: str) -> NewFile:
        """A referee's letter, the same for everybody."""
        title = "추천서" if language == "ko" else "Reference letter"
        file = self.file(place, title, SIGNED[language], [(HEAD[language], title)], [LETTER[language]], language)
        return replace(file, filename="추천서.pdf" if language == "ko" else "letter.pdf")


SIGNED = {"ko": "체험용 본보기", "en": "Sample for the demonstration"}
HEAD = {"ko": "문서", "en": "Document"}
LETTER: dict[str, Part] = {
    "ko": (
        "추천하는 까닭",
        (
            "저는 지원자를 박사과정 다섯 해 동안 지도하였습니다. 지원자는 문제를 스스로 정하고, 실험이 막혔을 때 원인을 "
            "끝까지 찾아 다른 방법을 제안하였습니다.",
            "대표 논문의 방법과 실험은 지원자가 직접 설계하고 구현하였습니다. 공개한 코드는 지금도 여러 연구실에서 씁니다.",
            "앞으로 한 해 동안 제안한 연구를 스스로 이끌 수 있다고 봅니다.",
        ),
    ),
    "en": (
        "Why I recommend the applicant",
        (
            "I supervised the applicant for the five years of the doctorate. They chose their own problem and, when an "
            "experiment failed, found the cause and proposed another way.",
            "The method and the experiments of the main paper are the applicant's own; several laboratories use the code.",
            "I think they can lead the proposed research of the coming year.",
        ),
    ),
}

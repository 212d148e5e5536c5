"""Real PDF files for a consortium's places: typeset, several pages, each text typeset and checked once."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
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

"""Several PDFs bound into one: every page kept, every page marked, each part found by its bookmark."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name

from portal.platform import typeset
from portal.platform.files import refusals, sandbox
from portal.platform.language import speaking


def _written(path: Path, words: str, pages: int = 1, *, turned: int = 0, size: tuple[int, int] = (300, 400)) -> str:
    pdf = pikepdf.new()
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    for number in range(pages):
        page = pdf.add_blank_page(page_size=size)
        page.obj.Resources = Dictionary(Font=Dictionary(F1=font))
        page.obj.Contents = pdf.make_stream(f"BT /F1 12 Tf 40 100 Td ({words} {number}) Tj ET".encode())
        page.obj.Rotate = turned
        page.obj.MediaBox = Array([0, 0, *size])
    pdf.save(path)
    return str(path)


def _mark(folder: Path) -> Path:
    file = folder / "mark.pdf"
    with speaking("ko"):
        file.write_bytes(typeset.pdf("mark", {"title": "표시", "words": "김하늘 · 2026. 8. 1. · 대외비"}))
    return file


def test_every_page_is_kept_in_order_and_bears_the_mark(tmp_path: Path) -> None:
    first = _written(tmp_path / "1.pdf", "Alpha", 2)
    turned = _written(tmp_path / "2.pdf", "Beta", 1, turned=90, size=(800, 200))
    answer, made = sandbox.run("bind", _mark(tmp_path), parts=[[first, "First"], [turned, "Second"]])
    document = pypdfium2.PdfDocument(made)
    texts = [document[n].get_textpage().get_text_bounded() for n in range(len(document))]
    assert answer["pages"] == len(texts) == 3
    assert all("김하늘" in text and "대외비" in text for text in texts)
    assert [word in text for word, text in zip(("Alpha 0", "Alpha 1", "Beta 0"), texts, strict=True)] == [True] * 3
    with pikepdf.open(io.BytesIO(made)) as bound, bound.open_outline() as outline:
        assert [str(item.title) for item in outline.root] == ["First", "Second"]


def test_a_damaged_part_is_refused_as_a_whole(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing")
    with pytest.raises(refusals.FileDamaged):
        sandbox.run("bind", _mark(tmp_path), parts=[[str(broken), "Broken"]])

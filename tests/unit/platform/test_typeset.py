from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from portal.platform import typeset
from portal.platform.files import check
from portal.platform.language import speaking

SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
RECEIPT: dict[str, Any] = {
    "service": "연구과제 지원 포털",
    "program": "독자 인공지능 파운데이션 모델",
    "call": "2025년 정예팀 공고",
    "number": "WBL25-7K3M9Q-X",
    "title": "세계 최고 수준의 멀티모달 거대언어모델 개발과 국민 인공지능 서비스 실증을 위한 연합 연구개발 계획",
    "applicant": "홍길동",
    "submitted_at": "2025. 7. 21.(월) 15:59:58",
    "version": "3",
    "sha256": SHA,
    "change_until": "2025. 7. 21.(월) 16:00",
    "verify_at": "https://portal.example.kr/verify",
    "institutions": [{"name": "가나다연구소", "role": "주관연구개발기관"}],
    "attachments": [{"name": "연구개발계획서.pdf", "size": "12.4 MB", "sha256": SHA}],
}
LETTER: dict[str, Any] = {
    "service": "연구과제 지원 포털",
    "sender": {"name": "가나다진흥원", "lines": ["서울특별시", "인공지능기획팀"]},
    "recipient": {"name": "라마바연구소 대표이사 귀하", "lines": []},
    "reference": "기획-2025-12",
    "date": "2025. 8. 4.(월)",
    "title": "「독자 인공지능 파운데이션 모델」 사업 선정 결과 통보",
    "paragraphs": ["귀 기관이 제출하신 신청서에 대하여 다음과 같이 지원 대상으로 선정하였음을 알려 드립니다. " * 6],
    "table": {"caption": "지원 내용", "header": ["구분", "내용"], "rows": [["지원금", "1,936억 원"]]},
    "after": ["이의가 있으면 통보를 받은 날부터 10일 이내에 신청하여 주십시오."],
    "enclosures": ["평가의견 1부"],
    "signature": {"place": "", "title": "가나다진흥원장", "name": "박민수"},
}


@pytest.fixture(autouse=True, scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setenv("PORTAL_INSTANCE", str(tmp_path_factory.mktemp("instance")))
    yield
    patch.undo()


def text_of(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document).replace("\r", "")


@pytest.mark.parametrize(("template", "data"), [("receipt", RECEIPT), ("letter", LETTER)])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_document_is_tagged_titled_and_in_its_language(template: str, data: dict[str, Any], language: str) -> None:
    with speaking(language):
        content = typeset.pdf(template, data)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked) and "/StructTreeRoot" in pdf.Root
        assert str(pdf.Root.Lang) == language
        with pdf.open_metadata(update_docinfo=False) as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"]
        fonts = {str(o.BaseFont) for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and "/BaseFont" in o}
    assert any("PretendardGOV" in font for font in fonts)


def test_a_receipt_says_what_was_received_to_the_second() -> None:
    with speaking("ko"):
        korean = text_of(typeset.pdf("receipt", RECEIPT))
    for said in ("접수증", "WBL25-7K3M9Q-X", "15:59:58", "가나다연구소", "연구개발계획서.pdf", "12.4 MB"):
        assert said in korean
    assert SHA in korean.replace(" ", "").replace("\n", "")
    with speaking("en"):
        english = text_of(typeset.pdf("receipt", RECEIPT))
    assert "Receipt number" in english and "Received at" in english and "접수번호" not in english


def test_no_word_is_broken_inside() -> None:
    with speaking("ko"):
        lines = text_of(typeset.pdf("letter", LETTER)).split("\n")
    words = set(" ".join([*LETTER["paragraphs"], *LETTER["after"], LETTER["title"]]).split())
    body = [line for line in lines if "선정하였음을" in line or "제출하신" in line or "드립니다" in line]
    assert len(body) >= 3
    for line in body:
        assert set(line.split()) <= words, line


def test_what_people_typed_is_text_and_never_markup() -> None:
    evil = '#panic("x") *bold* $x^2$ @ref <label> \\ #import "a.typ" {{7*7}} `raw` = title'
    data = {**LETTER, "title": evil, "paragraphs": [evil], "recipient": {"name": evil, "lines": [evil]}}
    with speaking("ko"):
        said = " ".join(text_of(typeset.pdf("letter", data)).split())
    assert said.count('#panic("x") *bold* $x^2$ @ref <label>') == 4
    assert said.count("{{7*7}} `raw` = title") == 4


def test_the_same_data_gives_the_same_bytes() -> None:
    assert typeset.pdf("receipt", RECEIPT) == typeset.pdf("receipt", RECEIPT)


def test_a_character_that_no_font_holds_does_not_stop_the_letter() -> None:
    strange = {**LETTER, "title": "기호 \U000f0000 \U0001fae9 𐀀"}
    assert "기호" in text_of(typeset.pdf("letter", strange))


def test_a_long_letter_runs_over_pages_and_optional_parts_may_be_missing() -> None:
    rows = [[f"항목 {n}", f"{n:,}원"] for n in range(120)]
    data = {**LETTER, "table": {"caption": "", "header": [], "rows": rows}, "enclosures": None, "after": []}
    assert len(pypdfium2.PdfDocument(typeset.pdf("letter", data))) > 2
    bare = {**LETTER, "table": None, "enclosures": None, "after": None}
    assert len(pypdfium2.PdfDocument(typeset.pdf("letter", bare))) == 1
    alone = {k: v for k, v in RECEIPT.items() if k not in ("version", "change_until", "verify_at")}
    assert "개인이 신청" in text_of(typeset.pdf("receipt", {**alone, "institutions": [], "attachments": []}))


def test_the_portal_accepts_its_own_letters(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(typeset.pdf("letter", LETTER))
    found = check(tmp_path / "a", "letter.pdf", {"pdf"})
    assert found.pages == 1 and found.warnings == ()


def test_a_preview_is_a_picture() -> None:
    assert Image.open(io.BytesIO(typeset.png("letter", LETTER))).width > 800


def test_fonts_are_unpacked_once_beside_the_data(tmp_path: Path) -> None:
    folder = typeset.unpacked_fonts(tmp_path)
    names = sorted(f.name for f in folder.iterdir())
    assert len(names) == 3 and all(n.endswith(".ttf") for n in names)
    before = (folder / names[0]).stat().st_mtime_ns
    assert typeset.unpacked_fonts(tmp_path) == folder
    assert (folder / names[0]).stat().st_mtime_ns == before
    assert [p.name for p in tmp_path.iterdir()] == [folder.name]


def test_importing_the_module_does_not_load_the_compiler() -> None:
    asked = "import sys, portal.platform.typeset, portal.platform.files, portal.platform.sheets;"
    asked += "print([m for m in ('typst', 'pikepdf', 'pypdfium2', 'openpyxl', 'fontTools') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, cwd=typeset.ROOT)
    assert done.stdout.strip() == "[]", done.stderr

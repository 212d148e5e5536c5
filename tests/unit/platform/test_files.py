"""Names, resident numbers, the parser's process, the virus scanner. PDFs and archives have their own files."""

from __future__ import annotations

import socket
import struct
import threading
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from portal.platform import storage
from portal.platform.errors import DomainError
from portal.platform.files import (
    ResidentNumberFound,
    check,
    clean_copy,
    clean_name,
    find_resident_numbers,
    page_png,
    refusals,
    refuse_resident_numbers,
    sandbox,
    scan,
)
from portal.platform.language import speaking

TODAY = date(2026, 11, 23)
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def a_pdf(path: Path, text: str = "Plan of work", pages: int = 1) -> Path:
    pdf = pikepdf.new()
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    for number in range(pages):
        page = pdf.add_blank_page(page_size=(595, 842))
        page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        words = f"BT /F1 20 Tf 60 700 Td ({text} {chr(65 + number % 26)}) Tj ET"
        page.obj.Contents = pdf.make_stream(words.encode("latin-1"))
    pdf.save(path)
    return path


def resident_number(front: str, sex: int, middle: str = "23456") -> str:
    """A made-up number whose check digit holds."""
    twelve = f"{front}{sex}{middle}"
    total = sum(int(d) * w for d, w in zip(twelve, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), strict=True))
    return f"{twelve}{((11 if sex < 5 else 13) - total % 11) % 10}"


# --- file names ---


@pytest.mark.parametrize(
    ("sent", "safe"),
    [
        ("계획서.pdf", "계획서.pdf"),
        (unicodedata.normalize("NFD", "계획서.pdf"), "계획서.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\a.pdf", "a.pdf"),
        ("C:\\fakepath\\plan.hwp", "plan.hwp"),
        ("plan.pdf\x00.exe", "plan.pdf.exe"),
        ("plan\u202efdp.exe", "planfdp.exe"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("\u200b.pdf", "pdf"),
        ("..", "file"),
        ("", "file"),
        ("CON.pdf", "file_CON.pdf"),
        ('a"b<c>.pdf', "a_b_c_.pdf"),
        ("  a   b .pdf ", "a b .pdf"),
    ],
)
def test_a_file_name_is_made_safe_and_kept_as_sent(sent: str, safe: str) -> None:
    name = clean_name(sent)
    assert name.safe == safe
    assert name.original == sent


def test_a_long_korean_name_is_cut_at_a_character_and_keeps_its_extension() -> None:
    name = clean_name("가" * 300 + ".hwpx")
    assert name.safe == "가" * 83 + ".hwpx"
    assert len(name.safe.encode()) <= 255
    assert name.extension == "hwpx"


@given(st.text(max_size=400))
def test_no_name_escapes(sent: str) -> None:
    safe = clean_name(sent).safe
    assert 0 < len(safe.encode()) <= 255
    assert not set(safe) & set("/\\\0\r\n\u202e")
    assert safe not in (".", "..")
    assert clean_name(safe).safe == safe


# --- resident registration numbers ---


@pytest.mark.parametrize("between", ["-", "", " ", " - ", "－", "–", "\u2010", "\u3000", "-\n", ".", "·"])
def test_a_resident_number_is_found_however_it_is_written(between: str) -> None:
    number = resident_number("900101", 1)
    text = f"연락처 홍길동 {number[:6]}{between}{number[6:]} 끝"
    spans = find_resident_numbers(text, TODAY)
    assert [text[s.start : s.end] for s in spans] == [f"{number[:6]}{between}{number[6:]}"]


@pytest.mark.parametrize(
    "text",
    [
        "９００１０１－" + "".join(chr(ord(c) + 0xFEE0) for c in resident_number("900101", 2)[6:]),
        "9001\u200b01-" + resident_number("900101", 1)[6:],
        "주민번호:" + resident_number("851231", 2) + "입니다",
        "scan_" + resident_number("000229", 3) + ".pdf",
        resident_number("900101", 5)[:6] + "-" + resident_number("900101", 5)[6:],
        "210305-3000000",
        "251001-4999999",
        "900101-5000000",
    ],
)
def test_full_width_hidden_foreign_and_new_numbers_are_found(text: str) -> None:
    assert len(find_resident_numbers(text, TODAY)) == 1


def wrong_check_digit() -> str:
    number = resident_number("900101", 1)
    return f"{number[:12]}{(int(number[12]) + 1) % 10}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        wrong_check_digit(),
        "901301-1234567",  # there is no thirteenth month
        "900230-1234567",
        "900101-9234567",
        "271231-3000000",  # not yet born
        "1" + resident_number("900101", 1),
        resident_number("900101", 1) + "0",
        "3." + resident_number("900101", 1),
        "sha256: ab" + resident_number("900101", 1) + "cdef0123456789",
        "02-1234-5678 010-1234-5678",
        "8801234567893",
        "1,936,000,000원",
        "2026. 7. 21.(화) 18:00",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert find_resident_numbers(text, TODAY) == []


def test_the_refusal_explains_and_does_not_repeat_the_number() -> None:
    number = resident_number("900101", 1)
    with pytest.raises(ResidentNumberFound) as refusal:
        refuse_resident_numbers(f"메모: {number}", "memo")
    assert refusal.value.field == "memo"
    for language in ("ko", "en"):
        with speaking(language):
            sentence = refusal.value.sentence()
        assert "90****-*******" in sentence
        assert number[6:] not in sentence + repr(refusal.value)


@given(st.text(max_size=200))
def test_no_text_breaks_the_search(text: str) -> None:
    for span in find_resident_numbers(text, TODAY):
        assert 0 <= span.start < span.end <= len(text)


# --- the way of a file ---


def test_a_pdf_is_accepted_with_its_pages_and_text(tmp_path: Path) -> None:
    found = check(a_pdf(tmp_path / "x", pages=3), "Plan.PDF", {"pdf"}, field="plan")
    assert (found.kind, found.media_type, found.pages, found.scan) == ("pdf", "application/pdf", 3, "off")
    assert found.text.split("\f") == ["Plan of work A", "Plan of work B", "Plan of work C"]
    assert found.warnings == ()


def test_a_stored_file_is_checked_by_its_hash(tmp_path: Path) -> None:
    storage.configure(tmp_path / "files")
    stored = storage.put_bytes(a_pdf(tmp_path / "x").read_bytes())
    assert check(stored.sha256, "a.pdf", {"pdf"}).pages == 1


@pytest.mark.parametrize("name", ["plan.exe", "plan", "plan.pdf.docx", "plan.xlsx", ".pdf"])
def test_a_kind_that_is_not_allowed_is_refused_with_the_allowed_ones(tmp_path: Path, name: str) -> None:
    with pytest.raises(refusals.KindNotAllowed) as refusal:
        check(a_pdf(tmp_path / "x"), name, {"hwpx", "pdf"}, field="plan")
    assert "PDF, HWPX" in refusal.value.sentence()


@pytest.mark.parametrize("name", ["a.hwp", "a.hwpx", "a.xlsx", "a.png", "a.jpg"])
def test_a_renamed_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(refusals.ContentDiffersFromName):
        check(a_pdf(tmp_path / "x"), name, {"pdf", "hwp", "hwpx", "xlsx", "png", "jpeg"})


def test_a_resident_number_in_name_or_text_is_refused_with_its_place(tmp_path: Path) -> None:
    number = resident_number("900101", 1)
    with pytest.raises(ResidentNumberFound):
        check(a_pdf(tmp_path / "a"), f"{number[:6]}-{number[6:]}.pdf", {"pdf"}, field="plan")
    with pytest.raises(ResidentNumberFound) as refusal:
        check(a_pdf(tmp_path / "b", f"Hong {number[:6]}-{number[6:]}", pages=2), "a.pdf", {"pdf"}, field="plan")
    with speaking("en"):
        assert "Page 1" in refusal.value.sentence()


def test_every_refusal_speaks_both_languages_and_says_what_to_do() -> None:
    class Anything(dict[str, str]):
        def __missing__(self, key: str) -> str:
            return "x"

    for refusal in refusals.REFUSALS.values():
        korean, english = (text.format_map(Anything()) for text in refusal.say)
        assert korean != english and "{" not in korean + english
        assert 400 <= refusal.status < 500


# --- the parser's process ---


def test_a_parser_that_hangs_is_stopped_and_the_file_refused(tmp_path: Path) -> None:
    with pytest.raises(refusals.ParserGaveUp) as refusal:
        check(a_pdf(tmp_path / "x"), "a.pdf", {"pdf"}, field="plan", limits=sandbox.Limits(wall_seconds=0.02))
    assert refusal.value.field == "plan"


def test_a_parser_out_of_memory_or_time_is_a_refusal(tmp_path: Path) -> None:
    pdf = pikepdf.new()
    page = pdf.add_blank_page()
    page.obj.Contents = pdf.make_stream(b"0 0 m 100 100 l 0 100 200 50 30 60 c S\n" * 1_500_000)
    path = tmp_path / "x"
    pdf.save(path)
    assert path.stat().st_size < 200_000
    for limits in (sandbox.Limits(memory_bytes=300_000_000), sandbox.Limits(cpu_seconds=1)):
        with pytest.raises(refusals.ParserGaveUp):
            check(path, "a.pdf", {"pdf"}, limits=limits)


def test_a_parser_sees_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_SECRET_KEY", "secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    assert not {"PORTAL_SECRET_KEY", "DATABASE_URL"} & set(sandbox._bare_environment())


@pytest.mark.parametrize("size", [0, 1, 5, 100, 700])
def test_a_file_cut_half_way_is_refused(tmp_path: Path, size: int) -> None:
    whole = a_pdf(tmp_path / "x", pages=2).read_bytes()
    (tmp_path / "cut").write_bytes(whole[:size])
    with pytest.raises(refusals.FileRefused):
        check(tmp_path / "cut", "a.pdf", {"pdf"})


@given(st.binary(max_size=300))
def test_noise_is_refused_without_a_crash(noise: bytes) -> None:
    from tempfile import NamedTemporaryFile

    from portal.platform.files import parse

    with NamedTemporaryFile() as file:
        file.write(b"%PDF-1.7\n" + noise)
        file.flush()
        answer, _ = parse._done({"do": "inspect", "path": file.name, "with": {"kind": "pdf"}})
    assert answer["refused"] in refusals.REFUSALS


# --- pictures ---


def test_pictures_are_accepted_and_lose_what_they_tell(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x013B] = "Hong Gildong"
    Image.new("RGB", (40, 30), "red").save(tmp_path / "a.jpg", exif=exif)
    Image.new("RGBA", (40, 30), (255, 0, 0, 90)).save(tmp_path / "a.png")
    assert check(tmp_path / "a.jpg", "a.jpeg", {"jpeg"}).kind == "jpeg"
    assert check(tmp_path / "a.png", "a.png", {"png"}).media_type == "image/png"
    assert b"Hong Gildong" in (tmp_path / "a.jpg").read_bytes()
    clean = clean_copy(tmp_path / "a.jpg")
    assert b"Hong Gildong" not in clean and b"Exif" not in clean
    assert clean_copy(tmp_path / "a.png").startswith(b"\x89PNG")


@pytest.mark.parametrize("tail", [b"PK\x05\x06" + b"\0" * 18, b"<script>alert(1)</script>", b"\0\0"])
def test_something_behind_a_picture_is_refused(tmp_path: Path, tail: bytes) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    (tmp_path / "b").write_bytes((tmp_path / "a.png").read_bytes() + tail)
    with pytest.raises(refusals.FileMixed):
        check(tmp_path / "b", "b.png", {"png"})


def test_a_picture_bomb_and_a_broken_picture_are_refused(tmp_path: Path) -> None:
    Image.new("1", (20_000, 20_000)).save(tmp_path / "bomb.png")
    with pytest.raises(refusals.FileRefused) as refusal:
        check(tmp_path / "bomb.png", "a.png", {"png"})
    assert isinstance(refusal.value, refusals.PictureTooLarge | refusals.FileDamaged)
    (tmp_path / "cut.jpg").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\0" * 50)
    with pytest.raises(refusals.FileDamaged):
        check(tmp_path / "cut.jpg", "a.jpg", {"jpeg"})


# --- the viewer ---


def test_a_page_is_drawn_once_at_the_width_asked_for(tmp_path: Path) -> None:
    import io

    storage.configure(tmp_path / "files")
    sha = storage.put_bytes(a_pdf(tmp_path / "x", pages=2).read_bytes()).sha256
    first = page_png(sha, 2, 790)
    picture = Image.open(io.BytesIO(first))
    assert picture.size == (800, 1133)
    assert picture.convert("L").getextrema()[0] < 50
    assert page_png(sha, 2, 800) == first
    assert len(list((tmp_path / "files" / "derived").rglob("*.png"))) == 1
    for page in (0, 3, -1, 10**9):
        with pytest.raises(DomainError) as refusal:
            page_png(sha, page)
        assert refusal.value.status == 404


# --- the virus scanner ---


class Clamd:
    """Answers INSTREAM as clamd's manual says: length-prefixed parts, an empty one at the end, a limit."""

    def __init__(self, folder: Path, limit: int = 100_000) -> None:
        self.path, self.limit = folder / "clamd.sock", limit
        self.server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.server.bind(str(self.path))
        self.server.listen()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                connection.sendall(self._answer(stream))

    def _answer(self, stream: object) -> bytes:
        read = stream.read  # type: ignore[attr-defined]
        if read(10) != b"zINSTREAM\0":
            return b"UNKNOWN COMMAND\0"
        content = b""
        while length := struct.unpack("!I", read(4))[0]:
            content += read(length)
            if len(content) > self.limit:
                return b"INSTREAM size limit exceeded. ERROR\0"
        return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"


@pytest.fixture
def clamd(tmp_path: Path) -> Iterator[str]:
    server = Clamd(tmp_path)
    yield f"unix:{server.path}"
    server.server.close()


def test_the_scanner_tells_clean_infected_and_not_scanned_apart(tmp_path: Path, clamd: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"harmless")
    assert scan(file, clamd) == "clean"
    file.write_bytes(b"x" * 70_000 + EICAR)
    assert scan(file, clamd) == "infected"
    file.write_bytes(b"x" * 3_000_000 + EICAR)
    assert scan(file, clamd) == "not_scanned"
    assert scan(file, "") == "off"
    assert scan(file, str(tmp_path / "nobody.sock")) == "not_scanned"
    assert scan(file, "127.0.0.1:1") == "not_scanned"
    assert scan(file, "nonsense") == "not_scanned"


def test_an_infected_file_is_refused_and_an_unscanned_one_says_so(tmp_path: Path, clamd: str) -> None:
    path = a_pdf(tmp_path / "x")
    assert check(path, "a.pdf", {"pdf"}, clamd=clamd).scan == "clean"
    unscanned = check(path, "a.pdf", {"pdf"}, clamd=str(tmp_path / "nobody.sock"))
    assert unscanned.scan == "not_scanned" and len(unscanned.warnings) == 1
    with path.open("ab") as content:
        content.write(b"\n%" + EICAR + b"\n%%EOF\n")
    with pytest.raises(refusals.VirusFound):
        check(path, "a.pdf", {"pdf"}, clamd=clamd)

"""HWP, HWPX and XLSX: real documents are read, hostile ones refused before they are unpacked."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hwpx.document import HwpxDocument
from hwpx.hwp5.cfb import CompoundFile, build_compound_file, read_all_streams

from portal.platform.files import check, refusals

XML = '<?xml version="1.0" encoding="UTF-8"?>'
DEFAULT_SCRIPT = (
    "var Documents = XHwpDocuments;\r\nvar Document = Documents.Active_XHwpDocument;\r\n",
    "function OnDocument_New()\r\n{\r\n\t//todo : \r\n}\r\n",
)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    document = HwpxDocument.new()
    document.add_paragraph("연구개발계획서 본문입니다.")
    document.add_paragraph("둘째 문단")
    document.save_to_path(str(folder / "a.hwpx"))
    document.save_to_path(str(folder / "a.hwp"))
    book = openpyxl.Workbook()
    book.active.append(["기관", "금액"])
    book.active.append(["가나다", 1000])
    book.active["A3"].hyperlink = "https://example.org"
    book.save(folder / "a.xlsx")
    return folder


Entries = list[tuple[zipfile.ZipInfo, bytes]]


def rewritten(source: Path, target: Path, change: Callable[[Entries], None]) -> Path:
    with zipfile.ZipFile(source) as archive:
        entries = [(i, archive.read(i)) for i in archive.infolist()]
    change(entries)
    with zipfile.ZipFile(target, "w") as archive:
        for info, content in entries:
            archive.writestr(info, content, compress_type=info.compress_type)
    return target


def adds(name: str, content: bytes | str = b"x") -> Callable[[Entries], None]:
    raw = content.encode() if isinstance(content, str) else content
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    return lambda entries: entries.append((info, raw))


def replaces(name: str, old: str, new: str) -> Callable[[Entries], None]:
    def change(entries: Entries) -> None:
        place = next(n for n, (info, _) in enumerate(entries) if info.filename == name)
        info, content = entries[place]
        assert old.encode() in content
        entries[place] = (info, content.replace(old.encode(), new.encode()))

    return change


def refused(path: Path, kind: str) -> type[Exception]:
    with pytest.raises(refusals.FileRefused) as refusal:
        check(path, f"a.{kind}", {"hwp", "hwpx", "xlsx"})
    assert refusal.value.sentence()
    return type(refusal.value)


# --- what is accepted ---


@pytest.mark.parametrize("kind", ["hwp", "hwpx"])
def test_a_hangul_document_is_read_as_text(samples: Path, kind: str) -> None:
    found = check(samples / f"a.{kind}", f"계획서.{kind}", {"hwp", "hwpx"})
    assert found.kind == kind and found.pages is None
    assert "연구개발계획서 본문입니다." in found.text and "둘째 문단" in found.text


def test_a_workbook_is_read_as_text(samples: Path) -> None:
    assert check(samples / "a.xlsx", "a.xlsx", {"xlsx"}).text.startswith("기관\t금액\n가나다\t1000")


@pytest.mark.parametrize(
    ("content", "named"),
    [("hwpx", "xlsx"), ("xlsx", "hwpx"), ("hwp", "hwpx"), ("hwpx", "hwp"), ("hwp", "xlsx")],
)
def test_one_kind_named_as_another_is_refused(samples: Path, content: str, named: str) -> None:
    assert refused(samples / f"a.{content}", named) is refusals.ContentDiffersFromName


# --- zip: directory and names ---


@pytest.mark.parametrize(
    "name", ["../evil.xml", "a/../../evil", "/etc/passwd", "C:/evil", "a\\..\\b", "MIMETYPE", "a\x01b"]
)
def test_names_that_lead_elsewhere_are_refused(samples: Path, tmp_path: Path, name: str) -> None:
    assert refused(rewritten(samples / "a.hwpx", tmp_path / "x", adds(name)), "hwpx") is refusals.ArchiveUnsafe


def test_a_symbolic_link_is_refused(samples: Path, tmp_path: Path) -> None:
    def change(entries: Entries) -> None:
        info = zipfile.ZipInfo("link")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        entries.append((info, b"/etc/passwd"))

    assert refused(rewritten(samples / "a.hwpx", tmp_path / "x", change), "hwpx") is refusals.ArchiveUnsafe


@pytest.mark.parametrize("kind", ["hwpx", "xlsx"])
def test_a_bomb_is_refused_before_it_is_unpacked(samples: Path, tmp_path: Path, kind: str) -> None:
    bomb = rewritten(samples / f"a.{kind}", tmp_path / "x", adds("Contents/section9.xml", b" " * 60_000_000))
    assert bomb.stat().st_size < 200_000
    assert refused(bomb, kind) is refusals.ArchiveTooLarge


def test_a_bomb_that_lies_about_its_size_is_refused(samples: Path, tmp_path: Path) -> None:
    path = rewritten(samples / "a.hwpx", tmp_path / "x", adds("Contents/zz.xml", b" " * 60_000_000))
    raw = path.read_bytes()
    path.write_bytes(raw.replace(struct.pack("<I", 60_000_000), struct.pack("<I", 1_000)))
    assert refused(path, "hwpx") is refusals.FileDamaged


def test_too_many_entries_are_refused(samples: Path, tmp_path: Path) -> None:
    def change(entries: Entries) -> None:
        entries.extend((zipfile.ZipInfo(f"n{i}"), b"") for i in range(5_001))

    assert refused(rewritten(samples / "a.hwpx", tmp_path / "x", change), "hwpx") is refusals.ArchiveTooLarge


@pytest.mark.parametrize("where", ["before", "behind", "comment"])
def test_something_around_the_archive_is_refused(samples: Path, tmp_path: Path, where: str) -> None:
    raw = (samples / "a.hwpx").read_bytes()
    extra = b"%PDF-1.7\n<script>"
    mixed = {"before": b"PK\x03\x04" + extra + raw, "behind": raw + extra}.get(where)
    if mixed is None:
        mixed = raw[:-2] + struct.pack("<H", len(extra)) + extra
    (tmp_path / "x").write_bytes(mixed)
    assert refused(tmp_path / "x", "hwpx") in (refusals.FileMixed, refusals.FileDamaged)


@pytest.mark.parametrize("size", [100, 3_000, 6_000])
def test_an_archive_cut_half_way_is_refused(samples: Path, tmp_path: Path, size: int) -> None:
    (tmp_path / "x").write_bytes((samples / "a.hwpx").read_bytes()[:size])
    assert refused(tmp_path / "x", "hwpx") is refusals.FileDamaged


def test_a_changed_byte_is_noticed(samples: Path, tmp_path: Path) -> None:
    raw = bytearray((samples / "a.hwpx").read_bytes())
    raw[600] ^= 0xFF
    (tmp_path / "x").write_bytes(raw)
    assert refused(tmp_path / "x", "hwpx") is refusals.FileDamaged


# --- zip: content ---


XXE = f'{XML}<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
LAUGHS = f'{XML}<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><a>&b;</a>'


@pytest.mark.parametrize("evil", [XXE, LAUGHS, XXE.replace("UTF-8", "UTF-16").encode("utf-16")])
@pytest.mark.parametrize(("kind", "name"), [("hwpx", "Contents/extra.xml"), ("xlsx", "xl/extra.xml")])
def test_xml_with_entities_is_refused(samples: Path, tmp_path: Path, kind: str, name: str, evil: str | bytes) -> None:
    assert refused(rewritten(samples / f"a.{kind}", tmp_path / "x", adds(name, evil)), kind) is refusals.ArchiveUnsafe


OLE = bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 600


@pytest.mark.parametrize(
    ("kind", "name", "content", "refusal"),
    [
        ("hwpx", "BinData/ole1.ole", b"x", refusals.EmbeddedObject),
        ("hwpx", "BinData/image1.png", OLE, refusals.EmbeddedObject),
        ("hwpx", "BinData/a.eps", b"%!PS", refusals.EmbeddedObject),
        ("hwpx", "BinData/inner.bin", b"PK\x03\x04", refusals.EmbeddedObject),
        ("hwpx", "BinData/a.exe", b"MZ", refusals.MacroFound),
        ("hwpx", "BinData/image2.png", b"MZ\x90", refusals.MacroFound),
        ("hwpx", "Scripts/sourceScripts", "new ActiveXObject('x')".encode("utf-16"), refusals.MacroFound),
        ("xlsx", "xl/vbaProject.bin", b"x", refusals.MacroFound),
        ("xlsx", "xl/macrosheets/sheet1.xml", b"<a/>", refusals.MacroFound),
        ("xlsx", "xl/activeX/activeX1.xml", b"<a/>", refusals.MacroFound),
        ("xlsx", "xl/embeddings/Microsoft_Word.docx", b"x", refusals.EmbeddedObject),
        ("xlsx", "xl/externalLinks/externalLink1.xml", b"<a/>", refusals.ExternalContent),
        ("xlsx", "xl/connections.xml", b"<a/>", refusals.ExternalContent),
    ],
)
def test_macros_objects_and_links_are_refused(
    samples: Path, tmp_path: Path, kind: str, name: str, content: bytes, refusal: type[Exception]
) -> None:
    assert refused(rewritten(samples / f"a.{kind}", tmp_path / "x", adds(name, content)), kind) is refusal


def test_an_external_relationship_is_refused_and_a_hyperlink_is_not(samples: Path, tmp_path: Path) -> None:
    rels = "xl/worksheets/_rels/sheet1.xml.rels"
    for old, new in (("/hyperlink", "/image"), ("https://example.org", "file:///c:/evil")):
        path = rewritten(samples / "a.xlsx", tmp_path / "x", replaces(rels, old, new))
        assert refused(path, "xlsx") is refusals.ExternalContent


def test_a_picture_linked_from_outside_is_refused(samples: Path, tmp_path: Path) -> None:
    item = '<opf:item id="i" href="C:/pictures/a.png" media-type="image/png" isEmbeded="0"/></opf:manifest>'
    path = rewritten(samples / "a.hwpx", tmp_path / "x", replaces("Contents/content.hpf", "</opf:manifest>", item))
    assert refused(path, "hwpx") is refusals.ExternalContent


def test_a_password_is_told_apart_from_damage(samples: Path, tmp_path: Path) -> None:
    locked = replaces("META-INF/manifest.xml", 'manifest:1.0"/>', 'manifest:1.0"><odf:encryption-data/></odf:manifest>')
    assert refused(rewritten(samples / "a.hwpx", tmp_path / "x", locked), "hwpx") is refusals.FileEncrypted
    (tmp_path / "y").write_bytes(build_compound_file([("EncryptedPackage", b"x" * 5000)]))
    assert refused(tmp_path / "y", "xlsx") is refusals.FileEncrypted


def test_the_scripts_every_new_document_has_are_allowed(samples: Path, tmp_path: Path) -> None:
    def change(entries: Entries) -> None:
        for name, script in zip(("headerScripts", "sourceScripts"), DEFAULT_SCRIPT, strict=True):
            adds(f"Scripts/{name}", script.encode("utf-16"))(entries)

    path = rewritten(samples / "a.hwpx", tmp_path / "x", change)
    assert check(path, "a.hwpx", {"hwpx"}).kind == "hwpx"


# --- HWP 5 ---


def streams(samples: Path) -> dict[str, bytes]:
    return dict(read_all_streams(CompoundFile((samples / "a.hwp").read_bytes())))


def hwp(path: Path, content: dict[str, bytes]) -> Path:
    path.write_bytes(build_compound_file(content.items()))
    return path


def script(*texts: str) -> bytes:
    raw = b"".join(struct.pack("<I", len(t)) + t.encode("utf-16-le") for t in (*texts, "", ""))
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(raw + b"\xff" * 4) + packer.flush()


def test_an_hwp_with_a_macro_is_refused_and_the_default_script_is_not(samples: Path, tmp_path: Path) -> None:
    content = streams(samples)
    content["Scripts/DefaultJScript"] = script(*DEFAULT_SCRIPT)
    assert check(hwp(tmp_path / "a", content), "a.hwp", {"hwp"}).kind == "hwp"
    evil = "function OnDocument_Open()\r\n{\r\n\tnew ActiveXObject('WScript.Shell').Run('calc');\r\n}"
    content["Scripts/DefaultJScript"] = script(DEFAULT_SCRIPT[0], evil)
    assert refused(hwp(tmp_path / "b", content), "hwp") is refusals.MacroFound


@pytest.mark.parametrize("bit", [1, 2, 4])
def test_a_protected_hwp_is_refused(samples: Path, tmp_path: Path, bit: int) -> None:
    content = streams(samples)
    header = bytearray(content["FileHeader"])
    header[36] |= 1 << bit
    content["FileHeader"] = bytes(header)
    assert refused(hwp(tmp_path / "x", content), "hwp") is refusals.FileEncrypted


@pytest.mark.parametrize("name", ["BinData/BIN0001.OLE", "BinData/BIN0001.eps", "BinData/BIN0002.PS"])
def test_objects_in_an_hwp_are_refused(samples: Path, tmp_path: Path, name: str) -> None:
    content = streams(samples) | {name: b"x" * 5000}
    assert refused(hwp(tmp_path / "x", content), "hwp") is refusals.EmbeddedObject


def test_a_broken_an_old_and_an_exploding_hwp_are_refused(samples: Path, tmp_path: Path) -> None:
    content = streams(samples)
    broken = content | {"BodyText/Section0": content["BodyText/Section0"][:40]}
    assert refused(hwp(tmp_path / "a", broken), "hwp") is refusals.FileDamaged
    packer = zlib.compressobj(wbits=-15)
    bomb = packer.compress(b"\0" * 200_000_000) + packer.flush()
    assert refused(hwp(tmp_path / "b", content | {"BodyText/Section0": bomb}), "hwp") is refusals.ArchiveTooLarge
    (tmp_path / "c").write_bytes(b"HWP Document File V3.00 \x1a\1\2\3\4\5" + b"\0" * 200)
    assert refused(tmp_path / "c", "hwp") is refusals.HwpTooOld
    (tmp_path / "d").write_bytes(build_compound_file([("WordDocument", b"x" * 5000)]))
    assert refused(tmp_path / "d", "hwp") is refusals.ContentDiffersFromName


def test_a_workbook_that_claims_to_be_endless_is_read_by_what_it_holds(samples: Path, tmp_path: Path) -> None:
    wide = replaces("xl/worksheets/sheet1.xml", 'ref="A1:B3"', 'ref="A1:XFD1048576"')
    assert "가나다" in check(rewritten(samples / "a.xlsx", tmp_path / "x", wide), "a.xlsx", {"xlsx"}).text
    far = replaces("xl/worksheets/sheet1.xml", '<row r="3"', '<row r="1048576"')
    far_column = replaces("xl/worksheets/sheet1.xml", 'r="B2"', 'r="XFD2"')
    assert refused(rewritten(samples / "a.xlsx", tmp_path / "z", far_column), "xlsx") is refusals.TooManyCells
    assert refused(rewritten(samples / "a.xlsx", tmp_path / "y", far), "xlsx") is refusals.TooManyCells


def test_nothing_is_written_outside(samples: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    check(samples / "a.hwpx", "a.hwpx", {"hwpx"})
    assert sorted(tmp_path.rglob("*")) == before

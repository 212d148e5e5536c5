"""HWP 5 (OLE) and HWPX (zip): text by extract-hwp, and nothing that runs. Runs in the parser's process."""

from __future__ import annotations

import logging
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

from portal.platform.files import archive
from portal.platform.files.refusals import (
    ArchiveTooLarge,
    ContentDiffersFromName,
    EmbeddedObject,
    ExternalContent,
    FileDamaged,
    FileEncrypted,
    HwpTooOld,
    MacroFound,
)

_PROTECTED: Final = 0b0000_0101_0001_0110  # password, distribution copy, DRM, certificate
_MOST_SCRIPT: Final = 1_000_000
# A new document carries these two lines and empty handlers; anything beyond them is a macro.
_GIVEN_LINES: Final = re.compile(
    r"var\s+(Documents\s*=\s*XHwpDocuments|Document\s*=\s*Documents\.Active_XHwpDocument)\s*;?"
)
_EMPTY_FUNCTION: Final = re.compile(r"function\s+\w+\s*\(\s*\)\s*\{\s*\}")


def inspect_hwp(path: Path) -> dict[str, Any]:
    """{"text", "warnings"}; raises a refusal."""
    import olefile  # type: ignore[import-untyped]
    from extract_hwp import extract_text_from_hwp5

    with path.open("rb") as content:
        head = content.read(32)
    if head.startswith(b"HWP Document File V"):
        raise HwpTooOld
    if not head.startswith(archive.OLE_MAGIC):
        raise ContentDiffersFromName(shown="HWP")
    try:
        with olefile.OleFileIO(path) as ole:
            _refuse_in_hwp(ole)
    except OSError as error:
        raise FileDamaged from error
    return _extracted(extract_text_from_hwp5, path)


def _refuse_in_hwp(ole: Any) -> None:
    if not ole.exists("FileHeader"):
        raise ContentDiffersFromName(shown="HWP")
    header = ole.openstream("FileHeader").read(256)
    if len(header) < 40 or not header.startswith(b"HWP Document File\0"):
        raise ContentDiffersFromName(shown="HWP")
    flags = struct.unpack_from("<I", header, 36)[0]
    if flags & _PROTECTED:
        raise FileEncrypted
    for parts in ole.listdir():
        name = "/".join(parts)
        if re.search(r"\.(ole|e?ps)$", name, re.I):
            raise EmbeddedObject(part=name)
        if name == "Scripts/DefaultJScript":
            script = _hwp_script(ole.openstream(parts).read(_MOST_SCRIPT), bool(flags & 1))
            if _does_something(script):
                raise MacroFound


def _hwp_script(raw: bytes, compressed: bool) -> str:
    """Four counted UTF-16 strings: header, source, before, after."""
    if compressed:
        try:
            raw = zlib.decompressobj(-15).decompress(raw, _MOST_SCRIPT)
        except zlib.error as error:
            raise FileDamaged from error
    texts: list[str] = []
    place = 0
    while place + 4 <= len(raw) and len(texts) < 4:
        length = struct.unpack_from("<I", raw, place)[0]
        if length == 0xFFFFFFFF:
            break
        texts.append(raw[place + 4 : place + 4 + 2 * length].decode("utf-16-le", errors="replace"))
        place += 4 + 2 * length
    return "\n".join(texts)


def _does_something(script: str) -> bool:
    bare = re.sub(r"/\*.*?\*/|//[^\n]*", "", script.replace("\r", "\n"), flags=re.S)
    bare = _EMPTY_FUNCTION.sub("", _GIVEN_LINES.sub("", bare))
    return bool(bare.strip(" \t\n\0\ufeff;"))


def inspect_hwpx(path: Path) -> dict[str, Any]:
    """{"text", "warnings"}; raises a refusal."""
    from extract_hwp import extract_text_from_hwpx, is_hwpx_password_protected

    with path.open("rb") as content:
        if content.read(4) != b"PK\x03\x04":
            raise ContentDiffersFromName(shown="HWPX")
    with archive.opened(path) as document:
        names = set(document.namelist())
        if "mimetype" not in names or "Contents/content.hpf" not in names:
            raise ContentDiffersFromName(shown="HWPX")
        if archive.contents(document, "mimetype").strip() != b"application/hwp+zip":
            raise ContentDiffersFromName(shown="HWPX")
        archive.refuse_unsafe_parts(document)
        _refuse_in_hwpx(document)
    if is_hwpx_password_protected(str(path)):
        raise FileEncrypted
    return _extracted(extract_text_from_hwpx, path)


def _refuse_in_hwpx(document: zipfile.ZipFile) -> None:
    for name in document.namelist():
        if re.search(r"\.(ole|e?ps)$", name, re.I):
            raise EmbeddedObject(part=name)
        if name.startswith("Scripts/") and not name.endswith("/"):
            raw = archive.contents(document, name)
            script = raw.decode("utf-16-le" if b"\0" in raw else "utf-8", errors="replace")
            if _does_something(script):
                raise MacroFound
    package = ElementTree.fromstring(archive.contents(document, "Contents/content.hpf"))  # noqa: S314 - no DTD
    for item in package.iter():
        if item.get("isEmbeded") == "0" or "://" in item.get("href", ""):
            raise ExternalContent(part=item.get("href", ""))


class _Errors(logging.Handler):
    """extract-hwp answers a broken document with an empty text and says so only in its log."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(record.getMessage())


def _extracted(extract: Callable[[str], str], path: Path) -> dict[str, Any]:
    from extract_hwp import HwpReadLimitError

    errors = _Errors()
    logging.getLogger().addHandler(errors)
    try:
        text = extract(str(path))
    except HwpReadLimitError as error:
        raise ArchiveTooLarge from error
    finally:
        logging.getLogger().removeHandler(errors)
    if errors.seen:
        raise FileDamaged
    return {"text": text, "warnings": [] if text.strip() else ["no_text"]}

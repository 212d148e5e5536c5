"""Zip-based documents, looked at before anything is unpacked. Runs in the parser's process."""

from __future__ import annotations

import re
import stat
import zipfile
from pathlib import Path
from typing import Final
from xml.parsers import expat

from portal.platform.files.refusals import (
    ArchiveTooLarge,
    ArchiveUnsafe,
    EmbeddedObject,
    FileDamaged,
    FileEncrypted,
    FileMixed,
    MacroFound,
)

MOST_ENTRIES: Final = 5_000
MOST_BYTES: Final = 300_000_000
MOST_BYTES_AT_ANY_RATIO: Final = 20_000_000
HIGHEST_RATIO: Final = 100
OLE_MAGIC: Final = bytes.fromhex("D0CF11E0A1B11AE1")
_PROGRAMS: Final = re.compile(r"\.(exe|dll|scr|com|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta|jar|lnk|msi|sh|py)$", re.I)
_XML: Final = re.compile(r"\.(xml|rels|hpf|rdf)$", re.I)
_LOOSE_MARKUP: Final = re.compile(r"\.(vml|svg)$", re.I)  # often not well-formed, never parsed here


def opened(path: Path) -> zipfile.ZipFile:
    """A zip file whose directory has been checked: count, sizes, ratio, names, nothing before or behind
    it."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise FileDamaged from error
    entries = archive.infolist()
    packed = sum(e.compress_size for e in entries)
    unpacked = sum(e.file_size for e in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_BYTES:
        raise ArchiveTooLarge
    if unpacked > MOST_BYTES_AT_ANY_RATIO and unpacked > HIGHEST_RATIO * packed:
        raise ArchiveTooLarge
    if packed > path.stat().st_size:
        raise ArchiveTooLarge  # entries that overlap, each counting the same bytes
    if any(e.flag_bits & 0x1 for e in entries):
        raise FileEncrypted
    _refuse_names(entries)
    _refuse_surroundings(path, entries)
    return archive


def _refuse_names(entries: list[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for entry in entries:
        name = entry.orig_filename
        parts = name.replace("\\", "/").split("/")
        unsafe = (
            name.startswith(("/", "\\"))
            or ":" in parts[0]
            or ".." in parts
            or "\\" in name
            or any(ord(c) < 32 for c in name)
            or stat.S_ISLNK(entry.external_attr >> 16)
            or name.lower() in seen
        )
        if unsafe:
            raise ArchiveUnsafe
        if _PROGRAMS.search(name):
            raise MacroFound
        seen.add(name.lower())


def _refuse_surroundings(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    """The first entry starts the file and the directory ends it; a comment could hide a second format."""
    with path.open("rb") as content:
        start = content.read(4)
        content.seek(-22, 2)
        end = content.read(22)
    if start != b"PK\x03\x04" or min(e.header_offset for e in entries) != 0:
        raise FileMixed
    if end[:4] != b"PK\x05\x06" or end[20:] != b"\0\0":
        raise FileMixed


def contents(archive: zipfile.ZipFile, name: str) -> bytes:
    """One entry, its checksum verified; its size was checked with the directory."""
    try:
        return archive.read(name)
    except KeyError as error:
        raise FileDamaged from error
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise FileDamaged from error
    except Exception as error:  # zlib.error, lzma.LZMAError: each module has its own
        raise FileDamaged from error


def refuse_unsafe_parts(archive: zipfile.ZipFile) -> None:
    """Read every entry once: checksums hold, no XML with a DTD (entities, XXE), no OLE object, no program."""
    for entry in archive.infolist():
        if entry.is_dir():
            continue
        content = contents(archive, entry.filename)
        if content[:8] == OLE_MAGIC:
            raise EmbeddedObject(part=entry.filename)
        if content[:4] == b"\x7fELF" or content[:2] == b"MZ":
            raise MacroFound
        if content[:4] == b"%!PS" or content[:4] == b"PK\x03\x04":
            raise EmbeddedObject(part=entry.filename)
        if _LOOSE_MARKUP.search(entry.filename):
            if b"<!ENTITY" in content:
                raise ArchiveUnsafe
        elif _XML.search(entry.filename) or content.lstrip()[:5] == b"<?xml":
            refuse_unsafe_xml(content)


def refuse_unsafe_xml(content: bytes) -> None:
    """Well-formed and without a document type declaration, which no office format needs."""

    def doctype(*_: object) -> None:
        raise ArchiveUnsafe

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise FileDamaged from error

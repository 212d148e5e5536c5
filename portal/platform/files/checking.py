"""The way of an uploaded file: name, extension, virus scan, a real parse, and what its text must not hold."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from portal.platform import storage
from portal.platform.files import antivirus, sandbox
from portal.platform.files.filename import clean_name
from portal.platform.files.kinds import KINDS, Kind, kind_of, shown
from portal.platform.files.refusals import ContentDiffersFromName, KindNotAllowed, PageMissing, VirusFound
from portal.platform.files.resident_number import (
    ResidentNumberInFile,
    ResidentNumberInName,
    ResidentNumberOnPage,
    find_resident_numbers,
    masked,
)
from portal.platform.language import Text
from portal.platform.names import nfc

WARNINGS: Final[dict[str, Text]] = {
    "repaired": Text(
        "파일 구조에 작은 오류가 있어 고쳐서 읽었습니다. 모든 쪽이 제대로 보이는지 확인해 주십시오.",
        "The file has small faults and was repaired while it was read. Check that every page is shown as it should be.",
    ),
    "no_text": Text(
        "파일에서 글자를 읽을 수 없습니다. 스캔한 그림만 있는 파일은 검색과 화면 낭독이 되지 않으니, 글자가 있는 "
        "파일로 올리는 것이 좋습니다.",
        "No text could be read from the file. A file of scanned pictures cannot be searched or read aloud: better "
        "upload one with text.",
    ),
    "not_scanned": Text(
        "백신 검사를 마치지 못했습니다. 파일은 저장되었으며 나중에 다시 검사합니다.",
        "The virus scan could not be completed. The file is stored and will be scanned again later.",
    ),
}
WIDTHS: Final = (400, 800, 1200, 1600)


@dataclass(frozen=True)
class Checked:
    kind: Kind
    media_type: str
    pages: int | None  # PDF only
    seconds: int | None  # video only
    text: str  # NFC; pages or sheets parted by form feeds
    warnings: tuple[Text, ...]
    scan: antivirus.Scan


def check(
    path_or_sha: Path | str,
    filename: str,
    allowed: Collection[Kind],
    *,
    field: str | None = None,
    clamd: str = "",
    limits: sandbox.Limits = sandbox.DEFAULT,
) -> Checked:
    """Everything there is to know of an uploaded file, or the refusal that says what to change.

    Extension, magic bytes and a real parse must agree, and the kind must be one of `allowed`. Takes about
    half a second of processor time for the usual PDF: call it outside a transaction. Raises a FileRefused,
    or a ResidentNumberFound for the name or the text.
    """
    path = storage.path_for_parser(path_or_sha) if isinstance(path_or_sha, str) else path_or_sha
    name = clean_name(filename)
    kind = kind_of(name.extension)
    if kind is None or kind not in allowed:
        raise KindNotAllowed(field, allowed=shown(allowed))
    for span in find_resident_numbers(name.original):
        raise ResidentNumberInName(field, shown=masked(name.original, span))
    state = antivirus.scan(path, clamd)
    if state == "infected":
        raise VirusFound(field)
    found, _ = sandbox.run("inspect", path, field, limits, kind=kind)
    text = "\f".join(nfc(part) for part in found["text"].split("\f"))
    for span in find_resident_numbers(text):
        if kind == "pdf":
            page = text.count("\f", 0, span.start) + 1
            raise ResidentNumberOnPage(field, shown=masked(text, span), page=page)
        raise ResidentNumberInFile(field, shown=masked(text, span))
    warnings = [*found["warnings"], *(["not_scanned"] if state == "not_scanned" else [])]
    return Checked(
        kind,
        KINDS[kind].media_type,
        found.get("pages"),
        found.get("seconds"),
        text,
        tuple(WARNINGS[w] for w in warnings),
        state,
    )


def clean_copy(path_or_sha: Path | str) -> bytes:
    """A PDF, PNG, JPEG or MP4 without anything that tells who made it, when, where and with what."""
    path = storage.path_for_parser(path_or_sha) if isinstance(path_or_sha, str) else path_or_sha
    kind = _kind_by_content(path)
    return sandbox.run("clean_copy", path, kind=kind)[1]


def _kind_by_content(path: Path) -> Kind:
    with path.open("rb") as content:
        head = content.read(8)
    magic: dict[bytes, Kind] = {b"%PDF": "pdf", b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg"}
    for start, kind in magic.items():
        if head.startswith(start):
            return kind
    if head[4:8] == b"ftyp":
        return "mp4"
    raise ContentDiffersFromName(shown="PDF")


def page_png(sha256: str, page: int, width: int = 800) -> bytes:
    """One page (from 1) for the document viewer, in the nearest of the WIDTHS; kept for the next viewer.

    Raises PageMissing. The caller has asked whether the viewer may see the file.
    """
    path = storage.path_for_parser(sha256)
    if not 1 <= page <= 100_000:
        raise PageMissing
    fitting = min(WIDTHS, key=lambda w: (abs(w - width), w))

    def make() -> bytes:
        return sandbox.run("page_png", path, page=page, width=fitting)[1]

    return storage.derived(f"{sha256[:2]}/{sha256}-{page}-{fitting}.png", make)

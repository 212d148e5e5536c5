"""MP4: its boxes are walked, its length read; the copy for reviewers tells nothing of who made it.

ISO/IEC 14496-12. Only headers are read, whatever the size of the file. Runs in the parser's process.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from portal.platform.files.refusals import ContentDiffersFromName, FileDamaged, FileMixed, VideoMissing

MOST_BOXES: Final = 20_000
_PARENTS: Final = (b"moov", b"trak", b"mdia", b"mvex", b"moof", b"traf")
_KNOWN: Final = frozenset((b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"uuid", b"moof", b"mfra", b"sidx",
                           b"styp", b"meta", b"emsg", b"prft", b"pdin"))  # fmt: skip
_TELLING: Final = (b"udta", b"meta", b"uuid")
_DATED: Final = (b"mvhd", b"tkhd", b"mdhd")


class _Box(NamedTuple):
    kind: bytes
    start: int  # of its header
    body: int
    end: int
    path: tuple[bytes, ...]


def _boxes(file: IO[bytes], start: int, end: int, path: tuple[bytes, ...] = ()) -> Iterator[_Box]:
    place, count = start, 0
    while place < end:
        count += 1
        file.seek(place)
        head = file.read(16)
        if len(head) < 8 or count > MOST_BOXES:
            raise FileDamaged
        size, kind, body = int.from_bytes(head[:4]), head[4:8], place + 8
        if size == 1 and len(head) == 16:
            size, body = int.from_bytes(head[8:16]), place + 16
        elif size == 0:
            size = end - place
        if size < body - place or place + size > end:
            raise FileDamaged
        box = _Box(kind, place, body, place + size, path)
        yield box
        if kind in _PARENTS:
            yield from _boxes(file, body, place + size, (*path, kind))
        place += size


def _size(file: IO[bytes]) -> int:
    return file.seek(0, 2)


def _at(file: IO[bytes], place: int, count: int) -> bytes:
    file.seek(place)
    return file.read(count)


def inspect(path: Path) -> dict[str, Any]:
    """{seconds, text, warnings}; raises a refusal."""
    with path.open("rb") as file:
        if _at(file, 4, 4) != b"ftyp":
            raise ContentDiffersFromName(shown="MP4")
        boxes = list(_boxes(file, 0, _size(file)))
        if any(not box.path and box.kind not in _KNOWN for box in boxes):
            raise FileMixed
        kinds = {box.kind for box in boxes}
        if not {b"moov", b"mvhd"} <= kinds or not kinds & {b"mdat", b"moof"}:
            raise FileDamaged
        if not any(box.kind == b"hdlr" and _at(file, box.body + 8, 4) == b"vide" for box in boxes):
            raise VideoMissing
        return {"seconds": _seconds(file, boxes), "text": "", "warnings": []}


def _seconds(file: IO[bytes], boxes: Sequence[_Box]) -> int:
    """The longest that the headers speak of, rounded up: a film cut into fragments tells its length only in them."""
    header = next(box for box in boxes if box.kind == b"mvhd")
    lengths = [_length(_at(file, header.body, 32)), *_fragments(file, boxes)]
    return -(-max(lengths) // 1)


def _length(header: bytes) -> Fraction:
    """Seconds of a movie or media header of version 0 or 1."""
    if len(header) < 20:
        raise FileDamaged
    if header[0] == 1:
        scale, length = int.from_bytes(header[20:24]), int.from_bytes(header[24:32])
    else:
        scale, length = int.from_bytes(header[12:16]), int.from_bytes(header[16:20])
    if not scale:
        raise FileDamaged
    return Fraction(length, scale)


def _fragments(file: IO[bytes], boxes: Sequence[_Box]) -> Iterator[Fraction]:
    """Where each track's fragments end, in seconds (14496-12, 8.8)."""
    scales = _scales(file, boxes)
    usual = {}  # track -> a sample's duration where nothing else is said
    for box in boxes:
        if box.kind == b"trex":
            body = _at(file, box.body, 24)
            usual[int.from_bytes(body[4:8])] = int.from_bytes(body[12:16])
    track, each, end = 0, 0, 0
    for box in boxes:
        if box.kind == b"tfhd":
            body = _at(file, box.body, 40)
            flags, track = int.from_bytes(body[1:4]), int.from_bytes(body[4:8])
            place = 8 + 8 * bool(flags & 1) + 4 * bool(flags & 2)
            each = int.from_bytes(body[place : place + 4]) if flags & 8 else usual.get(track, 0)
        elif box.kind == b"tfdt":
            body = _at(file, box.body, 12)
            end = int.from_bytes(body[4:12] if body[:1] == b"\1" else body[4:8])
        elif box.kind == b"trun":
            end += _run(_at(file, box.body, box.end - box.body), each)
            yield Fraction(end, scales.get(track) or 1)


def _scales(file: IO[bytes], boxes: Sequence[_Box]) -> dict[int, int]:
    """Track -> ticks a second."""
    found, track = {}, 0
    for box in boxes:
        if box.kind == b"tkhd":
            body = _at(file, box.body, 24)
            track = int.from_bytes(body[20:24] if body[:1] == b"\1" else body[12:16])
        elif box.kind == b"mdhd":
            body = _at(file, box.body, 24)
            found[track] = int.from_bytes(body[20:24] if body[:1] == b"\1" else body[12:16])
    return found


def _run(body: bytes, each: int) -> int:
    """Ticks of one run of samples."""
    flags, count = int.from_bytes(body[1:4]), int.from_bytes(body[4:8])
    if not flags & 0x100:
        return count * each
    start = 8 + 4 * bool(flags & 1) + 4 * bool(flags & 4)
    width = 4 * (1 + bool(flags & 0x200) + bool(flags & 0x400) + bool(flags & 0x800))
    if start + count * width > len(body):
        raise FileDamaged
    return sum(int.from_bytes(body[place : place + 4]) for place in range(start, start + count * width, width))


def clean_copy(path: Path) -> bytes:
    """The same film: user data, metadata and dates are overwritten in their place, so that no offset moves."""
    content = bytearray(path.read_bytes())
    with path.open("rb") as file:
        for box in _boxes(file, 0, len(content)):
            if box.kind in _TELLING:
                content[box.start + 4 : box.start + 8] = b"free"
                content[box.body : box.end] = bytes(box.end - box.body)
            elif box.kind in _DATED:
                width = 16 if content[box.body] == 1 else 8
                content[box.body + 4 : box.body + 4 + width] = bytes(width)
    return bytes(content)

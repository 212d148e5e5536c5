"""Files under the hash of their content.

An object's key is `sha256[:2]/sha256`. Content is stored first; the row that names the hash makes the file
exist, in its own transaction; `sweep` takes objects that no row names after a day. Nothing here knows names
or owners: who may read a file is the business of the row's owner.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from portal.platform.errors import DomainError, NotFound
from portal.platform.formats import file_size
from portal.platform.language import Text

if TYPE_CHECKING:
    from obstore.store import LocalStore

CHUNK = 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")


class FileTooLarge(DomainError):
    say = Text(
        "파일이 허용된 크기 {limit}를 넘습니다. 그림의 해상도를 낮추거나 파일을 나누어 다시 올려 주십시오.",
        "The file is larger than the allowed {limit}. Lower the resolution of its pictures or split it, "
        "then upload it again.",
    )
    status = 413


class FileEmpty(DomainError):
    say = Text(
        "파일에 내용이 없습니다. 파일이 제대로 저장되었는지 확인하고 다시 올려 주십시오.",
        "The file is empty. Check that it was saved properly and upload it again.",
    )


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Stored:
    sha256: str
    size: int  # bytes


@dataclass(frozen=True)
class _Place:
    root: Path
    store: LocalStore


_place: _Place | None = None


def configure(root: Path) -> None:
    """Name the folder once, at start-up."""
    global _place
    from obstore.store import LocalStore

    root = root.resolve()
    (root / "objects").mkdir(parents=True, exist_ok=True)
    (root / "incoming").mkdir(exist_ok=True)
    _place = _Place(root, LocalStore(root / "objects"))


def _here() -> _Place:
    if _place is None:
        raise RuntimeError("storage.configure(root) has not been called")
    return _place


def _key(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise NotFound
    return f"{sha256[:2]}/{sha256}"


@contextmanager
def _turn(kind: int) -> Iterator[None]:
    """Writers share the turn, the sweeper takes it alone: it never removes what has just been put again."""
    with (_here().root / "turn").open("a") as handle:
        fcntl.flock(handle, kind)
        yield


def put(stream: Readable, limit_bytes: int, field: str | None = None) -> Stored:
    """Store a stream and return its hash and size; the same content again is the same object.

    The bytes go to a temporary file under the limit, are flushed to the disk, and only then get their name.
    Raises FileTooLarge, FileEmpty.
    """
    place = _here()
    handle, name = tempfile.mkstemp(dir=place.root / "incoming")
    temporary = Path(name)
    try:
        digest, size = hashlib.sha256(), 0
        with os.fdopen(handle, "wb") as out:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if size > limit_bytes:
                    raise FileTooLarge(field, limit=file_size(limit_bytes))
                digest.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        if not size:
            raise FileEmpty(field)
        stored = Stored(digest.hexdigest(), size)
        with _turn(fcntl.LOCK_SH):
            _name(temporary, place.root / "objects" / _key(stored.sha256))
        return stored
    finally:
        temporary.unlink(missing_ok=True)


def _name(temporary: Path, target: Path) -> None:
    """Replacing an equal object renews its time, which keeps the sweeper off until the row is there."""
    target.parent.mkdir(exist_ok=True)
    temporary.replace(target)
    for folder in (target.parent, target.parent.parent):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def put_bytes(content: bytes) -> Stored:
    """Store what the portal itself made (a letter, a receipt)."""
    return put(io.BytesIO(content), len(content))


def open(sha256: str) -> IO[bytes]:
    """A binary stream for sending; raises NotFound."""
    return path_for_parser(sha256).open("rb")


def read(sha256: str) -> bytes:
    """The whole content; raises NotFound."""
    try:
        return bytes(_here().store.get(_key(sha256)).bytes())
    except FileNotFoundError:
        raise NotFound from None


def path_for_parser(sha256: str) -> Path:
    """A path on this machine for a parser's process, which must only read it; raises NotFound."""
    path = _here().root / "objects" / _key(sha256)
    if not path.is_file():
        raise NotFound
    return path


def derived(name: str, make: Callable[[], bytes]) -> bytes:
    """What can be made again from an object (a page's picture), kept to spare the next viewer the wait."""
    path = _here().root / "derived" / name
    with suppress(FileNotFoundError):
        return path.read_bytes()
    content = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=_here().root / "incoming")
    with os.fdopen(handle, "wb") as out:
        out.write(content)
    Path(temporary).replace(path)
    return content


def sweep(known: Callable[[set[str]], set[str]], older_than: timedelta, now: datetime) -> list[str]:
    """Remove what is older than `older_than`: objects without a row, derived files, uploads cut half-way.

    `known` answers which of the given hashes a row names. `now` is the real time (files carry real times,
    whatever the demonstration's clock says). Returns the hashes removed.
    """
    place, limit, removed = _here(), now - older_than, []
    for batch in place.store.list(chunk_size=500):
        old = {str(o["path"]).rsplit("/", 1)[-1] for o in batch if o["last_modified"] < limit}
        for sha256 in sorted(old - known(old)) if old else ():
            if _remove_if_old(place, sha256, limit):
                removed.append(sha256)
    for folder in ("incoming", "derived"):
        for path in sorted((place.root / folder).rglob("*")):
            with suppress(FileNotFoundError):
                if path.is_file() and path.stat().st_mtime < limit.timestamp():
                    path.unlink()
    return removed


def _remove_if_old(place: _Place, sha256: str, limit: datetime) -> bool:
    key = _key(sha256)
    with _turn(fcntl.LOCK_EX), suppress(FileNotFoundError):
        if place.store.head(key)["last_modified"] < limit:
            place.store.delete(key)
            return True
    return False

from __future__ import annotations

import hashlib
import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from portal.platform import storage
from portal.platform.errors import NotFound

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Path:
    storage.configure(tmp_path / "files")
    return tmp_path / "files"


def age(sha256: str, days: float) -> None:
    then = (datetime.now(UTC) - timedelta(days=days)).timestamp()
    os.utime(storage.path_for_parser(sha256), (then, then))


def files_in(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.rglob("*") if p.is_file() and p.name != "turn")


def test_content_is_kept_under_its_hash_and_comes_back_whole() -> None:
    content = os.urandom(3_000_000)
    stored = storage.put(io.BytesIO(content), 5_000_000)
    assert stored == storage.Stored(hashlib.sha256(content).hexdigest(), 3_000_000)
    assert storage.read(stored.sha256) == content
    with storage.open(stored.sha256) as stream:
        assert stream.read() == content
    path = storage.path_for_parser(stored.sha256)
    assert path.parent.name == stored.sha256[:2] and path.name == stored.sha256


def test_the_same_content_twice_is_one_object(folder: Path) -> None:
    first = storage.put(io.BytesIO(b"same"), 10)
    assert storage.put(io.BytesIO(b"same"), 10) == first
    assert files_in(folder) == [first.sha256]


def test_a_stream_over_the_limit_is_refused_and_leaves_nothing(folder: Path) -> None:
    class Endless:
        given = 0

        def read(self, size: int) -> bytes:
            self.given += size
            return b"x" * size

    endless = Endless()
    with pytest.raises(storage.FileTooLarge) as refusal:
        storage.put(endless, 2_500_000, "file")
    assert endless.given < 4_000_000
    assert refusal.value.field == "file"
    assert "2.5 MB" in refusal.value.sentence()
    assert files_in(folder) == []


def test_the_limit_itself_is_allowed() -> None:
    assert storage.put(io.BytesIO(b"12345"), 5).size == 5


def test_an_upload_cut_half_way_leaves_nothing(folder: Path) -> None:
    class Cut:
        calls = 0

        def read(self, size: int) -> bytes:
            self.calls += 1
            if self.calls > 1:
                raise ConnectionResetError
            return b"half"

    with pytest.raises(ConnectionResetError):
        storage.put(Cut(), 100)
    assert files_in(folder) == []


def test_an_empty_file_is_refused(folder: Path) -> None:
    with pytest.raises(storage.FileEmpty):
        storage.put(io.BytesIO(b""), 100)
    assert files_in(folder) == []


@pytest.mark.parametrize("key", ["../../etc/passwd", "", "0" * 64, "A" * 64, "0" * 63 + "/"])
def test_a_name_that_is_no_stored_hash_is_not_found(key: str) -> None:
    for ask in (storage.read, storage.open, storage.path_for_parser):
        with pytest.raises(NotFound):
            ask(key)


def test_the_sweeper_takes_only_old_objects_without_a_row(folder: Path) -> None:
    kept, fresh, orphan = (storage.put_bytes(c).sha256 for c in (b"kept", b"fresh", b"orphan"))
    age(kept, 3)
    age(orphan, 3)
    (folder / "incoming" / "cut").write_bytes(b"half")
    os.utime(folder / "incoming" / "cut", (0, 0))
    removed = storage.sweep(lambda asked: asked & {kept}, DAY, datetime.now(UTC))
    assert removed == [orphan]
    assert files_in(folder) == sorted([kept, fresh])


def test_an_object_put_again_while_the_sweeper_asks_is_spared() -> None:
    orphan = storage.put_bytes(b"comes back").sha256
    age(orphan, 3)

    def known(asked: set[str]) -> set[str]:
        storage.put_bytes(b"comes back")
        return set()

    assert storage.sweep(known, DAY, datetime.now(UTC)) == []
    assert storage.read(orphan) == b"comes back"


def test_a_derived_file_is_made_once() -> None:
    made: list[int] = []

    def make() -> bytes:
        made.append(1)
        return b"picture"

    assert storage.derived("ab/p1.png", make) == storage.derived("ab/p1.png", make) == b"picture"
    assert made == [1]

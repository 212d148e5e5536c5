"""The one clock. Deadlines, run_at and events follow it; leases, sessions and the clock alarm use `real_now`.

A demonstration may move it by an offset kept in `instance/clock.json`, read by web and worker alike.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

_file: Path | None = None
_seen: tuple[int, timedelta] = (0, timedelta())


def configure(instance: Path, *, movable: bool) -> None:
    """Only demo mode makes the clock movable; otherwise the offset file is never read."""
    global _file
    _file = instance / "clock.json" if movable else None


def real_now() -> datetime:
    return datetime.now(UTC)


def offset() -> timedelta:
    """How far the demonstration's clock stands from the real one; zero outside demo mode."""
    global _seen
    if _file is None:
        return timedelta()
    try:
        stamp = _file.stat().st_mtime_ns
    except FileNotFoundError:
        return timedelta()
    if stamp != _seen[0]:
        _seen = (stamp, timedelta(seconds=json.loads(_file.read_text())["offset_seconds"]))
    return _seen[1]


def now() -> datetime:
    return real_now() + offset()


def move_to(moment: datetime) -> None:
    """Demo only: set the clock so that it shows `moment` now."""
    if _file is None:
        raise RuntimeError("only demo mode may move the clock")
    text = json.dumps({"offset_seconds": (moment - real_now()).total_seconds()})
    temporary = _file.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(text)
    temporary.replace(_file)

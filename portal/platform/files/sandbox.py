"""Runs one job in the parser's process and turns whatever becomes of it into an answer or a refusal."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.platform.config import ROOT
from portal.platform.files.refusals import REFUSALS, FileDamaged, ParserGaveUp

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    cpu_seconds: int = 30
    wall_seconds: float = 60.0
    memory_bytes: int = 2 * 1024**3


DEFAULT = Limits()
# As many parsers at once as there are processors: on a deadline's evening uploads queue instead of starving
# the pages.
_turns = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))


def run(
    do: str, path: Path, field: str | None = None, limits: Limits = DEFAULT, **arguments: Any
) -> tuple[dict[str, Any], bytes]:
    """The answer and the bytes after it. Raises the refusal the parser found; ParserGaveUp if it hung or
    crashed."""
    job = {
        "do": do,
        "path": str(path.resolve()),
        "with": arguments,
        "cpu_seconds": limits.cpu_seconds,
        "memory_bytes": limits.memory_bytes,
    }
    with _turns:
        try:
            done = subprocess.run(
                [sys.executable, "-m", "portal.platform.files.parse"],
                input=json.dumps(job).encode(),
                capture_output=True,
                timeout=limits.wall_seconds,
                cwd=ROOT,
                env=_bare_environment(),
            )
        except subprocess.TimeoutExpired as error:
            raise ParserGaveUp(field) from error
    if done.stderr:
        log.warning("parser said: %s", done.stderr[-2000:].decode(errors="replace"))
    line, newline, body = done.stdout.partition(b"\n")
    if done.returncode != 0 or not newline:
        raise ParserGaveUp(field)
    answer: dict[str, Any] = json.loads(line)
    if "refused" in answer:
        raise REFUSALS.get(answer["refused"], FileDamaged)(field, **answer["params"])
    return answer, body


def _bare_environment() -> dict[str, str]:
    """No secret of the portal is in the reach of a parser."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
    }

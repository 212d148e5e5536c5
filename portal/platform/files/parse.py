"""The parser's process: `python -m portal.platform.files.parse`, one job as JSON on its input, then it ends.

Its answer is one line of JSON and, for jobs that make a file, the bytes after it. It sets its own limits
before it loads a parser, so whatever a hostile file does to one is done here and ends here. See sandbox.py.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from portal.platform.errors import DomainError
from portal.platform.files import binding, hangul, pdf, pdf_copy, picture, video, workbook
from portal.platform.files.refusals import FileDamaged, ParserGaveUp

Answer = tuple[dict[str, Any], bytes]


def _inspect(path: Path, kind: str) -> Answer:
    if kind in ("png", "jpeg"):
        picture.inspect(path, kind.upper())
        return {"text": "", "warnings": []}, b""
    look: dict[str, Callable[[Path], dict[str, Any]]] = {
        "pdf": pdf.inspect,
        "hwp": hangul.inspect_hwp,
        "hwpx": hangul.inspect_hwpx,
        "xlsx": workbook.inspect,
        "mp4": video.inspect,
    }
    return look[kind](path), b""


def _clean_copy(path: Path, kind: str) -> Answer:
    if kind == "mp4":
        return {}, video.clean_copy(path)
    return {}, pdf_copy.clean_copy(path) if kind == "pdf" else picture.clean_copy(path, kind.upper())


def _page_png(path: Path, page: int, width: int) -> Answer:
    return {}, pdf.page_png(path, page, width)


def _bind(path: Path, parts: list[list[str]]) -> Answer:
    pages, made = binding.bind(path, parts)
    return {"pages": pages}, made


def _grid(path: Path, sheet: str | None) -> Answer:
    return workbook.grid(path, sheet), b""


JOBS: Final[dict[str, Callable[..., Answer]]] = {
    "inspect": _inspect,
    "clean_copy": _clean_copy,
    "page_png": _page_png,
    "bind": _bind,
    "grid": _grid,
}


def _limit(cpu_seconds: int, memory_bytes: int) -> None:
    for what, limit in (
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # not every system knows every limit
            resource.setrlimit(what, (limit, limit))


def _done(job: dict[str, Any]) -> Answer:
    try:
        return JOBS[job["do"]](Path(job["path"]), **job["with"])
    except DomainError as refusal:
        return {"refused": refusal.code, "params": refusal.params}, b""
    except (MemoryError, RecursionError, ImportError):  # a parser that does not fit into the memory
        return {"refused": ParserGaveUp.__name__, "params": {}}, b""
    except Exception:  # a parser met something its authors did not foresee
        traceback.print_exc()
        return {"refused": FileDamaged.__name__, "params": {}}, b""


def main() -> None:
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not look like an answer
    job = json.load(sys.stdin.buffer)
    _limit(job["cpu_seconds"], job["memory_bytes"])
    answer, body = _done(job)
    answers.write(json.dumps(answer).encode() + b"\n" + body)
    answers.flush()
    os._exit(0)  # a parser's tidying up after itself may crash


if __name__ == "__main__":
    main()

"""Several PDFs bound into one, each page marked. Runs in the parser's process."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from pathlib import Path

from portal.platform.files.pdf import opened


def bind(mark: Path, parts: Sequence[Sequence[str]]) -> tuple[int, bytes]:
    """`parts` are (path, title): a title becomes a bookmark. The first page of `mark` is laid over every page.

    Returns the number of pages and the file. Raises FileDamaged, FileEncrypted.
    """
    import pikepdf

    out = pikepdf.new()
    with contextlib.ExitStack() as held, out:
        overlay = held.enter_context(opened(mark))
        with out.open_outline() as outline:
            for path, title in parts:
                source = held.enter_context(opened(Path(path)))
                if title:
                    outline.root.append(pikepdf.OutlineItem(title, len(out.pages)))
                out.pages.extend(source.pages)
        for page in out.pages:
            page.add_overlay(overlay.pages[0], None)
        made = io.BytesIO()
        out.save(made, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return len(out.pages), made.getvalue()

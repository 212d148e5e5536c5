"""Letters and receipts as tagged PDF, set by typst from `templates/typst/<name>.typ`.

Data reaches a template as JSON in `sys.inputs` only, so what people typed is text and never markup. The same data
gives the same bytes: no clock is read. The fonts are the interface's own; typst cannot read woff2, so they are
unpacked once into `instance/fonts`.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from portal.platform.config import ROOT, instance_folder
from portal.platform.language import language

if TYPE_CHECKING:
    import typst

TEMPLATES: Final = ROOT / "templates" / "typst"
WEB_FONTS: Final = ROOT / "portal" / "static" / "krds" / "fonts"

# One compiler serves one letter at a time and is kept from letter to letter: some 20 ms instead of 200.
_lock = threading.Lock()
_compilers: dict[tuple[int, str], typst.Compiler] = {}
_fonts: typst.Fonts | None = None


def pdf(template: str, data: dict[str, Any]) -> bytes:
    """The document in the current language; the fields of `data` are listed at the head of each template.

    Values are text ready to be read: money, days and moments have been through `formats`.
    """
    return _compiled(template, data, "pdf")


def png(template: str, data: dict[str, Any]) -> bytes:
    """The first page as a picture, for a preview."""
    return _compiled(template, data, "png")


def _compiled(template: str, data: dict[str, Any], form: str) -> bytes:
    import typst

    inputs = {"data": json.dumps({**data, "language": language()}, ensure_ascii=False)}
    with _lock:
        compiler = _compiler(template)
        if form == "png":
            pages = compiler.compile(format="png", ppi=110, sys_inputs=inputs)
            return pages[0] if isinstance(pages, list) else bytes(pages or b"")
        try:
            made = compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards="ua-1")
        except typst.TypstError as error:
            # A character that no font holds breaks the accessibility standard; it must not stop the letter.
            if "could not be displayed" not in f"{error.message} {error.diagnostic}":
                raise
            made = compiler.compile(format="pdf", sys_inputs=inputs)
    assert isinstance(made, bytes)
    return made


def _compiler(template: str) -> typst.Compiler:
    """By process as well as by template: a compiler does not survive a fork."""
    import typst

    global _fonts
    key = (os.getpid(), template)
    if key not in _compilers:
        if _fonts is None:
            _fonts = typst.Fonts(font_paths=[str(unpacked_fonts())])
        _compilers[key] = typst.Compiler(TEMPLATES / f"{template}.typ", root=TEMPLATES, font_paths=_fonts)
    return _compilers[key]


def unpacked_fonts(target: Path | None = None) -> Path:
    """The folder with the interface's fonts as TTF, made if it is not there (under a second).

    The folder's name holds the hash of the woff2 files: new fonts get a new folder.
    """
    sources = sorted(WEB_FONTS.glob("*.woff2"))
    digest = hashlib.sha256(b"".join(s.read_bytes() for s in sources)).hexdigest()[:12]
    folder = (target or instance_folder() / "fonts") / digest
    if not folder.exists():
        _unpack(sources, folder)
    return folder


def _unpack(sources: list[Path], folder: Path) -> None:
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    making = folder.with_name(f"{folder.name}.{os.getpid()}")
    making.mkdir(parents=True)
    for source in sources:
        font = TTFont(source)
        font.flavor = None
        font.save(making / f"{source.name.removesuffix('.woff2')}.ttf")
    try:
        making.rename(folder)
    except OSError:  # another process was faster
        for file in making.iterdir():
            file.unlink()
        making.rmdir()

"""What a PDF holds: nothing active, nothing hidden, not encrypted; its pages and text. Runs in the parser's
process.

Dictionaries are followed into their direct children: a loop over the indirect objects alone misses a script
that stands inside an annotation inside a page.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from portal.platform.files.refusals import (
    ContentDiffersFromName,
    FileDamaged,
    FileEncrypted,
    FileMixed,
    PageMissing,
    PdfHoldsFiles,
    PdfHoldsMedia,
    PdfRunsCode,
    PdfWithoutPages,
    PdfXfaForm,
)

if TYPE_CHECKING:
    import pikepdf

MOST_TEXT: Final = 3_000_000  # characters; a book has one million
_TAGS: Final = re.compile(rb"<\s*(script|html|!doctype|\?php|svg|iframe|body|img|object)", re.I)
_ACTIONS: Final = frozenset(
    [
        "/JavaScript",
        "/Launch",
        "/SubmitForm",
        "/ImportData",
        "/GoToE",
        "/GoToR",
        "/Rendition",
        "/Movie",
        "/Sound",
        "/RichMediaExecute",
    ]
)
_MEDIA: Final = frozenset(["/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"])
_HARMLESS_AT_OPENING: Final = frozenset(("/GoTo", "/Named"))


def inspect(path: Path) -> dict[str, Any]:
    """{"pages", "text" (pages parted by form feeds), "warnings"}; raises a refusal."""
    _refuse_mixed(path)
    with opened(path) as pdf:
        if pdf.is_encrypted:
            raise FileEncrypted
        _refuse_active(pdf)
        pages = len(pdf.pages)
        if not pages:
            raise PdfWithoutPages
        warnings = ["repaired"] if pdf.get_warnings() else []
    text = "\f".join(_texts(path))
    if not text.strip():
        warnings.append("no_text")
    return {"pages": pages, "text": text[:MOST_TEXT], "warnings": warnings}


@contextmanager
def opened(path: Path) -> Iterator[pikepdf.Pdf]:
    import pikepdf

    try:
        with pikepdf.open(path) as pdf:
            yield pdf
    except pikepdf.PasswordError as error:
        raise FileEncrypted from error
    except pikepdf.PdfError as error:
        raise FileDamaged from error


def _refuse_mixed(path: Path) -> None:
    """The header starts the file, %%EOF ends it, and no other program takes it for its own."""
    with path.open("rb") as content:
        head = content.read(1024)
        size = content.seek(0, 2)
        content.seek(max(0, size - 4096))
        tail = content.read()
    if not head.startswith(b"%PDF-"):
        raise FileMixed if b"%PDF-" in head else ContentDiffersFromName(shown="PDF")
    if not re.match(rb"%PDF-[12]\.\d\s", head) or _TAGS.search(head) or _is_archive(path):
        raise FileMixed
    end = tail.rfind(b"%%EOF")
    if end < 0:
        raise FileDamaged
    if tail[end + 5 :].strip(b"\0\t\n\f\r \x1a"):
        raise FileMixed


def _is_archive(path: Path) -> bool:
    """Four bytes of a picture may look like a directory's end by chance; a directory that can be read does
    not."""
    if not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return bool(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


def _refuse_active(pdf: pikepdf.Pdf) -> None:
    import pikepdf

    root = pdf.Root
    if not _opens_quietly(root.get("/OpenAction")):
        raise PdfRunsCode
    names = root.get("/Names")
    if isinstance(names, pikepdf.Dictionary):
        if "/JavaScript" in names:
            raise PdfRunsCode
        files = names.get("/EmbeddedFiles")
        if isinstance(files, pikepdf.Dictionary) and (files.get("/Names") or files.get("/Kids")):
            raise PdfHoldsFiles
    for holder in every_dictionary(pdf):
        _refuse_dictionary(holder)


def every_dictionary(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Each dictionary and stream: the indirect objects, the trailer and every direct child at any depth."""
    import pikepdf

    stack: list[Any] = [pdf.trailer]
    for indirect in pdf.objects:
        stack.append(indirect)
        while stack:
            here = stack.pop()
            if isinstance(here, (pikepdf.Dictionary, pikepdf.Stream)):
                yield here
                children = [value for _, value in here.items()]
            elif isinstance(here, pikepdf.Array):
                children = list(here)
            else:
                continue
            for child in children:
                if isinstance(child, (pikepdf.Dictionary, pikepdf.Array)) and not child.is_indirect:
                    stack.append(child)


def _refuse_dictionary(holder: Any) -> None:
    import pikepdf

    keys = set(holder.keys())
    subtype = str(holder.get("/Subtype", ""))
    if "/XFA" in keys:
        raise PdfXfaForm
    if "/EF" in keys or subtype == "/FileAttachment":
        raise PdfHoldsFiles
    if subtype in _MEDIA or "/RichMediaContent" in keys:
        raise PdfHoldsMedia
    if "/JS" in keys:
        raise PdfRunsCode
    is_structure = str(holder.get("/Type", "")) == "/StructElem"
    if not is_structure and str(holder.get("/S", "")) in _ACTIONS:
        raise PdfRunsCode
    if str(holder.get("/URI", "")).strip().lower().startswith(("javascript:", "file:", "data:", "\\\\")):
        raise PdfRunsCode
    if isinstance(holder, pikepdf.Stream) and "/F" in keys:
        raise PdfRunsCode  # a stream whose content lies in another file
    events = holder.get("/AA")
    if isinstance(events, pikepdf.Dictionary) and not all(_opens_quietly(a) for _, a in events.items()):
        raise PdfRunsCode


def _opens_quietly(action: Any) -> bool:
    """A place in the document or a move to one, as most word processors write it; nothing else may happen
    unasked."""
    import pikepdf

    if not isinstance(action, pikepdf.Dictionary):
        return True
    after = action.get("/Next")
    return str(action.get("/S", "/GoTo")) in _HARMLESS_AT_OPENING and (after is None or _opens_quietly(after))


def _texts(path: Path) -> Iterator[str]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
        given = 0
        for number in range(len(document)):
            page = document[number]
            words = page.get_textpage()
            text = words.get_text_bounded()
            words.close()
            page.close()
            yield text
            given += len(text)
            if given > MOST_TEXT:
                break
        document.close()
    except pypdfium2.PdfiumError as error:
        raise FileDamaged from error


def page_png(path: Path, page: int, width: int) -> bytes:
    """Page `page` (from 1) as a PNG `width` pixels wide, at most three times as high. Raises PageMissing."""
    import io

    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
        if not 1 <= page <= len(document):
            raise PageMissing
        sheet = document[page - 1]
        wide, high = sheet.get_size()
        # The renderer rounds up; a hair less keeps the width as asked for.
        scale = min((width - 0.01) / wide, 3 * width / high)
        picture = sheet.render(scale=scale).to_pil()
    except (pypdfium2.PdfiumError, ZeroDivisionError) as error:
        raise FileDamaged from error
    out = io.BytesIO()
    picture.save(out, format="PNG", compress_level=6)
    return out.getvalue()

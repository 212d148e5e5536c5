"""XLSX: values only, no macros, no links, and its cells within limits. Runs in the parser's process."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

from portal.platform.files import archive
from portal.platform.files.refusals import (
    CellUnreadable,
    ContentDiffersFromName,
    EmbeddedObject,
    ExternalContent,
    FileDamaged,
    FileEncrypted,
    MacroFound,
    TooManyCells,
)

MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 300
MOST_TEXT: Final = 3_000_000
_MACROS: Final = re.compile(r"(vbaProject|vbaData|/macrosheets/|/dialogsheets/|/activeX/|customUI)", re.I)
_OBJECTS: Final = re.compile(r"(/embeddings/|oleObject)", re.I)
_LINKS: Final = re.compile(r"(/externalLinks/|connections\.xml$|/queryTables/|/model/|customData)", re.I)


def inspect(path: Path) -> dict[str, Any]:
    """{"text" (sheets parted by form feeds, cells by tabs), "warnings"}; raises a refusal."""
    refuse_unsafe(path)
    sheets, size = [], 0
    with _opened(path, computed=True) as book:
        for sheet in book.worksheets:
            lines = []
            for _, values in _rows(sheet):
                line = "\t".join("" if v is None else str(v) for v in values)
                lines.append(line)
                size += len(line)
                if size > MOST_TEXT:
                    raise TooManyCells(rows=f"{MOST_ROWS:,}", columns=MOST_COLUMNS)
            sheets.append("\n".join(lines))
    text = "\f".join(sheets)
    return {"text": text, "warnings": [] if text.strip() else ["no_text"]}


def refuse_unsafe(path: Path) -> None:
    with path.open("rb") as content:
        head = content.read(8)
    if head == archive.OLE_MAGIC and _is_encrypted_package(path):
        raise FileEncrypted
    if head[:4] != b"PK\x03\x04":
        raise ContentDiffersFromName(shown="XLSX")
    with archive.opened(path) as package:
        names = package.namelist()
        if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
            raise ContentDiffersFromName(shown="XLSX")
        for name in names:
            if _MACROS.search(name):
                raise MacroFound
            if _OBJECTS.search(name):
                raise EmbeddedObject(part=name)
            if _LINKS.search(name):
                raise ExternalContent(part=name)
        archive.refuse_unsafe_parts(package)
        if b"macroEnabled" in archive.contents(package, "[Content_Types].xml"):
            raise MacroFound
        for name in names:
            if name.endswith(".rels"):
                _refuse_relations(package, name)


def _refuse_relations(package: zipfile.ZipFile, name: str) -> None:
    """Only a hyperlink, which waits for a click, may lead outside."""
    relations = ElementTree.fromstring(archive.contents(package, name))  # noqa: S314 - no DTD in it
    for relation in relations.iter():
        outside = relation.get("TargetMode", "").lower() == "external"
        target = relation.get("Target", "")
        link = relation.get("Type", "").endswith("/hyperlink")
        if outside and not (link and re.match(r"(https?://|mailto:|#)", target, re.I)):
            raise ExternalContent(part=target)


def _is_encrypted_package(path: Path) -> bool:
    import olefile  # type: ignore[import-untyped]

    try:
        with olefile.OleFileIO(path) as ole:
            return bool(ole.exists("EncryptedPackage"))
    except OSError:
        return False


@contextmanager
def _opened(path: Path, *, computed: bool) -> Iterator[Any]:
    """`computed` gives the values Excel stored; otherwise formulas as they stand."""
    import openpyxl

    with path.open("rb") as content:
        try:
            book = openpyxl.load_workbook(content, read_only=True, data_only=computed, keep_links=False)
        except Exception as error:  # openpyxl lets through whatever its parts meet
            raise FileDamaged from error
        yield book
        book.close()


def _rows(sheet: Any) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """(row number, values) of the rows that hold something. The size a sheet claims for itself is not
    believed."""
    sheet.reset_dimensions()
    try:
        for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            width = next((n for n in range(len(values), 0, -1) if values[n - 1] not in (None, "")), 0)
            if width > MOST_COLUMNS or (width and number > MOST_ROWS):
                raise TooManyCells(rows=f"{MOST_ROWS:,}", columns=MOST_COLUMNS)
            if width:
                yield number, values[:width]
    except (ValueError, KeyError, TypeError, AttributeError, ElementTree.ParseError) as error:
        raise FileDamaged from error


def grid(path: Path, sheet: str | None) -> dict[str, Any]:
    """{"rows": [[number, [[address, kind, value], ...]], ...]}: the filled cells of one sheet, the first by
    default.

    A formula counts by the value its program stored; one without a value, and a cell holding an error such as
    #REF!, is a refusal that names the cell.
    """
    from openpyxl.utils import get_column_letter

    refuse_unsafe(path)
    with _opened(path, computed=True) as values, _opened(path, computed=False) as formulas:
        name = sheet if sheet in values.sheetnames else values.worksheets[0].title
        found = dict(_rows(values[name]))
        rows = []
        for number, written in _rows(formulas[name]):
            computed = found.get(number, ())
            cells = []
            for column, formula in enumerate(written):
                if formula is None or formula == "":
                    continue
                address = f"{get_column_letter(column + 1)}{number}"
                value = computed[column] if column < len(computed) else None
                if value is None or (isinstance(value, str) and re.fullmatch(r"#[A-Z/0]+[!?A]", value)):
                    raise CellUnreadable(cell=address, shown=value or "-")
                cells.append([address, *_plain(value)])
            rows.append([number, cells])
    return {"rows": rows}


def _plain(value: Any) -> tuple[str, Any]:
    if isinstance(value, bool):
        return "bool", value
    if isinstance(value, int | float | Decimal):
        exact = Decimal(str(value))
        return ("int", str(int(exact))) if exact == exact.to_integral_value() else ("decimal", str(exact))
    if isinstance(value, datetime):
        return ("date", value.date().isoformat()) if value.time() == time() else ("datetime", value.isoformat())
    if isinstance(value, date):
        return "date", value.isoformat()
    if isinstance(value, time | timedelta):
        return "text", str(value)
    return "text", str(value)

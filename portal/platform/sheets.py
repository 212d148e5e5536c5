"""Tables out as CSV and XLSX, and an uploaded XLSX in, cell by cell.

Going out, text that a spreadsheet would take for a formula gets an apostrophe in front; numbers stay numbers. The
same table gives the same bytes: no time, program or author is written into the file.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import IO, Any, Final
from zoneinfo import ZoneInfo

from portal.platform import storage
from portal.platform.errors import DomainError
from portal.platform.formats import KST
from portal.platform.language import Text, say
from portal.platform.names import nfc, parse_amount

Out = str | int | float | bool | Decimal | Fraction | date | datetime | Text | Mapping[str, str] | None
"""What a cell of an outgoing table may hold. Moments are written in Korean time, with its offset."""

_FORMULA_STARTS: Final = tuple("=+-@\t\r\n＝＋－＠")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LONGEST_TEXT: Final = 32_767  # characters that XLSX allows in a cell
_MEASURED: Final = 500  # rows by which a column's width is set
_EXACT: Final = 10**15  # a spreadsheet keeps fifteen digits of a number


def safe_text(text: str) -> str:
    """Text that no spreadsheet computes."""
    bare = _CONTROL.sub("", text)
    return f"'{bare}" if bare.startswith(_FORMULA_STARTS) else bare


def _plain(value: Out) -> str | int | float | Decimal | bool | date | None:
    """The value as a number, a day or safe text."""
    if value is None or isinstance(value, bool | int | Decimal):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    if isinstance(value, Fraction):
        return float(value)
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(KST)).isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value
    return safe_text(say(value))


def csv_bytes(header: Sequence[Out], rows: Iterable[Sequence[Out]]) -> bytes:
    out = io.BytesIO()
    write_csv(out, header, rows)
    return out.getvalue()


def write_csv(out: IO[bytes], header: Sequence[Out], rows: Iterable[Sequence[Out]]) -> None:
    """UTF-8 with a byte order mark (Excel takes Korean for another encoding without it), CR LF line ends; row by row."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    for row in itertools.chain((header,), rows):
        writer.writerow(["" if (plain := _plain(value)) is None else plain for value in row])
    text.flush()
    text.detach()


@dataclass(frozen=True)
class Sheet:
    title: Text | str
    header: Sequence[Out]
    rows: Iterable[Sequence[Out]]


def xlsx_bytes(sheets: Sequence[Sheet]) -> bytes:
    out = io.BytesIO()
    write_xlsx(out, sheets)
    return out.getvalue()


def write_xlsx(out: IO[bytes], sheets: Sequence[Sheet]) -> None:
    """A workbook with a bold, frozen, filterable header in each sheet. Titles are cut to the 31 characters allowed.

    Rows are taken one by one; columns are as wide as the first few hundred need.
    """
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    taken: set[str] = set()
    for sheet in sheets:
        _write(book.create_sheet(_title(say(sheet.title), taken)), sheet)
    with tempfile.TemporaryFile() as made:
        book.save(made)
        _without_traces(made, out)


def _write(target: Any, sheet: Sheet) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    rows = ([_plain(value) for value in row] for row in sheet.rows)
    first = list(itertools.islice(rows, _MEASURED))
    header = [_plain(value) for value in sheet.header]
    for column, title in enumerate(header):
        longest = max((_width(row[column]) for row in first if column < len(row)), default=0)
        target.column_dimensions[get_column_letter(column + 1)].width = min(60, max(_width(title), longest) + 3)
    target.freeze_panes = "A2"
    target.append([_cell(target, v, font=Font(bold=True), alignment=Alignment(wrap_text=True)) for v in header])
    last = 1
    for last, row in enumerate(itertools.chain(first, rows), start=2):  # noqa: B007 - the last row's number
        target.append([_cell(target, value) for value in row])
    if header:
        target.auto_filter.ref = f"A1:{get_column_letter(len(header))}{last}"


def _cell(target: Any, value: Any, **style: Any) -> Any:
    from openpyxl.cell import WriteOnlyCell

    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        value = value[: _LONGEST_TEXT - 1] + "…"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _EXACT:
        value = f"{value:,}"
    cell = WriteOnlyCell(target, value=value)
    if isinstance(value, str):
        cell.data_type = "s"
    elif isinstance(value, int) and not isinstance(value, bool):
        cell.number_format = "#,##0"
    for name, setting in style.items():
        setattr(cell, name, setting)
    return cell


def _width(value: Any) -> int:
    """Columns a value takes: Hangul counts two."""
    text = f"{value:,}" if isinstance(value, int) else str(value if value is not None else "")
    return max((sum(2 if ord(c) > 0x1100 else 1 for c in line) for line in text.split("\n")), default=0)


def _title(wished: str, taken: set[str]) -> str:
    base = re.sub(r"[\[\]:*?/\\']", " ", _CONTROL.sub("", wished)).strip()[:31] or "1"
    title, number = base, 1
    while title.lower() in taken:
        number += 1
        title = f"{base[: 30 - len(str(number))]} {number}"
    taken.add(title.lower())
    return title


def _without_traces(workbook: IO[bytes], out: IO[bytes]) -> None:
    with zipfile.ZipFile(workbook) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            if name == "docProps/core.xml":
                bare = re.sub(rb"<(dcterms:\w+|dc:creator|cp:\w+)\b[^>]*>[^<]*</\1>", b"", source.read(name))
                target.writestr(entry, bare)
                continue
            with source.open(name) as part, target.open(entry, "w") as copy:
                shutil.copyfileobj(part, copy)


# --- reading ---


class CellRefused(DomainError):
    """What stands in one cell cannot be used; `reason` is the sentence a form field would get."""

    def __init__(self, field: str | None, /, cell: str, reason: DomainError) -> None:
        super().__init__(field, cell=cell)
        self.reason = reason

    def sentence(self) -> str:
        where = say(Text("{cell} 칸: ", "Cell {cell}: "), **self.params)
        return where + self.reason.sentence()


class CellEmpty(DomainError):
    say = Text("값을 입력해 주십시오.", "Enter a value.")


class CellNotWhole(DomainError):
    say = Text("0 이상의 정수를 입력해 주십시오.", "Enter a whole number, 0 or more.")


In = str | int | Decimal | bool | date | datetime


@dataclass(frozen=True)
class Cell:
    address: str  # C7
    value: In | None

    def text(self) -> str:
        """NFC, trimmed; empty for an empty cell."""
        return "" if self.value is None else nfc(str(self.value)).strip()

    def refuse(self, reason: DomainError) -> CellRefused:
        return CellRefused(reason.field, cell=self.address, reason=reason)

    def required(self) -> str:
        if not self.text():
            raise self.refuse(CellEmpty())
        return self.text()

    def amount(self, minor_digits: int = 0) -> int:
        """Money as in a form (`parse_amount`); raises CellRefused with the cell's address."""
        try:
            return parse_amount(self.text(), minor_digits)
        except DomainError as reason:
            raise self.refuse(reason) from None

    def whole(self) -> int:
        """A count; raises CellRefused."""
        if isinstance(self.value, int) and not isinstance(self.value, bool) and self.value >= 0:
            return self.value
        text = self.text().replace(",", "")
        if not re.fullmatch(r"[0-9]{1,18}", text):
            raise self.refuse(CellNotWhole() if text else CellEmpty())
        return int(text)


@dataclass(frozen=True)
class Row:
    number: int  # from 1, as the spreadsheet shows it
    cells: Mapping[str, Cell]  # by column letter, filled cells only

    def __getitem__(self, column: str) -> Cell:
        """The cell of a column (`row["C"]`); an empty one where nothing stands."""
        return self.cells.get(column) or Cell(f"{column}{self.number}", None)


def read_xlsx(path_or_sha: Path | str, sheet: str | None = None, field: str | None = None) -> list[Row]:
    """The rows of a sheet (the first by default) that hold something, in order.

    The workbook is checked and parsed in the parser's process. A formula counts by its stored value. Raises a
    FileRefused; a formula without a value and an error such as #REF! name their cell.
    """
    from portal.platform.files import sandbox

    path = storage.path_for_parser(path_or_sha) if isinstance(path_or_sha, str) else path_or_sha
    answer, _ = sandbox.run("grid", path, field, sheet=sheet)
    return [
        Row(number, {re.sub(r"\d", "", a): Cell(a, _value(kind, value)) for a, kind, value in cells})
        for number, cells in answer["rows"]
    ]


def _value(kind: str, value: Any) -> In:
    if kind == "int":
        return int(value)
    if kind == "decimal":
        return Decimal(value)
    if kind == "date":
        return date.fromisoformat(value)
    if kind == "datetime":
        return datetime.fromisoformat(value)
    return bool(value) if kind == "bool" else str(value)

"""Rows of a CSV file that a person made: what cannot be read is refused with its row and column.

UTF-8 with or without a byte order mark; texts in NFC without spaces around them; numbers exact, as they are written.
The header is row 1, as a spreadsheet counts.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from portal.platform.names import nfc

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)


class TableRefused(ValueError):
    """A sentence that says where and why."""


@dataclass(frozen=True)
class CsvRow:
    """One row; `number` is its place in the file."""

    number: int
    cells: dict[str, str]

    def refuse(self, column: str, reason: str) -> TableRefused:
        return TableRefused(f"row {self.number}, column {column}: {reason}")

    def text(self, column: str) -> str:
        """A cell that must not be empty."""
        if not self.cells[column]:
            raise self.refuse(column, "is empty")
        return self.cells[column]

    def exact(self, column: str) -> Fraction:
        """A plain decimal number, exactly. Raises TableRefused."""
        text = self.text(column)
        if not _NUMBER.fullmatch(text):
            raise self.refuse(column, f"‘{text}’ is not a number")
        return Fraction(text)


def read_rows(file: Path, needed: Sequence[str]) -> list[CsvRow]:
    """All rows with a cell in them; the `needed` columns must be there. Raises TableRefused."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            lines = list(csv.reader(opened, strict=True))
    except UnicodeDecodeError as error:
        raise TableRefused(f"{file.name} is not UTF-8 text") from error
    except (csv.Error, OSError) as error:
        raise TableRefused(f"{file.name} cannot be read: {error}") from error
    header = [nfc(name).strip() for name in lines[0]] if lines else []
    _check_header(file.name, header, needed)
    return [_row(number, header, line) for number, line in enumerate(lines[1:], start=2) if any(map(str.strip, line))]


def _check_header(name: str, header: list[str], needed: Sequence[str]) -> None:
    for column in needed:
        if column not in header:
            raise TableRefused(f"{name} has no column {column}; the first row names the columns: {', '.join(needed)}")
    for column in header:
        if header.count(column) > 1:
            raise TableRefused(f"{name} has more than one column ‘{column}’")


def _row(number: int, header: list[str], line: list[str]) -> CsvRow:
    if len(line) > len(header):
        raise TableRefused(f"row {number} has {len(line)} cells, but there are {len(header)} columns")
    cells = [nfc(cell).strip() for cell in line] + [""] * (len(header) - len(line))
    return CsvRow(number, dict(zip(header, cells, strict=True)))

"""The budget grid: its cells, its sums, and a sheet of it read back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from portal.applications.rules.matching import Costs
from portal.platform.errors import DomainError
from portal.platform.language import Text, say
from portal.platform.names import parse_amount
from portal.programs.definition import CallDefinition

PAYERS: Final = ("government", "cash", "in_kind")
LARGEST: Final = 10**14  # of one cell; keeps every sum far inside 64 bits
HEADINGS: Final = (
    Text("연도", "Year"),
    Text("비목 코드", "Category code"),
    Text("비목", "Category"),
    Text("정부지원금", "Government"),
    Text("현금", "Cash"),
    Text("현물", "In kind"),
)
FIRST_AMOUNT: Final = 3  # the column of the first amount, from 0

TOO_LARGE = Text(
    "한 칸에는 100조 원보다 적은 금액만 적을 수 있습니다. 0을 더 입력하지 않았는지 확인해 주십시오.",
    "One cell takes less than KRW 100 trillion. Check for extra zeros.",
)
NEGATIVE = Text("0보다 작은 금액은 입력할 수 없습니다.", "The amount cannot be less than 0.")
UNKNOWN_PLACE = Text("이 공고에 없는 연도나 비목입니다.", "This call has no such year or category of cost.")
TWICE = Text("같은 연도와 비목이 두 번 있습니다.", "This year and category stand in the sheet twice.")


class CellProblem(NamedTuple):
    path: str
    sentence: Text
    params: dict[str, str]


class SheetProblem(NamedTuple):
    """`cell` as a spreadsheet names it: D5."""

    cell: str
    sentence: Text
    params: dict[str, object]

    def words(self) -> str:
        return f"{self.cell}: {say(self.sentence, **self.params)}"


def cell_field(year: int, category: str, payer: str) -> str:
    return f"b_{year}-{category}-{payer}"


def places(definition: CallDefinition) -> list[tuple[int, str]]:
    return [(year, category.code) for year in definition.years for category in definition.costs]


def problems(definition: CallDefinition, cells: Mapping[tuple[int, str], Costs]) -> list[CellProblem]:
    known, found = set(places(definition)), []
    for (year, category), costs in cells.items():
        for payer in PAYERS:
            path, amount = cell_field(year, category, payer), getattr(costs, payer)
            if (year, category) not in known:
                found.append(CellProblem(path, UNKNOWN_PLACE, {}))
                break
            if amount < 0:
                found.append(CellProblem(path, NEGATIVE, {}))
            elif amount >= LARGEST:
                found.append(CellProblem(path, TOO_LARGE, {}))
    return found


def by_year(cells: Mapping[tuple[int, str], Costs]) -> dict[int, Costs]:
    sums: dict[int, Costs] = {}
    for (year, _), costs in sorted(cells.items()):
        sums[year] = sums.get(year, Costs()) + costs
    return sums


def year_cap(definition: CallDefinition, year: int) -> int | None:
    """What the call gives one team in money in a year: the sum of its money components' caps; None if one has none."""
    caps = [
        c.award_cap
        for c in definition.components
        if c.kind == "money" and c.is_asked and year in (c.years or definition.years)
    ]
    return sum(cap for cap in caps if cap is not None) if caps and None not in caps else None


def sheet_rows(definition: CallDefinition, cells: Mapping[tuple[int, str], Costs]) -> list[list[str | int]]:
    """The grid as a sheet, without its heading: one row for each year and category."""
    rows: list[list[str | int]] = []
    for year in definition.years:
        for category in definition.costs:
            costs = cells.get((year, category.code), Costs())
            rows.append([year, category.code, say(category.names), costs.government, costs.cash, costs.in_kind])
    return rows


def read_sheet(
    definition: CallDefinition, rows: Iterable[tuple[int, Sequence[object]]], minor_digits: int
) -> tuple[dict[tuple[int, str], Costs], list[SheetProblem]]:
    """The grid of a sheet in the template's shape, and every cell that cannot be read. Rows come with their numbers."""
    known, cells, found = set(places(definition)), {}, []
    for number, row in rows:
        texts = [_text(value) for value in row] + [""] * 6
        if not any(texts) or (number == 1 and not texts[0].isdigit()):
            continue  # an empty row, or the heading
        place = (int(texts[0]) if texts[0].isdecimal() and len(texts[0]) < 6 else 0, texts[1])
        if place not in known:
            found.append(SheetProblem(f"A{number}", UNKNOWN_PLACE, {}))
        elif place in cells:
            found.append(SheetProblem(f"A{number}", TWICE, {}))
        else:
            amounts = [_amount(texts[FIRST_AMOUNT + i], f"{'DEF'[i]}{number}", minor_digits, found) for i in range(3)]
            cells[place] = Costs(*amounts)
    return cells, found


def _text(value: object) -> str:
    if isinstance(value, float | Decimal) and value == int(value):
        value = int(value)
    return "" if value is None else str(value).strip()


def _amount(text: str, cell: str, minor_digits: int, found: list[SheetProblem]) -> int:
    if not text:
        return 0
    try:
        amount = parse_amount(text, minor_digits)
    except DomainError as error:
        found.append(SheetProblem(cell, type(error).say, dict(error.params)))
        return 0
    if amount >= LARGEST:
        found.append(SheetProblem(cell, TOO_LARGE, {}))
    return amount

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.platform import names, sheets
from portal.platform.files import refusals
from portal.platform.language import Text, speaking
from portal.platform.sheets import Sheet, csv_bytes, read_xlsx, write_csv, xlsx_bytes

FORMULAS = ["=1+1", "+82-2-1234", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "=HYPERLINK(1)"]


def reread(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def book(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


@pytest.mark.parametrize("evil", FORMULAS)
def test_text_that_looks_like_a_formula_is_never_computed(evil: str) -> None:
    ((_,), (cell,)) = reread(csv_bytes(["제목"], [[evil]]))
    assert cell.startswith("'")
    cell_in_book = book(xlsx_bytes([Sheet("s", [evil], [[evil]])])).active["A2"]
    assert cell_in_book.data_type == "s" and str(cell_in_book.value).startswith("'")


@given(st.text(max_size=50))
def test_no_text_starts_a_formula(text: str) -> None:
    assert not sheets.safe_text(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_numbers_stay_numbers_and_days_days() -> None:
    row = [-5, 1_936, Decimal("0.5"), -0.25, True, None, date(2026, 7, 21), Text("예", "Yes")]
    moment = datetime(2026, 7, 21, 9, 0, tzinfo=UTC)
    with speaking("en"):
        content = csv_bytes(["a"], [[*row, moment]])
        sheet = book(xlsx_bytes([Sheet(Text("표", "Table"), ["a"], [[*row, moment]])])).active
    assert reread(content)[1] == [
        "-5", "1936", "0.5", "-0.25", "True", "", "2026-07-21", "Yes", "2026-07-21 18:00:00+09:00"
    ]  # fmt: skip
    values = [c.value for c in sheet[2]]
    assert values[:6] == [-5, 1_936, 0.5, -0.25, True, None]
    assert values[6].date() == date(2026, 7, 21)
    assert values[7:] == ["Yes", "2026-07-21 18:00:00+09:00"]
    assert sheet.title == "Table" and sheet.freeze_panes == "A2"


def test_korean_csv_opens_in_excel_and_keeps_quotes_and_lines() -> None:
    content = csv_bytes(["기관", "의견"], [["가나다", 'a "b", c\nd']])
    assert content.startswith(b"\xef\xbb\xbf") and b"\r\n" in content
    assert reread(content) == [["기관", "의견"], ["가나다", 'a "b", c\nd']]


def test_an_amount_too_long_for_a_spreadsheet_is_kept_exact_as_text() -> None:
    sheet = book(xlsx_bytes([Sheet("s", ["won"], [[2**63 - 1], [193_600_000_000]])])).active
    assert sheet["A2"].value == "9,223,372,036,854,775,807"
    assert sheet["A3"].value == 193_600_000_000 and sheet["A3"].number_format == "#,##0"


def test_text_no_workbook_can_hold_is_cut_or_bared() -> None:
    sheet = book(xlsx_bytes([Sheet("s", ["t"], [["a\x00\x0bb"], ["x" * 40_000]])])).active
    assert sheet["A2"].value == "ab"
    assert len(sheet["A3"].value) == 32_767


def test_sheet_titles_are_made_valid_and_unique() -> None:
    long = "아주 " * 20
    titles = [Sheet(t, ["a"], []) for t in ("a/b:c", "A B C", "", long, long)]
    made = book(xlsx_bytes(titles)).sheetnames
    assert made[:3] == ["a b c", "A B C 2", "1"]
    assert len({t.lower() for t in made}) == 5 and max(map(len, made)) <= 31


def test_the_same_table_gives_the_same_bytes_and_names_nobody() -> None:
    one, two = (xlsx_bytes([Sheet("s", ["a"], [[1], ["b"]])]) for _ in range(2))
    assert one == two
    with zipfile.ZipFile(io.BytesIO(one)) as archive:
        assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml")
    assert b"openpyxl" not in core and b"dcterms:created" not in core


# --- reading ---


def saved(path: Path, fill: Any) -> Path:
    workbook = openpyxl.Workbook()
    fill(workbook.active)
    workbook.save(path)
    return path


def test_an_uploaded_grid_is_read_with_the_addresses_of_its_cells(tmp_path: Path) -> None:
    def fill(sheet: Any) -> None:
        sheet["A1"], sheet["C1"] = "기관", "금액"
        sheet["A4"], sheet["C4"], sheet["D4"] = " 가나다 ", "3억 5천만", 12
        sheet["E4"], sheet["F4"], sheet["G4"] = 0.5, date(2026, 7, 21), "１，０００"

    rows = read_xlsx(saved(tmp_path / "a", fill))
    assert [r.number for r in rows] == [1, 4]
    row = rows[1]
    assert row["A"].text() == "가나다"
    assert row["C"].amount() == 350_000_000 and row["C"].address == "C4"
    assert (row["D"].whole(), row["D"].amount(), row["G"].amount()) == (12, 12, 1000)
    assert row["E"].value == Decimal("0.5") and row["F"].value == date(2026, 7, 21)
    assert row["B"].text() == "" and row["B"].address == "B4"


def test_what_cannot_be_used_names_its_cell(tmp_path: Path) -> None:
    def fill(sheet: Any) -> None:
        sheet["C7"], sheet["D7"], sheet["E7"] = "-1", 0.5, "many"

    (row,) = read_xlsx(saved(tmp_path / "a", fill))
    for ask, reason in (
        (row["C"].amount, names.AmountNegative),
        (row["D"].amount, names.AmountNotWhole),
        (row["E"].amount, names.AmountUnreadable),
        (row["E"].whole, sheets.CellNotWhole),
        (row["D"].whole, sheets.CellNotWhole),
        (row["B"].whole, sheets.CellEmpty),
        (row["B"].required, sheets.CellEmpty),
    ):
        with pytest.raises(sheets.CellRefused) as refusal:
            ask()
        assert isinstance(refusal.value.reason, reason)
        with speaking("ko"):
            assert refusal.value.sentence().startswith(f"{refusal.value.params['cell']} 칸: ")
        with speaking("en"):
            assert refusal.value.sentence().startswith(f"Cell {refusal.value.params['cell']}: ")


@pytest.mark.parametrize("content", ["=1+1", "=WEBSERVICE(1)"])
def test_a_formula_without_a_stored_value_is_refused_by_its_cell(tmp_path: Path, content: str) -> None:
    with pytest.raises(refusals.CellUnreadable) as refusal:
        read_xlsx(saved(tmp_path / "a", lambda s: s.__setitem__("C7", content)), field="grid")
    assert "C7" in refusal.value.sentence() and refusal.value.field == "grid"


def test_an_error_value_is_refused_by_its_cell(tmp_path: Path) -> None:
    def fill(sheet: Any) -> None:
        sheet["B2"] = "#REF!"

    with pytest.raises(refusals.CellUnreadable) as refusal:
        read_xlsx(saved(tmp_path / "a", fill))
    assert "B2" in refusal.value.sentence() and "#REF!" in refusal.value.sentence()


def test_what_goes_out_comes_back(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(xlsx_bytes([Sheet("s", ["기관", "금액"], [["가나다", 193_600_000_000]])]))
    rows = read_xlsx(tmp_path / "a")
    assert (rows[1]["A"].text(), rows[1]["B"].amount()) == ("가나다", 193_600_000_000)


def test_an_unsafe_workbook_is_refused_before_its_cells_are_read(tmp_path: Path) -> None:
    path = saved(tmp_path / "a", lambda s: s.append([1]))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", "x")
    with pytest.raises(refusals.MacroFound):
        read_xlsx(path)


def test_a_long_table_is_written_row_by_row_and_alike() -> None:
    """More rows than are measured for the columns' widths, taken from something that can be read once."""
    rows = [[n, f"과제 {n}"] for n in range(1200)]
    assert xlsx_bytes([Sheet("표", ["수", "제목"], iter(rows))]) == xlsx_bytes([Sheet("표", ["수", "제목"], rows)])
    assert csv_bytes(["수", "제목"], iter(rows)) == csv_bytes(["수", "제목"], rows)
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_bytes([Sheet("표", ["수", "제목"], iter(rows))]))).worksheets[0]
    assert sheet.max_row == 1201 and sheet.auto_filter.ref == "A1:B1201"
    assert sheet.cell(1201, 2).value == "과제 1199"


def test_a_file_that_was_written_stays_open_for_whoever_sends_it() -> None:
    out = io.BytesIO()
    write_csv(out, ["수"], iter([[1]]))
    assert not out.closed and out.getvalue() == b"\xef\xbb\xbf\xec\x88\x98\r\n1\r\n"

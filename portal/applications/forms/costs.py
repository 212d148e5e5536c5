"""The budget grid of one institution; a sheet pasted or uploaded into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from flask_wtf.file import FileField
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from portal.applications.forms.versioned import VersionedForm
from portal.applications.rules.budget import HEADINGS, PAYERS, cell_field, places, problems
from portal.applications.rules.matching import Costs
from portal.platform.fields import MoneyField, text
from portal.platform.language import Text, say
from portal.programs.definition import CallDefinition

PAYER_NAMES: dict[str, Text] = dict(zip(PAYERS, HEADINGS[3:], strict=True))


class CostsForm(VersionedForm):
    definition: CallDefinition

    def cells(self) -> dict[tuple[int, str], Costs]:
        """The grid as typed; an empty cell is 0."""
        return {
            (year, category): Costs(*(self[cell_field(year, category, p)].data or 0 for p in PAYERS))
            for year, category in places(self.definition)
        }

    def validate(self, extra_validators: Any = None) -> bool:
        good = bool(super().validate(extra_validators))
        found = problems(self.definition, self.cells())
        self.tell(found)
        return good and not found


class SheetForm(VersionedForm):
    """The whole grid at once: `grid` pasted from a spreadsheet, or `file`, the template filled in."""

    slice = HiddenField(validators=[Length(max=32)])
    grid = TextAreaField(
        text("표 붙여넣기", "Paste a sheet"),
        [Length(max=100_000)],
        description=text(
            "양식 파일과 같은 열(연도, 비목 코드, 비목, 정부지원금, 현금, 현물)을 스프레드시트에서 복사하여 붙여넣으십시오.",
            "Copy the columns of the template (year, category code, category, government, cash, in kind) from a "
            "spreadsheet and paste them here.",
        ),
    )
    file = FileField(text("양식 파일(XLSX)", "Template file (XLSX)"))

    @property
    def has_file(self) -> bool:
        return bool(self.file.data and self.file.data.filename)

    def validate(self, extra_validators: Any = None) -> bool:
        good = bool(super().validate(extra_validators))
        if not self.has_file and not (self.grid.data or "").strip():
            empty = Text("표를 붙여넣거나 파일을 골라 주십시오.", "Paste a sheet or choose a file.")
            self.grid.errors = [*self.grid.errors, say(empty)]
            return False
        return good


def costs_form(
    definition: CallDefinition, cells: Mapping[tuple[int, str], Costs], version: int, *, posted: bool = True
) -> CostsForm:
    """`posted` False: another form of the page was sent, this one shows what is stored."""
    categories = {c.code: c for c in definition.costs}
    body: dict[str, Any] = {"definition": definition}
    data: dict[str, Any] = {"version": str(version)}
    for year, category in places(definition):
        for payer in PAYERS:
            name = cell_field(year, category, payer)
            label = f"{year} {say(categories[category].names)} {say(PAYER_NAMES[payer])}"
            body[name] = MoneyField(label, unit=definition.currency)
            data[name] = getattr(cells.get((year, category), Costs()), payer) or None
    made = type("GridForm", (CostsForm,), body)
    return cast(CostsForm, made(data=data) if posted else made(formdata=None, data=data))

"""The shapes of budget input."""

from __future__ import annotations

from typing import Any, cast

from wtforms import IntegerField, TextAreaField
from wtforms.validators import Regexp

from portal.platform.fields import LazyText, MoneyField, TextField, length, number_range, optional, required, text
from portal.platform.language import Text, say
from portal.platform.web import PortalForm


class CapForm(PortalForm):
    cap: MoneyField
    reason = TextAreaField(text("변경 사유", "Reason"), validators=[required(), length(max=1000, min=5)])


def cap_form(unit: str) -> CapForm:
    """A cap in the unit of its line."""
    fields = {"cap": MoneyField(text("새 한도", "New cap"), validators=[required()], unit=unit)}
    return cast(CapForm, type("CapForm", (CapForm,), fields)())


class LineForm(PortalForm):
    """A new line; its cap is read in the unit that was typed."""

    code = TextField(
        text("항목 코드", "Code"),
        validators=[required(), Regexp(r"^[a-z][a-z0-9_]{0,39}$", message=cast(str, LazyText("영문 소문자·숫자·밑줄만 씁니다.", "Small letters, digits and underscores only.")))],
        description=text("한 해의 돈은 코드_연도로 적습니다. 예: seed_2026", "Money of a year is called code_year, for example seed_2026."),
    )  # fmt: skip
    parent = TextField(text("위 항목의 코드", "Code of the line above"), validators=[optional(), length(max=60)])
    name_ko = TextField(text("이름(한국어)", "Name in Korean"), validators=[optional(), length(max=200)])
    name_en = TextField(text("이름(영어)", "Name in English"), validators=[optional(), length(max=200)])
    unit = TextField(
        text("단위", "Unit"), validators=[required(), length(max=16)],
        description=text("KRW, EUR 같은 통화, 또는 card, person", "A currency such as EUR, or card, person"),
    )  # fmt: skip
    cap = TextField(text("한도", "Cap"), validators=[required(), length(max=60)])
    year = IntegerField(text("연도", "Year"), validators=[optional(), number_range(min=2000, max=2100)])
    note = TextAreaField(text("근거", "Basis"), validators=[required(), length(max=1000, min=5)])

    def validate(self, extra_validators: Any = None) -> bool:
        good = bool(super().validate(extra_validators))
        if not (self.name_ko.data or self.name_en.data):
            self.name_en.errors = [
                say(Text("이름을 한 언어로는 적어 주십시오.", "Give a name in one language at least."))
            ]
            return False
        return good

    @property
    def names(self) -> dict[str, str]:
        given = {"ko": self.name_ko.data, "en": self.name_en.data}
        return {code: name for code, name in given.items() if name}


class LiftForm(PortalForm):
    reason = TextAreaField(text("해제 사유", "Reason"), validators=[required(), length(max=1000, min=5)])

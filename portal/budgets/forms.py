"""The shapes of budget input."""

from __future__ import annotations

from typing import cast

from wtforms import TextAreaField

from portal.platform.fields import MoneyField, length, required, text
from portal.platform.web import PortalForm


class CapForm(PortalForm):
    cap: MoneyField
    reason = TextAreaField(text("변경 사유", "Reason"), validators=[required(), length(max=1000, min=5)])


def cap_form(unit: str) -> CapForm:
    """A cap in the unit of its line."""
    fields = {"cap": MoneyField(text("새 한도", "New cap"), validators=[required()], unit=unit)}
    return cast(CapForm, type("CapForm", (CapForm,), fields)())


class LiftForm(PortalForm):
    reason = TextAreaField(text("해제 사유", "Reason"), validators=[required(), length(max=1000, min=5)])

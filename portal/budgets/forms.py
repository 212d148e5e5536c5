"""The shapes of budget input."""

from __future__ import annotations

from wtforms import TextAreaField

from portal.platform.fields import MoneyField, length, required, text
from portal.platform.web import PortalForm


class CapForm(PortalForm):
    cap = MoneyField(text("새 한도", "New cap"), validators=[required()])
    reason = TextAreaField(text("변경 사유", "Reason"), validators=[required(), length(max=1000, min=5)])


class LiftForm(PortalForm):
    reason = TextAreaField(text("해제 사유", "Reason"), validators=[required(), length(max=1000, min=5)])

"""What an officer types about a call."""

from __future__ import annotations

from wtforms import DateTimeLocalField, TextAreaField

from portal.platform.fields import length, required, text
from portal.platform.web import PortalForm


class ExtendForm(PortalForm):
    """A later deadline for everybody, in Korean time, with its reason in both languages."""

    closes_at = DateTimeLocalField(text("새 마감(한국 시각)", "New deadline (Korean time)"), validators=[required()])
    reason_ko = TextAreaField(text("이유(국문)", "Reason in Korean"), validators=[required(), length(1000, 5)])
    reason_en = TextAreaField(text("이유(영문)", "Reason in English"), validators=[required(), length(1000, 5)])

"""Findings on conditions, ranking again, exports."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, RadioField, TextAreaField

from portal.platform.fields import TextField, length, required, text
from portal.platform.language import Text
from portal.platform.web import PortalForm
from portal.ranking.service import MIN_REASON

PASS, FAIL = "pass", "fail"
CSV, XLSX = "csv", "xlsx"


class ConditionForm(PortalForm):
    """Pass or fail of one condition; choices of `condition` come from the stage."""

    condition = RadioField(text("조건", "Condition"), validate_choice=False, validators=[required()])
    outcome = RadioField(
        text("판정", "Finding"),
        choices=[(PASS, Text("충족", "Met")), (FAIL, Text("미충족", "Not met"))],
        validators=[required()],
    )
    reason = TextAreaField(
        text("판정 이유", "Reason"), [required(), length(min=MIN_REASON, max=2000)],
        description=text("결정문에 실립니다.", "It becomes part of the decision."),
    )  # fmt: skip


class StageForm(PortalForm):
    """A button about one stage and track."""

    stage = HiddenField()
    track = HiddenField()


class ExportForm(StageForm):
    """Downloads are logged with their reason."""

    kind = RadioField(text("형식", "Format"), choices=[(XLSX, "XLSX"), (CSV, "CSV")], default=XLSX)
    reason = TextField(
        text("내려받는 이유", "Reason for the download"), [required(), length(min=5, max=200)],
        description=text("감사 기록에 남습니다.", "It is written into the audit log."),
    )  # fmt: skip


def for_stage(form: Any, code: str, track: str) -> Any:
    form.stage.data, form.track.data = code, track
    return form

"""Findings on conditions, ranking again, exports."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, SelectField, TextAreaField

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


class AdjustmentForm(PortalForm):
    """Whether a bonus or a penalty applies; choices come from the stage."""

    adjustment = RadioField(text("가점·감점", "Bonus or penalty"), validate_choice=False, validators=[required()])
    applies = RadioField(
        text("판정", "Finding"),
        choices=[(PASS, Text("해당함", "Applies")), (FAIL, Text("해당하지 않음", "Does not apply"))],
        validators=[required()],
    )
    adjust_reason = TextAreaField(text("판정 이유", "Reason"), [required(), length(min=MIN_REASON, max=2000)])


class MeasurementForm(PortalForm):
    """Points of one lane from a file, with where they come from."""

    stage = HiddenField()
    lane = SelectField(text("평가 영역", "Lane"), choices=[], validate_choice=False)
    file = FileField(text("측정 결과(CSV)", "Measurements (CSV)"), [required()])
    note = TextField(
        text("출처", "Source"), [required(), length(min=MIN_REASON, max=300)],
        description=text("누가 언제 어떻게 쟀는지 적어 주십시오.", "Who measured, when and how."),
    )  # fmt: skip


class OneMoreForm(PortalForm):
    """One more review of an application is asked for."""

    reason = TextAreaField(
        text("한 건 더 필요한 이유", "Why one more is needed"), validators=[required(), length(max=1000)],
        description=text("감사 기록에 남습니다. 위원은 보지 못합니다.", "Kept in the audit log; the reviewer does not see it."),
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

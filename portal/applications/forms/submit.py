"""Handing in and taking back."""

from __future__ import annotations

from wtforms import BooleanField, TextAreaField

from portal.platform.fields import length, required, text
from portal.platform.web import PortalForm


class SubmitForm(PortalForm):
    declaration = BooleanField(
        text(
            "적은 내용이 사실이며, 신청서에 적힌 모두를 대신하여 제출할 권한이 있음을 확인합니다.",
            "What is written here is true, and I may hand it in on behalf of everybody named in it.",
        ),
        [required()],
    )


class WithdrawForm(PortalForm):
    reason = TextAreaField(
        text("철회 사유", "Reason for withdrawing"),
        [required(), length(max=1000)],
        description=text(
            "기록에 남으며, 이 신청을 맡은 담당자가 볼 수 있습니다.",
            "It is kept on record; officers of this call can read it.",
        ),
    )

"""The shapes of an officer's input."""

from __future__ import annotations

from wtforms import HiddenField, RadioField, TextAreaField

from portal.platform.fields import length, required, text
from portal.platform.language import Text
from portal.platform.web import PortalForm

ELIGIBLE, INELIGIBLE = "eligible", "ineligible"


class DecisionForm(PortalForm):
    outcome = RadioField(
        text("결정", "Decision"),
        choices=[(ELIGIBLE, Text("적합: 평가로 넘깁니다", "Eligible: goes to review")),
                 (INELIGIBLE, Text("부적합: 평가하지 않습니다", "Ineligible: is not reviewed"))],
        validators=[required()],
    )  # fmt: skip
    reason = TextAreaField(
        text("사유", "Reason"),
        description=text(
            "부적합이면 신청자에게 그대로 알립니다. 어느 규칙을 어떤 근거로 판단했는지 써 주십시오.",
            "If ineligible, the applicant is told this word for word. Say which rule, and on what evidence.",
        ),
        validators=[required(), length(max=2000, min=10)],
    )


class OpenReviewForm(PortalForm):
    stage = HiddenField()

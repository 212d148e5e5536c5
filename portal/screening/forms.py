"""The shapes of an officer's input."""

from __future__ import annotations

from wtforms import HiddenField, RadioField, SelectMultipleField, TextAreaField

from portal.platform.fields import MomentField, length, required, text
from portal.platform.formats import zone_said
from portal.platform.language import Text
from portal.platform.web import PortalForm
from portal.programs.definition import Words

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


class TogetherForm(DecisionForm):
    """The same decision, with the same reason, on several screenings; choices are their public ids."""

    screenings = SelectMultipleField(
        text("함께 결정할 신청서", "Applications to decide together"), choices=[], validate_choice=False
    )


class CompletionForm(PortalForm):
    """What is to be completed, in whose words, until when. `offer` names the places that there are."""

    places = SelectMultipleField(
        text("보완할 곳", "What to complete"),
        validate_choice=False,
        description=text(
            "고른 곳만 다시 열립니다. 확인이 필요한 곳을 미리 골라 두었습니다.",
            "Only these open again. The places that did not pass are chosen already.",
        ),
    )
    message = TextAreaField(
        text("신청자에게 전할 말", "Message to the applicant"),
        description=text(
            "무엇을 어떻게 보완하면 되는지 써 주십시오. 그대로 전해집니다.",
            "Say what is to be completed and how. It is sent word for word.",
        ),
        validators=[required(), length(max=2000, min=10)],
    )
    due = MomentField(text("기한", "Due"), [required()])

    def offer(self, places: list[tuple[str, Words]], zone: str) -> None:
        self.places.choices = places
        self.due.read_in(zone)
        self.due.description = zone_said(zone)


class OpenReviewForm(PortalForm):
    stage = HiddenField()

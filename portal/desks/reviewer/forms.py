"""Which complete reviews to submit together."""

from __future__ import annotations

from wtforms import SelectMultipleField

from portal.platform.fields import required, text
from portal.platform.web import PortalForm


class SubmitForm(PortalForm):
    """Choices are the public ids of the assignments whose review is complete."""

    reviews = SelectMultipleField(
        text("제출할 평가", "Reviews to submit"), validators=[required()], validate_choice=False
    )

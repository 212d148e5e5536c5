"""The shapes of input; the table's and the proposal's fields follow the call and its applications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from wtforms import DateField, HiddenField, IntegerField, RadioField, SelectField, SelectMultipleField, TextAreaField

from portal.awards import rules
from portal.awards.models import Result
from portal.awards.rules import Piece
from portal.platform.fields import MoneyField, TextField, length, number_range, optional, required, text
from portal.platform.language import Text
from portal.platform.web import PortalForm
from portal.programs.definition import CallDefinition


class ReasonForm(PortalForm):
    """An act that needs its reason."""

    reason = TextAreaField(text("사유", "Reason"), validators=[required(), length(max=4000)])


STOP, SKIP = "stop", "skip"


class ScenarioForm(PortalForm):
    """A selection to try: the rule for what does not fit, who must be inside or outside (public ids of entries)."""

    stage = HiddenField()
    track = HiddenField()
    name = TextField(text("시나리오의 이름", "Name of the scenario"), [required(), length(max=120)])
    rule = RadioField(
        text("순위대로 고르다 한도를 넘으면", "In rank order, when one does not fit"), default=STOP,
        choices=[(STOP, Text("거기서 멈춘다", "stop there")), (SKIP, Text("건너뛰고 다음을 본다", "pass over it and go on"))],
    )  # fmt: skip
    inside = SelectMultipleField(text("꼭 넣을 과제", "Must be inside"), choices=[], validate_choice=False)
    outside = SelectMultipleField(text("빼는 과제", "Must be outside"), choices=[], validate_choice=False)


class MatchingForm(PortalForm):
    """A button about one stage, all its tracks together."""

    stage = HiddenField()


class RoundForm(PortalForm):
    """The next round: whom this matching newly places is promoted."""

    stage = HiddenField()
    matching = HiddenField()
    why = TextAreaField(text("승격하는 사유", "Reason for promoting"), validators=[required(), length(max=4000)])


class MatchingExportForm(MatchingForm):
    """One saved matching as a file; downloads are logged with their reason."""

    matching = HiddenField()
    reason = TextField(
        text("내려받는 이유", "Reason for the download"), [required(), length(min=5, max=200)],
        description=text("감사 기록에 남습니다.", "It is written into the audit log."),
    )  # fmt: skip


class PromoteForm(PortalForm):
    """Those who were shown as the next, by public id: a list that changed meanwhile is refused."""

    following = HiddenField()
    reason = TextAreaField(text("사유", "Reason"), validators=[required(), length(max=4000)])

    @property
    def chosen(self) -> list[str]:
        return [code for code in str(self.following.data or "").split(",") if code]


class PassOverForm(PortalForm):
    outcome = HiddenField()
    reason = TextAreaField(text("제외 사유", "Reason for taking it off"), validators=[required(), length(max=4000)])


CONFIRMED, SENT_BACK = "confirmed", "returned"


class SittingForm(PortalForm):
    """What the deliberation committee resolved."""

    held_on = DateField(text("심의한 날", "Day of the sitting"), [required()])
    members = IntegerField(text("재적위원", "Members"), [required(), number_range(min=1)])
    present = IntegerField(text("출석위원", "Present"), [required(), number_range(min=0)])
    in_favour = IntegerField(text("의결안에 찬성", "In favour of the decision"), [required(), number_range(min=0)])
    resolved = RadioField(
        text("심의 결과", "Resolution"), [required()],
        choices=[(CONFIRMED, Text("확정", "Confirmed")), (SENT_BACK, Text("되돌려 보냄", "Returned"))],
    )  # fmt: skip
    reason = TextAreaField(text("심의 의견", "Reason"), [required(), length(max=4000)])


class ApproveForm(PortalForm):
    note = TextAreaField(text("승인 의견", "Note"), validators=[optional(), length(max=4000)])


class TableForm(PortalForm):
    version = HiddenField()

    def number(self) -> int:
        """The version that was shown; one that is no number is older than all."""
        typed = str(self.version.data or "")
        return int(typed) if typed.isdecimal() and len(typed) < 10 else -1

    def amount(self, name: str) -> int:
        """An empty cell is nothing."""
        value = self[name].data
        return value if isinstance(value, int) else 0


def table_form(rows: Mapping[str, Sequence[Piece]], definition: CallDefinition) -> type[TableForm]:
    """A form for these rows ({entry's public id: pieces asked for}): quantity, months of a resource, one reason."""
    fields: dict[str, Any] = {}
    for entry, pieces in rows.items():
        for piece in pieces:
            component = definition.component(piece.component)
            amount, count = text("권고 금액", "Recommended amount"), text("권고 수량", "Recommended quantity")
            label = amount if component.is_money else count
            unit = definition.currency if component.is_money else component.unit
            fields[rules.cell("q", entry, piece)] = MoneyField(label, validators=[optional()], unit=unit)
            if component.counts_months:
                months = MoneyField(text("개월 수", "Months"), validators=[optional()], unit="month")
                fields[rules.cell("m", entry, piece)] = months
        fields[f"reason-{entry}"] = TextAreaField(
            text("조정 사유", "Reason for changes"), validators=[optional(), length(max=2000)]
        )
    return cast(type[TableForm], type("TableForm", (TableForm,), fields))


class ProposalForm(PortalForm):
    """Of a long list, one reason for all that are selected and one for all others; a row's own goes before them."""

    stage = HiddenField()
    track = HiddenField()
    matching = HiddenField()  # the matching of choices that it follows, by public id
    selected_reason = TextAreaField(
        text("선정하는 모든 과제의 사유", "Reason for all that are selected"), validators=[optional(), length(max=4000)]
    )
    other_reason = TextAreaField(
        text("그 밖의 모든 과제의 사유", "Reason for all others"), validators=[optional(), length(max=4000)]
    )
    reason = TextAreaField(text("의결안의 사유", "Reason of the decision"), validators=[required(), length(max=4000)])


def proposal_form(entry_ids: Sequence[int], results: Sequence[Result], *, long: bool = False) -> type[ProposalForm]:
    """Result and reason for each entry of the stage; in a long list a row may leave its reason to the shared one."""
    fields: dict[str, Any] = {}
    for entry_id in entry_ids:
        fields[f"result_{entry_id}"] = SelectField(
            text("결과", "Result"),
            choices=[(r.value, rules.RESULTS[r]) for r in results],
            validate_choice=True,
        )
        fields[f"reason_{entry_id}"] = TextAreaField(
            text("결과 사유", "Reason"), validators=[optional() if long else required(), length(max=4000)]
        )
    return cast(type[ProposalForm], type("ProposalForm", (ProposalForm,), fields))


class DeclineForm(PortalForm):
    reason = TextAreaField(text("사양 사유", "Reason for declining"), validators=[required(), length(max=2000)])

"""The shapes of input of officers and reviewers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    TextAreaField,
)

from portal.platform.errors import DomainError
from portal.platform.fields import MomentField, TextField, length, number_range, optional, required, text
from portal.platform.formats import zone_said
from portal.platform.language import Text
from portal.platform.web import PortalForm
from portal.programs.definition import Regime, SessionRule
from portal.routing.errors import GroundMissing, ReasonMissing
from portal.routing.rules.sessions import MOST_SLOTS, Layout

NONE, CONFLICT, UNSURE, DECLINE = "none", "conflict", "unsure", "decline"
WAIVE, DISMISS, CONFIRM = "waive", "dismiss", "confirm"
ACCEPT, REFUSE = "accept", "refuse"


class PeopleForm(PortalForm):
    """Whom to invite; choices are the public ids of the pool's people on the page."""

    stage = HiddenField()
    track = HiddenField()
    name_ko = TextField(text("패널 이름 (한국어)", "Panel name in Korean"), validators=[optional(), length(max=120)])
    name_en = TextField(text("패널 이름 (영어)", "Panel name in English"), validators=[optional(), length(max=120)])
    people = SelectMultipleField(text("평가위원", "Reviewers"), choices=[], validate_choice=False)
    chair = SelectField(text("위원장", "Chair"), choices=[], validate_choice=False, validators=[optional()])


class PairsForm(PortalForm):
    """Pairs from a file, for a dry run."""

    stage = HiddenField()
    track = HiddenField()
    file = FileField(text("쌍의 목록(CSV)", "List of pairs (CSV)"), validators=[required()])


CSV, INSTANCE = "csv", "npz"


class PairsDownloadForm(PortalForm):
    stage = HiddenField()
    track = HiddenField()
    kind = RadioField(
        text("형식", "Format"), default=CSV,
        choices=[
            (CSV, Text("쌍의 목록(CSV)", "List of pairs (CSV)")),
            (INSTANCE, Text("계산 입력(NPZ), 이름 없음", "Inputs of the computation (NPZ), without names")),
        ],
    )  # fmt: skip
    download_reason = TextField(
        text("내려받는 사유", "Reason for the download"), validators=[required(), length(max=300)]
    )


class RunForm(PortalForm):
    stage = HiddenField()
    track = HiddenField()


class DrawForm(PortalForm):
    """The assignment once more with another seed."""

    stage = HiddenField()
    track = HiddenField()
    reason = TextAreaField(
        text("다른 난수로 다시 뽑는 사유", "Reason for another draw"), validators=[required(), length(max=1000)]
    )


LOCK, FORBID, LOAD = "lock", "forbid", "load"


class TrialForm(PortalForm):
    """What if? `change` with a pair (entry and person) or a person and a most load; on top of the trial `base`."""

    stage = HiddenField()
    track = HiddenField()
    base = HiddenField()
    change = HiddenField()
    entry = HiddenField()
    person = SelectField(text("위원", "Reviewer"), choices=[], validate_choice=False)
    load = IntegerField(text("많아야 (건)", "At most (applications)"), validators=[optional(), number_range(0, 500)])


class AdoptForm(PortalForm):
    """A trial becomes the proposal, or is put away."""

    reason = TextAreaField(text("사유", "Reason"), validators=[required(), length(max=1000)])
    answer = HiddenField(default="adopt")


class DiscardForm(PortalForm):
    stage = HiddenField()
    track = HiddenField()
    reason = TextAreaField(text("버리는 사유", "Reason for discarding"), validators=[required(), length(max=1000)])


class SwapForm(PortalForm):
    person = RadioField(text("새 위원", "New reviewer"), choices=[], validate_choice=False, validators=[required()])
    reason = TextAreaField(text("사유", "Reason"), validators=[optional(), length(max=1000)])


class SeatForm(PortalForm):
    """Accept is a button of its own; declining needs a reason, a suggestion is welcome."""

    answer = HiddenField()
    reason = TextAreaField(text("거절 사유", "Reason for declining"), validators=[optional(), length(max=1000)])
    suggestion = TextField(
        text("대신 맡을 만한 분", "Whom you would suggest instead"), validators=[optional(), length(max=300)]
    )


class DeclineForm(PortalForm):
    """One assignment given back behind the letter's link."""

    reason = TextAreaField(text("사양 사유", "Reason for declining"), validators=[required(), length(max=1000)])
    suggestion = TextField(
        text("대신 맡을 만한 분", "Whom you would suggest instead"), validators=[optional(), length(max=300)]
    )


EXCEPTIONS = [
    (NONE, Text("이해관계 없음: 평가를 맡겠습니다.", "No conflict: I will review it.")),
    (CONFLICT, Text("이해충돌 있음: 평가하지 않겠습니다.", "Conflict: I will not review it.")),
    (UNSURE, Text("확실하지 않음: 담당자가 판단해 주십시오.", "Not sure: let an officer decide.")),
    (DECLINE, Text("이해관계는 없으나 맡을 수 없음", "No conflict, but I cannot take it")),
]


class PledgeForm(PortalForm):
    """One pledge for a panel; for each assignment (`answer_<id>` ...) whether it is an exception. See `pledge_form`."""

    agree = BooleanField(text("위 서약에 동의합니다.", "I agree to the pledge above."))
    assignments: ClassVar[Sequence[str]] = ()

    def of(self, assignment: str) -> tuple[Any, Any, Any, Any]:
        """The fields of one assignment: answer, ground, statement, suggestion."""
        answer, ground, statement, suggestion = (
            self[f"{name}_{assignment}"] for name in ("answer", "ground", "statement", "suggestion")
        )
        return answer, ground, statement, suggestion

    def validate(self, extra_validators: Any = None) -> bool:
        good = bool(super().validate(extra_validators))
        wrong: list[DomainError] = []
        for assignment in self.assignments:
            answer, ground, statement, _ = self.of(assignment)
            if answer.data == CONFLICT and not ground.data:
                wrong.append(GroundMissing(ground.name))
            if answer.data == DECLINE and not (statement.data or "").strip():
                wrong.append(ReasonMissing(statement.name))
        for error in wrong:
            self.refuse(error)
        return good and not wrong


def pledge_form(assignments: Sequence[str], regime: Regime) -> PledgeForm:
    """With the fields of each of these assignments (public ids); nothing ticked means no conflict."""
    fields: dict[str, Any] = {"assignments": assignments}
    for each in assignments:
        fields[f"answer_{each}"] = RadioField(
            text("이 과제와 이해관계가 있습니까?", "Do you have a conflict of interest with this application?"),
            choices=EXCEPTIONS, default=NONE,
        )  # fmt: skip
        fields[f"ground_{each}"] = SelectField(
            text("해당하는 사유", "Ground that applies"), choices=[("", Text("고르십시오", "Choose")), *asked(regime)],
            validate_choice=False, validators=[optional()],
        )  # fmt: skip
        fields[f"statement_{each}"] = TextAreaField(
            text("설명", "Explanation"), validators=[optional(), length(max=2000)]
        )
        fields[f"suggestion_{each}"] = TextField(
            text("대신 맡을 만한 분", "Whom you would suggest instead"), validators=[optional(), length(max=300)]
        )
    made: PledgeForm = type("PanelPledgeForm", (PledgeForm,), fields)()
    return made


class DeclarationForm(PortalForm):
    answer = RadioField(
        text("이 과제와 이해관계가 있습니까?", "Do you have a conflict of interest with this application?"),
        choices=[
            (NONE, Text("없습니다. 평가를 맡겠습니다.", "No. I will review it.")),
            (CONFLICT, Text("있습니다. 이 과제를 평가하지 않겠습니다.", "Yes. I will not review it.")),
            (UNSURE, Text("확실하지 않습니다. 담당자가 판단해 주십시오.", "I am not sure. Let an officer decide.")),
            (DECLINE, Text("이해관계는 없으나 맡을 수 없습니다.", "No conflict, but I cannot take it.")),
        ],
        validators=[required()],
    )
    ground = SelectField(
        text("해당하는 사유", "Ground that applies"), choices=[], validate_choice=False, validators=[optional()]
    )
    statement = TextAreaField(text("설명", "Explanation"), validators=[optional(), length(max=2000)])
    suggestion = TextField(
        text("대신 맡을 만한 분", "Whom you would suggest instead"), validators=[optional(), length(max=300)]
    )
    pledge = BooleanField(text("서약에 동의합니다.", "I agree to the pledge."))

    def offer(self, regime: Regime) -> None:
        """The regime's grounds that are asked about, in its order."""
        self.ground.choices = [("", Text("고르십시오", "Choose")), *asked(regime)]


def asked(regime: Regime) -> list[tuple[str, Any]]:
    return [(g.code, g.names) for g in regime.conflict_grounds if g.asked]


class SettleForm(PortalForm):
    """An officer's answer to a declared, unsure or waivable conflict."""

    action = RadioField(text("처리", "Decision"), choices=[], validate_choice=False, validators=[required()])
    ground = SelectField(
        text("해당하는 사유", "Ground that applies"), choices=[], validate_choice=False, validators=[optional()]
    )
    reason = TextAreaField(
        text("사유", "Reason"),
        description=text("결정한 사람과 함께 기록에 남습니다.", "Kept on record with the name of who decided."),
        validators=[required(), length(max=2000, min=5)],
    )


def _place() -> TextField:
    return TextField(
        text("장소", "Place"),
        description=text(
            "회의실이나 온라인 회의 주소. 발표 팀과 패널에게만 보입니다.",
            "A room, or the link of an online meeting. Shown to the team and the panel only.",
        ),
        validators=[optional(), length(max=300)],
    )


def _minutes() -> IntegerField:
    return IntegerField(text("길이(분)", "Length in minutes"), validators=[required(), number_range(1, 480)])


class PlanForm(PortalForm):
    """A row of free slots."""

    starts_at = MomentField(text("첫 자리의 시작", "Start of the first slot"), [required()])
    count = IntegerField(text("자리 수", "How many slots"), validators=[required(), number_range(1, MOST_SLOTS)])
    minutes = _minutes()
    gap = IntegerField(text("자리 사이(분)", "Minutes between slots"), validators=[required(), number_range(0, 240)])
    pause_after = IntegerField(
        text("몇 자리마다 휴식", "A pause after every … slots"), validators=[optional(), number_range(1, MOST_SLOTS)]
    )
    pause = IntegerField(text("휴식(분)", "Minutes of the pause"), validators=[optional(), number_range(1, 480)])
    place = _place()

    def prepare(self, rule: SessionRule, zone: str, slots: int) -> None:
        """Times are those of the call's zone; before anything is typed, what the rule says for so many teams."""
        self.starts_at.read_in(zone)
        self.starts_at.description = zone_said(zone)
        if not self.is_submitted():
            self.minutes.data, self.gap.data, self.count.data = rule.minutes, rule.break_minutes, slots or None

    def layout(self) -> Layout:
        start = self.starts_at.data
        assert start is not None
        pauses = bool(self.pause_after.data and self.pause.data)
        return Layout(
            start, self.count.data, self.minutes.data, self.gap.data,
            self.pause_after.data if pauses else 0, self.pause.data if pauses else 0,
        )  # fmt: skip


class SessionForm(PortalForm):
    """One slot: when, where, whose."""

    starts_at = MomentField(text("시작", "Start"), [required()])
    minutes = _minutes()
    place = _place()
    entry = SelectField(text("발표 팀", "Team"), choices=[], validate_choice=False, validators=[optional()])
    reason = TextAreaField(
        text("바꾸는 사유", "Reason for the change"),
        description=text("발표 팀에 그대로 알립니다.", "The team is told this as it stands."),
        validators=[optional(), length(max=1000)],
    )


class ExchangeForm(PortalForm):
    """Another slot, as `take:<id>` (free) or `ask:<id>` (another team's)."""

    slot = RadioField(text("바꿀 자리", "The other slot"), choices=[], validate_choice=False, validators=[required()])


class SwapAnswerForm(PortalForm):
    swap = HiddenField()
    answer = HiddenField()


class AbsenceForm(PortalForm):
    reason = TextAreaField(
        text("사유", "Reason"),
        description=text(
            "연락한 시각과 결과를 적어 주십시오. 순위와 의결안 옆에 사실로 보입니다.",
            "Say when you tried to reach them, and what came of it. It stands as a fact beside ranking and decision.",
        ),
        validators=[required(), length(max=1000)],
    )


class MinutesForm(PortalForm):
    version = HiddenField()
    text = TextAreaField(text("회의록", "Minutes"), validators=[required(), length(max=10000)])

    @property
    def after(self) -> int:
        typed = str(self.version.data or "0")
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0

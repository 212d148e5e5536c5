"""The shape of a review and of what officers send about reviews."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_wtf.file import FileField
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from wtforms import HiddenField, RadioField, SelectMultipleField, TextAreaField
from wtforms.validators import Length

from portal.platform.errors import DomainError
from portal.platform.fields import TextField, length, optional, required, text
from portal.platform.language import Text, say
from portal.platform.web import PortalForm
from portal.programs.definition import Criterion, Stage
from portal.reviews.errors import ScoreOutOfRange, StaleReview
from portal.reviews.models import Review
from portal.reviews.rules import MAX_TEXT, MIN_COMMENT, MIN_REASON, Marks, check_marks, points_from


class ReviewForm(PortalForm):
    """One review. `version` is the save this text started from; fields per criterion are added by `review_form`."""

    version = HiddenField()
    comment = TextAreaField(
        text("종합의견", "Overall comment"), [length(max=MAX_TEXT)],
        description=text(f"{MIN_COMMENT}자 이상. 결정 뒤 신청자에게 이름 없이 공개됩니다.",
                         f"At least {MIN_COMMENT} characters. Shown to the applicant after the decision, unnamed."),
    )  # fmt: skip
    note = TextAreaField(
        text("담당자에게만 남기는 말", "Note to the officer only"), [optional(), length(max=MAX_TEXT)],
        description=text("신청자와 다른 위원은 보지 못합니다.", "Neither the applicant nor other reviewers see it."),
    )  # fmt: skip
    stage: ClassVar[Stage]
    stale = False

    @property
    def started_from(self) -> int:
        typed = self.version.data or "0"
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else -1

    def points(self, criterion: Criterion) -> Any:
        return self[f"points_{criterion.code}"]

    def reason(self, criterion: Criterion) -> Any:
        return self[f"reason_{criterion.code}"]

    def validate(self, extra_validators: Any = None) -> bool:
        good = bool(super().validate(extra_validators))
        wrong = check_marks(self.marks(), self.stage.criteria)
        for criterion in self.stage.criteria:
            try:
                points_from(self.points(criterion).data or "")
            except ValueError:
                name = f"points_{criterion.code}"
                wrong.append(ScoreOutOfRange(name, criterion=say(criterion.names), points=criterion.points))
        for error in wrong:
            self.refuse(error)
        return good and not wrong

    def marks(self) -> Marks:
        """What was typed, by criterion; what is no whole number counts as not given."""

        def number(typed: str | None) -> int | None:
            try:
                return points_from(typed or "")
            except ValueError:
                return None

        return {c.code: (number(self.points(c).data), self.reason(c).data or "") for c in self.stage.criteria}

    def refuse(self, error: DomainError) -> None:
        self.stale = self.stale or isinstance(error, StaleReview)
        super().refuse(error)

    def tell(self, errors: list[DomainError]) -> None:
        """Show what is missing on a page that was only opened."""
        for error in errors:
            self.refuse(error)
        self.status = 200

    def field_errors(self) -> dict[str, list[str]]:
        return {f.name: [str(e) for e in f.errors] for f in self if f.errors}


class RevisionForm(ReviewForm):
    """One's submitted review, changed in a meeting."""

    why = TextAreaField(
        text("고치는 이유", "Why you change it"), [required(), length(min=MIN_REASON, max=1000)],
        description=text(f"{MIN_REASON}자 이상. 앞의 점수와 함께 남습니다.",
                         f"At least {MIN_REASON} characters. Kept together with the former points."),
    )  # fmt: skip


def review_form(stage: Stage, review: Review | None, base: type[ReviewForm] = ReviewForm) -> ReviewForm:
    """The form of a stage's criteria, filled from the draft unless something is posted."""
    fields: dict[str, Any] = {"stage": stage}
    for criterion in stage.criteria:
        label = text(criterion.names.get("ko", ""), criterion.names.get("en", ""))
        fields[f"points_{criterion.code}"] = TextField(label, [length(max=20)])
        fields[f"reason_{criterion.code}"] = TextAreaField(
            text(f"‘{label.text.ko}’ 의견", f"Reason on ‘{label.text.en}’"), [length(max=MAX_TEXT)]
        )
    made: ReviewForm = type("CriteriaForm", (base,), fields)(data=filled(review))
    return made


def filled(review: Review | None) -> dict[str, Any]:
    """What the fields of a form hold for this draft."""
    if review is None:
        return {"version": "0"}
    data: dict[str, Any] = {
        "version": str(review.version), "comment": review.comment, "note": review.note_to_officer,
    }  # fmt: skip
    for score in review.scores:
        data[f"points_{score.criterion}"] = "" if score.points is None else str(score.points)
        data[f"reason_{score.criterion}"] = score.reason
    return data


class SheetForm(PortalForm):
    """The score sheet, filled in."""

    file = FileField(text("채운 점수표(XLSX)", "The sheet, filled in (XLSX)"))

    def validate(self, extra_validators: Any = None) -> bool:
        good = bool(super().validate(extra_validators))
        if not (self.file.data and self.file.data.filename):
            self.file.errors = [*self.file.errors, say(Text("파일을 골라 주십시오.", "Choose a file."))]
            return False
        return good


class SheetConfirmForm(PortalForm):
    """What the dry run found, sent back: one's own points and texts, checked again when they are saved."""

    changes = HiddenField(validators=[required(), Length(max=3_000_000)])

    def read(self) -> SheetChanges | None:
        try:
            return SheetChanges.model_validate_json(self.changes.data or "")
        except ValidationError:
            return None


class SheetChange(BaseModel):
    """One review as the sheet has it: criterion -> (points, reason). `version` is the draft it was compared with."""

    model_config = ConfigDict(extra="forbid")
    assignment: str = Field(max_length=26)
    version: int = Field(ge=0, lt=10**9)
    marks: dict[str, tuple[int | None, str]] = Field(max_length=60)
    comment: str


class SheetChanges(BaseModel):
    model_config = ConfigDict(extra="forbid")
    rows: list[SheetChange] = Field(max_length=500)


class CloseForm(PortalForm):
    """An officer ends the review of a stage."""

    stage = HiddenField()
    reason = TextAreaField(
        text("종료하는 이유", "Reason for closing"), [required(), length(min=MIN_REASON, max=1000)],
        description=text(
            "빠진 평가가 있어도 끝냅니다. 이유는 기록에 남습니다.",
            "Ends the review although some are missing. The reason stays in the record.",
        ),
    )  # fmt: skip


class StageForm(PortalForm):
    """A button about one stage."""

    stage = HiddenField()


PRESENT = "present"


class PresenceForm(PortalForm):
    """A button: this member is here, or leaves. An empty `seat` is one's own."""

    seat = HiddenField(validators=[Length(max=32)])
    state = HiddenField(validators=[Length(max=10)])


class ConcludeForm(PortalForm):
    note = TextAreaField(
        text("논의 결과", "What was concluded"), [required(), length(max=5000)],
        description=text("무엇을 논의했고 어떻게 보았는지 적습니다. 위원의 이름은 적지 마십시오.",
                         "What was discussed, and how it was seen. Do not write anybody's name."),
    )  # fmt: skip


class MotionForm(PortalForm):
    """Choices are set to the agenda by the route."""

    question = TextAreaField(
        text("안건", "Motion"), [required(), length(min=MIN_REASON, max=1000)],
        description=text("예: “두 과제를 독자성 미충족으로 본다.”", "For example: “The model counts as built independently.”"),
    )  # fmt: skip
    entries = SelectMultipleField(
        text("관련 신청", "Applications concerned"), validate_choice=False,
        description=text(
            "고르지 않으면 일반 안건, 하나면 그 신청에 대한 찬반, 둘 이상이면 그 가운데 하나를 고르는 표결입니다.",
            "None: a general motion; one: yes or no on it; two or more: a choice of one among them, or of none.",
        ),
    )  # fmt: skip


class BallotForm(PortalForm):
    """Choices are set to what may be voted for."""

    choice = RadioField(text("내 표", "Your vote"), [required()], validate_choice=False)


class MinutesForm(PortalForm):
    version = HiddenField()
    text = TextAreaField(
        text("회의록", "Minutes"), [required(), length(max=20_000)],
        description=text("저장할 때마다 판이 남습니다. 위원의 이름은 적지 마십시오.",
                         "Every save keeps a version. Do not write reviewers' names."),
    )  # fmt: skip

    @property
    def after(self) -> int:
        typed = str(self.version.data or "0")
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0

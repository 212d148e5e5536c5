"""Later deadlines: for everybody, for one application, by a code."""

from __future__ import annotations

from typing import Any

from wtforms import TextAreaField

from portal.platform.fields import MomentField, TextField, email, length, optional, required, text
from portal.platform.web import PortalForm

TO_THE_APPLICANT = text("신청자에게 그대로 전해집니다.", "The applicant is told this word for word.")


class _InZone(PortalForm):
    """A form with one moment, typed by the clock of the call's zone."""

    moment_field = ""

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self[self.moment_field]
        field.zone = zone
        field.description = text(f"공고의 시간대로 씁니다: {zone}", f"By the clock of the call: {zone}")
        if field.data is not None and field.raw_data:
            field.process_formdata(list(field.raw_data))


class ExtendForm(_InZone):
    """A later deadline for everybody, with its reason in both languages."""

    moment_field = "closes_at"
    closes_at = MomentField(text("새 마감", "New deadline"), [required()])
    reason_ko = TextAreaField(text("이유(한국어)", "Reason in Korean"), [required(), length(1000, 5)])
    reason_en = TextAreaField(text("이유(영어)", "Reason in English"), [required(), length(1000, 5)])


class ExtendOneForm(_InZone):
    moment_field = "until"
    who = TextField(
        text("접수번호 또는 신청자의 전자우편 주소", "Receipt number, or the applicant's e-mail address"),
        [required(), length(254)],
        description=text(
            "아직 제출하지 않은 신청서는 신청자 계정의 주소로 찾습니다.",
            "A draft that was never submitted is found by the address of the applicant's account.",
        ),
    )
    until = MomentField(text("이 신청서의 새 마감", "New deadline of this application"), [required()])
    reason = TextAreaField(text("이유", "Reason"), [required(), length(1000, 5)], description=TO_THE_APPLICANT)


class IssueCodeForm(_InZone):
    moment_field = "code_until"
    code_until = MomentField(text("제출 기한", "Submit until"), [required()])
    code_reason = TextAreaField(text("이유", "Reason"), [required(), length(1000, 5)], description=TO_THE_APPLICANT)
    for_email = TextField(
        text("받을 사람의 전자우편 주소", "E-mail address of the person"),
        [optional(), email()],
        description=text(
            "적으면 코드를 편지로 보내고 그 계정만 쓸 수 있습니다. 비워 두면 코드를 이 화면에 한 번만 보여 줍니다.",
            "With an address the code is mailed, and works for that account only. Without one the code is shown here, "
            "once.",
        ),
    )


class CodeForm(PortalForm):
    code = TextField(text("늦은 제출 코드", "Code for a late submission"), [required(), length(60)])

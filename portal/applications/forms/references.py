"""Referees as the applicant names them, and what they answer behind their link."""

from __future__ import annotations

from wtforms import TextAreaField

from portal.applications.forms.attachments import FileForm
from portal.applications.forms.consortium import SpokenSelect
from portal.platform.fields import TextField, email, length, optional, required, text
from portal.platform.language import Text
from portal.platform.web import PortalForm

LETTER_LANGUAGES: dict[str, Text] = {"ko": Text("한국어", "Korean"), "en": Text("영어", "English")}


class RefereeForm(PortalForm):
    name = TextField(text("추천인 이름", "Name of the referee"), [required(), length(max=120)])
    email = TextField(
        text("전자우편", "E-mail"),
        [required(), length(max=254), email()],
        description=text(
            "이 주소로 추천서를 올릴 링크를 보냅니다. 추천인은 계정이 없어도 됩니다.",
            "The link for the letter goes to this address. Referees need no account.",
        ),
    )
    relation = TextField(
        text("신청자와의 관계", "How they know you"),
        [required(), length(max=200)],
        description=text("보기: 박사과정 지도교수", "For example: doctoral adviser"),
    )
    language = SpokenSelect(
        text("추천인에게 보낼 언어", "Language for the referee"),
        LETTER_LANGUAGES,
        default="ko",
        description=text(
            "요청 편지와 화면을 이 언어로 보여 드립니다. 추천서는 두 언어 가운데 어느 것으로 써도 됩니다.",
            "The request and its page use it; the letter itself may be written in either.",
        ),
    )


class LetterForm(FileForm):
    """The one file behind the link."""


class DeclineLetterForm(PortalForm):
    reason = TextAreaField(
        text("사유(적지 않아도 됩니다)", "Reason (you may leave it empty)"),
        [optional(), length(max=1000)],
        description=text(
            "사업 담당자만 봅니다. 신청자에게는 사양하셨다는 것만 알립니다.",
            "Only the program office reads it; the applicant learns no more than that you declined.",
        ),
    )

"""The shape of what people enter about themselves and others."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    TextAreaField,
)
from wtforms.validators import Regexp, ValidationError

from portal.accounts import rules
from portal.platform.fields import TextField, email, length, number_range, optional, required, text
from portal.platform.language import Text, say
from portal.platform.web import PortalForm

LANGUAGES = [("ko", Text("한국어", "한국어")), ("en", Text("English", "English"))]
_REGIONS = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")


@cache
def time_zones() -> tuple[str, ...]:
    """Seoul first, then the world's by name."""
    named = sorted(zone for zone in available_timezones() if zone.startswith(_REGIONS) and zone != "Asia/Seoul")
    return ("Asia/Seoul", "UTC", *named)


def strong_password(form: Any, field: Any) -> None:
    if rules.password_is_weak(field.data or "", form.email.data if "email" in form else ""):
        raise ValidationError(
            say(
                Text(
                    "짐작하기 쉬운 비밀번호입니다. 서로 다른 문자를 더 섞고, 전자우편 주소와 다르게 정해 주십시오.",
                    "This password is easy to guess. Mix more different characters and do not use your e-mail address.",
                )
            )
        )


def new_password(ko: str, en: str) -> PasswordField:
    """A password to be chosen: 10 to 200 characters."""
    return PasswordField(
        text(ko, en), [required(), length(max=rules.PASSWORD_MAX, min=rules.PASSWORD_MIN), strong_password]
    )


def known_password(ko: str, en: str) -> PasswordField:
    return PasswordField(text(ko, en), [required(), length(max=rules.PASSWORD_MAX)])


def same_as(other: str) -> Any:
    def check(form: Any, field: Any) -> None:
        if field.data != form[other].data:
            raise ValidationError(
                say(Text("두 번 입력한 비밀번호가 서로 다릅니다.", "The two passwords are not the same."))
            )

    return check


class RegisterForm(PortalForm):
    name = TextField(text("이름", "Name"), [required(), length(max=120)])
    email = TextField(text("전자우편 주소", "E-mail address"), [required(), length(max=254), email()])
    password = new_password("비밀번호", "Password")
    language = RadioField(text("쓰는 언어", "Language"), choices=LANGUAGES, default="ko")
    consent = BooleanField(
        text("개인정보의 수집과 이용에 동의합니다", "I agree to the use of my personal data"), [required()]
    )


class SignInForm(PortalForm):
    email = TextField(text("전자우편 주소", "E-mail address"), [required(), length(max=254), email()])
    password = known_password("비밀번호", "Password")
    next = HiddenField()


class ConfirmForm(PortalForm):
    password = known_password("가입할 때 정한 비밀번호", "The password you chose")


class AskResetForm(PortalForm):
    email = TextField(text("전자우편 주소", "E-mail address"), [required(), length(max=254), email()])


class ResetForm(PortalForm):
    password = new_password("새 비밀번호", "New password")
    again = PasswordField(text("새 비밀번호 확인", "New password, once more"), [required(), same_as("password")])


class PasswordForm(PortalForm):
    current = known_password("지금 쓰는 비밀번호", "Current password")
    password = new_password("새 비밀번호", "New password")
    again = PasswordField(text("새 비밀번호 확인", "New password, once more"), [required(), same_as("password")])


class CodeForm(PortalForm):
    code = TextField(text("인증 번호 여섯 자리", "Six-digit code"), [required(), length(max=12)])
    next = HiddenField()


class ProfileForm(PortalForm):
    name = TextField(text("이름", "Name"), [required(), length(max=120)])
    language = RadioField(text("쓰는 언어", "Language"), choices=LANGUAGES)
    time_zone = SelectField(text("시간대", "Time zone"), choices=lambda: [(zone, zone) for zone in time_zones()])
    researcher_number = TextField(
        text("국가연구자번호", "National researcher number"),
        [
            optional(),
            length(max=20),
            Regexp(r"[0-9A-Za-z-]*\Z", message=text("숫자와 영문자만 씁니다.", "Only digits and letters.")),
        ],
    )
    name_latin = TextField(text("로마자 이름", "Name in Latin letters"), [optional(), length(max=120)])
    orcid = TextField(text("ORCID", "ORCID"), [optional(), length(max=60)])
    addresses = TextAreaField(
        text("쓰고 있는 다른 전자우편 주소", "Other addresses that you use"), [optional(), length(max=3000)]
    )


class AffiliationForm(PortalForm):
    """An organisation from the list, or the fields of a new one."""

    organisation = RadioField(text("기관", "Organisation"), [required()], validate_choice=False)
    name = TextField(text("새 기관의 이름", "Name of the new organisation"), [length(max=200)])
    name_en = TextField(text("영문 이름", "Name in English"), [optional(), length(max=200)])
    kind = SelectField(
        text("기관의 종류", "Kind of organisation"), choices=lambda: list(rules.ORGANISATION_KINDS.items())
    )
    registration = TextField(text("사업자등록번호", "Business registration number"), [optional(), length(max=40)])
    department = TextField(text("부서·학과", "Department"), [optional(), length(max=200)])
    title = TextField(text("직위", "Position"), [optional(), length(max=80)])
    since = DateField(text("시작한 날", "Since"), [required()])
    until = DateField(text("끝난 날", "Until"), [optional()])

    def validate_name(self, field: Any) -> None:
        if self.organisation.data == "new" and not field.data:
            raise ValidationError(say(Text("새 기관의 이름을 입력해 주십시오.", "Enter the name.")))

    def validate_since(self, field: Any) -> None:
        if field.data and field.data < date(1900, 1, 1):
            raise ValidationError(say(Text("1900년 뒤의 날짜를 입력해 주십시오.", "Enter a date after 1900.")))


class DoubleForm(PortalForm):
    """One human or two."""

    same = RadioField(
        text("결정", "Decision"),
        choices=[("yes", Text("같은 사람입니다. 기록을 잇습니다.", "One person: join the records.")),
                 ("no", Text("서로 다른 사람입니다.", "Two different people."))],
        validators=[required()],
    )  # fmt: skip
    reason = TextField(text("근거", "What it rests on"), [required(), length(max=1000)])


class RelationForm(PortalForm):
    kind = SelectField(text("관계", "Relation"), choices=lambda: list(rules.RELATION_KINDS.items()))
    other = TextField(
        text("누구와, 또는 어느 기관과", "With whom, or which organisation"), [required(), length(max=254)]
    )
    name = TextField(text("그 사람의 이름", "That person's name"), [optional(), length(max=120)])
    since = DateField(text("시작한 날", "Since"), [required()])
    until = DateField(text("끝난 날", "Until"), [optional()])
    note = TextField(text("논문이나 과제의 제목", "Title of the paper or project"), [optional(), length(max=300)])


class WithdrawRelationForm(PortalForm):
    relation = TextField()
    reason = TextField(text("지우는 까닭", "Why"), [length(max=1000)])


class EndAffiliationForm(PortalForm):
    affiliation = HiddenField()
    until = DateField(text("끝난 날", "Last day"), [required()])


class ReviewerProfileForm(PortalForm):
    keywords = TextField(text("전문 분야 핵심어", "Fields of expertise"), [required(), length(max=2000)])
    works = TextAreaField(text("논문과 과제의 제목", "Titles of papers and projects"), [optional(), length(max=20_000)])
    kind = RadioField(text("소속 분야", "Sector"), choices=lambda: list(rules.REVIEWER_KINDS.items()))
    capacity = IntegerField(
        text("한 번에 맡을 수 있는 신청서 수", "Applications you can take at once"), [required(), number_range(0, 100)]
    )


class AbsenceForm(PortalForm):
    """`deputy` is a person's public id; asked of approvers only, from those who hold the same right."""

    since = DateField(text("첫날", "First day away"), [required()])
    until = DateField(text("마지막 날", "Last day away"), [required()])
    deputy = SelectField(text("대리할 사람", "Who stands in for you"), choices=[], validate_choice=False)


class EndAbsenceForm(PortalForm):
    absence = HiddenField()


class GrantForm(PortalForm):
    role = SelectField(text("역할", "Role"), choices=lambda: list(rules.ROLE_NAMES.items()))
    scope = TextField(text("범위", "Scope"), [required(), length(max=80)])
    until = DateField(text("마지막 날", "Last day"), [optional()])

"""Institutions, members, the pages behind links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, ValidationError

from portal.applications.forms.draft import KIND_NAMES
from portal.applications.models import Institution, InstitutionRole, MemberRole
from portal.platform.fields import TextField, email, length, optional, required, text
from portal.platform.language import Text, say
from portal.platform.web import PortalForm
from portal.programs.definition import INSTITUTION_KINDS

ROLE_NAMES: dict[str, Text] = {
    "lead": Text("주관연구개발기관", "Lead institution"),
    "joint": Text("공동연구개발기관", "Joint institution"),
    "consigned": Text("위탁연구개발기관", "Consigned institution"),
}
COUNTRIES: dict[str, Text] = {
    "KR": Text("대한민국", "Republic of Korea"),
    "AU": Text("호주", "Australia"),
    "CA": Text("캐나다", "Canada"),
    "CH": Text("스위스", "Switzerland"),
    "CN": Text("중국", "China"),
    "DE": Text("독일", "Germany"),
    "FR": Text("프랑스", "France"),
    "GB": Text("영국", "United Kingdom"),
    "IL": Text("이스라엘", "Israel"),
    "IN": Text("인도", "India"),
    "JP": Text("일본", "Japan"),
    "NL": Text("네덜란드", "Netherlands"),
    "SE": Text("스웨덴", "Sweden"),
    "SG": Text("싱가포르", "Singapore"),
    "TW": Text("대만", "Taiwan"),
    "US": Text("미국", "United States"),
    "VN": Text("베트남", "Viet Nam"),
}


class SpokenSelect(SelectField):  # type: ignore[misc]
    """A list whose words are pairs; an unknown value is refused with a sentence."""

    def __init__(self, label: Any, words: Mapping[str, Text], only: Sequence[str] | None = None, **kwargs: Any) -> None:
        self.words = {code: words[code] for code in only} if only is not None else words
        super().__init__(label, choices=list(self.words.items()), **kwargs)

    def offer(self, words: Mapping[str, Text]) -> None:
        """Other words for this form."""
        self.words, self.choices = words, list(words.items())

    def pre_validate(self, form: Any) -> None:
        if self.data not in self.words:
            raise ValidationError(say(Text("목록에서 골라 주십시오.", "Choose one from the list.")))


class InstitutionForm(PortalForm):
    name = TextField(text("기관 이름", "Name of the institution"), [required(), length(max=200)])
    role = SpokenSelect(
        text("역할", "Role"),
        ROLE_NAMES,
        ("joint", "consigned"),
        description=text("국외 기관은 공동으로만 참여합니다.", "Foreign institutions take part as joint ones only."),
    )
    kind = SpokenSelect(
        text("기관 유형", "Kind of institution"),
        KIND_NAMES,
        INSTITUTION_KINDS,
        description=text(
            "유형에 따라 부담 비율이 달라집니다. 기관이 참여할 때 다시 확인합니다.",
            "The own share depends on it. The institution checks it again when it joins.",
        ),
    )
    country = SpokenSelect(text("나라", "Country"), COUNTRIES, default="KR")
    contact_email = TextField(
        text("담당자 전자우편", "Contact e-mail"),
        [required(), length(max=254), email()],
        description=text("이 주소로 초대 링크를 보냅니다.", "The invitation link goes to this address."),
    )

    @property
    def wanted_role(self) -> InstitutionRole:
        return InstitutionRole(self.role.data)


class JoinForm(PortalForm):
    registration = TextField(
        text("사업자등록번호 (국외 기관은 그 나라의 등록번호)", "Registration number of the institution"),
        [required(), length(max=40)],
        description=text(
            "같은 기관을 두 번 등록하지 않도록 이 번호로 찾습니다. 개인의 주민등록번호는 적지 마십시오.",
            "The institution is found by this number, so that it is not registered twice. Never enter a person's "
            "resident registration number.",
        ),
    )
    kind = SpokenSelect(text("기관 유형", "Kind of institution"), KIND_NAMES, INSTITUTION_KINDS)
    name_en = TextField(text("기관의 영문 이름", "Name of the institution in English"), [optional(), length(max=200)])


class MemberForm(PortalForm):
    name = TextField(text("이름", "Name"), [required(), length(max=120)])
    email = TextField(
        text("전자우편", "E-mail"),
        [required(), length(max=254), email()],
        description=text("이 주소로 동의 요청을 보냅니다.", "The request for consent goes to this address."),
    )
    role = SpokenSelect(text("역할", "Role"), {}, default="researcher")
    institution = SelectField(text("소속기관", "Institution"), validate_choice=False)
    department = TextField(text("부서·학과", "Department"), [optional(), length(max=200)])
    may_edit = BooleanField(
        text("이 사람도 신청서를 작성할 수 있습니다.", "This person may also write the application.")
    )

    def __init__(
        self, *args: Any, roles: Mapping[str, Text], institutions: Sequence[Institution], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.role.offer(roles)
        self.institution.choices = [(row.public_id, row.name) for row in institutions]
        if not institutions:
            del self.institution, self.department

    @property
    def wanted_role(self) -> MemberRole:
        return MemberRole(self.role.data)


class ConsentForm(PortalForm):
    answer = RadioField(
        text("개인정보 수집·이용에 동의하십니까?", "Do you agree to the collection and use of your data?"),
        [required()],
        choices=[
            ("agree", Text("동의합니다", "I agree")),
            ("decline", Text("동의하지 않습니다", "I do not agree")),
        ],
    )

    @property
    def agrees(self) -> bool:
        return bool(self.answer.data == "agree")


class AskConfirmationForm(PortalForm):
    name = TextField(
        text("대표자(또는 위임받은 사람) 이름", "Name of the representative"), [required(), length(max=120)]
    )
    email = TextField(
        text("대표자 전자우편", "E-mail of the representative"),
        [required(), length(max=254), email()],
        description=text(
            "휴대전화에서도 열리는 확인 링크를 보냅니다. 계정은 필요 없습니다.",
            "A confirmation link goes there; it opens on a phone and needs no account.",
        ),
    )


class ConfirmForm(PortalForm):
    """`shown` carries the hashes of what the page showed, so that nobody confirms what they did not read."""

    sections = SelectMultipleField(text("확인할 항목", "Sections to confirm"), validate_choice=False)
    shown = HiddenField()

    @property
    def hashes(self) -> dict[str, str]:
        pairs = (part.split(":", 1) for part in (self.shown.data or "").split(",") if ":" in part)
        return dict(pairs)

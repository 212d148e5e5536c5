"""Start an application, give it a title."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, RadioField, SelectField

from portal.platform.fields import TextField, length, required, text
from portal.platform.language import Text
from portal.platform.web import PortalForm
from portal.programs.definition import INSTITUTION_KINDS

NEW = "new"
KIND_NAMES: dict[str, Text] = {
    "company_sme": Text("중소기업", "Small or medium-sized company"),
    "company_early_mid": Text("초기중견기업", "Early mid-size company"),
    "company_mid": Text("중견기업", "Mid-size company"),
    "company_large": Text("대기업", "Large company"),
    "university": Text("대학", "University"),
    "research_institute": Text("연구기관", "Research institute"),
    "public_body": Text("공공기관", "Public body"),
}


class StartForm(PortalForm):
    title = TextField(
        text("과제 이름", "Title of the project"),
        [required(), length(max=300)],
        description=text("나중에 바꿀 수 있습니다.", "You can change it later."),
    )
    who = RadioField(text("신청하는 기관", "Applying institution"), validate_choice=False)
    name = TextField(text("기관 이름", "Name of the institution"), [length(max=200)])
    kind = SelectField(text("기관 유형", "Kind of institution"), validate_choice=False)
    code = TextField(
        text("늦은 제출 코드", "Code for a late submission"),
        [required(), length(60)],
        description=text("담당자에게서 받은 코드입니다.", "The code that an officer gave you."),
    )
    consent = BooleanField(
        text(
            "위 내용을 읽었으며, 내 개인정보를 이 신청에 이용하는 데 동의합니다.",
            "I have read the above and agree to the use of my personal data in this application.",
        )
    )

    def __init__(
        self,
        *args: Any,
        affiliations: list[tuple[str, Text | str]],
        institutions: bool = True,
        late: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.institutions = institutions
        if not late:
            del self.code
        if not institutions:
            del self.who, self.name, self.kind
            return
        self.kind.choices = [(code, KIND_NAMES[code]) for code in INSTITUTION_KINDS]
        self.who.choices = [*affiliations, (NEW, Text("다른 기관(직접 입력)", "Another institution (enter it)"))]
        if not self.is_submitted() and self.who.data is None:
            self.who.data = affiliations[0][0] if affiliations else NEW

    @property
    def is_new(self) -> bool:
        return bool(self.who.data == NEW)

    def validate(self, extra_validators: Any = None) -> bool:
        good = bool(super().validate(extra_validators))
        if self.institutions:
            self._check_institution()
        if not self.consent.data:
            self._refuse(
                self.consent,
                Text("동의하셔야 신청을 시작할 수 있습니다.", "To start an application, your consent is needed."),
            )
        return good and not self.errors

    def _check_institution(self) -> None:
        if self.who.data not in {value for value, _ in self.who.choices}:
            self._refuse(self.who, Text("신청하는 기관을 골라 주십시오.", "Choose the applying institution."))
        if self.is_new and not self.name.data:
            self._refuse(self.name, Text("기관 이름을 입력해 주십시오.", "Enter the name of the institution."))
        if self.is_new and self.kind.data not in INSTITUTION_KINDS:
            self._refuse(self.kind, Text("목록에서 골라 주십시오.", "Choose one from the list."))

    def _refuse(self, field: Any, sentence: Text) -> None:
        field.errors = [*field.errors, sentence]


class TitleForm(PortalForm):
    title = TextField(text("과제 이름", "Title of the project"), [required(), length(max=300)])

"""Why a letter of the office cannot be kept or sent."""

from __future__ import annotations

from portal.platform.errors import DomainError
from portal.platform.language import Text


class UnknownPlace(DomainError):
    say = Text(
        "{unknown}: 채울 수 없는 자리입니다. 쓸 수 있는 자리는 {known}입니다.",
        "{unknown} cannot be filled. The places that can are {known}.",
    )


class TemplateNameTaken(DomainError):
    say = Text(
        "같은 이름의 양식이 이미 있습니다. 다른 이름을 쓰거나 그 양식을 고쳐 주십시오.",
        "There is a template of that name already. Use another name, or change that one.",
    )
    status = 409


class NobodyToWriteTo(DomainError):
    say = Text(
        "받을 사람이 없습니다. 마감으로 접수가 확정된 신청에만 편지를 보낼 수 있습니다.",
        "There is nobody to write to. Letters go to applications that were closed at their deadline.",
    )


class RecipientsChanged(DomainError):
    say = Text(
        "준비한 뒤에 받는 사람이 달라졌습니다. 아래에서 달라진 사람을 확인하고 지금의 목록으로 다시 준비해 주십시오.",
        "The recipients have changed since this was prepared. See below who differs, then prepare the present list.",
    )
    status = 409


class BatchSettled(DomainError):
    say = Text(
        "이미 보내기로 했거나 그만둔 편지입니다.",
        "These letters are on their way already, or were given up.",
    )
    status = 409

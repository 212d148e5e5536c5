"""Refusals about screening."""

from __future__ import annotations

from portal.platform.errors import DomainError
from portal.platform.language import Text


class AlreadyDecided(DomainError):
    say = Text(
        "이 신청서의 적합성은 이미 결정되었습니다.", "The eligibility of this application has already been decided."
    )
    status = 409


class NothingAsked(DomainError):
    say = Text("진행 중인 보완 요청이 없습니다.", "No request to complete is running.")
    status = 409


class NothingChosen(DomainError):
    say = Text("함께 결정할 신청서를 하나 이상 골라 주십시오.", "Choose at least one application to decide on.")


class ReasonTooShort(DomainError):
    say = Text(
        "사유를 {least}자 이상 써 주십시오. 신청자에게 알리고 기록에 남깁니다.",
        "Give a reason of at least {least} characters. The applicant is told, and it is kept on record.",
    )


class StillWaiting(DomainError):
    say = Text(
        "아직 적합성 검토를 기다리는 신청서가 {count}건 있습니다.",
        "{count} applications are still waiting for screening.",
    )
    status = 409

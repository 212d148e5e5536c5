"""Refusals about conflicts of interest."""

from __future__ import annotations

from portal.platform.errors import DomainError
from portal.platform.language import Text


class NotWaivable(DomainError):
    say = Text(
        "‘{ground}’ 사유는 예외를 둘 수 없습니다. 다른 평가위원을 배정해 주십시오.",
        "The ground “{ground}” can never be waived. Assign another reviewer.",
    )


class ReasonMissing(DomainError):
    say = Text("사유를 입력해 주십시오. 기록에 남습니다.", "Give the reason; it is kept on record.")


class OwnConflict(DomainError):
    say = Text(
        "본인의 이해충돌은 스스로 처리할 수 없습니다. 다른 담당자에게 요청해 주십시오.",
        "You cannot decide on your own conflict of interest. Ask another officer.",
    )
    status = 403


class AlreadySettled(DomainError):
    say = Text("이미 처리된 이해충돌입니다.", "This conflict of interest has already been settled.")
    status = 409

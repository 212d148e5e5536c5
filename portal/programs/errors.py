"""Refusals about calls."""

from __future__ import annotations

from portal.platform.errors import DomainError
from portal.platform.language import Text


class CallNotOpen(DomainError):
    say = Text("이 공고는 지금 접수 중이 아닙니다.", "This call is not open for applications.")
    status = 409


class CallStateRefused(DomainError):
    say = Text("지금 상태({state})의 공고에는 할 수 없는 일입니다.", "This cannot be done to a call that is {state}.")
    status = 409


class FrozenPart(DomainError):
    say = Text(
        "공고가 열린 뒤에는 {parts}을(를) 바꿀 수 없습니다. 다른 내용만 고치거나 새 공고를 내 주십시오.",
        "Once a call is open its {parts} cannot be changed. Amend the rest only, or publish a new call.",
    )
    status = 409


class DeadlineNotLater(DomainError):
    say = Text(
        "새 마감은 지금 마감과 현재 시각보다 늦어야 합니다.",
        "The new deadline must be later than the present one and than now.",
    )

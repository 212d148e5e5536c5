"""Why a change to an application is refused."""

from __future__ import annotations

from portal.platform.errors import DomainError
from portal.platform.language import Text


class CallClosed(DomainError):
    say = Text(
        "접수가 {deadline}에 마감되어 더 이상 바꿀 수 없습니다. 마감 전에 제출한 내용이 있으면 그 내용으로 심사합니다.",
        "This call closed on {deadline}, so nothing can be changed any more. What was submitted before then is "
        "what will be reviewed.",
    )
    status = 409


class NotOpen(DomainError):
    say = Text(
        "이 공고는 지금 신청을 받고 있지 않습니다. 접수 기간: {opens} ~ {closes}.",
        "This call is not taking applications now. It does from {opens} to {closes}.",
    )
    status = 409


class Withdrawn(DomainError):
    say = Text(
        "철회한 신청서는 고칠 수 없습니다. 마감 전이면 신청서 화면에서 철회를 취소해 주십시오.",
        "A withdrawn application cannot be changed. Before the deadline you can take the withdrawal back on the "
        "application's page.",
    )
    status = 409

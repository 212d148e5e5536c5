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


class CodeTaken(DomainError):
    say = Text("이미 쓰고 있는 코드입니다. 다른 코드를 적어 주십시오.", "This code is in use. Choose another one.")


class WrongDates(DomainError):
    say = Text("마감은 접수 시작보다 늦어야 합니다.", "The deadline must be later than the opening.")


class OpensInThePast(DomainError):
    say = Text("마감이 이미 지났습니다. 날짜를 먼저 고쳐 주십시오.", "The deadline has passed. Change the dates first.")
    status = 409


class CallIncomplete(DomainError):
    say = Text(
        "아직 채우지 않은 곳이 {count}가지 있습니다. 목록에서 하나씩 고친 뒤 다시 해 주십시오.",
        "{count} things are still missing. Mend them from the list, then try again.",
    )
    status = 409


class DraftChanged(DomainError):
    say = Text(
        "그사이 다른 사람이 이 공고를 고쳤습니다. 적으신 내용은 그대로 두었습니다. 바뀐 내용을 확인하고 다시 저장해 주십시오.",
        "Somebody else changed this call meanwhile. What you typed is kept: look at the change, then save again.",
    )
    status = 409


class PartRefused(DomainError):
    """A part that the definition cannot hold; `reason` says why."""

    say = Text("{reason}", "{reason}")


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


class QuestionsOver(DomainError):
    say = Text(
        "이 공고의 질문은 {until}까지 받습니다. 지금은 질문할 수 없습니다.",
        "Questions to this call are taken until {until}; none can be asked now.",
    )
    status = 409


class AnswerIncomplete(DomainError):
    say = Text(
        "공개하려면 공고의 모든 언어로 답을 써 주십시오. {language} 답이 없습니다.",
        "To publish, answer in every language of the call. The answer in {language} is missing.",
    )


class QuestionMissing(DomainError):
    say = Text(
        "공개할 질문이 비어 있습니다. 물은 언어로 질문을 남겨 주십시오.",
        "There is no question to publish. Leave it in the language in which it was asked.",
    )


class AlreadyHidden(DomainError):
    say = Text("이미 가린 질문입니다.", "This question is hidden already.")
    status = 409

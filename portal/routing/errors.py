"""Refusals about panels and assignments."""

from __future__ import annotations

from portal.platform.errors import DomainError
from portal.platform.language import Text


class NoSeats(DomainError):
    say = Text("평가위원을 한 명 이상 골라 주십시오.", "Choose at least one reviewer.")


class OneChair(DomainError):
    say = Text("위원장은 한 명만 둘 수 있습니다.", "A panel has one chair.")


class NotInPool(DomainError):
    say = Text(
        "후보단에 없거나 참여제한 중인 사람이 있습니다. 목록에서 다시 골라 주십시오.",
        "Someone is not in the pool or is under a restriction. Choose again from the list.",
    )


class SeatAnswered(DomainError):
    say = Text("이 초대에는 이미 응답하셨습니다.", "This invitation has already been answered.")
    status = 409


class ReasonMissing(DomainError):
    say = Text("사유를 적어 주십시오.", "Give the reason.")


class PanelTooSmall(DomainError):
    say = Text(
        "수락한 평가위원이 {accepted}명입니다. 신청서마다 {needed}명이 평가하므로 {needed}명 이상이어야 합니다.",
        "{accepted} reviewers have accepted. Each application gets {needed} reviews, so at least {needed} are needed.",
    )
    status = 409


class NothingToRoute(DomainError):
    say = Text(
        "배정할 신청서가 없습니다. 적합성 검토를 먼저 마쳐 주십시오.",
        "There is no application to assign. Finish the screening first.",
    )
    status = 409


class InputsChanged(DomainError):
    """The frozen inputs no longer hold: the job starts over."""

    say = Text("그사이 배정 조건이 바뀌었습니다. 다시 실행합니다.", "The inputs changed meanwhile; it runs again.")
    status = 409


class RunSettled(DomainError):
    say = Text("이 배정안은 이미 확정되었거나 버려졌습니다.", "This proposal has already been published or discarded.")
    status = 409


class BarredPairs(DomainError):
    say = Text(
        "배정안을 만든 뒤에 이해충돌이 {count}건 생겼습니다. 해당 위원을 바꾸거나 배정을 다시 실행해 주십시오.",
        "{count} conflicts of interest arose after this proposal. Swap those reviewers or run the assignment again.",
    )
    status = 409


class CannotSwap(DomainError):
    say = Text("{name} 님은 이 신청서를 맡을 수 없습니다: {why}.", "{name} cannot review this application: {why}.")


class NotOpenToAnswer(DomainError):
    say = Text("이 배정은 지금 응답할 수 없습니다.", "This assignment cannot be answered now.")
    status = 409


class PledgeFirst(DomainError):
    say = Text("서약에 동의해 주셔야 평가를 시작할 수 있습니다.", "Agree to the pledge before you review.")


class GroundMissing(DomainError):
    say = Text("해당하는 사유를 골라 주십시오.", "Choose the ground that applies.")

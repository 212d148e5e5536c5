"""Refusals about panels and assignments."""

from __future__ import annotations

from portal.platform.errors import DomainError
from portal.platform.language import Text


class NoSeats(DomainError):
    say = Text("평가위원을 한 명 이상 골라 주십시오.", "Choose at least one reviewer.")


class NobodyFree(DomainError):
    say = Text(
        "더 맡길 수 있는 위원이 없습니다. 위원을 더 초대하거나 예비위원을 두십시오.",
        "Nobody is free to take it. Invite more members, or put somebody on standby.",
    )
    status = 409


class NotAfterReview(DomainError):
    say = Text(
        "평가가 끝나고 아직 결정하지 않은 단계에서만 평가를 더 부탁할 수 있습니다.",
        "One more review can be asked for once the review is closed and before the stage is decided.",
    )
    status = 409


class ReviewAlreadyAsked(DomainError):
    say = Text(
        "이 신청에는 이미 평가를 한 건 더 부탁해 두었습니다.",
        "One more review of this application is already under way.",
    )
    status = 409


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


class NothingToCompare(DomainError):
    say = Text(
        "견줄 배정안이 없습니다. 먼저 배정을 실행한 뒤 올려 주십시오. 확정한 배정은 위원을 한 사람씩 바꿉니다.",
        "There is no proposal to compare with. Run the assignment first; after publication reviewers are changed one by one.",
    )


class PairsRefused(DomainError):
    say = Text(
        "파일의 쌍 {count}개를 받아들일 수 없어 아무것도 바꾸지 않았습니다. 아래의 줄을 고쳐 다시 올려 주십시오.",
        "{count} pairs of the file cannot stand; nothing was changed. Correct the rows below and upload it again.",
    )


class PairsUnreadable(DomainError):
    say = Text("파일을 읽을 수 없습니다: {why}", "The file cannot be read: {why}")


class CannotStandBy(DomainError):
    say = Text(
        "위원장이나 이미 맡은 신청서가 있는 위원은 예비 위원이 될 수 없습니다. 먼저 다른 위원에게 넘겨 주십시오.",
        "The chair, and whoever has something to review, cannot be on standby. Give that to another member first.",
    )


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


class SlotsOverlap(DomainError):
    say = Text(
        "{at}에 시작하는 자리가 다른 자리와 겹칩니다. 시작 시각이나 길이를 고쳐 주십시오.",
        "The slot at {at} overlaps another one. Change the start or the length.",
    )


class SlotInThePast(DomainError):
    say = Text("이미 지난 시각입니다. 앞으로의 시각을 적어 주십시오.", "That time has passed. Give a time to come.")


class TooFewSlots(DomainError):
    say = Text(
        "빈자리가 {slots}개인데 자리가 없는 팀이 {teams}팀입니다. 자리를 더 만들어 주십시오.",
        "There are {slots} free slots for {teams} teams without one. Plan more slots.",
    )
    status = 409


class NothingToDraw(DomainError):
    say = Text("자리가 없는 팀이 없습니다.", "Every team has a slot.")
    status = 409


class TeamsWithoutSlot(DomainError):
    say = Text(
        "자리가 없는 팀이 {teams}팀 있습니다. 추첨하거나 직접 정한 뒤 공개해 주십시오.",
        "{teams} teams have no slot. Draw lots or set them by hand, then publish.",
    )
    status = 409


class NothingToPublish(DomainError):
    say = Text("공개할 자리가 없습니다.", "There is no slot to publish.")
    status = 409


class NotOfThisPanel(DomainError):
    say = Text(
        "이 패널에서 발표할 팀이 아닙니다. 목록에서 다시 골라 주십시오.", "Not a team of this panel. Choose again."
    )


class HasAnotherSlot(DomainError):
    say = Text("이 팀에는 이미 다른 자리가 있습니다.", "This team has another slot already.")
    status = 409


class SlotIsKept(DomainError):
    say = Text(
        "팀에 공개한 자리는 지우거나 다른 팀에 줄 수 없습니다. 시각과 장소는 바꿀 수 있습니다.",
        "A slot that a team was told of cannot be removed or given away. Its time and place can be changed.",
    )
    status = 409


class SessionBegun(DomainError):
    say = Text("이미 진행했거나 불참으로 적은 발표입니다.", "This session was held or noted as missed.")
    status = 409


class TooLateToAnswer(DomainError):
    say = Text(
        "{until}까지 확인하거나 바꿀 수 있었습니다. 사정이 있으면 담당자에게 알려 주십시오.",
        "You could confirm or exchange until {until}. If you cannot come, tell the office.",
    )
    status = 409


class AlreadyExchanged(DomainError):
    say = Text(
        "발표 시간은 한 번만 바꿀 수 있으며, 이미 한 번 바꾸셨습니다.",
        "A slot can be exchanged once, and you have exchanged yours.",
    )
    status = 409


class SlotGone(DomainError):
    say = Text(
        "그사이 그 자리가 바뀌었습니다. 아래에서 다시 골라 주십시오.",
        "That slot has changed meanwhile. Choose again below.",
    )
    status = 409


class AlreadyAsked(DomainError):
    say = Text(
        "답을 기다리는 교환 요청이 있습니다. 먼저 그 요청을 거두어 주십시오.",
        "A request of yours still waits for an answer. Take it back first.",
    )
    status = 409


class SwapOver(DomainError):
    say = Text(
        "이 교환 요청은 더 이상 답할 수 없습니다. 답했거나, 거두었거나, 기한이 지났습니다.",
        "This request can no longer be answered: it was answered or taken back, or its time is over.",
    )
    status = 409


class NotYetStarted(DomainError):
    say = Text("{at}부터 적을 수 있습니다.", "This can be noted from {at} on.")
    status = 409


class MinutesStale(DomainError):
    say = Text(
        "그사이 다른 사람이 회의록을 저장했습니다. 아래의 글과 견주어 다시 저장해 주십시오.",
        "Somebody else saved the minutes meanwhile. Compare with the text below, then save again.",
    )
    status = 409

"""Refusals about reviews."""

from __future__ import annotations

from portal.platform.errors import DomainError, Stale
from portal.platform.language import Text


class ReviewLocked(DomainError):
    say = Text(
        "이미 제출한 평가입니다. 회의에서만 이유를 적고 고칠 수 있습니다.",
        "This review is submitted. It can be changed only in the panel meeting, with a reason.",
    )
    status = 409


class ReviewNotOpen(DomainError):
    say = Text("지금은 이 단계의 평가 기간이 아닙니다.", "This stage is not open for review now.")
    status = 409


class ScoreOutOfRange(DomainError):
    say = Text(
        "‘{criterion}’ 점수는 0부터 {points}까지의 정수여야 합니다.",
        "The score on ‘{criterion}’ must be a whole number from 0 to {points}.",
    )


class ScoreMissing(DomainError):
    say = Text("‘{criterion}’ 점수를 입력해 주십시오.", "Give a score on ‘{criterion}’.")


class ReasonTooShort(DomainError):
    say = Text(
        "‘{criterion}’의 평가 의견을 {min}자 이상 써 주십시오.",
        "Write at least {min} characters of reason on ‘{criterion}’.",
    )


class CommentTooShort(DomainError):
    say = Text("종합의견을 {min}자 이상 써 주십시오.", "Write at least {min} characters of overall comment.")


class ReviewIncomplete(DomainError):
    say = Text(
        "아직 마치지 않은 평가가 {n}건 있습니다: {which}. 마친 뒤 함께 제출하거나 마친 것만 골라 제출해 주십시오.",
        "{n} reviews are not complete: {which}. Complete them, or submit only the complete ones.",
    )


class NothingToPack(DomainError):
    say = Text("묶을 신청서가 없습니다.", "There is no application to put into a packet.")
    status = 409


class SheetNotOurs(DomainError):
    say = Text(
        "이 평가의 점수표가 아닙니다. 점수표를 새로 내려받아 첫 줄을 고치지 말고 채워 주십시오.",
        "This is not the score sheet of this review. Download it anew and leave its first line as it is.",
    )


class RowNotYours(DomainError):
    say = Text("위원님께 배정된 신청서가 아닙니다.", "This application is not assigned to you.")


class RowTwice(DomainError):
    say = Text("같은 신청서가 앞줄에 이미 있습니다.", "The same application stands in an earlier row.")


class RowLocked(DomainError):
    say = Text(
        "이미 제출하여 잠긴 평가라 바꿀 수 없습니다.", "This review is submitted and locked; it cannot be changed."
    )


class CellTooLong(DomainError):
    say = Text("{max}자를 넘습니다.", "This is longer than {max} characters.")


class NothingDiffers(DomainError):
    say = Text("저장된 내용과 다른 칸이 없습니다.", "Nothing differs from what is stored.")


class ReasonNeeded(DomainError):
    say = Text("이유를 {min}자 이상 써 주십시오.", "Give a reason of at least {min} characters.")


class StaleReview(Stale):
    say = Text(
        "다른 창에서 이 평가를 먼저 저장했습니다. 아래에서 두 내용을 비교한 뒤 다시 저장해 주십시오.",
        "Another window saved this review first. Compare the two below, then save again.",
    )


class NoMeeting(DomainError):
    say = Text("이 단계의 규칙에는 회의가 없습니다.", "The rules of this stage know no meeting.")
    status = 409


class MeetingTooEarly(DomainError):
    say = Text(
        "평가가 끝나고 순위가 나온 뒤에 회의를 열 수 있습니다.",
        "A meeting can be opened once the review is closed and ranked.",
    )
    status = 409


class MeetingAlreadyOpen(DomainError):
    say = Text("이 평가위원회의 회의가 이미 열려 있습니다.", "This panel is meeting already.")
    status = 409


class MeetingOver(DomainError):
    say = Text("회의가 끝났습니다.", "The meeting is over.")
    status = 409


class NoQuorum(DomainError):
    say = Text(
        "정족수가 모자랍니다: 참여할 수 있는 위원 {members}명 가운데 {present}명이 있습니다. {quorum}%를 넘어야 합니다.",
        "There is no quorum: {present} of {members} members who may take part are here; it takes more than {quorum} %.",
    )
    status = 409


class NotPresent(DomainError):
    say = Text("먼저 회의에 출석해 주십시오.", "Say first that you are here.")
    status = 409


class NotUnderDiscussion(DomainError):
    say = Text("지금 논의하는 신청이 아닙니다.", "This application is not being discussed now.")
    status = 409


class NoChangesHere(DomainError):
    say = Text("이 회의에서는 점수를 고치지 않습니다.", "Points are not changed in this meeting.")
    status = 409


class NoVotesHere(DomainError):
    say = Text("이 회의에서는 표결하지 않습니다.", "This meeting does not vote.")
    status = 409


class MotionClosed(DomainError):
    say = Text("표결이 끝났습니다.", "The vote is closed.")
    status = 409


class MotionOpen(DomainError):
    say = Text("아직 끝나지 않은 표결이 있습니다. 먼저 마감해 주십시오.", "A vote is still open; close it first.")
    status = 409


class NoSuchChoice(DomainError):
    say = Text("고를 수 없는 답입니다.", "This cannot be voted for.")


class MinutesNeeded(DomainError):
    say = Text("회의를 마치기 전에 회의록을 적어 주십시오.", "Write the minutes before the meeting is closed.")
    status = 409


class MinutesChanged(Stale):
    say = Text(
        "다른 사람이 회의록을 먼저 저장했습니다. 아래에서 견주어 보고 다시 저장해 주십시오.",
        "Somebody else saved the minutes first. Compare them below, then save again.",
    )


class NotMember(DomainError):
    say = Text("이 평가위원회의 위원이 아닙니다.", "Not a member of this panel.")

"""Refusals about ranking."""

from __future__ import annotations

from portal.platform.errors import DomainError
from portal.platform.language import Text


class ReviewStillOpen(DomainError):
    say = Text("아직 평가가 진행 중입니다.", "The review is still running.")
    status = 409


class StageDecided(DomainError):
    say = Text("이 단계의 결정이 이미 공개되었습니다.", "This stage's decision is already published.")
    status = 409


class NoSuchCondition(DomainError):
    say = Text("이 단계에 없는 조건입니다.", "This stage has no such condition.")


class NoSuchAdjustment(DomainError):
    say = Text("이 단계에 없는 가점·감점입니다.", "This stage has no such bonus or penalty.")


class NoSuchLane(DomainError):
    say = Text("이 단계에 없는 평가 영역입니다.", "This stage has no such lane.")


class OutOfRange(DomainError):
    say = Text("‘{part}’의 점수는 0 이상 {most} 이하여야 합니다.", "Points of ‘{part}’ must lie between 0 and {most}.")


class MeasurementsUnreadable(DomainError):
    say = Text("파일을 읽을 수 없습니다: {why}", "The file cannot be read: {why}")


class ReasonNeeded(DomainError):
    say = Text("이유를 10자 이상 써 주십시오.", "Give a reason of at least 10 characters.")
